"""SQL of the releases on PostGIS: the catalogue, the current release, privileges, and the tables of tiles."""
# ruff: noqa: S608 - SQL text has its place here: values are bound, names are checked and quoted by the dialect

from collections.abc import Sequence

import pyarrow as pa

from geoservice.db import POSTGIS
from geoservice.release.base import PublishedLayer
from geoservice.release.properties import is_of_areas
from geoservice.release.sql import AREA, BLOCK, create, layer_table, unique

_CATALOGUE: dict[str, pa.DataType] = {"number": pa.int32(), "manifest": pa.string()}
_TILES: dict[str, pa.DataType] = {"layer": pa.string(), "z": pa.int32(), "x": pa.int32(), "y": pa.int32(), "data": pa.binary()}
_ARCHIVES: dict[str, pa.DataType] = {"layer": pa.string(), "part": pa.int32(), "data": pa.binary()}
CATALOGUE, TILES, ARCHIVES = pa.schema(_CATALOGUE), pa.schema(_TILES), pa.schema(_ARCHIVES)
POINTER, READERS = pa.schema({"number": pa.int32()}), pa.schema({"role": pa.string()})


class Catalogue:
    """SQL of a catalogue of releases on PostGIS: schema ``<prefix>_releases`` and one schema per release."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.schema = prefix, f"{prefix}_releases"

    def release(self, number: int) -> str:
        """Return the name of a release's schema."""
        return f"{self.prefix}_release_{int(number)}"

    def _name(self, table: str) -> str:
        return POSTGIS.table(self.schema, table)

    @property
    def catalogue(self) -> str:
        """Return the quoted name of the table of releases."""
        return self._name("catalogue")

    @property
    def inputs(self) -> tuple[str, str]:
        """The names of the schemas of register and project; releases name them only to deny access to them."""
        return f"{self.prefix}_register", f"{self.prefix}_project"

    def owned(self) -> tuple[str, list[str]]:
        """Return the query for the schemas of register and project that belong to this role."""
        text = "SELECT nspname FROM pg_namespace WHERE nspname IN (%s, %s) AND pg_has_role(nspowner, 'USAGE')"
        return text, [*self.inputs]

    def exists(self) -> tuple[str, list[str]]:
        """Return the query that counts the catalogue's schema."""
        return "SELECT count(*) FROM pg_namespace WHERE nspname = %s", [self.schema]

    def make(self) -> list[str]:
        """Return the statements that create the catalogue."""
        return [
            self.make_schema(self.schema),
            create(POSTGIS, self.catalogue, CATALOGUE),
            f"CREATE UNIQUE INDEX ON {self.catalogue} (number)",
            create(POSTGIS, self._name("current"), POINTER),
            create(POSTGIS, self._name("readers"), READERS),
        ]

    def make_schema(self, name: str) -> str:
        """Return the statement that creates a schema; only its owner can read it until USAGE is granted."""
        return f"CREATE SCHEMA {POSTGIS.quote(name)}"

    def tables(self, number: int) -> tuple[str, list[str]]:
        """Return the query for the names of a release's tables."""
        text = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY relname"
        return text, [self.release(number)]

    def alone(self, number: int, tables: Sequence[str]) -> str:
        """Return the statement that locks a release's tables for the transaction, or fails if one is being read."""
        names = ", ".join(POSTGIS.table(self.release(number), t) for t in tables)
        return f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT"

    def drop_schema(self, number: int) -> str:
        """Return the statement that drops a release."""
        return f"DROP SCHEMA {POSTGIS.quote(self.release(number))} CASCADE"

    def lock(self) -> tuple[str, list[str]]:
        """Return the query that tries to take the write lock until the end of the transaction."""
        return "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"geoservice {self.schema}"]

    def numbers(self) -> str:
        """Return the query for all releases, oldest first."""
        return f"SELECT number FROM {self.catalogue} ORDER BY number"

    def manifest(self) -> str:
        """Return the query for the manifest of a release."""
        return f"SELECT manifest FROM {self.catalogue} WHERE number = %s"

    def forget(self) -> str:
        """Return the statement that deletes a release from the catalogue."""
        return f"DELETE FROM {self.catalogue} WHERE number = %s"

    def current(self) -> str:
        """Return the query for the number of the current release."""
        return f"SELECT number FROM {self._name('current')}"

    def unset(self) -> str:
        """Return the statement that clears the current release, before :meth:`set` in the same transaction."""
        return f"DELETE FROM {self._name('current')}"

    def set(self) -> str:
        """Return the statement that makes a release current."""
        return f"INSERT INTO {self._name('current')} (number) VALUES (%s)"

    def readers(self) -> str:
        """Return the query for the roles that may read releases."""
        return f"SELECT role FROM {self._name('readers')} ORDER BY role"

    def add_reader(self) -> str:
        """Return the statement that records a role that may read releases."""
        name = self._name("readers")
        return f"INSERT INTO {name} (role) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE role = %s)"

    def standing(self) -> str:
        """Return the query whether a role is a superuser, and whether it is, or is a member of, the current role."""
        return "SELECT rolsuper, pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s"

    def server(self) -> str:
        """Return the query for the versions of the server and of PostGIS, and whether this role may create schemas."""
        return (
            "SELECT current_setting('server_version'), (SELECT extversion FROM pg_extension WHERE extname = 'postgis'), "
            "has_database_privilege(current_database(), 'CREATE')"
        )

    def openings(self, role: str | None = None) -> tuple[str, list[str | None]]:
        """Return the query for the schemas of register and project that a role, by default this one, could read."""
        readable = "SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND has_table_privilege(r.oid, c.oid, 'SELECT')"
        accessible = (
            f"has_schema_privilege(r.oid, n.oid, 'USAGE') OR pg_has_role(r.oid, n.nspowner, 'MEMBER') OR EXISTS ({readable})"
        )
        text = (
            "SELECT nspname FROM pg_namespace n, pg_roles r "
            f"WHERE nspname IN (%s, %s) AND rolname = coalesce(%s, current_user) AND ({accessible}) ORDER BY nspname"
        )
        return text, [*self.inputs, role]

    def grant(self, schema: str, role: str) -> list[str]:
        """Return the statements that let a role read the tables of a schema, and nothing else."""
        schema, role = POSTGIS.quote(schema), POSTGIS.quote(role)
        return [f"GRANT USAGE ON SCHEMA {schema} TO {role}", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"]

    def revoke(self, schema: str, role: str) -> list[str]:
        """Return the statements that revoke all privileges on a schema from a role and the public."""
        schema, role = POSTGIS.quote(schema), POSTGIS.quote(role)
        return [
            f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {role}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
        ]

    def indexes(self, schema: str, layers: Sequence[PublishedLayer]) -> list[str]:
        """Return the statements that index features by what requests select them by, and tiles by their address.

        Features are indexed by ``fid``, geometry, block, areas around them and ``unit``; areas also by the one above and each
        number, because rows with hundreds of columns are slow to read; rows of the release table also by their measure.
        """
        statements = [unique(POSTGIS, schema, x.id) for x in layers]
        for layer in layers:
            by = ["USING gist (geometry)", f"({BLOCK})", f"({AREA}{POSTGIS.bytewise})", "(unit)"]
            if is_of_areas(layer):
                by += ["(parent)", *(f"({POSTGIS.quote(c.name)}, fid)" for c in layer.columns if c.measure and not c.margin_of)]
            if any(c.name == "measure" for c in layer.columns):
                by.append("(geography, measure)")
            statements += [f"CREATE INDEX ON {POSTGIS.table(schema, layer_table(layer.id))} {columns}" for columns in by]
        tiles, archives = (POSTGIS.table(schema, t) for t in ("tiles", "archives"))
        return [
            *statements,
            f"CREATE UNIQUE INDEX ON {tiles} (layer, z, x, y)",
            f"CREATE UNIQUE INDEX ON {archives} (layer, part)",
        ]

    def unpacked(self, schema: str) -> str:
        """Return the statement that stores archives uncompressed: the server would decompress a whole part for a few bytes."""
        return f"ALTER TABLE {POSTGIS.table(schema, 'archives')} ALTER COLUMN data SET STORAGE EXTERNAL"

    def archive_size(self, number: int) -> str:
        """Return the query for the size of an archive in bytes."""
        return f"SELECT coalesce(sum(length(data)), 0) FROM {POSTGIS.table(self.release(number), 'archives')} WHERE layer = %s"

    def archive_part(self, number: int) -> str:
        """Return the query for bytes of a part of an archive: from a position, counted from 1, and so many."""
        table = POSTGIS.table(self.release(number), "archives")
        return f"SELECT substring(data FROM %s FOR %s) FROM {table} WHERE layer = %s AND part = %s"

    def analyze(self, schema: str, layers: Sequence[str]) -> list[str]:
        """Return the statements that collect statistics, so that the planner uses the indexes from the first query on."""
        return [f"ANALYZE {POSTGIS.table(schema, t)}" for t in ("tiles", *map(layer_table, layers))]

    def tile(self, number: int) -> str:
        """Return the query for one tile."""
        return (
            f"SELECT data FROM {POSTGIS.table(self.release(number), 'tiles')} WHERE layer = %s AND z = %s AND x = %s AND y = %s"
        )

    def tiles(self, number: int) -> str:
        """Return the query for all tiles of a layer."""
        columns = "z, x, y, data"
        return f"SELECT {columns} FROM {POSTGIS.table(self.release(number), 'tiles')} WHERE layer = %s ORDER BY z, x, y"

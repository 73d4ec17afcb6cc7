"""Every statement of the releases, as a function of the dialect. Values are bound; names come from the manifest's layers."""
# ruff: noqa: S608 - one of the two places for SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from geoservice.db import DUCKDB, POSTGIS, Dialect
from geoservice.geo import BBox
from geoservice.release.base import TABLE, Key, Sort
from geoservice.release.keys import Order

RELEASE_TABLE = "release_table"
AREA = "_area"
BLOCK = "_block"
BOUNDS = ("_west", "_south", "_east", "_north")


def layer_table(layer_id: str) -> str:
    """Return the name of a layer's table."""
    return f"layer_{layer_id}"


def create(dialect: Dialect, name: str, columns: pa.Schema) -> str:
    """Make a table."""
    parts = ", ".join(f"{dialect.quote(f.name)} {dialect.type_of(f)}" for f in columns)
    return f"CREATE TABLE {name} ({parts})"


def whole_table(dialect: Dialect, name: str) -> str:
    """Read the whole release table."""
    return f"SELECT {', '.join(map(dialect.quote, TABLE.names))} FROM {name}"


def insert_layer(name: str, columns: Sequence[str], shapes: Sequence[str]) -> str:
    """Fill a layer's table from the Arrow table ``incoming``, shapes as WKB, with the bounds that DuckDB prunes by."""
    plain, drawn = ", ".join(map(DUCKDB.quote, columns)), ", ".join(map(DUCKDB.quote, shapes))
    read = ", ".join(f"ST_GeomFromWKB({DUCKDB.quote(s)}) AS {DUCKDB.quote(s)}" for s in shapes)
    corners = ", ".join(f"{f}(geometry)" for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"))
    return (
        f"INSERT INTO {name} ({plain}, {drawn}, {', '.join(BOUNDS)}) "
        f"SELECT {plain}, {drawn}, {corners} FROM (SELECT * REPLACE ({read}) FROM incoming)"
    )


def unique(dialect: Dialect, schema: str | None, layer_id: str) -> str:
    """Find a layer's features by ``fid``; without it, to read a few of a million would be to read the whole column."""
    return f"CREATE UNIQUE INDEX {dialect.quote(f'ids_{layer_id}')} ON {dialect.table(schema, layer_table(layer_id))} (fid)"


def rows(dialect: Dialect, name: str, columns: Sequence[str], geometry: bool, where: str) -> str:
    """Features that ``where`` lets through, in no order: sorting hundreds of columns costs more than reading them."""
    parts = ["fid", *map(dialect.quote, columns), *([_as_wkb(dialect)] if geometry else [])]
    return f"SELECT {', '.join(parts)} FROM {name} WHERE {where}"


def keys(dialect: Dialect, name: str, order: Order, where: str) -> str:
    """Keys of the features that ``where`` lets through, at most a bound number, in an order, or against it."""
    names = [dialect.quote(s.property) for s in order.sortby]
    turns = [_turn(dialect, *pair, order.forward) for pair in zip(order.sortby, order.types, strict=True)]
    fid = f"fid {'ASC' if order.forward else 'DESC'}"
    return (
        f"SELECT {', '.join([*names, 'fid'])} FROM {name} WHERE {where} "
        f"ORDER BY {', '.join([*turns, fid])} LIMIT {dialect.mark}"
    )


def _turn(dialect: Dialect, sort: Sort, kind: str, forward: bool) -> str:
    way = "DESC NULLS" if sort.descending == forward else "ASC NULLS"
    return f"{_compared(dialect, sort, kind)} {way} {'LAST' if forward else 'FIRST'}"


def _compared(dialect: Dialect, sort: Sort, kind: str) -> str:
    return dialect.quote(sort.property) + (dialect.bytewise if kind == "text" else "")


def beyond(dialect: Dialect, order: Order, key: Key, forward: bool) -> tuple[str, list[Any]]:
    """A feature comes behind a key in an order, or in front of it."""
    ways: list[str] = []
    values: list[Any] = []
    same: list[str] = []
    before: list[Any] = []
    for sort, kind, value in zip(order.sortby, order.types, key, strict=False):
        column = _compared(dialect, sort, kind)
        text, bound = _farther(dialect, column, value, sort.descending == forward, forward)
        if text:
            ways.append(" AND ".join([*same, text]))
            values += [*before, *bound]
        same.append(f"{column} IS NULL" if value is None else f"{column} = {dialect.mark}")
        before += [] if value is None else [value]
    ways.append(" AND ".join([*same, f"fid {'>' if forward else '<'} {dialect.mark}"]))
    return f"({' OR '.join(ways)})", [*values, *before, key[-1]]


def _farther(dialect: Dialect, column: str, value: Any, less: bool, forward: bool) -> tuple[str, list[Any]]:
    """One property lies farther along than a value; nothing lies behind null, and everything else in front of it."""
    if value is None:
        return ("", []) if forward else (f"{column} IS NOT NULL", [])
    text = f"{column} {'<' if less else '>'} {dialect.mark}"
    return (f"({text} OR {column} IS NULL)" if forward else text), [value]


def _as_wkb(dialect: Dialect) -> str:
    """The shape as WKB. As such DuckDB keeps it and gives it out, so that no function need be called."""
    return "geometry" if dialect.engine == "duckdb" else "ST_AsBinary(geometry, 'NDR') AS geometry"


def count(name: str, where: str = "true") -> str:
    """How many features ``where`` lets through."""
    return f"SELECT count(*) FROM {name} WHERE {where}"


def some(name: str, where: str) -> str:
    """A row if ``where`` lets any feature through."""
    return f"SELECT 1 FROM {name} WHERE {where} LIMIT 1"


def is_feature(dialect: Dialect) -> str:
    """One feature."""
    return f"fid = {dialect.mark}"


def from_to(dialect: Dialect) -> str:
    """Features from one ``fid`` to another, both within."""
    return f"fid BETWEEN {dialect.mark} AND {dialect.mark}"


def one_of(dialect: Dialect, number: int) -> str:
    """Features of so many ids."""
    return f"fid IN ({', '.join([dialect.mark] * number)})" if number else "false"


def in_areas(dialect: Dialect, number: int) -> str:
    """The feature lies in any of so many areas; the path is searched as it is, without wildcards."""
    return f"({' OR '.join([f'strpos({dialect.quote(AREA)}, {dialect.mark}) > 0'] * number)})" if number else "false"


def equal(dialect: Dialect, column: str) -> str:
    """A property has a bound value."""
    return f"{dialect.quote(column)} = {dialect.mark}"


def inside(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """The geometry meets a box. DuckDB has no index on the table: it skips blocks of rows by the bounds beside the geometry."""
    shape, values = _box(dialect, box)
    if dialect.engine == "postgis":
        return f"ST_Intersects(geometry, ST_SetSRID({shape}, 4326))", values
    mark = dialect.mark
    near = f"_east >= {mark} AND _west <= {mark} AND _north >= {mark} AND _south <= {mark}"
    return f"({near} AND ST_Intersects(geometry, {shape}))", [box.west, box.east, box.south, box.north, *values]


def _box(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """Draw a box. One without width or height is a line or a point: as a polygon it would be invalid and meet no point."""
    point = f"ST_Point({dialect.mark}, {dialect.mark})"
    if box.west < box.east and box.south < box.north:
        return f"ST_MakeEnvelope({', '.join([dialect.mark] * 4)})", list(box)
    if box[:2] == box[2:]:
        return point, [box.west, box.south]
    return f"ST_MakeLine({point}, {point})", list(box)


_CATALOGUE: dict[str, pa.DataType] = {"number": pa.int32(), "manifest": pa.string()}
_TILES: dict[str, pa.DataType] = {"layer": pa.string(), "z": pa.int32(), "x": pa.int32(), "y": pa.int32(), "data": pa.binary()}
_ARCHIVES: dict[str, pa.DataType] = {"layer": pa.string(), "part": pa.int32(), "data": pa.binary()}
CATALOGUE, TILES, ARCHIVES = pa.schema(_CATALOGUE), pa.schema(_TILES), pa.schema(_ARCHIVES)
POINTER, READERS = pa.schema({"number": pa.int32()}), pa.schema({"role": pa.string()})


class Catalogue:
    """The statements of a catalogue of releases on PostGIS: schema ``<prefix>_releases`` and one schema a release."""

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

    @staticmethod
    def private(prefix: str) -> str:
        """Return the name of the workspace's schema, which this side of the wall names only to bar it."""
        return f"{prefix}_private"

    def exists(self, schema: str | None = None) -> tuple[str, list[str]]:
        """Ask whether a schema was made, the catalogue's by default."""
        return "SELECT count(*) FROM pg_namespace WHERE nspname = %s", [schema or self.schema]

    def make(self) -> list[str]:
        """Make the catalogue."""
        return [
            self.make_schema(self.schema),
            create(POSTGIS, self.catalogue, CATALOGUE),
            f"CREATE UNIQUE INDEX ON {self.catalogue} (number)",
            create(POSTGIS, self._name("current"), POINTER),
            create(POSTGIS, self._name("readers"), READERS),
        ]

    def make_schema(self, name: str) -> str:
        """Make a schema; nobody but its owner may look in until it is granted."""
        return f"CREATE SCHEMA {POSTGIS.quote(name)}"

    def tables(self, number: int) -> tuple[str, list[str]]:
        """Names of the tables of a release."""
        text = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' ORDER BY relname"
        return text, [self.release(number)]

    def alone(self, number: int, tables: Sequence[str]) -> str:
        """Shut everybody out of a release's tables until the end of the transaction, or fail at once if somebody is in."""
        names = ", ".join(POSTGIS.table(self.release(number), t) for t in tables)
        return f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT"

    def drop_schema(self, number: int) -> str:
        """Drop a release."""
        return f"DROP SCHEMA {POSTGIS.quote(self.release(number))} CASCADE"

    def lock(self) -> tuple[str, list[str]]:
        """Ask for the right to write until the end of the transaction."""
        return "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"geoservice {self.schema}"]

    def numbers(self) -> str:
        """All releases, oldest first."""
        return f"SELECT number FROM {self.catalogue} ORDER BY number"

    def manifest(self) -> str:
        """The manifest of a release."""
        return f"SELECT manifest FROM {self.catalogue} WHERE number = %s"

    def forget(self) -> str:
        """Strike a release off the catalogue."""
        return f"DELETE FROM {self.catalogue} WHERE number = %s"

    def current(self) -> str:
        """The number of the current release."""
        return f"SELECT number FROM {self._name('current')}"

    def unset(self) -> str:
        """Forget which release is current, before :meth:`set` in the same transaction."""
        return f"DELETE FROM {self._name('current')}"

    def set(self) -> str:
        """Make a release current."""
        return f"INSERT INTO {self._name('current')} (number) VALUES (%s)"

    def readers(self) -> str:
        """Roles that may read releases."""
        return f"SELECT role FROM {self._name('readers')} ORDER BY role"

    def add_reader(self) -> str:
        """Note a role that may read releases."""
        name = self._name("readers")
        return f"INSERT INTO {name} (role) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM {name} WHERE role = %s)"

    def standing(self) -> str:
        """Ask of a role whether it is a superuser, or is or may become the role that asks."""
        return "SELECT rolsuper, pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s"

    def server(self) -> str:
        """Ask for the versions of the server and of PostGIS (null without), and whether this role may make schemas."""
        return (
            "SELECT current_setting('server_version'), (SELECT extversion FROM pg_extension WHERE extname = 'postgis'), "
            "has_database_privilege(current_database(), 'CREATE')"
        )

    def openings(self) -> tuple[str, list[str]]:
        """Count the ways in which this role could look into the workspace: 0 is right for one that serves."""
        readable = "SELECT 1 FROM pg_class c WHERE c.relnamespace = n.oid AND has_table_privilege(c.oid, 'SELECT')"
        opened = f"has_schema_privilege(n.oid, 'USAGE') OR pg_has_role(n.nspowner, 'MEMBER') OR EXISTS ({readable})"
        return f"SELECT count(*) FROM pg_namespace n WHERE nspname = %s AND ({opened})", [self.private(self.prefix)]

    def grant(self, schema: str, role: str) -> list[str]:
        """Let a role look at the tables of a schema, and no more."""
        schema, role = POSTGIS.quote(schema), POSTGIS.quote(role)
        return [f"GRANT USAGE ON SCHEMA {schema} TO {role}", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"]

    def revoke(self, schema: str, role: str) -> list[str]:
        """Let neither a role nor the public look into a schema."""
        schema, role = POSTGIS.quote(schema), POSTGIS.quote(role)
        return [
            f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {role}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
        ]

    def indexes(self, schema: str, layers: Sequence[str]) -> list[str]:
        """Find features by ``fid``, by place and by block, and tiles by their address."""
        tables = [POSTGIS.table(schema, layer_table(x)) for x in layers]
        made = [unique(POSTGIS, schema, x) for x in layers]
        made += [f"CREATE INDEX ON {t} {by}" for t in tables for by in ("USING gist (geometry)", f"({BLOCK})")]
        tiles, archives = (POSTGIS.table(schema, t) for t in ("tiles", "archives"))
        return [
            *made,
            f"CREATE UNIQUE INDEX ON {tiles} (layer, z, x, y)",
            f"CREATE UNIQUE INDEX ON {archives} (layer, part)",
        ]

    def unpacked(self, schema: str) -> str:
        """Keep parts of archives as they are: packed by the server, a few bytes of one would mean unpacking the whole."""
        return f"ALTER TABLE {POSTGIS.table(schema, 'archives')} ALTER COLUMN data SET STORAGE EXTERNAL"

    def archive_size(self, number: int) -> str:
        """Size of an archive in bytes."""
        return f"SELECT coalesce(sum(length(data)), 0) FROM {POSTGIS.table(self.release(number), 'archives')} WHERE layer = %s"

    def archive_part(self, number: int) -> str:
        """Some bytes of a part of an archive: from a position, counted from 1, so many."""
        table = POSTGIS.table(self.release(number), "archives")
        return f"SELECT substring(data FROM %s FOR %s) FROM {table} WHERE layer = %s AND part = %s"

    def analyze(self, schema: str, layers: Sequence[str]) -> list[str]:
        """Count values, so that the planner chooses the indexes from the first query on."""
        return [f"ANALYZE {POSTGIS.table(schema, t)}" for t in ("tiles", *map(layer_table, layers))]

    def tile(self, number: int) -> str:
        """One tile."""
        return (
            f"SELECT data FROM {POSTGIS.table(self.release(number), 'tiles')} WHERE layer = %s AND z = %s AND x = %s AND y = %s"
        )

    def tiles(self, number: int) -> str:
        """All tiles of a layer."""
        columns = "z, x, y, data"
        return f"SELECT {columns} FROM {POSTGIS.table(self.release(number), 'tiles')} WHERE layer = %s ORDER BY z, x, y"


def checkpoint() -> str:
    """Put everything into the one file."""
    return "CHECKPOINT"

"""SQL statements of a store of vintages, as functions of the dialect. Values are bound, names come from an allow-list."""
# ruff: noqa: S608 - module of SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from geoservice.db import Dialect
from geoservice.schema import TABLES, UNBOUND, TableName

_LOADS: dict[str, pa.DataType] = {
    "load": pa.int32(),
    "table_name": pa.string(),
    "source": pa.string(),
    "digest": pa.string(),
    "number": pa.int32(),
    "row_count": pa.int64(),
    "rejected": pa.int64(),
    "added": pa.int64(),
    "removed": pa.int64(),
    "changed": pa.int64(),
    "loaded_at": pa.string(),
    "groups": pa.string(),
}
_EVENTS: dict[str, pa.DataType] = {
    "event": pa.int32(),
    "happened_at": pa.string(),
    "action": pa.string(),
    "table_name": pa.string(),
    "source": pa.string(),
    "load": pa.int32(),
    "number": pa.int32(),
    "file": pa.string(),
    "sha256": pa.string(),
    "row_count": pa.int64(),
    "rejected": pa.int64(),
    "details": pa.string(),
}
_SETTINGS: dict[str, pa.DataType] = {"key": pa.string(), "value": pa.string()}
LOADS, EVENTS, SETTINGS = pa.schema(_LOADS), pa.schema(_EVENTS), pa.schema(_SETTINGS)
GEOPACKAGE_VIEWS = (
    "PRAGMA trusted_schema = OFF",
    "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')",
)
"""For SQLite: lists what in the catalogue of an untrusted GeoPackage could run; used before GDAL opens the file."""
SQLITE_CHECKPOINT, SQLITE_CHECK = "PRAGMA journal_mode = DELETE", "PRAGMA quick_check(1)"
"""For SQLite, on a copy: merges the write-ahead log into the database, and checks that they match."""


class Statements:
    """The statements of one store, for a dialect, the schema of its tables, and the tables that it holds.

    ``tables`` are those of :mod:`geoservice.schema`, stored by vintage; ``plain`` are further ones, by name, without vintages.
    """

    def __init__(
        self, dialect: Dialect, schema: str | None, tables: Sequence[TableName], plain: Mapping[str, pa.Schema]
    ) -> None:
        self.dialect, self.schema, self.tables = dialect, schema, tables
        self.plain = {"loads": LOADS, "events": EVENTS, "settings": SETTINGS, **plain}

    def name(self, table: str) -> str:
        """Return the quoted name of a table."""
        return self.dialect.table(self.schema, table)

    def _columns(self, names: Sequence[str]) -> str:
        return ", ".join(map(self.dialect.quote, names))

    def exists(self) -> tuple[str, list[str]]:
        """Query whether the tables exist; works for a role without the right to read them, whose reads are refused later."""
        sql = f"SELECT count(*) FROM pg_catalog.pg_tables WHERE tablename = 'loads' AND schemaname = {self.dialect.mark}"
        return sql, [self.schema or "main"]

    def lock(self) -> tuple[str, list[str]] | None:
        """Query for the write lock until the end of the transaction; None for DuckDB, which locks the file."""
        if self.dialect.engine == "duckdb":
            return None
        return "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"geoservice {self.schema}"]

    def existing(self) -> tuple[str, list[str]]:
        """Query for the names of the tables that exist."""
        sql = f"SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = {self.dialect.mark}"
        return sql, [self.schema or "main"]

    def create(self, existing: Collection[str] | None = None) -> list[str]:
        """Statements that create schema and tables; only the missing tables, if there are ``existing`` ones."""
        statements = [f"CREATE SCHEMA {self.dialect.quote(self.schema)}"] if self.schema and existing is None else []
        missing = [name for name in (*self.plain, *self.tables) if name not in (existing or ())]
        statements += [self._create(name, schema) for name, schema in self.plain.items() if name in missing]
        for table in (TABLES[name] for name in self.tables if name in missing):
            statements.append(self._create(table.name, table.arrow().insert(0, LOADS.field("load"))))
            if self.dialect.engine == "postgis":
                statements.append(f"CREATE INDEX ON {self.name(table.name)} (load)")
                statements += [self._no_statistics(table.name, c.name) for c in table.columns]
        return statements

    def _no_statistics(self, table: str, column: str) -> str:
        """Statement that keeps PostgreSQL from copying values into its statistics, which a purge does not reach."""
        return f"ALTER TABLE {self.name(table)} ALTER COLUMN {self.dialect.quote(column)} SET STATISTICS 0"

    def _create(self, name: str, schema: pa.Schema) -> str:
        columns = ", ".join(f"{self.dialect.quote(f.name)} {self.dialect.type_of(f)}" for f in schema)
        return f"CREATE TABLE {self.name(name)} ({columns})"

    def columns(self, table: TableName) -> tuple[str, list[str]]:
        """Query for the column names of a table."""
        mark = self.dialect.mark
        sql = f"SELECT column_name FROM information_schema.columns WHERE table_schema = {mark} AND table_name = {mark}"
        return sql, [self.schema or "main", table]

    def add_column(self, table: TableName, column: str) -> list[str]:
        """Statements that add the column of a new group; rows of earlier loads hold null, read as 0."""
        kind = self.dialect.type_of(TABLES[table].group_field(column).with_nullable(True))
        statements = [f"ALTER TABLE {self.name(table)} ADD COLUMN {self.dialect.quote(column)} {kind}"]
        return statements + ([self._no_statistics(table, column)] if self.dialect.engine == "postgis" else [])

    def duplicates(self, table: TableName) -> str:
        """Query how many keys occur more than once in a load."""
        key = self._columns(TABLES[table].key)
        inner = f"SELECT 1 FROM {self.name(table)} WHERE load = {self.dialect.mark} GROUP BY {key} HAVING count(*) > 1"
        return f"SELECT count(*) FROM ({inner}) AS d"

    def _same_key(self, table: TableName) -> str:
        """Condition that the keys of two rows are equal; full joins in PostgreSQL allow only ``=``, so a date replaces null."""
        nullable = {c.name for c in TABLES[table].columns if not c.required}

        def side(alias: str, key: str) -> str:
            name = f"{alias}.{self.dialect.quote(key)}"
            return f"coalesce({name}, DATE '{UNBOUND[0]}')" if key in nullable else name

        return " AND ".join(f"{side('n', k)} = {side('o', k)}" for k in TABLES[table].key)

    def clashes(self, table: TableName, others: int) -> str:
        """Query how many keys of a load each of ``others`` other loads shares, for loads that share any."""
        same = self._same_key(table)
        marks = ", ".join([self.dialect.mark] * others)
        name, mark = self.name(table), self.dialect.mark
        pairs = f"{name} AS n JOIN {name} AS o ON {same} WHERE n.load = {mark} AND o.load IN ({marks})"
        return f"SELECT o.load, count(*) FROM {pairs} GROUP BY o.load"

    def diff(self, table: TableName, groups: Sequence[str], olds: int) -> str:
        """Query for keys added, removed and changed between ``olds`` loads and a new one (bound: new, then the old ones)."""
        quote, name, mark = self.dialect.quote, self.name(table), self.dialect.mark
        spec = TABLES[table]
        same = self._same_key(table)
        differ = [f"n.{quote(c.name)} IS DISTINCT FROM o.{quote(c.name)}" for c in spec.columns if c.name not in spec.key]
        differ += [f"coalesce(n.{quote(g)}, 0) <> coalesce(o.{quote(g)}, 0)" for g in groups]
        new = f"(SELECT * FROM {name} WHERE load = {mark}) AS n"
        old = f"(SELECT * FROM {name} WHERE load IN ({', '.join([mark] * olds)})) AS o"
        return (
            "SELECT count(*) FILTER (WHERE o.load IS NULL), count(*) FILTER (WHERE n.load IS NULL), "
            f"count(*) FILTER (WHERE n.load IS NOT NULL AND o.load IS NOT NULL AND ({' OR '.join(differ)})) "
            f"FROM {new} FULL JOIN {old} ON {same}"
        )

    def read(self, table: TableName, groups: Sequence[str], loads: int) -> str:
        """Query for all rows of some loads in key order."""
        spec, quote = TABLES[table], self.dialect.quote
        columns = [quote(c.name) for c in spec.columns] + [f"coalesce({quote(g)}, 0) AS {quote(g)}" for g in groups]
        text = {c.name for c in spec.columns if pa.types.is_string(c.type)}
        order = ", ".join(quote(k) + (self.dialect.bytewise if k in text else "") for k in spec.key)
        marks = ", ".join([self.dialect.mark] * loads)
        return f"SELECT {', '.join(columns)} FROM {self.name(table)} WHERE load IN ({marks}) ORDER BY {order}"

    def rows_by_load(self, table: TableName) -> str:
        """Query for the number of rows of each load that has rows."""
        return f"SELECT load, count(*) FROM {self.name(table)} GROUP BY load ORDER BY load"

    def rename_source(self) -> str:
        """Statement that renames the source of loads (bound: new name, table, old name)."""
        mark = self.dialect.mark
        return f"UPDATE {self.name('loads')} SET source = {mark} WHERE table_name = {mark} AND source = {mark}"

    def rename_load(self) -> str:
        """Statement that renames the source of one load (bound: new name, load)."""
        mark = self.dialect.mark
        return f"UPDATE {self.name('loads')} SET source = {mark} WHERE load = {mark}"

    def rows(self, table: str, columns: Sequence[str], order: str) -> str:
        """Query for all rows of a plain table, ordered by a column."""
        return f"SELECT {self._columns(columns)} FROM {self.name(table)} ORDER BY {self.dialect.quote(order)}"

    def find(self, table: str, columns: Sequence[str], key: str) -> str:
        """Query for the rows of a plain table in which a column has a value."""
        where = f"{self.dialect.quote(key)} = {self.dialect.mark}"
        return f"SELECT {self._columns(columns)} FROM {self.name(table)} WHERE {where}"

    def insert(self, table: str) -> str:
        """Statement that adds a row to a plain table, its values in schema order."""
        names = self.plain[table].names
        marks = ", ".join([self.dialect.mark] * len(names))
        return f"INSERT INTO {self.name(table)} ({self._columns(names)}) VALUES ({marks})"

    def delete(self, table: str, key: str) -> str:
        """Statement that deletes the rows of a table in which a column has a value."""
        return f"DELETE FROM {self.name(table)} WHERE {self.dialect.quote(key)} = {self.dialect.mark}"

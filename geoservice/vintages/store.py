"""Store of tables with their loads, on either database."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.db import DUCKDB, Database, Session
from geoservice.db.arrow import digest
from geoservice.db.duckdb import memory_session
from geoservice.errors import BadValues, Conflict, Forbidden, InputError, Unavailable
from geoservice.schema import TABLES, UNBOUND, TableName
from geoservice.vintages.base import ImportEvent, Source, Vintage
from geoservice.vintages.loads import Loads, check_source
from geoservice.vintages.rollback import roll_back
from geoservice.vintages.sql import Statements


class VintageStore:
    """Tables in a database, loaded from files; ``folder`` holds further files.

    The current rows of a table are those of the newest vintage of each of its sources that was not rolled back; a key may be
    current in only one source. Writing is one transaction: a killed process leaves the previous vintage untouched.

    Parameters
    ----------
    folder
        Created if missing.
    database
        The database of the tables.
    schema
        The schema of the tables; None for a database file, which holds nothing else.
    tables
        The tables of :mod:`geoservice.schema` that the store holds.
    plain
        Further tables, by name, without vintages.
    """

    def __init__(
        self, folder: Path, database: Database, schema: str | None, tables: Sequence[TableName], plain: Mapping[str, pa.Schema]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.tables = folder, tuple(tables)
        self._database = database
        self._sql = Statements(database.dialect, schema, tables, plain)

    def write(
        self, table: TableName, rows: pa.Table, source: Source, rejected: int = 0, replaces: Sequence[str] = ()
    ) -> Vintage:
        """Store ``rows`` as the newest vintage of ``source``; an unchanged digest changes nothing and returns the old vintage.

        With ``replaces`` it is the next vintage of the sources of these names, which are renamed to the new one.

        Raises
        ------
        DuplicateKeys
            A key is duplicate, or current in another source.
        NotFound
            A source to replace is not loaded.
        Conflict
            Another process is writing.
        """
        self._check(table, rows)
        with self._writing() as session:
            return Loads(session, self._sql).write(table, rows, source, rejected, replaces)

    def try_write(
        self, table: TableName, rows: pa.Table, source: Source, rejected: int = 0, replaces: Sequence[str] = ()
    ) -> Vintage:
        """Return or raise what :meth:`write` would, and change nothing: it writes to a copy in memory."""
        self._check(table, rows)
        with memory_session() as copy, self._reading() as session:
            sql = Statements(DUCKDB, None, (table,), {})
            for statement in sql.create():
                copy.execute(statement)
            if session:
                Loads(copy, sql).copy_current(table, Loads(session, self._sql))
            return Loads(copy, sql).write(table, rows, source, rejected, replaces)

    def loaded(self, table: TableName, source: Source, replaces: Sequence[str] = ()) -> Vintage | None:
        """Return the vintage that :meth:`write` would leave unchanged; raises :class:`NotFound` as it does."""
        with self._reading() as session:
            if session:
                return Loads(session, self._sql).unchanged(table, source, replaces)
        for name in replaces:
            check_source(table, name, ())
        return None

    def forget(self, table: TableName, source: str) -> list[Vintage]:
        """Delete a source and return its vintages; raises :class:`NotFound`. Bytes of its rows remain until :meth:`purge`."""
        check_source(self._check_table(table), source, [v.source.name for v in self.current(table)])
        with self._writing() as session:
            return Loads(session, self._sql).forget(table, source)

    def rollback(self, table: TableName, source: str) -> ImportEvent:
        """Withdraw the current vintage of a source, so that what it replaced is current again, and return the event.

        It is one transaction. The withdrawn rows stay until :meth:`purge`.

        Raises
        ------
        NotFound
            The source is not loaded, or nothing was loaded before.
        Conflict
            Another process is writing; what was loaded before is no longer stored; or a source of its name was loaded since.
        DuplicateKeys
            Its keys are current in another source by now.
        """
        check_source(self._check_table(table), source, [v.source.name for v in self.current(table)])
        with self._writing() as session:
            return roll_back(session, self._sql, table, source)

    def history(self, table: TableName | None = None) -> list[ImportEvent]:
        """Return what happened to the sources, of one table or of all: loads, rollbacks and deletions, oldest first."""
        with self._reading() as session:
            events = Loads(session, self._sql).import_events() if session else []
        return [e for e in events if table is None or e.table == table]

    def old_rows(self) -> dict[TableName, int]:
        """Return the number of rows that are not current, by table, for tables that have any."""
        with self._reading() as session:
            loads = Loads(session, self._sql) if session else None
            loaded = {x.table for x in loads.all()} if loads else set()  # an older store may lack a table
            counts = {t: sum(loads.old_rows(t).values()) for t in self.tables if t in loaded} if loads else {}
        return {table: n for table, n in counts.items() if n}

    def purge(self) -> None:
        """Delete all rows that are not current, and rewrite the tables, so that no byte of a deleted row remains.

        Raises
        ------
        Conflict, Forbidden, Unavailable
            The tables are in use or owned by another role, or the disk is full: old rows are deleted, but their bytes remain.
        """
        with self._reading() as session:
            if not session:
                return
        with self._writing() as session:
            for table in self.tables:
                Loads(session, self._sql).purge(table)
        try:
            self._database.vacuum([self._sql.name(t) for t in (*self.tables, *self._sql.plain)])
        except (Conflict, Forbidden, Unavailable) as error:
            raise type(error)(f"{error}; old rows are deleted, but their bytes remain: purge again") from error

    def _check(self, table: TableName, rows: pa.Table) -> None:
        TABLES[self._check_table(table)].check(rows)
        _check_nul(table, rows)

    def _check_table(self, table: TableName) -> TableName:
        if table not in self.tables:
            raise InputError(f"table {table!r:.80} is not in this store; its tables are {', '.join(self.tables)}")
        return table

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open the only writing transaction; tables are created if missing."""
        with self._database.session(write=True) as session:
            if (lock := self._sql.lock()) and not session.execute(*lock)[0][0]:
                raise Conflict(f"{self.folder.name}: another process is writing; try again when it has finished")
            existing = {str(row[0]) for row in session.execute(*self._sql.existing())} if self._ready(session) else None
            for statement in self._sql.create(existing):
                session.execute(statement)
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session | None]:
        """Open a reading transaction; None if nothing was ever written."""
        if not self._database.exists():
            yield None
            return
        with self._database.session() as session:
            yield session if self._ready(session) else None

    def _ready(self, session: Session) -> bool:
        return bool(session.execute(*self._sql.exists())[0][0])

    def read(self, table: TableName) -> pa.Table:
        """Return the current rows in key order, in the schema of :mod:`geoservice.schema`."""
        empty = TABLES[self._check_table(table)].arrow().empty_table()
        with self._reading() as session:
            loads = Loads(session, self._sql) if session else None
            current = loads.current(table) if loads else []
            return loads.read(table, current) if loads and current else empty

    def day_of(self, table: TableName, as_of: date | None) -> date:
        """Return the reference date of a table: ``as_of`` if stated, else the date (UTC) of its last load not rolled back.

        It does not change by itself: the same loads give the same rows, and a register is not measured again every day.
        """
        if as_of is not None:
            return as_of
        with self._reading() as session:
            loads = Loads(session, self._sql).in_force() if session else []
        return max((x.vintage.loaded_at.date() for x in loads if x.table == table), default=UNBOUND[0])

    def read_as_of(self, table: TableName, as_of: date | None) -> pa.Table:
        """Return the current rows that are valid on the reference date, see :meth:`day_of`.

        Raises
        ------
        InputError
            There are rows, but none is valid on the date.
        """
        return self._valid(table, self.read(table), as_of)

    def _valid(self, table: TableName, rows: pa.Table, as_of: date | None) -> pa.Table:
        """Return those of some rows of a table that are valid on the reference date; raises as :meth:`read_as_of`."""
        day = self.day_of(table, as_of)
        valid = TABLES[table].valid_on(day, rows)
        if rows.num_rows and not valid.any():
            bounds = " and ".join(TABLES[table].period or ())
            raise InputError(f"{table}: by {bounds} no row is valid on {day}; set another date as as_of in study.toml")
        return rows if valid.all() else rows.filter(pa.array(valid))

    def vintages(self, table: TableName | None = None) -> list[Vintage]:
        """Return all loads, oldest first, those that were rolled back too."""
        with self._reading() as session:
            loads = Loads(session, self._sql).all() if session else []
        return [x.vintage for x in loads if table is None or x.table == table]

    def current(self, table: TableName) -> list[Vintage]:
        """Return the current vintage of each source of a table, in the order of their names."""
        with self._reading() as session:
            return [x.vintage for x in Loads(session, self._sql).current(table)] if session else []

    def digest(self, table: TableName) -> str:
        """Return the SHA-256 over the current rows in key order, the same for every store."""
        return digest(self.read(table))

    def digest_as_of(self, table: TableName, as_of: date | None) -> str:
        """Return the SHA-256 over the rows of a date, see :meth:`read_as_of`."""
        return digest(self.read_as_of(table, as_of))

    def remember(self, key: str, value: str) -> None:
        """Store a small setting, e.g. the column mapping of a source."""
        with self._writing() as session:
            self._remember(session, key, value)

    def _remember(self, session: Session, key: str, value: str) -> None:
        session.execute(self._sql.delete("settings", "key"), [key])
        session.execute(self._sql.insert("settings"), [key, value])

    def recall(self, key: str) -> str | None:
        """Return a stored setting, or None."""
        with self._reading() as session:
            return self._recall(session, key) if session else None

    def _recall(self, session: Session, key: str) -> str | None:
        rows = session.execute(self._sql.find("settings", ["value"], "key"), [key])
        return str(rows[0][0]) if rows else None

    def _body(self, table: str, digest: str) -> bytes | None:
        """Return the bytes that a plain table stores under their SHA-256, None if there are none; raises if damaged."""
        schema = pa.schema([self._sql.plain[table].field("body")])
        with self._reading() as session:
            rows = session.fetch(self._sql.find(table, ["body"], "digest"), schema, [digest]).to_pylist() if session else []
        body: bytes | None = rows[0]["body"] if rows else None
        if body is not None and hashlib.sha256(body).hexdigest() != digest:
            store = self.folder.name
            raise InputError(f"{store}: {digest:.12} in {table} is damaged; restore the {store} from a backup")
        return body

    def close(self) -> None:
        """Close files and connections."""
        self._database.close()


def _check_nul(table: TableName, rows: pa.Table) -> None:
    """Raise :class:`BadValues` for NUL in text: PostgreSQL cannot store it; DuckDB could, but the stores must agree."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
        if pa.types.is_string(flat.type) and (n := pc.sum(pc.match_substring(flat, "\0").cast(pa.int64())).as_py()):
            raise BadValues(f"{table}: column {name}: {n} values hold a NUL character, which is not text")

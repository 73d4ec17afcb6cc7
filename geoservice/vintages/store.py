"""A store of tables with their loads, over either database."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.db import Database, Session
from geoservice.db.arrow import digest
from geoservice.errors import BadValues, Conflict, DuplicateKeys, InputError
from geoservice.schema import GROUP_PREFIX, TABLES, UNBOUND, TableName
from geoservice.vintages.base import Source, Vintage
from geoservice.vintages.sql import LOADS, Statements

KEPT = 5
"""Vintages of a source whose rows are kept; the record of older loads stays without them."""


class _Load:
    """A vintage with what the store alone needs to know of it."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.load: int = row["load"]
        self.table: TableName = row["table_name"]
        self.source: str = row["source"]
        self.groups: list[str] = json.loads(row["groups"])

    @property
    def vintage(self) -> Vintage:
        counts = {k: self.row[k] for k in ("number", "rejected", "added", "removed", "changed")}
        source, loaded_at = Source(self.source, self.row["digest"]), datetime.fromisoformat(self.row["loaded_at"])
        return Vintage(table=self.table, source=source, rows=self.row["row_count"], loaded_at=loaded_at, **counts)


class VintageStore:
    """Tables in a database, loaded from files; ``folder`` holds what else belongs to them.

    The current rows of a table are those of the newest vintage of each of its sources; a key may be current in one source
    only. Writing is one transaction: a killed process leaves the vintage before untouched.

    Parameters
    ----------
    folder
        Made when missing.
    database
        Where the tables are.
    schema
        The schema that they are in; None for a database file, which holds nothing else.
    tables
        Which tables of :mod:`geoservice.schema` the store holds.
    plain
        Further tables, by name, kept without vintages.
    """

    def __init__(
        self, folder: Path, database: Database, schema: str | None, tables: Sequence[TableName], plain: Mapping[str, pa.Schema]
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.tables = folder, tuple(tables)
        self._database = database
        self._sql = Statements(database.dialect, schema, tables, plain)

    def write(self, table: TableName, rows: pa.Table, source: Source, rejected: int = 0) -> Vintage:
        """Store ``rows`` as the newest vintage of ``source``; the same digest again is a no-op that returns the old vintage.

        Raises
        ------
        DuplicateKeys
            A key occurs twice, or is current in another source.
        Conflict
            Another process writes.
        """
        TABLES[self._held(table)].check(rows)
        _refuse_nul(table, rows)
        with self._writing() as session:
            loads = self._loads(session)
            mine = [x for x in loads if x.table == table and x.source == source.name]
            if mine and mine[-1].row["digest"] == source.digest:
                return mine[-1].vintage
            new = _Load(_record(table, source, rows, rejected, loads))
            self._fill(session, new, rows, loads)
            for old in mine[: max(len(mine) + 1 - KEPT, 0)]:
                session.execute(self._sql.delete(table, "load"), [old.load])
            return new.vintage

    def _held(self, table: TableName) -> TableName:
        if table not in self.tables:
            raise InputError(f"table {table!r:.80} is not kept here; kept are {', '.join(self.tables)}")
        return table

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open a transaction that writes alone, in tables that are there."""
        with self._database.session(write=True) as session:
            if (lock := self._sql.lock()) and not session.execute(*lock)[0][0]:
                raise Conflict(f"{self.folder.name}: another process is writing; try again when it has finished")
            if not self._ready(session):
                for statement in self._sql.create():
                    session.execute(statement)
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session | None]:
        """Open a transaction that reads; None while nothing was ever written."""
        if not self._database.exists():
            yield None
            return
        with self._database.session() as session:
            yield session if self._ready(session) else None

    def _ready(self, session: Session) -> bool:
        return bool(session.execute(*self._sql.exists())[0][0])

    def _fill(self, session: Session, new: _Load, rows: pa.Table, loads: Sequence[_Load]) -> None:
        """Append the rows, check their keys, compare them with the load before, and record the load."""
        self._add_columns(session, new.table, new.groups)
        stamp = pa.repeat(pa.scalar(new.load, pa.int32()), rows.num_rows)
        session.append(self._sql.name(new.table), rows.add_column(0, LOADS.field("load"), stamp))
        before = self._check_keys(session, new, loads)
        if before:
            groups = sorted({*new.groups, *before.groups})
            counts = session.execute(self._sql.diff(new.table, groups), [new.load, before.load])[0]
            new.row.update(zip(("added", "removed", "changed"), counts, strict=True))
        session.append(self._sql.name("loads"), pa.Table.from_pylist([new.row], LOADS))

    def _add_columns(self, session: Session, table: TableName, groups: Sequence[str]) -> None:
        there = {str(row[0]) for row in session.execute(*self._sql.columns(table))}
        for group in groups:
            if group not in there:
                session.execute(self._sql.add_column(table, group))

    def _check_keys(self, session: Session, new: _Load, loads: Sequence[_Load]) -> _Load | None:
        """Refuse keys that are there twice; return the load before of the same source."""
        table, source, load = new.table, new.source, new.load
        if n := session.execute(self._sql.duplicates(table), [load])[0][0]:
            raise DuplicateKeys(f"{table}: {n} keys {TABLES[table].key} occur more than once in {source}; each may occur once")
        current = _current(loads, table)
        others = [x for x in current if x.source != source]
        if others:
            values = [load, *(x.load for x in others)]
            if n := session.execute(self._sql.clashes(table, len(others)), values)[0][0]:
                names = ", ".join(x.source for x in others)
                raise DuplicateKeys(
                    f"{table}: {n} keys {TABLES[table].key} of {source} are already current from another source ({names})"
                )
        return next((x for x in current if x.source == source), None)

    def _loads(self, session: Session) -> list[_Load]:
        return [_Load(row) for row in session.fetch(self._sql.rows("loads", LOADS.names, "load"), LOADS).to_pylist()]

    def read(self, table: TableName) -> pa.Table:
        """Return the current rows in the order of their key, in the schema of :mod:`geoservice.schema`."""
        empty = TABLES[self._held(table)].arrow().empty_table()
        with self._reading() as session:
            current = _current(self._loads(session), table) if session else []
            if not session or not current:
                return empty
            groups = sorted({g for x in current for g in x.groups})
            schema = TABLES[table].arrow(g.removeprefix(GROUP_PREFIX) for g in groups)
            return session.scan(self._sql.read(table, groups, len(current)), schema, [x.load for x in current])

    def day_of(self, table: TableName, as_of: date | None) -> date:
        """Return the day that rows are taken of: the one stated, else that (UTC) on which the table was last loaded.

        It does not move by itself: the same loads give the same rows, and a register is not measured anew with every day.
        """
        if as_of is not None:
            return as_of
        days = [v.loaded_at.date() for v in self.vintages(table)]
        return max(days, default=UNBOUND[0])

    def read_as_of(self, table: TableName, as_of: date | None) -> pa.Table:
        """Return the current rows that are true on a day, see :meth:`day_of`; refuse where rows are there but none of them is.

        Raises
        ------
        InputError
            No row that is loaded is true on the day.
        """
        rows, day = self.read(table), self.day_of(table, as_of)
        there = TABLES[table].valid_on(day, rows)
        if rows.num_rows and not there.any():
            bounds = " and ".join(TABLES[table].period or ())
            raise InputError(f"{table}: by {bounds} none is there on {day}; as_of in study.toml says which day is wanted")
        return rows if there.all() else rows.filter(pa.array(there))

    def vintages(self, table: TableName | None = None) -> list[Vintage]:
        """Return all loads, oldest first."""
        with self._reading() as session:
            loads = self._loads(session) if session else []
        return [x.vintage for x in loads if table is None or x.table == table]

    def digest(self, table: TableName) -> str:
        """SHA-256 over the current rows in key order, the same for every store."""
        return digest(self.read(table))

    def digest_as_of(self, table: TableName, as_of: date | None) -> str:
        """SHA-256 over the rows of a day, see :meth:`read_as_of`."""
        return digest(self.read_as_of(table, as_of))

    def remember(self, key: str, value: str) -> None:
        """Keep a small setting, e.g. the column mapping of a source."""
        with self._writing() as session:
            self._remember(session, key, value)

    def _remember(self, session: Session, key: str, value: str) -> None:
        session.execute(self._sql.delete("settings", "key"), [key])
        session.execute(self._sql.insert("settings"), [key, value])

    def recall(self, key: str) -> str | None:
        """Return a setting kept before, or None."""
        with self._reading() as session:
            return self._recall(session, key) if session else None

    def _recall(self, session: Session, key: str) -> str | None:
        rows = session.execute(self._sql.find("settings", ["value"], "key"), [key])
        return str(rows[0][0]) if rows else None

    def _body(self, table: str, digest: str) -> bytes | None:
        """Return the bytes that a plain table holds under their SHA-256, None where it does not; refuse others than those."""
        schema = pa.schema([self._sql.plain[table].field("body")])
        with self._reading() as session:
            found = session.fetch(self._sql.find(table, ["body"], "digest"), schema, [digest]).to_pylist() if session else []
        body: bytes | None = found[0]["body"] if found else None
        if body is not None and hashlib.sha256(body).hexdigest() != digest:
            store = self.folder.name
            raise InputError(f"{store}: {digest:.12} in {table} is damaged; restore the {store} from a backup")
        return body

    def close(self) -> None:
        """Let go of files and connections."""
        self._database.close()


def _record(table: TableName, source: Source, rows: pa.Table, rejected: int, loads: Sequence[_Load]) -> dict[str, Any]:
    """Return the row of the table of loads for a new load, as if it were the first of its source."""
    return {
        "load": max((x.load for x in loads), default=0) + 1,
        "table_name": table,
        "source": source.name,
        "digest": source.digest,
        "number": sum(x.table == table and x.source == source.name for x in loads) + 1,
        "row_count": rows.num_rows,
        "rejected": rejected,
        "added": rows.num_rows,
        "removed": 0,
        "changed": 0,
        "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "groups": json.dumps(sorted(n for n in rows.column_names if n.startswith(GROUP_PREFIX))),
    }


def _current(loads: Sequence[_Load], table: TableName) -> list[_Load]:
    """The newest load of each source, in the order of the sources' names."""
    newest = {x.source: x for x in loads if x.table == table}
    return [newest[s] for s in sorted(newest)]


def _refuse_nul(table: TableName, rows: pa.Table) -> None:
    """PostgreSQL cannot hold a NUL in text; DuckDB could, and the stores must agree."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
        if pa.types.is_string(flat.type) and (n := pc.sum(pc.match_substring(flat, "\0").cast(pa.int64())).as_py()):
            raise BadValues(f"{table}: column {name}: {n} values hold a NUL character, which is not text")

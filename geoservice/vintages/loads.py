"""Loads of a store within one transaction: list, add, compare and delete them."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from geoservice.db import Session
from geoservice.errors import DuplicateKeys, NotFound
from geoservice.schema import GROUP_PREFIX, TABLES, TableName
from geoservice.vintages.base import ImportEvent, Source, Vintage
from geoservice.vintages.events import Events
from geoservice.vintages.load_record import Load
from geoservice.vintages.sql import LOADS, Statements

MAX_VINTAGES = 5
"""Number of vintages of a source whose rows are kept; the records of older loads stay."""


class Loads:
    """The loads visible in a transaction.

    The current ones of a table are the newest of each of its sources, without those that were rolled back.
    """

    def __init__(self, session: Session, sql: Statements) -> None:
        self._session, self._sql, self.events = session, sql, Events(session, sql)

    def all(self) -> list[Load]:
        """Return every load, oldest first."""
        return [Load(row) for row in self._session.fetch(self._sql.rows("loads", LOADS.names, "load"), LOADS).to_pylist()]

    def history(self, table: TableName, source: str) -> list[Load]:
        """Return the loads of a source, oldest first."""
        return [x for x in self.all() if (x.table, x.source) == (table, source)]

    def current(self, table: TableName) -> list[Load]:
        """Return the current load of each source of a table, in the order of the sources' names."""
        newest = {x.source: x for x in self.in_force() if x.table == table}
        return [newest[s] for s in sorted(newest)]

    def in_force(self) -> list[Load]:
        """Return the loads that were not rolled back, oldest first."""
        withdrawn = self.events.withdrawn()
        return [x for x in self.all() if x.load not in withdrawn]

    def unchanged(self, table: TableName, source: Source, replaces: Sequence[str] = ()) -> Vintage | None:
        """Return the current vintage of a source if it has the same digest and ``replaces`` names no other current source.

        Raises :class:`NotFound` if a source to replace is not loaded.
        """
        current = {x.source: x for x in self.current(table)}
        last = current.get(source.name)
        loaded = last is not None and last.row["digest"] == source.digest
        if last is not None and loaded and not (set(replaces) - {source.name}) & set(current):
            return last.vintage
        for name in replaces:
            check_source(table, name, current)
        return None

    def write(self, table: TableName, rows: pa.Table, source: Source, rejected: int, replaces: Sequence[str]) -> Vintage:
        """Add a load and return its vintage; it replaces the current ones of its own source and of those in ``replaces``.

        These become one source under the new name, so that their earlier loads stay part of its history.
        """
        if same := self.unchanged(table, source, replaces):
            return same
        current = self.current(table)
        previous = [x for x in current if x.source in {source.name, *replaces}]
        renamed = {x.load: x.source for x in self.all() if x.table == table and x.source in {*replaces} - {source.name}}
        for name in replaces:
            self._session.execute(self._sql.rename_source(), [source.name, table, name])
        new = Load(_record(table, source, rows, rejected, self.all(), self.events.last_load()))
        self.append(new, rows)
        self._check_keys(new, [x for x in current if x not in previous], replaces)
        if previous:
            self._compare(new, previous)
        self._session.append(self._sql.name("loads"), pa.Table.from_pylist([new.row], LOADS))
        self.events.add("import", new, source, renamed=renamed)
        for old in self.history(table, source.name)[:-MAX_VINTAGES]:
            self._session.execute(self._sql.delete(table, "load"), [old.load])
        return new.vintage

    def append(self, load: Load, rows: pa.Table) -> None:
        """Add the rows of a load to its table."""
        existing = {str(row[0]) for row in self._session.execute(*self._sql.columns(load.table))}
        for statement in (s for g in load.groups if g not in existing for s in self._sql.add_column(load.table, g)):
            self._session.execute(statement)
        load_column = pa.repeat(pa.scalar(load.load, pa.int32()), rows.num_rows)
        self._session.append(self._sql.name(load.table), rows.add_column(0, LOADS.field("load"), load_column))

    def _check_keys(self, new: Load, others: Sequence[Load], replaces: Sequence[str]) -> None:
        """Raise :class:`DuplicateKeys` for keys that repeat within the load or are current in another source."""
        table, key = new.table, TABLES[new.table].key
        if n := self._session.execute(self._sql.duplicates(table), [new.load])[0][0]:
            raise DuplicateKeys(f"{table}: {n} keys {key} occur more than once in {new.source}; each may occur once")
        if not others:
            return
        values = [new.load, *(x.load for x in others)]
        if counts := dict(self._session.execute(self._sql.clashes(table, len(others)), values)):
            names = [x.source for x in others if x.load in counts]
            options = " ".join(f"--replace {name!r}" for name in dict.fromkeys([*replaces, *names]))
            raise DuplicateKeys(
                f"{table}: {sum(counts.values())} keys {key} of {new.source} are already current from another source "
                f"({', '.join(names)}); if this file replaces that source, as next month's does, import it with {options}; "
                "otherwise a key may occur in only one file"
            )

    def _compare(self, new: Load, previous: Sequence[Load]) -> None:
        """Set how many keys are added, removed and changed against the loads that the new one replaces."""
        groups = sorted({*new.groups, *(g for x in previous for g in x.groups)})
        values = [new.load, *(x.load for x in previous)]
        counts = self._session.execute(self._sql.diff(new.table, groups, len(previous)), values)[0]
        new.row.update(zip(("added", "removed", "changed"), counts, strict=True))

    def read(self, table: TableName, loads: Sequence[Load]) -> pa.Table:
        """Return the rows of some loads in key order, in the schema of :mod:`geoservice.schema`."""
        groups = sorted({g for x in loads for g in x.groups})
        schema = TABLES[table].arrow(g.removeprefix(GROUP_PREFIX) for g in groups)
        return self._session.scan(self._sql.read(table, groups, len(loads)), schema, [x.load for x in loads])

    def copy_current(self, table: TableName, other: "Loads") -> None:
        """Copy the records of all loads of a table, and the rows of the current ones, from another database."""
        for load in other.current(table):
            self.append(load, other.read(table, [load]))
        records = [x.row for x in other.all() if x.table == table]
        self._session.append(self._sql.name("loads"), pa.Table.from_pylist(records, LOADS))
        self.events.copy(other.events)

    def forget(self, table: TableName, source: str) -> list[Vintage]:
        """Delete all loads of a source with their rows and return their vintages; raises :class:`NotFound`."""
        check_source(table, source, [x.source for x in self.current(table)])
        loads = self.history(table, source)
        for load in loads:
            for name in (table, "loads"):
                self._session.execute(self._sql.delete(name, "load"), [load.load])
        self.events.add_forget(table, source)
        return [x.vintage for x in loads]

    def import_events(self) -> list[ImportEvent]:
        """Return what happened to the sources, oldest first; loads of older versions as far as their records say it."""
        current = {x.load for table in {x.table for x in self.all()} for x in self.current(table)}
        recorded = self.events.all(current)
        known = self.events.loads()
        older = [_unrecorded(x, is_current=x.load in current) for x in self.all() if x.load not in known]
        return [*older, *recorded]

    def old_rows(self, table: TableName) -> dict[int, int]:
        """Return the number of rows of each load of a table that is not current and still has rows."""
        current = {x.load for x in self.current(table)}
        return {load: n for load, n in self._session.execute(self._sql.rows_by_load(table)) if load not in current}

    def purge(self, table: TableName) -> int:
        """Delete the rows of loads that are not current and return their number; the records of the loads stay."""
        old = self.old_rows(table)
        for load in old:
            self._session.execute(self._sql.delete(table, "load"), [load])
        return sum(old.values())


def check_source(table: TableName, name: str, current: Collection[str]) -> None:
    """Raise :class:`NotFound` for a source that is not current."""
    if name not in current:
        raise NotFound(f"{table}: no source {name!r:.80} is loaded; loaded are {', '.join(current) or 'none'}")


def _unrecorded(load: Load, *, is_current: bool) -> ImportEvent:
    """Return the event of a load of an older version."""
    v = load.vintage
    return ImportEvent(
        v.loaded_at, "import", v.table, v.source.name, v.number, rows=v.rows, rejected=v.rejected, is_current=is_current
    )


def _record(
    table: TableName, source: Source, rows: pa.Table, rejected: int, loads: Sequence[Load], last_load: int
) -> dict[str, Any]:
    """Return the record of a new load, with counts as if it were the first of its source.

    Its number in the store is above ``last_load`` too: the history may name loads that were deleted.
    """
    return {
        "load": max((last_load, *(x.load for x in loads))) + 1,
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

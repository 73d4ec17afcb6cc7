"""Withdrawal of the current load of a source, within one transaction."""

from collections.abc import Mapping, Sequence

from geoservice.db import Session
from geoservice.errors import Conflict, DuplicateKeys, NotFound
from geoservice.schema import TableName
from geoservice.vintages.base import ImportEvent
from geoservice.vintages.load_record import Load
from geoservice.vintages.loads import MAX_VINTAGES, Loads, check_source
from geoservice.vintages.sql import Statements


def roll_back(session: Session, sql: Statements, table: TableName, source: str) -> ImportEvent:
    """Withdraw the current load of a source, so that what it replaced is current again, and return the event.

    Sources that it replaced under other names have these names again.

    Raises
    ------
    NotFound
        The source is not loaded, or nothing was loaded before.
    Conflict
        What was loaded before is no longer stored, or a source of its name was loaded since.
    DuplicateKeys
        Its keys are current in another source by now.
    """
    loads = Loads(session, sql)
    current = {x.source: x for x in loads.current(table)}
    check_source(table, source, current)
    last = current[source]
    old_names = loads.events.renamed(last)
    restored = _loads_before(loads, last, old_names)
    others = [x for x in current.values() if x is not last]
    _check_stored(session, sql, last, restored)
    _check_names(last, others, old_names)
    _check_keys(session, sql, restored, others)
    for load, name in old_names.items():
        session.execute(sql.rename_load(), [name, load])
    names = [f"{x.vintage.number} of {old_names.get(x.load, source)}" for x in restored]
    return loads.events.add("rollback", last, last.vintage.source, restored=names)


def _loads_before(loads: Loads, last: Load, old_names: Mapping[int, str]) -> list[Load]:
    """Return the loads that a load replaced: the newest earlier one of each of its sources; raises :class:`NotFound`."""
    earlier = {
        old_names.get(x.load, x.source): x
        for x in loads.in_force()
        if x.load < last.load and (x.table, x.source) == (last.table, last.source)
    }
    if not earlier:
        raise NotFound(
            f"{last.table}: nothing was loaded before vintage {last.vintage.number} of {last.source}, so there is nothing to "
            "return to; geoservice forget deletes a source"
        )
    return list(earlier.values())


def _check_stored(session: Session, sql: Statements, last: Load, restored: Sequence[Load]) -> None:
    """Raise :class:`Conflict` unless exactly the rows that a load was compared with are still stored."""
    stored, vintage = dict(session.execute(sql.rows_by_load(last.table))), last.vintage
    rows = [x.vintage.rows for x in restored]
    if [stored.get(x.load, 0) for x in restored] != rows or sum(rows) != vintage.rows - vintage.added + vintage.removed:
        raise Conflict(
            f"{last.table}: the rows before vintage {vintage.number} of {last.source} are no longer stored, since they were "
            f"purged or are older than {MAX_VINTAGES} vintages, or an older version did not record them; import the earlier "
            "file again"
        )


def _check_names(last: Load, others: Sequence[Load], old_names: Mapping[int, str]) -> None:
    if reused := sorted({x.source for x in others} & set(old_names.values())):
        raise Conflict(
            f"{last.table}: {', '.join(reused)} was replaced by {last.source} and imported again since; forget one first"
        )


def _check_keys(session: Session, sql: Statements, restored: Sequence[Load], others: Sequence[Load]) -> None:
    """Raise :class:`DuplicateKeys` for keys that are current in other sources by now."""
    for load in restored:
        values = [load.load, *(x.load for x in others)]
        if others and (counts := dict(session.execute(sql.clashes(load.table, len(others)), values))):
            names = ", ".join(x.source for x in others if x.load in counts)
            raise DuplicateKeys(
                f"{load.table}: {sum(counts.values())} keys of vintage {load.vintage.number} of {load.source} are current in "
                f"{names} by now; a key may be current in only one source"
            )

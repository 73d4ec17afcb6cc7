"""Checks of geoservice doctor for what is loaded: sources, areas, and what is left of households that are gone."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.common import project_is_there, project_of, register_is_apart, stores_of
from geoservice.cli.purge import reject_files

if TYPE_CHECKING:
    from geoservice.settings import Settings

NAMED = 5
"""Pairs of overlapping areas that are named."""


def _loaded(settings: "Settings") -> Iterator[CheckResult]:
    """The current vintage of each source; how many rows it has is private."""
    with stores_of(settings) as stores:
        current = {table: store.current(table) for store in stores for table in store.tables}
        for table, vintages in sorted(current.items()):
            for v in vintages:
                yield CheckResult("ok", f"{table}: {v.source.name}, vintage {v.number} of {v.loaded_at:%Y-%m-%d %H:%M} UTC")
    for table in ("areas", "stations"):
        if not current.get(table):
            yield CheckResult("warn", f"{table}: nothing loaded; geoservice import {table} FILE")
    if not any(current.get(t) for t in ("households", "population")) and not register_is_apart(settings):
        yield CheckResult(
            "warn", "people: none loaded; geoservice import households FILE, or geoservice import population FILE"
        )
    if len(households := current.get("households", [])) > 1:
        names = ", ".join(v.source.name for v in households)
        yield CheckResult(
            "warn",
            f"households: {len(households)} sources are current at once ({names}) and all of them count. Right if they are of "
            "different places; if one takes the place of another: geoservice forget NAME, and import the next with --replace",
        )


def _overlaps(settings: "Settings") -> Iterator[CheckResult]:
    """Areas of one level, of which one place has one."""
    from geoservice.ingest.overlaps import overlapping_areas

    if not project_is_there(settings):
        return
    with closing(project_of(settings)) as project:
        pairs = overlapping_areas(project.read("areas"))
    if not pairs:
        yield CheckResult("ok", "areas: none of one level overlap")
        return
    named = ", ".join(f"{a} and {b} ({level}, {share:.0%} of the smaller)" for level, (a, b), share in pairs[:NAMED])
    more = f" and {len(pairs) - NAMED} pairs more" if len(pairs) > NAMED else ""
    yield CheckResult(
        "warn",
        f"areas: of one level, {named}{more} overlap; who lives there counts in the lower code alone. Give an area that was "
        "replaced a valid_to, or geoservice forget the source it is in",
    )


def _leftovers(settings: "Settings") -> Iterator[CheckResult]:
    """Households that are gone, in old vintages and files of rejected rows; numbers are private."""
    with stores_of(settings) as stores:
        holding = [store.folder.name for store in stores if store.old_rows() or reject_files(store)]
    if holding:
        yield CheckResult(
            "warn",
            f"{' and '.join(holding)}: old vintages or rejected rows are kept, and in them households that left or were "
            "corrected; erase them with: geoservice purge",
        )


INPUTS: dict[str, Check] = {"loaded": _loaded, "areas": _overlaps, "old vintages": _leftovers}

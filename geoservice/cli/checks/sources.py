"""Checks of geoservice doctor for the loaded inputs: sources, areas, and remains of households that have left."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.common import project_exists, project_of, register_has_own_role, stores_of, study_of
from geoservice.cli.purge import reject_files

if TYPE_CHECKING:
    from geoservice.settings import Settings

MAX_NAMED_PAIRS = 5
"""Pairs of overlapping areas in the message."""


def _loaded(settings: "Settings") -> Iterator[CheckResult]:
    """Report the current vintage of each source, without its number of rows, which is private."""
    with stores_of(settings) as stores:
        current = {table: store.current(table) for store in stores for table in store.tables}
        for table, vintages in sorted(current.items()):
            for v in vintages:
                yield CheckResult("ok", f"{table}: {v.source.name}, vintage {v.number} of {v.loaded_at:%Y-%m-%d %H:%M} UTC")
    for table in ("areas", "stations"):
        if not current.get(table):
            yield CheckResult("warn", f"{table}: nothing loaded; geoservice import {table} FILE")
    has_people = any(current.get(t) for t in ("households", "population")) or _has_surfaces(settings)
    if not has_people and not register_has_own_role(settings):
        yield CheckResult(
            "warn",
            "people: none loaded; geoservice import households FILE, or geoservice import population FILE, or in a region "
            "geoservice import surface FILE",
        )
    if len(households := current.get("households", [])) > 1:
        names = ", ".join(v.source.name for v in households)
        yield CheckResult(
            "warn",
            f"households: {len(households)} sources are current ({names}) and all of them count. This is right if they are of "
            "different places; if one replaces another: geoservice forget NAME, and import the next with --replace",
        )


def _has_surfaces(settings: "Settings") -> bool:
    if not project_exists(settings):
        return False
    with closing(project_of(settings)) as project:
        return bool(project.surfaces())


def _overlaps(settings: "Settings") -> Iterator[CheckResult]:
    """Check that areas of the same level do not overlap."""
    from geoservice.ingest.overlaps import overlapping_areas

    if not project_exists(settings):
        return
    with closing(project_of(settings)) as project:
        pairs = overlapping_areas(project.areas_of(study_of(settings).code_system))
    if not pairs:
        yield CheckResult("ok", "areas: no areas of the same level overlap")
        return
    examples = ", ".join(
        f"{a} and {b} ({level}, {share:.0%} of the smaller)" for level, (a, b), share in pairs[:MAX_NAMED_PAIRS]
    )
    more = f" and {len(pairs) - MAX_NAMED_PAIRS} more pairs" if len(pairs) > MAX_NAMED_PAIRS else ""
    yield CheckResult(
        "warn",
        f"areas: of one level, {examples}{more} overlap; people there count only in the lower code. Give a replaced area a "
        "valid_to, or use geoservice forget on its source",
    )


def _leftovers(settings: "Settings") -> Iterator[CheckResult]:
    """Report whether old vintages and files of rejected rows exist; their numbers are private."""
    with stores_of(settings) as stores:
        names = [store.folder.name for store in stores if store.old_rows() or reject_files(store)]
    if names:
        yield CheckResult(
            "warn",
            f"{' and '.join(names)}: old vintages or rejected rows are stored, with households that have left or were "
            "corrected; erase them with: geoservice purge",
        )


INPUTS: dict[str, Check] = {"loaded": _loaded, "areas": _overlaps, "old vintages": _leftovers}

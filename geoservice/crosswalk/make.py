"""A crosswalk is made from the top down: the areas of a level are matched inside the matched areas above them."""

from collections.abc import Collection

import pyarrow as pa
import shapely

from geoservice.crosswalk.borders import overlaps
from geoservice.crosswalk.coded_areas import CodedAreas
from geoservice.crosswalk.crosswalk import Crosswalk, Link, crosswalk_of
from geoservice.crosswalk.names import name_pairs
from geoservice.crosswalk.scopes import Pair, Scopes
from geoservice.schema import LEVELS


def make_crosswalk(origin: pa.Table, target: pa.Table) -> Crosswalk:
    """Return which areas of one code system are which areas of another.

    Areas of a level are matched inside areas that are matched themselves: by their full names, then by their names without
    suffix, if only one area on either side has the name; and by their borders, where both have one. Borders with less than
    half of the smaller area in common contradict a name. A code is never compared. What is matched does not depend on the
    order of the rows, and is the same in both directions.

    Parameters
    ----------
    origin, target : Arrow tables
        Areas of one code system each, as :data:`geoservice.schema.AREAS`; codes are unique.

    Raises
    ------
    InputError
        A table has several code systems, or a code twice.
    """
    ours, theirs = CodedAreas.of(origin), CodedAreas.of(target)
    shared = [level for level in LEVELS if level in ours.by_level and level in theirs.by_level]
    scopes, links, reasons = Scopes(), dict[Pair, Link](), dict.fromkeys(ours.names, "no_level")
    for level in shared:
        of_level, unmatched = _match_level(ours, theirs, level, shared, scopes)
        scopes.add(ours.by_level[level], theirs.by_level[level], list(of_level))
        links |= of_level
        reasons |= dict.fromkeys(ours.by_level[level], "") | unmatched
    return crosswalk_of(ours, theirs, links, reasons)


def _match_level(
    ours: CodedAreas, theirs: CodedAreas, level: str, shared: Collection[str], scopes: Scopes
) -> tuple[dict[Pair, Link], dict[str, str]]:
    """Return the links between the areas of a level, and why areas of the first system have none."""
    above = ours.scopes(level, shared)
    names = [scopes.names(side, areas, areas.scopes(level, shared)) for side, areas in enumerate((ours, theirs))]
    named = name_pairs(names[0], names[1], level)
    both = overlaps(_outlines(ours, level), _outlines(theirs, level))
    contradicted = {p for p in named.method if p[0] in ours.outlines and p[1] in theirs.outlines and p not in both}
    methods = {pair: method for pair, method in named.method.items() if pair not in contradicted}
    settled = [{pair[side] for pair in methods} for side in (0, 1)]
    links = {pair: Link(method, both.get(pair)) for pair, method in methods.items()}
    links |= {
        pair: Link("overlap", share)
        for pair, share in both.items()
        if pair not in links and not (pair[0] in settled[0] and pair[1] in settled[1])
    }
    matched, apart = {one for one, _ in links}, {one for one, _ in contradicted}
    reasons = {
        code: _reason(code, scope is None or scope in scopes.matched[0], apart, named.ambiguous)
        for code, scope in above.items()
        if code not in matched
    }
    return links, reasons


def _outlines(areas: CodedAreas, level: str) -> dict[str, shapely.Geometry]:
    return {code: areas.outlines[code] for code in areas.by_level[level] if code in areas.outlines}


def _reason(code: str, is_scope_matched: bool, apart: Collection[str], ambiguous: Collection[str]) -> str:
    """Return why an area has no counterpart, a key of :data:`geoservice.crosswalk.texts.REASON_LABELS`."""
    if not is_scope_matched:
        return "no_parent"
    if code in apart:
        return "borders_apart"
    return "several_candidates" if code in ambiguous else "no_counterpart"

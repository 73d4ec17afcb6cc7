"""Candidate places of an address: areas by the intersection of the areas that it states, then places inside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from geoservice.addresses.area_hits import COUNTY, TOWN, VILLAGE, Hit, area_named, hits_in
from geoservice.addresses.area_names import contradicts_kind
from geoservice.addresses.elements import AREA_KINDS, Element, ElementKind, ParsedAddress
from geoservice.addresses.faults import points_off
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.scope_check import judge_scope

MAX_AREAS = 8
"""Areas in which the finer parts of an address are looked for."""
_SUPPORT_POINTS = 8


@dataclass(frozen=True)
class AreaCandidate:
    """An area that an address may be in.

    Attributes
    ----------
    row : int
        -1 for anywhere in the gazetteer.
    faults : tuple of str
    supports : int
        Number of stated areas that it is inside of or is.
    is_finest : bool
        Whether it is the finest area that is stated.
    has_groups : bool
        Whether the group that is stated may be in it: not if another village is stated.
    """

    row: int
    faults: tuple[str, ...]
    supports: int
    is_finest: bool
    has_groups: bool = True


class AreaSearch(NamedTuple):
    """Areas that an address may be in, the best first; whether it states another area than the scope.

    ``crowd`` is empty but where more areas than :data:`MAX_AREAS` fit equally well: then it is all of them.
    """

    areas: Sequence[AreaCandidate]
    is_outside: bool = False
    crowd: Sequence[int] = ()


def search_areas(address: ParsedAddress, gazetteer: Gazetteer, scope: int, country: str) -> AreaSearch:
    """Return the areas that an address may be in.

    Every stated area is looked up inside the ones before it, exactly, then by a near name; where it is not there, in the whole
    county, so that a wrong township does not hide a village. Each area found is then judged by all areas that are stated.

    Parameters
    ----------
    scope : int
        Row that all places must be inside of; -1 for none.
    country : str
        ISO 3166 code.
    """
    stated = [(level, e) for level, kind in enumerate(AREA_KINDS) for e in address.of(kind)[:1]]
    scope_level = gazetteer.level[scope] - 1 if scope >= 0 else -1
    is_china = country == "CN"
    above = [(level, e) for level, e in stated if is_china and level <= scope_level]
    inside = [(level, e) for level, e in stated if not is_china or level > scope_level]
    parts = [element.text for element in address.of(ElementKind.GROUP)]
    hits = _lookup_all(inside, gazetteer, scope, is_china, parts)
    village = _village_without_suffix(address, hits, gazetteer, scope) if is_china else None
    if village:
        inside, hits = [*inside, (VILLAGE, village[0])], [*hits, village[1]]
    rows = {hit.row for level_hits in hits for hit in level_hits}
    scope_faults, contradictions = judge_scope(above, gazetteer, scope)
    agreeing = len(above) - contradictions
    areas = [_judge(row, inside, hits, gazetteer, is_china) for row in sorted(rows)]
    if contradictions and max((area.supports for area in areas), default=0) <= contradictions:
        return AreaSearch((), is_outside=True)
    areas.extend(_anywhere(hits, gazetteer, scope))
    areas = [replace(a, faults=a.faults + scope_faults, supports=a.supports + agreeing) for a in areas]
    areas = sorted(_undominated(areas, gazetteer), key=lambda area: (*_rank(area), area.row))
    if len(areas) > MAX_AREAS and _rank(areas[MAX_AREAS]) == _rank(areas[0]):
        return AreaSearch(areas[:MAX_AREAS], crowd=[area.row for area in areas if _rank(area) == _rank(areas[0])])
    return AreaSearch(areas[:MAX_AREAS])


def _undominated(areas: Sequence[AreaCandidate], gazetteer: Gazetteer) -> list[AreaCandidate]:
    """Return the areas without those that contain a better one, which has all that can be found in them."""
    kept: list[AreaCandidate] = []
    for area in sorted(areas, key=lambda area: (-area.supports, points_off(area.faults), -area.row)):
        points = points_off(area.faults)
        if not any(
            points_off(k.faults) <= points and k.supports > area.supports and _contains(area.row, k.row, gazetteer)
            for k in kept
        ):
            kept.append(area)
    return kept


def _contains(outer: int, row: int, gazetteer: Gazetteer) -> bool:
    return outer < 0 or (row >= 0 and gazetteer.is_inside(row, outer))


def _anywhere(hits: Sequence[Sequence[Hit]], gazetteer: Gazetteer, scope: int) -> Iterator[AreaCandidate]:
    """Yield the scope, as if the stated areas were wrong; not in a larger area than a county, where names repeat."""
    if not any(hits) or (scope >= 0 and gazetteer.level[scope] - 1 >= COUNTY):
        faults = tuple("wrong_level" if level_hits else "unknown_level" for level_hits in hits)
        yield AreaCandidate(scope, faults, 0, not hits, not any(hits))


def _rank(area: AreaCandidate) -> tuple[int, bool]:
    return points_off(area.faults) - _SUPPORT_POINTS * area.supports, not area.is_finest


def _lookup_all(
    stated: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int, is_china: bool, parts: Sequence[str]
) -> list[list[Hit]]:
    """Return the areas of each stated name; ``parts`` are the names of stated groups, which tell villages apart."""
    contexts: list[int] = [scope]
    hits: list[list[Hit]] = []
    for level, element in stated:
        found = hits_in(element, level, contexts, gazetteer, is_china, scope)
        if hits and not hits[-1]:  # in an area that is not known, a near name is hardly the one that is meant
            found = [hit for hit in found if hit.fault != "typo"]
        is_doubtful = all(hit.fault == "typo" or _is_other_kind(element.text, level, hit, gazetteer) for hit in found)
        if level > COUNTY and is_doubtful:
            wider = sorted({gazetteer.at_level(c, COUNTY) for c in contexts if c >= 0} - set(contexts) - {-1})
            wide = [h for h in hits_in(element, level, wider, gazetteer, is_china, scope) if h.fault != "typo"]
            found = _here_or_elsewhere(element.text, level, found, wide, gazetteer, parts)
        if not found and element.row >= 0 and any(_contains(context, element.row, gazetteer) for context in contexts):
            found.append(Hit(element.row))
        hits.append(found)
        contexts = _outermost({hit.row for hit in found}, gazetteer) or contexts
    return hits


def _is_other_kind(text: str, level: int, hit: Hit, gazetteer: Gazetteer) -> bool:
    return level == VILLAGE and contradicts_kind(text, gazetteer.name(hit.row))


def _here_or_elsewhere(
    text: str, level: int, here: list[Hit], exact: list[Hit], gazetteer: Gazetteer, parts: Sequence[str]
) -> list[Hit]:
    """Return the areas that a name means: those here have a near name or are of another kind, others have the exact name.

    An error hardly ever makes the name of one area that of another one. So the exact name elsewhere in the county counts alone
    if it is unique, of the stated kind, and the near one has no error that people often make. Both count if those here have
    the name but are of another kind, as 芭茅村 and 芭茅社区 in two townships, and if only those here have a stated ``part``.
    """
    exact = [hit for hit in exact if hit.row not in {h.row for h in here}]
    same = [hit for hit in exact if not _is_other_kind(text, level, hit, gazetteer)]
    if any(hit.fault != "typo" for hit in here):
        return [hit._replace(fault="wrong_level") for hit in here] + same if same else here
    has_part = {hit.row: any(gazetteer.rows_named(part, hit.row, 1) for part in parts) for hit in (*here, *exact)}
    is_known_here = any(has_part[hit.row] for hit in here) and not any(has_part[hit.row] for hit in exact)
    if len(exact) == len(same) == 1 and not is_known_here and not any(hit.is_usual for hit in here):
        return exact
    return here + exact


def _village_without_suffix(
    address: ParsedAddress, hits: Sequence[Sequence[Hit]], gazetteer: Gazetteer, scope: int
) -> tuple[Element, list[Hit]] | None:
    """Return what reads like a named place but is the name of a village in the stated township or county, as in 永林12组."""
    poi = address.first(ElementKind.POI)
    if poi is None or address.of(ElementKind.COMMUNITY):
        return None
    known = [{hit.row for hit in level_hits} for level_hits in hits if level_hits]
    contexts = _outermost(known[-1], gazetteer) if known else [scope]
    found = [
        hit
        for context in contexts[:MAX_AREAS]
        if context >= 0 and gazetteer.level[context] > COUNTY
        for hit in area_named(poi.text, VILLAGE, context, gazetteer, True)
        if gazetteer.level[hit.row] - 1 == VILLAGE
    ]
    return (poi, found) if found else None


def _outermost(rows: set[int], gazetteer: Gazetteer) -> list[int]:
    """Return the rows that are in none of the others; rows inside a place follow it."""
    outer: list[int] = []
    for row in sorted(rows):
        if not outer or row >= gazetteer.end[outer[-1]]:
            outer.append(row)
    return outer


def _judge(
    row: int,
    stated: Sequence[tuple[int, Element]],
    hits: Sequence[Sequence[Hit]],
    gazetteer: Gazetteer,
    is_china: bool,
) -> AreaCandidate:
    """Judge an area by all areas that are stated."""
    supports = 0
    chain = set(gazetteer.chain(row))
    faults: list[str] = []
    is_finest = has_groups = True
    for (level, _), level_hits in zip(stated, hits, strict=True):
        fitting = next((hit for hit in level_hits if hit.row in chain), None)
        if fitting is not None:
            faults.extend(fitting.faults)
            supports += fitting.fault not in ("typo", "wrong_level")
        elif level > gazetteer.level[row] - 1 and is_china:
            is_finest = False
            has_groups = has_groups and level != VILLAGE
            faults.append("wrong_level" if level_hits else "part_unknown")
        else:
            faults.append("wrong_level" if level_hits else "unknown_level")
    if is_china and gazetteer.level[row] - 1 == VILLAGE and not any(level == TOWN for level, _ in stated):
        faults.append("missing_level")
    return AreaCandidate(row, tuple(faults), supports, is_finest, has_groups)

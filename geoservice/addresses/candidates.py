"""Candidate places of an address: areas by the intersection of the areas that it states, then places inside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from geoservice.addresses.area_hits import COUNTY, TOWN, VILLAGE, Hit
from geoservice.addresses.area_lookup import look_up, village_without_suffix
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
    hits = look_up(inside, gazetteer, scope, is_china, parts)
    village = village_without_suffix(address, hits, gazetteer, scope) if is_china else None
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

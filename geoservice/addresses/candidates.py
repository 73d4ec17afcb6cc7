"""Candidate places of an address: areas by the intersection of the areas that it states, then places inside them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from geoservice.addresses.elements import AREA_KINDS, Element, ElementKind, ParsedAddress
from geoservice.addresses.faults import points_off
from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.near_names import OTHER_CLASS, base_name, is_one_edit
from geoservice.divisions import divisions

MAX_AREAS = 8
"""Areas in which the finer parts of an address are looked for."""
_MAX_NAMED = 400
_SUPPORT_POINTS = 8
_SHORT = 2
"""Names of so many characters share one with many others: one that is near is less likely to be meant."""
_MANY = 2000
COUNTY, TOWN, VILLAGE = 2, 3, 4
_OF_VILLAGE = ("委会", "民委员会", "村委会", "居委会")
_OF_COMMUNITY = ("居委会", "居民委员会", "村委会", "村民委员会")
_COMMUNITY_ENDINGS = ("村", "社区", "村委会", "居委会", "村民委员会", "社区居委会", "居民委员会", "社区居民委员会")


class Hit(NamedTuple):
    """A place that has a name that is stated, and the fault of the name, if any."""

    row: int
    fault: str | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """The fault as a tuple."""
        return (self.fault,) if self.fault else ()


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
    """

    row: int
    faults: tuple[str, ...]
    supports: int
    is_finest: bool


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
    hits = _lookup_all(inside, gazetteer, scope, is_china)
    village = _village_without_suffix(address, hits, gazetteer, scope) if is_china else None
    if village:
        inside, hits = [*inside, (VILLAGE, village[0])], [*hits, village[1]]
    rows = {hit.row for level_hits in hits for hit in level_hits}
    scope_faults, contradictions = _judge_scope(above, gazetteer, scope)
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
        yield AreaCandidate(scope, faults, 0, not hits)


def _rank(area: AreaCandidate) -> tuple[int, bool]:
    return points_off(area.faults) - _SUPPORT_POINTS * area.supports, not area.is_finest


def _lookup_all(stated: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int, is_china: bool) -> list[list[Hit]]:
    """Return the areas of each stated name."""
    contexts: list[int] = [scope]
    hits: list[list[Hit]] = []
    for level, element in stated:
        found = _in_contexts(element, level, contexts, gazetteer, is_china, scope)
        if hits and not hits[-1]:  # in an area that is not known, a near name is hardly the one that is meant
            found = [hit for hit in found if hit.fault != "typo"]
        if level > COUNTY and all(hit.fault == "typo" for hit in found):
            wider = sorted({gazetteer.at_level(c, COUNTY) for c in contexts if c >= 0} - set(contexts) - {-1})
            wide = [h for h in _in_contexts(element, level, wider, gazetteer, is_china, scope) if h.fault != "typo"]
            found += [hit for hit in wide if hit.row not in {h.row for h in found}]
        if not found and element.row >= 0 and any(_contains(context, element.row, gazetteer) for context in contexts):
            found.append(Hit(element.row))
        hits.append(found)
        contexts = _outermost({hit.row for hit in found}, gazetteer) or contexts
    return hits


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


def _in_contexts(
    element: Element, level: int, contexts: Sequence[int], gazetteer: Gazetteer, is_china: bool, scope: int
) -> list[Hit]:
    exact = [hit for context in contexts for hit in area_named(element.text, level, context, gazetteer, is_china)]
    if exact:
        return exact
    known = [context for context in contexts if context >= 0]
    if not is_china:
        return [hit for context in known for hit in _near_places(element.text, context, gazetteer)]
    return [hit for context in known for hit in _near_areas(element.text, level, context, gazetteer, scope)]


def area_named(text: str, level: int, within: int, gazetteer: Gazetteer, is_china: bool) -> list[Hit]:
    """Return the areas of a name inside a place; a village is also found without what its name ends in."""
    for name in _variants(text, level) if is_china else (text,):
        named = gazetteer.named(name, within)
        rows = [n for n in named if gazetteer.level[n.row] and (not is_china or abs(gazetteer.level[n.row] - 1 - level) <= 1)]
        exact = [n for n in rows if gazetteer.level[n.row] - 1 == level] or rows
        if exact:
            return [Hit(n.row, "old_name" if n.name_kind == "historic" else None) for n in exact]
    return []


def _variants(text: str, level: int) -> Iterable[str]:
    yield text
    if level == VILLAGE:
        yield from (text + ending for ending in (_OF_VILLAGE if text.endswith("村") else _OF_COMMUNITY))
        base = base_name(text, level)
        yield from (base + ending for ending in ("", *_COMMUNITY_ENDINGS) if base + ending != text)


def _near_areas(text: str, level: int, within: int, gazetteer: Gazetteer, scope: int) -> list[Hit]:
    """Return the areas in China with a near name inside a place; a large place is not searched."""
    if gazetteer.level[within] < min(level, COUNTY + 1):
        return []
    near = gazetteer.near_names.find(text, within, level)
    if len(base_name(text, level)) <= _SHORT:
        is_parent = level < VILLAGE or gazetteer.level[within] - 1 >= TOWN or within == scope
        names = gazetteer.official_names(np.array([n.row for n in near], np.int64))
        near = [
            n for n, name in zip(near, names, strict=True) if not n.is_typo or (is_parent and _is_likely(text, name, level))
        ]
    return [Hit(n.row, "typo" if n.is_typo else "other_suffix" if level == TOWN else None) for n in near]


def _is_likely(text: str, name: str, level: int) -> bool:
    """Whether a short name that is near is meant: a county may not be another one, a town may not be of another kind too."""
    if level == VILLAGE:
        return True
    return is_one_edit(text, name) and (level == TOWN or len(text) != len(name))


def _near_places(text: str, within: int, gazetteer: Gazetteer) -> list[Hit]:
    """Return the areas of other countries, of any level, with a near name inside a place."""
    levels = sorted({gazetteer.level[row] - 1 for row in range(within, min(gazetteer.end[within], within + _MANY))} - {-1})
    return [Hit(n.row, "typo" if n.is_typo else None) for lv in levels for n in gazetteer.near_names.find(text, within, lv)]


def _judge_scope(above: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int) -> tuple[tuple[str, ...], int]:
    """Return the faults of stated areas that contain the scope, and how many of them name another area."""
    faults: list[str] = []
    contradictions = 0
    for level, element in above:
        row = gazetteer.at_level(scope, level)
        if row < 0:  # a gazetteer of one county does not have its province
            continue
        names = gazetteer.all_names(row)
        bases = {base_name(name, level) for name in names}
        if element.text in names or base_name(element.text, level) in bases:
            continue
        if element.text not in _division_names() and any(_is_typo(element.text, name, level) for name in names):
            faults.append("typo")
            continue
        contradictions += 1
        faults.append("wrong_level")
    return tuple(faults), contradictions


def _is_typo(text: str, name: str, level: int) -> bool:
    one, other = base_name(text, level), base_name(name, level)
    return min(len(one), len(other)) > 1 and is_one_edit(one, other)


def _division_names() -> frozenset[str]:
    return frozenset(division.name for division in divisions().values())


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
    is_finest = True
    for (level, _), level_hits in zip(stated, hits, strict=True):
        fitting = next((hit for hit in level_hits if hit.row in chain), None)
        if fitting is not None:
            faults.extend(fitting.faults)
            supports += fitting.fault != "typo"
        elif level > gazetteer.level[row] - 1 and is_china:
            is_finest = False
            faults.append("wrong_level" if level_hits else "part_unknown")
        else:
            faults.append("wrong_level" if level_hits else "unknown_level")
    if is_china and gazetteer.level[row] - 1 == VILLAGE and not any(level == TOWN for level, _ in stated):
        faults.append("missing_level")
    return AreaCandidate(row, tuple(faults), supports, is_finest)


def places_named(text: str, kinds: Sequence[str], area: int, scope: int, gazetteer: Gazetteer) -> list[Hit]:
    """Return the places of a name in an area or, for what an area may share, in the township and the county around it.

    Parameters
    ----------
    text : str
    kinds : sequence of str
        Of :data:`geoservice.addresses.gazetteer.KINDS`.
    area : int
        Row, -1 for anywhere.
    scope : int
        Row that all places must be inside of; -1 for none.
    """
    numbers = {KINDS.index(kind) for kind in kinds}
    for within, is_wider in _widening(area, scope, gazetteer):
        named = [n for n in gazetteer.named(text, within) if gazetteer.kind[n.row] in numbers]
        found = [Hit(n.row, "old_name" if n.name_kind == "historic" else None) for n in named]
        if not found and within >= 0 and gazetteer.level[within] > COUNTY:
            near = [n for kind in sorted(numbers) for n in gazetteer.near_names.find(text, within, OTHER_CLASS + kind)]
            found = [Hit(n.row, "typo" if n.is_typo else None) for n in near]
            if is_wider:
                found = [hit for hit in found if hit.fault is None]
        if is_wider:
            found = [hit for hit in found if _may_reach(hit.row, area, gazetteer)]
        if found:
            return found[:_MAX_NAMED]
    return []


def _widening(area: int, scope: int, gazetteer: Gazetteer) -> Iterable[tuple[int, bool]]:
    """Yield an area, then those around it up to the county or, elsewhere, up to the top; within the scope."""
    yield area, False
    if area >= 0:
        for row in list(gazetteer.chain(area))[1:]:
            if gazetteer.level[row] - 1 < COUNTY or (scope >= 0 and not gazetteer.is_inside(row, scope)):
                return
            yield row, True


def _may_reach(row: int, area: int, gazetteer: Gazetteer) -> bool:
    """Whether a place may be in an area though it is listed elsewhere: with an area around it, or in the same township."""
    parent = gazetteer.parent[row]
    while parent >= 0 and not gazetteer.level[parent]:
        parent = gazetteer.parent[parent]
    if parent < 0 or gazetteer.is_inside(area, parent):
        return True
    town = gazetteer.at_level(area, TOWN)
    return gazetteer.level[area] - 1 == VILLAGE and town >= 0 and gazetteer.is_inside(row, town)

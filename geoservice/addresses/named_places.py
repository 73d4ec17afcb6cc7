"""Places of a name that are no areas, inside an area or around it."""

from collections.abc import Iterable, Sequence

from geoservice.addresses.area_hits import COUNTY, TOWN, VILLAGE, Hit
from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.near_names import OTHER_CLASS

_MAX_NAMED = 400
_GROUP = KINDS.index("group")
"""Hamlets near each other have names that differ by a character, such as 陈家屋 and 徐家屋."""


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
            near = [
                n
                for kind in sorted(numbers)
                for n in gazetteer.near_names.find(text, within, OTHER_CLASS + kind)
                if kind != _GROUP or not n.is_typo or (n.is_usual and gazetteer.level[within] - 1 == VILLAGE)
            ]
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

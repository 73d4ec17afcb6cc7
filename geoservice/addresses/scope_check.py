"""Stated areas that contain the scope: whether they name another one."""

from collections.abc import Sequence
from functools import lru_cache

from geoservice.addresses.elements import Element
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.near_names import base_name
from geoservice.addresses.top_areas import COUNTY, top_areas
from geoservice.addresses.typing_errors import is_one_edit
from geoservice.divisions import divisions


def judge_scope(above: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int) -> tuple[tuple[str, ...], int]:
    """Return the faults of stated areas that contain the scope, and how many of them name another area.

    A wrong province or city is a fault only, if the county is stated and the other province or city has none of that name.
    """
    faults: list[str] = []
    wrong: list[Element] = []
    for level, element in above:
        row = gazetteer.at_level(scope, level)
        if row < 0:  # a gazetteer of one county does not have its province
            continue
        names = gazetteer.all_names(row)
        if element.text in names:
            continue
        if base_name(element.text, level) in {base_name(name, level) for name in names}:
            continue
        if element.text not in _division_names() and any(_is_typo(element.text, name, level) for name in names):
            faults.append("typo")
            continue
        wrong.append(element)
        faults.append("wrong_level")
    finest = above[-1] if above else None
    if finest and finest[0] == gazetteer.level[scope] - 1 == COUNTY and finest[1] not in wrong:
        wrong = [element for element in wrong if _has_county(element.text, finest[1].text, gazetteer)]
    return tuple(faults), len(wrong)


def _has_county(area: str, county: str, gazetteer: Gazetteer) -> bool:
    """Whether an area of a name contains a county of a name."""
    tops = top_areas(gazetteer)
    areas = set(tops.numbers.get(area, ()))
    return any(not areas.isdisjoint(tops.chain(number)) for number in tops.numbers.get(county, ()))


def _is_typo(text: str, name: str, level: int) -> bool:
    one, other = base_name(text, level), base_name(name, level)
    return min(len(one), len(other)) > 1 and is_one_edit(one, other)


@lru_cache(1)
def _division_names() -> frozenset[str]:
    return frozenset(division.name for division in divisions().values())

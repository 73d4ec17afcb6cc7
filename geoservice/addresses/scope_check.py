"""Stated areas that contain the scope: whether they name another one."""

from collections.abc import Sequence

from geoservice.addresses.elements import Element
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.near_names import base_name, is_one_edit
from geoservice.divisions import divisions


def judge_scope(above: Sequence[tuple[int, Element]], gazetteer: Gazetteer, scope: int) -> tuple[tuple[str, ...], int]:
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

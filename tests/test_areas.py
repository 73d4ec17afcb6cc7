from collections.abc import Sequence
from typing import Any

from geoservice.areas import ancestors, migrant_class
from geoservice.schema import MIGRANT_CLASSES

LEVELS = {
    "P": "province",
    "C1": "county",
    "C2": "county",
    "T1": "township",
    "T2": "township",
    "T3": "township",
    "V1": "village",
}
PARENTS = {"P": None, "C1": "P", "C2": "P", "T1": "C1", "T2": "C1", "T3": "C2", "V1": "T1"}


def names_of(home: Sequence[str | None], here: Sequence[str], **known: Any) -> list[str]:
    return [MIGRANT_CLASSES[i] for i in migrant_class(home, here, **known)]


def test_ancestors_go_from_low_to_high() -> None:
    assert ancestors("V1", PARENTS) == ["V1", "T1", "C1", "P"]


def test_ancestors_end_in_a_circle() -> None:
    assert ancestors("a", {"a": "b", "b": "a"}) == ["a", "b"]


def test_classes_by_the_table_of_areas() -> None:
    home = ["T1", "V1", "T2", "T3", "elsewhere", None]
    got = names_of(home, ["V1"] * 6, chinese=False, levels=LEVELS, parents=PARENTS)
    assert got == ["resident", "resident", "same_county", "same_province", "other_province", "resident"]


def test_a_chinese_home_known_to_its_county_only_is_another_township() -> None:
    assert names_of(["340811"], ["340811001"], chinese=True, levels={}, parents={}) == ["same_county"]


def test_a_chinese_village_code_is_compared_by_its_leading_digits() -> None:
    assert names_of(["340811001003"], ["340811001007"], chinese=True, levels={}, parents={}) == ["resident"]


def test_no_households_give_no_classes() -> None:
    assert names_of([], [], chinese=True, levels={}, parents={}) == []

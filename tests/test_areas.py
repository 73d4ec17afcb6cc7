from collections.abc import Sequence
from typing import Any

import pytest

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


def test_ancestors_end_at_a_cycle() -> None:
    assert ancestors("a", {"a": "b", "b": "a"}) == ["a", "b"]


def test_classes_by_the_table_of_areas() -> None:
    home = ["T1", "V1", "T2", "T3", "elsewhere", None]
    got = names_of(home, ["V1"] * 6, chinese=False, levels=LEVELS, parents=PARENTS)
    assert got == ["resident", "resident", "same_county", "same_province", "other_province", "resident"]


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("340811", "resident"),
        ("340811000000", "resident"),
        ("340800", "resident"),
        ("340000", "resident"),
        ("340811001000", "resident"),
        ("340811102000", "same_county"),
        ("340822", "same_province"),
        ("340100", "same_province"),
        ("340123000000", "same_province"),
        ("110000", "other_province"),
        ("41", "other_province"),
    ],
)
def test_a_chinese_home_is_compared_at_the_finest_level_that_both_codes_state(home: str, expected: str) -> None:
    for here in ("340811001", "340811001000"):
        assert names_of([home], [here], chinese=True, levels={}, parents={}) == [expected]


def test_a_home_around_the_residence_is_no_migrant_s() -> None:
    known: dict[str, Any] = {"chinese": False, "levels": LEVELS, "parents": PARENTS}
    assert names_of(["C1", "P", "C2"], ["V1"] * 3, **known) == ["resident", "resident", "same_province"]


def test_a_chinese_village_code_is_compared_by_its_leading_digits() -> None:
    assert names_of(["340811001003"], ["340811001007"], chinese=True, levels={}, parents={}) == ["resident"]


def test_no_households_give_no_classes() -> None:
    assert names_of([], [], chinese=True, levels={}, parents={}) == []

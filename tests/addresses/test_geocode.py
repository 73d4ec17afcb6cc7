"""Geocoding of text: garbage, any text, the same answer in any order, and no names or phones of people."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_gazetteer import county, made_gazetteer, row_of

from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.match import geocode
from geoservice.addresses.precision import PRECISIONS

TEXTS = [
    "宜秀区大龙山镇永林村东风组12号",
    "大龙山镇阳光小区7栋2单元301室",
    "大龙山镇中山路与人民路交叉口东北200米",
    "宜秀区新华村",
    "怀宁县永林村",
]
NO_ADDRESSES = ["", " \n", "😀😀", "a" * 10_000, "\x00\x01\x7f", "'; DROP TABLE places; --", "=HYPERLINK(1)", "@SUM(A1)"]


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return made_gazetteer(tmp_path_factory.mktemp("gazetteer"), *county())


@pytest.fixture(scope="module")
def alone(gazetteer: Gazetteer) -> dict[str, Geocoded]:
    """The answer of each text from a gazetteer that was asked nothing else."""
    scope = row_of(gazetteer, "340811")
    return {text: geocode(text, Gazetteer.open(gazetteer.folder), scope) for text in TEXTS}


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_garbage_is_no_address(gazetteer: Gazetteer, text: str) -> None:
    assert geocode(text, gazetteer) == Geocoded("none", "not_an_address")


words = st.text("宜秀区大龙山镇永林村中路与号0123456789-组栋单元室省市县 ", max_size=30)


@given(text=st.text(max_size=60) | words, country=st.sampled_from(["CN", "AT", ""]))
def test_any_text_has_an_answer(gazetteer: Gazetteer, text: str, country: str) -> None:
    answer = geocode(text, gazetteer, -1, country)
    assert answer.status in ("matched", "ambiguous", "none")
    assert 0 <= answer.score <= PRECISIONS[answer.precision].points


@given(order=st.permutations(TEXTS))
def test_answers_do_not_depend_on_what_was_asked_before(
    gazetteer: Gazetteer, alone: dict[str, Geocoded], order: list[str]
) -> None:
    scope = row_of(gazetteer, "340811")
    assert {text: geocode(text, gazetteer, scope) for text in order} == alone


def test_no_name_or_phone_is_in_an_answer(gazetteer: Gazetteer) -> None:
    whole = geocode("大龙山镇永林村东风组12号 张三 13800138000", gazetteer)
    assert whole.precision == "door"
    text = str([getattr(whole, field.name) for field in fields(Geocoded)])
    assert not any(word in text for word in ("张三", "13800138000"))

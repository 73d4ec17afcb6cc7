"""Where a number is on a road, by hand-checkable plates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.addresses.door_number import DoorNumber, door_number
from geoservice.addresses.door_plates import Plate, RoadPlates
from geoservice.addresses.interpolate import MAX_NUMBERS, place_number
from geoservice.addresses.uncertainty import MODELS

EAST, NORTH = 10.0, 20.0  # metres per number along the road, and between its sides


def plate(number: int, to_number: int = 0, suffix: str = "", town: int = 1) -> Plate:
    """Return a plate of a straight road: even numbers in the south, odd ones in the north."""
    return Plate(number, to_number or number, suffix, town, EAST * (number + max(number, to_number)) / 2, NORTH * (number % 2))


def road(*plates: Plate) -> RoadPlates:
    return RoadPlates(plates, 117.0, 30.6)


def at(text: str, *plates: Plate, country: str = "CN") -> tuple[str, tuple[str, ...], float, float]:
    """Return precision, faults and position of a number."""
    number = door_number(text, country)
    assert number is not None
    placement = place_number(number, road(*plates))
    assert placement is not None
    return placement.precision, placement.faults, *(round(v, 6) for v in placement.position)


def test_plates_of_the_number() -> None:
    assert at("4", plate(2), plate(4), plate(4, suffix="a")) == ("door", (), 40, 0)
    assert at("4a", plate(4), plate(4, suffix="a"), country="AT") == ("door", (), 40, 0)
    assert at("5", plate(5, 7), country="AT") == ("door", ("number_range",), 60, 20)
    assert at("5-7", plate(5, 7), country="AT") == ("door", (), 60, 20)
    assert at("5-7", plate(5), plate(9), country="AT") == ("interpolated", ("number_range",), 50, 20)


def test_a_suffix_that_is_not_known_is_near_those_of_its_number() -> None:
    plates = [plate(2), plate(12), Plate(12, 12, "c", 1, 150.0, 0.0), plate(14)]
    assert at("12a", *plates, country="AT") == ("interpolated", ("suffix_unknown",), 120, 0)
    assert at("12d", *plates, country="AT") == ("interpolated", ("suffix_unknown",), 150, 0)
    assert at("6", plate(6, suffix="a"), plate(8)) == ("interpolated", ("suffix_unknown",), 60, 0)


def test_between_plates_of_the_parity() -> None:
    assert at("6", plate(2), plate(5), plate(10)) == ("interpolated", (), 60, 0)
    assert at("6", plate(2), plate(7), plate(10, town=2)) == ("nearest_door", (), 60, 0)


def test_beyond_the_last_plate() -> None:
    assert at("8", plate(2), plate(4), plate(1), plate(11)) == ("nearest_door", (), 80, 0)  # as the other side goes on
    assert at("6", plate(2), plate(4)) == ("nearest_door", (), 54, 0)  # along the line, seven tenths of the way
    assert at("6", plate(4)) == ("nearest_door", (), 40, 0)
    assert at("6", plate(5), plate(7)) == ("nearest_door", ("parity_other",), 60, 20)
    assert at("40", plate(2), plate(4)) == ("nearest_door", ("number_far",), 96, 0)


def test_numbers_far_from_all_plates_are_not_placed() -> None:
    assert place_number(DoorNumber(MAX_NUMBERS + 5, MAX_NUMBERS + 5, ""), road(plate(2), plate(4))) is None


def test_plates_far_apart_say_little() -> None:
    far = Plate(10, 10, "", 1, 5_000.0, 0.0)
    assert at("4", plate(2), far) == ("nearest_door", ("number_far",), 20, 0)


def test_plates_of_one_number_far_apart_do_not_say_where_it_is() -> None:
    placement = place_number(DoorNumber(1, 1, ""), road(Plate(1, 1, "", 1, 0.0, 1355.0), Plate(1, 1, "", 1, 1541.0, -1219.0)))
    assert placement is not None
    assert (placement.precision, placement.faults) == ("nearest_door", ("number_far",))
    assert placement.position.x in {0.0, 1541.0}, "at one of the plates, not between them"
    assert placement.span_m > 1_400.0


plates = st.lists(st.tuples(st.integers(1, 300), st.floats(-2e3, 2e3), st.floats(-2e3, 2e3)), min_size=1, max_size=20)


@given(plates=plates, number=st.integers(1, 300))
def test_a_number_is_near_the_plates_and_its_uncertainty_is_finite(plates: list[tuple[int, float, float]], number: int) -> None:
    where = road(*sorted(Plate(n, n, "", 1, x, y) for n, x, y in plates))
    placement = place_number(DoorNumber(number, number, ""), where)
    if placement is None:
        assert min(abs(n - number) for n, *_ in plates) > MAX_NUMBERS
        return
    nearest = min(np.hypot(x - placement.position.x, y - placement.position.y) for _, x, y in plates)
    assert nearest <= 1_500.0
    assert 10.0 <= MODELS[placement.basis].metres(placement.span_m, where.roughness) < 10_000.0


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("66号", "CN", (66, 66, "")),
        ("第3号", "CN", (3, 3, "")),
        ("93号院", "CN", (93, 93, "")),
        ("66-1号", "CN", (66, 66, "1")),
        ("66-68号", "CN", (66, 68, "")),
        ("66号附3号", "CN", (66, 66, "附3")),
        ("66号之3", "CN", (66, 66, "3")),
        ("临7号", "CN", (7, 7, "临")),
        ("8号甲", "CN", (8, 8, "甲")),
        ("9A号", "CN", (9, 9, "a")),
        ("5 - 7", "AT", (5, 7, "")),
        ("7-5", "AT", (7, 7, "")),
        ("9 a-b", "AT", (9, 9, "a")),
        ("2, 2. krs./Floor 2", "FI", (2, 2, "")),
        ("12B", "FI", (12, 12, "b")),
    ],
)
def test_forms_of_numbers(text: str, country: str, number: tuple[int, int, str]) -> None:
    assert door_number(text, country) == number


@given(text=st.text(max_size=40), country=st.sampled_from(["CN", "AT"]))
def test_any_text_is_a_number_or_none(text: str, country: str) -> None:
    number = door_number(text, country)
    assert number is None or 0 <= number.number <= number.to_number

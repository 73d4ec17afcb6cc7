"""Coordinates as text: every usual spelling is parsed to degrees, and ambiguous ones are errors."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.ingest.degrees import Axis, parse_angle, plain_angle, to_degrees

LON = 116.95
LON_SPELLINGS = [
    "116.95", "116.95°", "116.95°E", "E116.95", "e 116.95", "116.95 E", "116.95(E)", "东经116.95", "东经：116.95°", "116.95度",
    "116°57'00\"", "116°57′0″E", "116°57′", "116°57", "116 57 00 E", "116 57 00", "116-57-00", "116:57:00", "116d57m00s",
    "116D57M00S", "E116°57'00.00\"", "116度57分00秒", "东经116度57分0秒", "116°57'00''", "116º57’00”", "116˚57´00˝",
    "１１６°５７′００″", "１１６．９５", "116,95", "东經116.95", "116.95 degrees east", "116 deg 57 min 0 sec E", "经度:116.95",
    "lon=116.95", "116 57 E", " 116.95°　", "+116.95°",
]  # fmt: skip


@pytest.mark.parametrize("text", LON_SPELLINGS)
def test_one_longitude_in_many_spellings(text: str) -> None:
    assert to_degrees(text, "lon") == pytest.approx(LON, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("N30°37'44.4\"", 30.629),
        ("北纬30.5°", 30.5),
        ("30°37′44″.4", 30.629),
        ("30°30.5'", 30.508333333),
        ("30 30.5", 30.508333333),
        ("30°30'S", -30.5),
        ("南纬30.5", -30.5),
        ("30 30 00 s", -30.5),
        ("30d30m00s", 30.5),
        ("30d30m00S", -30.5),
        ("30d30m00sS", -30.5),
        ("-0°30'", -0.5),
        ("-30.5°", -30.5),
    ],
)
def test_latitudes_and_their_hemispheres(text: str, right: float) -> None:
    assert to_degrees(text, "lat") == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize("text", ["W116.95", "116°57'W", "西经116度57分", "-116°57'00\""])
def test_the_west_is_negative(text: str) -> None:
    assert to_degrees(text, "lon") == pytest.approx(-LON, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("30°60'", "minutes must be below 60"),
        ("30°59'60\"", "seconds must be below 60"),
        ("30 75 00", "minutes must be below 60"),
        ("W30.5", "a longitude in the column of latitudes"),
        ("东经30.5", "a longitude in the column of latitudes"),
        ("经度30.5", "a longitude in the column of latitudes"),
        ("-30.5S", "a minus sign together with a hemisphere"),
        ("N30.5S", "two hemispheres"),
        ("30 57", "two numbers without units"),
        ("30°30.5'10\"", "minutes with decimals"),
        ("30.5°30'", "not a coordinate"),
        ("30.57.10", "not a coordinate"),
        ("(30.5)", "not a coordinate"),
        ("30.5,116.9", "not a coordinate"),
        ("杨桥镇", "not a coordinate"),
    ],
)
def test_invalid_and_ambiguous_angles_are_errors(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        to_degrees(text, "lat")


def sexagesimal(size: float) -> tuple[int, int, float]:
    """Degrees, minutes and seconds to four decimals, none of which is rounded up to 60."""
    ten_thousandths = round(size * 36_000_000)
    return ten_thousandths // 36_000_000, ten_thousandths // 600_000 % 60, ten_thousandths % 600_000 / 10_000


Write = Callable[[float, Axis], str]


def letter(value: float, axis: Axis) -> str:
    return ("NS" if axis == "lat" else "EW")[value < 0]


def sign(value: float) -> str:
    return "-" if value < 0 else ""


def words(value: float, axis: Axis) -> str:
    name = {"E": "东经", "W": "西经", "N": "北纬", "S": "南纬"}[letter(value, axis)]
    return f"{name}{{:d}}度{{:d}}分{{:.4f}}秒".format(*sexagesimal(abs(value)))


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


SPELLINGS: list[Write] = [
    lambda v, a: f"{v:.7f}",
    lambda v, a: f"{v:.7f}°",
    lambda v, a: f"{abs(v):.7f}°{letter(v, a)}",
    lambda v, a: f"{letter(v, a)}{abs(v):.7f}",
    lambda v, a: f"{v:.7f}".replace(".", ","),
    lambda v, a: wide(f"{v:.7f}"),
    lambda v, a: sign(v) + "{:d}°{:d}'{:.4f}\"".format(*sexagesimal(abs(v))),
    lambda v, a: letter(v, a) + "{:d}°{:02d}′{:07.4f}″".format(*sexagesimal(abs(v))),
    lambda v, a: "{:d} {:d} {:.4f} ".format(*sexagesimal(abs(v))) + letter(v, a),
    lambda v, a: "{:d}:{:d}:{:.4f} ".format(*sexagesimal(abs(v))) + letter(v, a),
    lambda v, a: sign(v) + "{:d}d{:d}m{:.4f}s".format(*sexagesimal(abs(v))),
    lambda v, a: f"{sign(v)}{int(abs(v))}°{min(abs(v) % 1 * 60, 59.9999999):.7f}'",
    words,
]


@given(st.floats(-179.9999, 179.9999), st.sampled_from(range(len(SPELLINGS))), st.sampled_from(["lon", "lat"]))
def test_every_spelling_round_trips(value: float, spelling: int, axis: Axis) -> None:
    value = value / 2 if axis == "lat" else value
    angle = parse_angle(plain_angle(SPELLINGS[spelling](value, axis)))
    assert angle.degrees == pytest.approx(value, abs=1e-6)
    assert angle.axis in {None, axis}

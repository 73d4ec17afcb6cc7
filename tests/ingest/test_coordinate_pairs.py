"""Pairs of coordinates in one cell, and their axis order."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.geo import Floats
from geoservice.ingest.coordinate_pairs import find_order, looks_like_pair, read_pairs

NORTH_FIRST = [
    "N30°37'44.4\" E116°57'00\"", "N30°37'44.4\"E116°57'00\"", "30.629N116.95E", "北纬30.629，东经116.95",
    "北纬30.629东经116.95", "lat: 30.629, lng: 116.95", '{"lat":30.629,"lng":116.95}', "纬度：30.629；经度：116.95",
]  # fmt: skip
PLAIN = [
    "116.95,30.629", "116.95 30.629", "(116.95, 30.629)", "116.95;30.629", "[116.95,30.629]", "116.95、30.629", "116.95/30.629",
    "116.95|30.629", "（116.95，30.629）", "116,95 30,629", "116,95;30,629", "116,95, 30,629", "116 57 00,30 37 44.4",
    "116°57'00\",30°37'44.4\"", "116°57'00\" 30°37'44.4\"", "116.95,30.629,12.5", "１１６．９５，３０．６２９",
]  # fmt: skip


def pairs(*cells: str | None) -> tuple[list[float], list[float], list[int], dict[int, str]]:
    found = read_pairs(pa.chunked_array([pa.array(cells, pa.string())]))
    return found.first.tolist(), found.second.tolist(), found.lon_first.tolist(), found.reasons


@pytest.mark.parametrize("text", PLAIN)
def test_pairs_without_names(text: str) -> None:
    first, second, lon_first, reasons = pairs(text)
    assert (first, second) == (pytest.approx([116.95], abs=1e-9), pytest.approx([30.629], abs=1e-9))
    assert (lon_first, reasons) == ([-1], {})


@pytest.mark.parametrize("text", NORTH_FIRST)
def test_pairs_that_name_their_axes(text: str) -> None:
    first, second, lon_first, _ = pairs(text)
    assert (first, second) == (pytest.approx([30.629], abs=1e-9), pytest.approx([116.95], abs=1e-9))
    assert lon_first == [0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("116.95", "not two coordinates"),
        ("116,95,30", "several readings"),
        ("116 57 30 37", "several readings"),
        ("116°75',30°10'", "not two coordinates"),
        ("N30.5 N31.5", "not two coordinates"),
        ("POINT(116.95 30.5)", "not two coordinates"),
        ("杨桥镇", "not two coordinates"),
        ("116.95,30.5,7,8", "not two coordinates"),
    ],
)
def test_texts_that_are_not_pairs(text: str, reason: str) -> None:
    assert reason in pairs(text)[3][0]
    assert not looks_like_pair(text)


def test_empty_cells_are_empty() -> None:
    found = read_pairs(pa.chunked_array([pa.array(["116.9,30.5", None, " ", "无"])]))
    assert found.empty.tolist() == [False, True, True, True]
    assert found.reasons == {}


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from([",", ", ", " ", ";", "；", "，", "、", "\t", "|"]))
def test_every_pair_round_trips(lon: float, lat: float, between: str) -> None:
    first, second, _, _ = pairs(f"{lon:.6f}{between}{lat:.6f}")
    assert (first, second) == (pytest.approx([lon], abs=1e-6), pytest.approx([lat], abs=1e-6))


def of(*values: float) -> Floats:
    return np.array(values, float)


HELSINKI = of(24.94, 24.95), of(60.17, 60.18)


def test_values_decide_the_order_before_the_header() -> None:
    assert find_order(of(30.5), of(116.9), "lng,lat", None) == ("lat,lon", "the second number is beyond 90")
    assert find_order(of(116.9), of(30.5), "latlng", None) == ("lon,lat", "the first number is beyond 90")
    assert find_order(of(43.8), of(85.1), "坐标", None) == ("lat,lon", "in that order they lie in China")


def test_then_the_header_decides() -> None:
    assert find_order(*HELSINKI, "lnglat", None) == ("lon,lat", "the header says so")
    assert find_order(*HELSINKI, "纬经度", None) == ("lat,lon", "the header says so")


def test_then_the_areas_decide_or_the_order_stays_ambiguous() -> None:
    def inside(lon: Floats, lat: Floats) -> float:
        return float(((lon > 60) & (lat < 30)).mean())

    assert find_order(*HELSINKI, "location", inside) == ("lat,lon", "in that order they lie in the loaded areas")
    assert find_order(*HELSINKI, "location", lambda lon, lat: 0.0) == ("", "")
    assert find_order(*HELSINKI, "经纬度", None) == ("", "")

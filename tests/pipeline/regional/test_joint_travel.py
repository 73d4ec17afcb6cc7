"""Pairs of stations and points from the searches of several counties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Ints
from geoservice.pipeline.regional import joint_travel

STATIONS, POINTS = 7, 12
Part = tuple[Ints, Ints, TravelPairs]


@st.composite
def counties(draw: st.DrawFn) -> list[Part]:
    """Counties with some of the stations, and each point in one of them."""
    owner = np.array(draw(st.lists(st.integers(0, 2), min_size=POINTS, max_size=POINTS)))
    parts = []
    for county in range(3):
        points = np.flatnonzero(owner == county)
        rows = np.array(sorted(draw(st.sets(st.integers(0, STATIONS - 1)))), np.int64)
        near = [sorted(draw(st.sets(st.integers(0, len(points) - 1)))) if len(points) else [] for _ in rows]
        station = np.repeat(np.arange(len(rows)), [len(n) for n in near])
        point = np.array([p for n in near for p in n], np.int32)
        parts.append((rows, points, TravelPairs.of(station, point, 100 * station + point, len(rows))))
    return parts


@given(counties())
def test_pairs_are_those_of_all_counties_by_station_and_point(parts: list[Part]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joint_travel, "_TOGETHER", 2)
        joined = joint_travel._joined(parts, STATIONS)
    expected = sorted(
        (int(rows[station]), int(points[point]), int(ms))
        for rows, points, pairs in parts
        for station, point, ms in zip(pairs.station, pairs.point, pairs.ms, strict=True)
    )
    assert list(zip(joined.station.tolist(), joined.point.tolist(), joined.ms.tolist(), strict=True)) == expected
    assert joined.stations == STATIONS


def test_without_a_county_in_reach_there_are_no_pairs() -> None:
    assert joint_travel._joined([], 3).indptr.tolist() == [0, 0, 0, 0]

"""Overlaps of areas of one level, without the slivers between two drawings of one border."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
import shapely

from geoservice.ingest.overlaps import Overlap, overlapping_areas
from geoservice.schema import TABLES

DEGREE_M = 111_194.9
"""Metres of a degree of the sphere, and of the ellipsoid to a half per cent."""


def areas(*rows: tuple[str, str, Any], valid_to: dt.date | None = None) -> pa.Table:
    made = [
        {
            "code_system": "t", "code": code, "name_zh": code, "name_en": code, "level": level,
            "geometry": None if shape is None else shapely.to_wkb(shape), "valid_to": valid_to,
        }
        for code, level, shape in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(made, TABLES["areas"].arrow())


def box(west: float, south: float, east: float, north: float) -> Any:
    """Return a box near the equator, from metres."""
    return shapely.box(*(v / DEGREE_M for v in (west, south, east, north)))


def test_the_share_is_of_the_smaller_area_and_the_largest_comes_first() -> None:
    table = areas(
        ("a", "township", box(0, 0, 4000, 4000)),
        ("b", "township", box(3000, 0, 5000, 4000)),
        ("c", "township", box(100, 100, 600, 600)),
        ("d", "county", box(0, 0, 9000, 9000)),
        ("e", "village", None),
    )
    one, other = overlapping_areas(table)
    assert (one.level, one.codes, one.share) == ("township", ("a", "c"), pytest.approx(1))
    assert (other.codes, other.share) == (("a", "b"), pytest.approx(0.5, rel=1e-3))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (box(1000, 0, 2000, 1000), False),  # a common border
        (box(980, 0, 1980, 1000), False),  # drawn 20 m apart: 2 % of the area, but a strip
        (box(920, 0, 1920, 1000), True),  # 80 m
        (box(950, 950, 1950, 1950), False),  # a corner, a quarter of a per cent
        (box(0, 0, 1000, 1000), True),  # the same area twice
        (box(500, 500, 570, 570), True),  # a small one inside
    ],
    ids=["border", "strip", "wide strip", "corner", "twice", "small"],
)
def test_slivers_along_a_border_are_not_overlaps(other: Any, expected: bool) -> None:
    assert bool(overlapping_areas(areas(("a", "village", box(0, 0, 1000, 1000)), ("b", "village", other)))) == expected


def test_past_areas_grid_cells_and_empty_tables_are_ignored() -> None:
    twice = [(code, "village", box(0, 0, 1000, 1000)) for code in "ab"]
    assert overlapping_areas(areas(*twice)) == [Overlap("village", ("a", "b"), pytest.approx(1))]
    assert overlapping_areas(areas(*twice, valid_to=dt.date(2020, 1, 1))) == []
    assert overlapping_areas(areas(*((code, "grid", shape) for code, _, shape in twice))) == []
    assert overlapping_areas(areas()) == []

"""A surface of another office is of the areas that it is signed for, by the areas of the region."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from county_surface import county_surface
from tiny_county import PLANE, area

from geoservice.demand import DemandSurface, LocationCounts
from geoservice.disclosure.tree import build_tree
from geoservice.errors import InputError
from geoservice.pipeline.surface_territory import Territory, check_territory
from geoservice.schema import AREAS


def areas(*, outlines: bool = True) -> pa.Table:
    """Two counties beside each other, of 1 km each, with a township in each; the surface of 11 has points from 0 to 100 m."""
    rows = [
        area("1", "city", None, (10_000, -500, 12_000, 500)),
        area("11", "county", "1", (10_950, -500, 11_500, 500)),
        area("110", "township", "11", (10_950, -500, 11_500, 500)),
        area("12", "county", "1", (11_500, -500, 12_000, 500)),
        area("120", "township", "12", (11_500, -500, 12_000, 500)),
    ]
    for row in rows:
        row["geometry"] = row["geometry"] if outlines or row["level"] == "township" else None
    return pa.Table.from_pylist(rows, schema=AREAS.arrow())


def surface(**changes: Any) -> DemandSurface:
    made = county_surface("11", leaves=2, replays=2)
    return replace(made, **{"ids": ["110/200.0.0", "11.rest"], **changes})


def check(checked: DemandSurface, *, codes: tuple[str, ...] = ("11",), **options: bool) -> None:
    check_territory(checked, Territory(codes, areas(**options), chinese=False), f"{', '.join(codes)}, signed")


@pytest.mark.parametrize("outlines", [True, False])
def test_a_surface_of_its_areas_is_taken(outlines: bool) -> None:
    check(surface(), outlines=outlines)
    around = surface().flows
    assert around is not None
    check(surface(flows=replace(around, area=["11", "1", "11.rest"])), outlines=outlines)


@pytest.mark.parametrize(
    ("changes", "outside"),
    [
        ({"ids": ["110", "120/200.0.0"]}, "the leaf '120/200.0.0' is outside 11, signed"),
        ({"ids": ["110", "elsewhere"]}, "the leaf 'elsewhere'"),
        ({"ids": ["110", "1"]}, "the leaf '1'"),
        ({"locations": LocationCounts([("110", "12")], ("a",), np.ones((1, 1)), 1.0)}, "the area '12' of located households"),
    ],
)
def test_what_lies_in_another_county_is_named(changes: dict[str, Any], outside: str) -> None:
    with pytest.raises(InputError, match=outside):
        check(surface(**changes))


def test_flows_into_another_county_are_named() -> None:
    flows = surface().flows
    assert flows is not None
    with pytest.raises(InputError, match=r"the area '120' of flows is outside 11, signed; allowed is what lies in these"):
        check(surface(flows=replace(flows, area=["11", "120", "11"])))


@pytest.mark.parametrize(
    ("east", "taken"), [(11_450.0, True), (11_590.0, True), (11_610.0, False), (float("nan"), False), (1e300, False)]
)
def test_points_may_be_a_square_beyond_the_border_but_no_further(east: float, taken: bool) -> None:
    lon, lat = PLANE.inverse(np.array([11_000.0, east]), np.zeros(2))
    moved = surface(point_lon=lon, point_lat=lat)
    if taken:
        check(moved)
    else:
        with pytest.raises(InputError, match=r"the point .* of the leaf '11\.rest' is outside"):
            check(moved)


def test_areas_that_are_not_loaded_are_asked_for() -> None:
    with pytest.raises(InputError, match=r"the area 13 is not loaded, or has no outline; first: geoservice import areas FILE"):
        check(surface(), codes=("11", "13"))


def test_chinese_codes_that_the_region_lacks_are_placed_by_their_digits() -> None:
    table = pa.Table.from_pylist([area("340811", "county", None, (10_950, -500, 11_500, 500))], schema=AREAS.arrow())
    territory = Territory(("340811",), table, chinese=True)
    assert [territory.has(c) for c in ("340811001003", "340811000000", "340822001", "34")] == [True, True, False, False]
    assert [territory.touches(c) for c in ("340811001", "340000", "340800", "340822")] == [True, True, True, False]


def test_the_tree_of_a_measurement_is_in_its_territory() -> None:
    """Points of leaves are centres of squares, of which some are beyond a border."""
    tree = build_tree(areas(), None)
    codes = {name.split("/")[0].removesuffix(".rest") for name in tree.names}
    territory = Territory(("1",), areas(), chinese=False)
    assert all(map(territory.has, codes))
    assert shapely.from_wkb(areas().column("geometry")[0].as_py()).area > 0

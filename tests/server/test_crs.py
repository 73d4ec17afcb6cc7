"""The CRS of responses and boxes, compared with direct calls of pyproj and with the definitions of EPSG."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geoservice.geo import BBox
from geoservice.server.features.crs import Crs, zone_of

OURS = [4326, 3857, 4490, 4513 + 14, 4534 + 14]
YIXIU = (117.04, 30.61)


@pytest.mark.parametrize("code", OURS)
def test_positions_are_those_of_pyproj_in_the_axis_order_of_the_authority(code):
    direct = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}").transform(*YIXIU)
    (shape,) = Crs(code).shapes(np.array([shapely.Point(YIXIU)]))
    assert shape.coords[0] == pytest.approx(direct, abs=1e-6)
    assert Crs(code).to_lonlat(np.array([direct]))[0] == pytest.approx(YIXIU, abs=1e-9)


@pytest.mark.parametrize("code", OURS)
def test_the_axis_order_is_that_of_the_definition(code):
    first = CRS.from_epsg(code).axis_info[0].direction
    assert first == ("east" if code == 3857 else "north")
    assert Crs(code).north_first == (first == "north")


def test_golden_positions():
    """Computed by hand from the formulas: spherical Mercator, and Krueger's series on GRS 80 to the third order."""

    def at(code, by_authority=True):
        return Crs(code).shapes(np.array([shapely.Point(YIXIU)]), by_authority)[0].coords[0]

    assert at(4326) == at(4490) == (30.61, 117.04)
    assert at(3857) == pytest.approx((13028833.2, 3582203.1), abs=0.1)
    assert at(4548) == pytest.approx((3387737.2, 503835.6), abs=0.1)
    assert at(4527) == pytest.approx((3387737.2, 39503835.6), abs=0.1)
    assert at(4548, by_authority=False) == pytest.approx((503835.6, 3387737.2), abs=0.1)


@pytest.mark.parametrize(("lon", "meridian"), [(74.0, 75), (76.4, 75), (76.6, 78), (114.2, 114), (134.9, 135)])
def test_the_zone_is_that_of_the_nearest_meridian(lon, meridian):
    zone = zone_of((lon, 36.0, lon, 36.0))
    for code in (4534 - 25 + zone, 4513 - 25 + zone):
        method = {p.name: p.value for p in CRS.from_epsg(code).coordinate_operation.params}
        assert method["Longitude of natural origin"] == meridian
        assert method["False easting"] == (500_000 if code >= 4534 else zone * 1_000_000 + 500_000)


@pytest.mark.parametrize("bbox", [(24.8, 60.1, 25.2, 60.3), (72.0, 36.0, 75.0, 37.0), (-117.0, 30.0, -116.0, 31.0)])
def test_there_is_no_zone_outside_china(bbox):
    assert zone_of(bbox) is None


def test_poles_stay_finite_and_missing_shapes_stay_missing():
    pole, missing = Crs(3857).shapes(np.array([shapely.Point(0, -90), None]))
    assert np.isfinite(pole.coords[0]).all()
    assert missing is None


def test_boxes():
    assert Crs().box((170, -50, -170, -40)) == BBox(170, -50, -170, -40)
    assert Crs(4490).box((-50, 170, -40, -170)) == BBox(170, -50, -170, -40)
    world = Crs(3857).box((-3e7, -3e7, 3e7, 3e7))
    assert world == pytest.approx((-180, -85.0511287798066, 180, 85.0511287798066))


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        (4326, (0, -541, 1, 1)),
        (4326, (5, 0, 4, 1)),
        (3857, (1, 0, 0, 1)),
        (4548, (float("nan"), 0, 1, 1)),
        (4326, (0, 0, 91, 1)),
        (None, (0, -91, 1, 1)),
    ],
)
def test_invalid_boxes_are_refused(code, numbers):
    with pytest.raises(ValueError, match=","):
        Crs(code).box(numbers)


WORLD = (-180, -90, 180, 90)


@pytest.mark.parametrize(
    ("code", "numbers", "box"),
    [
        (None, (-180.0000001, -90.0000001, 180.0000001, 90.0000001), WORLD),
        (None, (-180.0000001, 0, 10, 1), (-180, 0, 10, 1)),
        (None, (170, 0, 180.0000001, 1), (170, 0, 180, 1)),
        (None, (170, -10, 190, 10), (170, -10, -170, 10)),
        (None, (-190, -10, -170, 10), (170, -10, -170, 10)),
        (None, (-181, 0, 1, 1), (179, 0, 1, 1)),
        (None, (190, 0, 200, 1), (-170, 0, -160, 1)),
        (None, (-250, -89, 250, 90.2), (-180, -89, 180, 90)),
        (None, (170, -10, -170, 10), (170, -10, -170, 10)),
        (4326, (-10, 170, 10, 190), (170, -10, -170, 10)),
        (3857, (19_000_000, 0, 21_000_000, 0), (170.67990, 0, -171.35379, 0)),
    ],
)
def test_a_box_beyond_the_world_is_clamped_or_wrapped(code, numbers, box):
    assert Crs(code).box(numbers) == pytest.approx(box, abs=1e-4)


@given(st.floats(0, 1), st.sampled_from(["south", "north", "west", "east"]))
def test_a_densified_box_contains_its_curved_sides(share, side):
    south, north, west, east = 3_300_000.0, 3_500_000.0, 300_000.0, 700_000.0
    box = Crs(4548).box((south, west, north, east))
    at = {
        "south": (south, west + share * (east - west)),
        "north": (north, west + share * (east - west)),
        "west": (south + share * (north - south), west),
        "east": (south + share * (north - south), east),
    }[side]
    ((lon, lat),) = Crs(4548).to_lonlat(np.array([at]))
    slack = 2e-5  # two metres: between two of the points the side bends a little further
    assert box.west - slack <= lon <= box.east + slack
    assert box.south - slack <= lat <= box.north + slack

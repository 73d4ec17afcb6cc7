"""Shifted datums, checked against two independent implementations and their own inverse."""

import time

import eviltransform
import numpy as np
import prcoords
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geoservice.errors import ParameterError
from geoservice.geo import Floats, haversine_m
from geoservice.ingest import crs
from geoservice.ingest.coordinate_pairs import Inside
from geoservice.ingest.coordinate_readings import projected_reading

POINTS = 1_000_000
FORWARD = {"gcj02": crs.wgs84_to_gcj02, "bd09": crs.wgs84_to_bd09}


def in_china(n: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(7)
    lon, lat = random.uniform(73, 136, 2 * n + 100), random.uniform(18, 54, 2 * n + 100)
    inside = crs.in_china(lon, lat)
    lon, lat = lon[inside], lat[inside]
    return np.resize(lon, n), np.resize(lat, n)


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_a_million_points_are_inverted_within_a_millimetre(name: str) -> None:
    lon, lat = in_china(POINTS)
    back = crs.to_wgs84(name, *FORWARD[name](lon, lat))
    assert haversine_m(lon, lat, *back).max() < 1e-3


def test_agrees_with_eviltransform_to_a_decimetre() -> None:
    lon, lat = in_china(3000)
    gcj = np.array([eviltransform.wgs2gcj(y, x) for x, y in zip(lon, lat, strict=True)])
    bd = np.array([eviltransform.wgs2bd(y, x) for x, y in zip(lon, lat, strict=True)])
    assert haversine_m(*crs.wgs84_to_gcj02(lon, lat), gcj[:, 1], gcj[:, 0]).max() < 0.1
    assert haversine_m(*crs.wgs84_to_bd09(lon, lat), bd[:, 1], bd[:, 0]).max() < 0.1


def test_agrees_with_prcoords_to_a_decimetre() -> None:
    lon, lat = in_china(3000)
    gcj = np.array([prcoords.wgs_gcj((y, x), False) for x, y in zip(lon, lat, strict=True)])
    bd = np.array([prcoords.wgs_bd((y, x), False) for x, y in zip(lon, lat, strict=True)])
    assert haversine_m(*crs.wgs84_to_gcj02(lon, lat), gcj[:, 1], gcj[:, 0]).max() < 0.1
    assert haversine_m(*crs.wgs84_to_bd09(lon, lat), bd[:, 1], bd[:, 0]).max() < 0.1


def test_the_shift_has_its_known_size() -> None:
    lon, lat = in_china(20_000)
    gcj = haversine_m(lon, lat, *crs.wgs84_to_gcj02(lon, lat))
    assert 350 < np.median(gcj) < 500
    assert gcj.max() < 900


@pytest.mark.parametrize(
    ("lon", "lat"), [(121.56, 25.03), (126.98, 37.57), (105.85, 21.03), (106.92, 47.92), (77.2, 28.6), (24.94, 60.17)]
)
def test_capitals_around_china_are_not_shifted(lon: float, lat: float) -> None:
    x, y = np.array([lon]), np.array([lat])
    assert [v.tolist() for v in crs.wgs84_to_gcj02(x, y)] == [[lon], [lat]]
    assert [v.tolist() for v in crs.gcj02_to_wgs84(x, y)] == [[lon], [lat]]


@given(st.floats(100, 115), st.floats(28, 40))  # no border among them: rounding decides on which side of it a point is
def test_every_inner_point_round_trips(lon: float, lat: float) -> None:
    x, y = np.array([lon]), np.array([lat])
    assert haversine_m(x, y, *crs.bd09_to_wgs84(*crs.wgs84_to_bd09(x, y)))[0] < 1e-3


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_a_million_points_take_less_than_five_seconds(name: str) -> None:
    lon, lat = in_china(POINTS)
    start = time.process_time()  # of all threads, since other processes may run
    crs.to_wgs84(name, *FORWARD[name](lon, lat))
    assert time.process_time() - start < 5


ZONES = [(3, z, 3 * z, 4513 + z - 25) for z in range(25, 46)] + [(6, z, 6 * z - 3, 4491 + z - 13) for z in range(13, 24)]
"""Width, number, meridian and EPSG code (with the zone before the easting) of the zones of CGCS2000."""


def in_zone(meridian: int, code: int, n: int = 60) -> tuple[Floats, Floats, Floats, Floats]:
    """Return WGS 84 degrees and metres of points beside a meridian."""
    random = np.random.default_rng(meridian)
    lon, lat = meridian + random.uniform(-1.4, 1.4, n), random.uniform(24, 45, n)
    east, north = Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
    return lon, lat, np.asarray(east), np.asarray(north)


def inside_of(lon: Floats, lat: Floats) -> Inside:
    """Return the share of points within 500 m of some places."""
    areas = shapely.union_all(shapely.buffer(shapely.points(lon, lat), 0.005))
    return lambda x, y: float(shapely.contains_xy(areas, x, y).mean())


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("width", "zone", "meridian", "code"), ZONES)
def test_the_zone_before_an_easting_is_detected(width: int, zone: int, meridian: int, code: int, swapped: bool) -> None:
    lon, lat, east, north = in_zone(meridian, code)
    assert int(east[0] // 1e6) == zone
    areas = inside_of(lon, lat) if zone in {13, 14} else None  # without areas, these eastings may be web Mercator's
    reading = projected_reading(*((north, east) if swapped else (east, north)), areas)
    assert reading is not None
    assert (reading.crs, reading.swapped) == (f"EPSG:{code}", swapped)
    assert haversine_m(lon, lat, *crs.to_wgs84(reading.crs, east, north)).max() < 0.01
    assert CRS.from_epsg(code).name.startswith(f"CGCS2000 / {'3-degree ' if width == 3 else ''}Gauss-Kruger zone {zone}")


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("meridian", "code"), [(3 * z, 4534 + z - 25) for z in range(25, 46)])
def test_areas_show_the_zone_of_metres_without_one(meridian: int, code: int, swapped: bool) -> None:
    lon, lat, east, north = in_zone(meridian, code)
    reading = projected_reading(*((north, east) if swapped else (east, north)), inside_of(lon, lat))
    assert reading is not None
    assert (reading.crs, reading.swapped, reading.share) == (f"EPSG:{code}", swapped, 1.0)


@pytest.mark.parametrize("meridian", range(75, 136, 6))
def test_six_degree_zones_without_a_number_are_the_plane_of_the_same_meridian(meridian: int) -> None:
    code = 4502 + (meridian - 75) // 6
    assert CRS.from_epsg(code).name == f"CGCS2000 / Gauss-Kruger CM {meridian}E"
    lon, lat, east, north = in_zone(meridian, code)
    same = crs.to_wgs84(f"EPSG:{4534 + meridian // 3 - 25}", east, north)
    assert haversine_m(lon, lat, *same).max() < 0.01


@pytest.mark.parametrize(("crs_name", "x"), [("EPSG:4526", 38_500_000.0), ("EPSG:4547", 500_000.0)])
def test_gauss_krueger_with_and_without_a_zone_prefix(crs_name: str, x: float) -> None:
    lon, lat = crs.to_wgs84(crs_name, np.array([x]), np.array([3_380_000.0]))
    assert lon[0] == pytest.approx(114.0, abs=1e-6)
    assert lat[0] == pytest.approx(30.5, abs=0.1)


def test_axes_are_east_first_whatever_the_authority_defines() -> None:
    lon, lat = crs.to_wgs84("EPSG:4490", np.array([117.0]), np.array([30.6]))
    assert (lon[0], lat[0]) == pytest.approx((117.0, 30.6))


def test_an_unknown_crs_is_refused_by_name() -> None:
    with pytest.raises(ParameterError, match=r"EPSG:999999.*gcj02"):
        crs.parse_crs("EPSG:999999")

"""Where homes are of which an address states a road, a hamlet or a village only."""

from pathlib import Path

import numpy as np
import pytest
from made_gazetteer import MadePlace, made_gazetteer
from shapely import LineString

from geoservice.demand import HomeSupports, Places
from geoservice.geo import LocalProjection
from geoservice.geocode.home_supports import hamlet_of, home_supports
from geoservice.geocode.road_lines import read_road_lines, road_lines, write_road_lines
from geoservice.geocode.roads import roads_of

PLANE = LocalProjection(117.0, 30.0)


def degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = PLANE.inverse(np.array([x]), np.array([y]))
    return float(lon[0]), float(lat[0])


def lanes(x: float, y: float) -> np.ndarray:
    """Points along 5 lanes of 200 m, 50 m apart, around a centre."""
    along, lane = np.meshgrid(np.arange(-100, 101, 25.0), np.arange(-100, 101, 50.0))
    return np.column_stack([x + along.ravel(), y + lane.ravel()])


HAMLET, MAIN = (0.0, 0.0), (2000.0, 0.0)
ROAD = np.column_stack([np.arange(130, 1881, 25.0), np.zeros(71)])
POINTS = np.concatenate([lanes(*HAMLET), lanes(*MAIN), ROAD])


def places() -> Places:
    n = len(POINTS)
    return Places(*PLANE.inverse(*POINTS.T), np.full(n, 25.0), np.zeros(n, bool))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    village = MadePlace("340811100001", "area", 4, "永林村", "", *degrees(1000.0, 300.0), 2500.0)
    hamlet = MadePlace("h", "group", -1, "丁家岭", "340811100001", *degrees(*HAMLET))
    made_gazetteer(tmp_path, [village, hamlet], [])
    return tmp_path


def support(made: HomeSupports, x: float, y: float) -> slice | None:
    lon, lat = degrees(x, y)
    found = np.flatnonzero((np.abs(made.lon - lon) < 1e-9) & (np.abs(made.lat - lat) < 1e-9))
    return slice(*made.start[[found[0], found[0] + 1]].tolist()) if len(found) else None


def test_a_hamlet_has_the_homes_around_it_and_most_of_them_in_its_lanes(folder: Path) -> None:
    made = home_supports(folder, places())
    points = support(made, *HAMLET)
    assert points is not None
    x, y = PLANE.forward(made.point_lon[points], made.point_lat[points])
    assert np.hypot(x, y).max() <= 500, "the usual extent of a hamlet"
    in_lanes = np.hypot(x, y) <= 150
    assert 0.8 < made.weight[points][in_lanes].sum() / made.weight[points].sum() < 1


def test_a_village_has_a_position_and_its_homes_are_outside_the_hamlets(folder: Path) -> None:
    made = home_supports(folder, places())
    assert support(made, 1000.0, 300.0) == slice(len(made.weight), len(made.weight))
    assert made.outside_hamlets.tolist() == (np.hypot(*POINTS.T) > 500).tolist()


def test_a_hamlet_beside_a_town_has_no_homes_of_the_town() -> None:
    """The lanes of the town begin 300 m from it, within its extent; the road between both is that of the hamlet."""
    town, road = lanes(400.0, 0.0), np.column_stack([np.arange(130, 271, 25.0), np.zeros(6)])
    xy = np.concatenate([lanes(*HAMLET), road, town])
    settled = np.r_[np.ones(45, bool), np.zeros(6, bool), np.ones(45, bool)]
    hamlet = hamlet_of(xy, settled, np.array([HAMLET]), np.array([500.0]))
    assert hamlet.tolist() == [0] * 51 + [-1] * 45


def test_a_hamlet_whose_name_stands_in_no_settlement_has_all_points_in_its_extent() -> None:
    hamlet = hamlet_of(lanes(300.0, 0.0), np.ones(45, bool), np.array([HAMLET]), np.array([250.0]))
    assert (hamlet == 0).tolist() == (np.hypot(*lanes(300.0, 0.0).T) <= 250).tolist()


def test_points_belong_to_the_nearest_hamlet() -> None:
    centres = np.array([[0.0, 0.0], [150.0, 0.0]])
    hamlet = hamlet_of(lanes(*HAMLET), np.ones(45, bool), centres, np.array([500.0, 500.0]))
    assert (hamlet == 1).tolist() == (lanes(*HAMLET)[:, 0] > 75).tolist()


def test_roads_have_points_all_along_them(folder: Path) -> None:
    line = np.array([LineString([degrees(0.0, 0.0), degrees(400.0, 0.0), degrees(400.0, 100.0)])], object)
    (road,) = roads_of(line, [0], lambda lon, _lat: np.zeros(len(lon), np.int64), PLANE)
    write_road_lines(folder, road_lines([road], PLANE))
    made = home_supports(folder, places())
    points = support(made, *(float(v[0]) for v in PLANE.forward(np.array([road.lon]), np.array([road.lat]))))
    assert points is not None
    x, y = PLANE.forward(made.point_lon[points], made.point_lat[points])
    assert made.weight[points].sum() == pytest.approx(500, rel=1e-3)
    assert sorted(x.round().tolist()) == pytest.approx([25, 75, 125, 175, 225, 275, 325, 375, 400, 400], abs=2)
    assert np.abs(y[x < 390]).max() < 2


def test_a_gazetteer_of_an_earlier_version_has_no_lines(folder: Path) -> None:
    assert read_road_lines(folder).num_rows == 0


def test_without_a_map_there_are_positions_only(folder: Path) -> None:
    empty = np.empty(0)
    made = home_supports(folder, Places(empty, empty, empty, np.empty(0, bool)))
    assert len(made.lon) == 1
    assert len(made.weight) == 0

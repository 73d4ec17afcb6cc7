"""A public population as a demand surface."""

from typing import Any

import numpy as np
import pytest
import shapely

from geoservice.demand import (
    DemandSurface,
    Places,
    Quantity,
    population_surface,
    read_surface,
    region_sums,
    unit_quantities,
    write_surface,
)
from geoservice.geo import LocalProjection

PERSONS = Quantity("persons")
PLANE = LocalProjection(117.0, 30.5)
SIDE = 0.001


def grid(n: int) -> np.ndarray:
    west, south = np.meshgrid(117 + SIDE * np.arange(n), 30.5 + SIDE * np.arange(n))
    west, south = west.ravel(), south.ravel()
    return shapely.box(west, south, west + SIDE, south + SIDE)


def some_places(n: int, size: int, seed: int = 1, buildings: float = 0.3) -> Places:
    draw = np.random.default_rng(seed)
    lon, lat = 117 + draw.uniform(0, SIDE * size, n), 30.5 + draw.uniform(0, SIDE * size, n)
    return Places(lon, lat, draw.uniform(0.1, 30, n), draw.uniform(size=n) < buildings)


def surface(shapes: np.ndarray, places: Places, **more: Any) -> DemandSurface:
    values = {PERSONS: np.arange(len(shapes), dtype=float)}
    return population_surface([f"u{i}" for i in range(len(shapes))], shapes, values, places, PLANE, **more)


def test_weights_of_every_leaf_add_up_to_one_and_sums_are_kept() -> None:
    made = surface(grid(12), some_places(700, 12))
    assert np.allclose(np.bincount(made.point_leaf, made.point_weight, made.leaves), 1)
    assert (np.diff(made.point_leaf) >= 0).all()
    assert np.bincount(made.point_leaf).max() <= 8
    everywhere = region_sums(made, np.zeros(len(made.point_leaf), np.int32), 1)
    assert everywhere.value(PERSONS) == pytest.approx([made.values[PERSONS].sum()])
    assert made.positive[PERSONS].tolist() == made.values[PERSONS].tolist()


def test_points_lie_in_their_own_unit_on_places() -> None:
    shapes, places = grid(8), some_places(500, 8)
    made = surface(shapes, places)
    points = shapely.points(made.point_lon, made.point_lat)
    assert shapely.intersects(shapes[made.point_leaf], points).all()
    known = set(zip(places.lon.tolist(), places.lat.tolist(), strict=True))
    on_place = [p in known for p in zip(made.point_lon.tolist(), made.point_lat.tolist(), strict=True)]
    tree = shapely.STRtree(shapely.points(places.lon, places.lat))
    empty = set(range(64)) - set(tree.query(shapes, predicate="intersects")[0].tolist())
    assert {int(leaf) for leaf, on in zip(made.point_leaf, on_place, strict=True) if not on} == empty


def test_buildings_go_before_streets() -> None:
    lon = np.array([117.0002, 117.0008, 117.0015])
    places = Places(lon, np.full(3, 30.5005), np.array([1.0, 99.0, 5.0]), np.array([True, False, False]))
    made = surface(grid(2), places)
    assert made.point_lon[made.point_leaf == 0].tolist() == [117.0002]
    assert made.point_lon[made.point_leaf == 1].tolist() == [117.0015]


def test_a_few_buildings_along_many_streets_do_not_count() -> None:
    draw = np.random.default_rng(3)
    lon, lat = 117 + draw.uniform(0, SIDE, 18), 30.5 + draw.uniform(0, SIDE, 18)
    for streets, houses in ((16, 2), (17, 1)):
        building = np.arange(18) >= streets
        made = surface(grid(1), Places(lon, lat, np.ones(18), building), max_points=99)
        assert len(made.point_leaf) == (houses if houses == 2 else streets)


def test_units_outside_all_places_points_and_shapes_with_holes_have_one_point_inside() -> None:
    ring = shapely.difference(shapely.box(118, 30, 119, 31), shapely.box(118.01, 30.01, 118.99, 30.99))
    two = shapely.MultiPolygon([shapely.box(120, 30, 121, 31), shapely.box(122, 30, 123, 31)])
    shapes = np.array([ring, shapely.Point(117.0005, 30.5005), two, shapely.box(117, 30.5, 117.004, 30.504)], object)
    made = surface(shapes, some_places(50, 4))
    assert np.bincount(made.point_leaf).tolist()[:3] == [1, 1, 1]
    points = shapely.points(made.point_lon, made.point_lat)
    assert shapely.intersects(shapes[made.point_leaf], points).all()
    assert (made.point_lon[1], made.point_lat[1]) == (117.0005, 30.5005)


def test_no_places_and_no_units_work() -> None:
    nothing = some_places(0, 1)
    assert surface(grid(3), nothing).point_weight.tolist() == [1.0] * 9
    empty = surface(grid(0), some_places(9, 3))
    assert (empty.leaves, len(empty.point_leaf)) == (0, 0)
    assert read_surface(write_surface(empty)).leaves == 0


def test_the_same_units_and_places_give_the_same_bytes_in_any_order_of_the_places() -> None:
    places = some_places(400, 6)
    first = write_surface(surface(grid(6), places))
    assert write_surface(surface(grid(6), places)) == first
    assert write_surface(surface(grid(6), places.take(np.random.default_rng(5).permutation(400)))) == first
    assert write_surface(read_surface(first)) == first


def test_margins_are_known_where_the_file_has_them() -> None:
    shapes, places = grid(2), some_places(0, 2)
    assert not surface(shapes, places).has_margin(PERSONS)
    nothing = np.full(4, np.nan)
    values, deviations = unit_quantities(np.arange(4.0), nothing, np.array([np.nan, 3.0, 4.0, 0.0]), {})
    made = population_surface(list("abcd"), shapes, values, places, PLANE, deviations=deviations, description={"kind": "x"})
    whole = region_sums(made, np.zeros(4, np.int32), 1)
    assert whole.margin(PERSONS) == pytest.approx([5.0])
    assert made.description == {"kind": "x"}


def test_what_some_units_lack_is_left_out() -> None:
    persons = np.array([5.0, 0.0, 7.0])
    values, deviations = unit_quantities(
        persons, np.array([2.0, np.nan, 3.0]), np.array([1.0, 1.0, np.nan]), {"under_6": np.array([1.0, 0.0, 0.5])}
    )
    assert list(map(str, values)) == ["persons.all", "households.all", "persons.under_6"]
    assert values[Quantity("households")].tolist() == [2, 0, 3]
    assert deviations == {}
    assert Quantity("households") not in unit_quantities(persons, np.array([2.0, 1.0, np.nan]), persons, {})[0]
    assert list(unit_quantities(np.zeros(1), np.full(1, np.nan), np.full(1, np.nan), {})[0]) == [PERSONS]

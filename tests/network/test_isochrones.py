"""Isochrones hold the places whose trips take at most the time."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.isochrones import OutlineStreets, StationSearch, isochrones
from geoservice.network.positions import Direction
from geoservice.network.snap import Snapped, StreetIndex
from geoservice.network.street_samples import street_samples
from geoservice.network.travel import nearest
from geoservice.progress import quiet

METRES = 200.0


@pytest.fixture(scope="module")
def folder(helsinki: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    build_network(helsinki, folder, ["walk", "drive"], None, quiet)
    return folder


def places(graph: Graph, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random, box = np.random.default_rng(seed), graph.bbox
    return random.uniform(box.west, box.east, count), random.uniform(box.south, box.north, count)


def search(graph: Graph, station: Snapped, start: np.ndarray, minutes: tuple[int, ...], direction: Direction) -> StationSearch:
    return StationSearch.of(graph, station, start, max(minutes) * 60_000, direction)


@pytest.mark.parametrize("mode", ["walk", "drive"])
@pytest.mark.parametrize("direction", ["to", "from"])
def test_they_hold_the_places_that_a_search_reaches(folder: Path, mode: str, direction: Direction) -> None:
    graph = load_graph(folder, mode)
    edges = graph.large & graph.entrance
    streets = StreetIndex(graph, edges)
    station = streets.snap(graph.lon[:1], graph.lat[:1], METRES)
    start = np.array([20_000], np.int32)
    minutes, least = ((4, 8, 13), 0.95) if mode == "walk" else ((2, 3, 4), 0.85)  # walks to streets are most of short drives
    shapes = isochrones(search(graph, station, start, minutes, direction), OutlineStreets.of(graph, edges, METRES), minutes)
    lon, lat = places(graph, 4000, 3)
    ms, _ = nearest(graph, station, start, streets.snap(lon, lat, METRES), minutes[-1] * 60_000, direction)
    for limit, shape in zip(minutes, shapes, strict=True):
        reached = ms <= limit * 60_000
        assert 0.02 < reached.mean() < 0.98
        inside = shapely.contains_xy(shape, lon, lat)
        assert (inside & reached).sum() > least * (inside | reached).sum()
        assert shape.is_valid
    assert all(shapely.area(a) < shapely.area(b) for a, b in pairwise(shapes))


def test_a_station_on_no_street_has_none(folder: Path) -> None:
    graph = load_graph(folder, "walk")
    station = StreetIndex(graph).snap(np.array([0.0]), np.array([0.0]), METRES)
    nowhere = search(graph, station, np.zeros(1, np.int32), (5,), "to")
    (shape,) = isochrones(nowhere, OutlineStreets.of(graph, graph.large, METRES), (5,))
    assert shape.is_empty


def test_a_station_that_takes_longer_than_the_limit_reaches_nobody(folder: Path) -> None:
    graph = load_graph(folder, "walk")
    station = StreetIndex(graph).snap(graph.lon[:1], graph.lat[:1], METRES)
    late = search(graph, station, np.array([600_000], np.int32), (5,), "to")
    (shape,) = isochrones(late, OutlineStreets.of(graph, graph.large & graph.entrance, METRES), (5,))
    assert shape.is_empty


def test_samples_are_on_their_streets_and_no_farther_apart_than_asked(folder: Path) -> None:
    graph = load_graph(folder, "walk")
    edges = np.array([5, 0, 17])
    samples = street_samples(graph, edges, 15.0)
    for edge in edges.tolist():
        own = samples.places.edge == edge
        lon, lat = graph.line(edge)
        line = shapely.LineString(np.column_stack(graph.projection.forward(lon, lat)))
        along = np.array([line.project(shapely.Point(x, y)) for x, y in zip(samples.x[own], samples.y[own], strict=True)])
        distance = [line.distance(shapely.Point(x, y)) for x, y in zip(samples.x[own], samples.y[own], strict=True)]
        assert max(distance) < 1e-6
        assert (np.diff(along) <= 15.1).all()
        assert [along[0], along[-1]] == pytest.approx([0, line.length], abs=1e-6)
        assert samples.places.fraction[own][[0, -1]].tolist() == [0, 1]

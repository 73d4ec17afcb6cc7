"""On real streets every time equals the oracle's, over all directed segments of OSM, to the millisecond."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geoservice.modes import MODES
from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.osm import read_streets
from geoservice.network.snap import Snapped
from geoservice.network.speeds import read_speeds
from geoservice.network.travel import UNREACHED, nearest, nearest_nodes, pairs
from geoservice.progress import quiet

from .oracle import oracle_of

LIMIT = 1_500_000
STATIONS = 12


def at_vertices(graph: Graph, lon: np.ndarray, lat: np.ndarray) -> tuple[Snapped, np.ndarray]:
    """Return OSM nodes as points on edges by their coordinates, and which coordinates belong to a single node."""
    own: dict[tuple[float, float], int] = {}
    for vertex, place in enumerate(zip(graph.shape_lon.tolist(), graph.shape_lat.tolist(), strict=True)):
        own.setdefault(place, vertex)
    places = list(zip(lon.tolist(), lat.tolist(), strict=True))
    _, inverse, count = np.unique(np.array(places), axis=0, return_inverse=True, return_counts=True)
    vertex = np.array([own[p] for p in places])
    edge = (np.searchsorted(graph.shape_start, vertex, "right") - 1).astype(np.int32)
    fraction = graph.shape_m[vertex] / np.maximum(graph.length_m[edge], 1e-9)
    zeros = np.zeros(len(edge))
    return Snapped(edge, fraction, zeros, zeros.astype(np.int8)), count[inverse] == 1


def check(pbf: Path, mode: str, folder: Path) -> None:
    build_network(pbf, folder, [mode], None, quiet)
    graph, raw = load_graph(folder, mode), oracle_of(read_streets(pbf, quiet), mode, read_speeds())
    lon, lat = np.array([raw.places[ref] for ref, _ in raw.nodes]).T
    points, single = at_vertices(graph, lon, lat)
    random = np.random.default_rng(7)
    chosen = random.choice(np.flatnonzero(single), STATIONS, replace=False)
    points = replace(points, metres=random.uniform(0, 300, len(points)))
    leg = np.rint(points.metres * graph.access_ms)
    start = random.integers(0, 300_000, STATIONS).astype(np.int32)
    for direction in ("to", "from"):
        times = raw.times(chosen.tolist(), direction) + start[:, None] + leg[chosen, None] + leg
        times[times > LIMIT] = np.inf
        order = np.argsort(times, axis=0, kind="stable")
        for nth in (1, 3):
            want = np.take_along_axis(times, order[nth - 1 : nth], 0)[0]
            ms, station = nearest(graph, points.take(chosen), start, points, LIMIT, direction, nth)
            assert np.array_equal(np.where(np.isinf(want), UNREACHED, want)[single], ms[single])
            assert np.array_equal(np.where(np.isinf(want), -1, order[nth - 1])[single], station[single])
        rows = pairs(graph, points.take(chosen), start, points, LIMIT, direction)
        dense = np.full(times.shape, np.inf)
        dense[np.repeat(np.arange(STATIONS), np.diff(rows.indptr)), rows.point] = rows.ms
        assert np.array_equal(dense[:, single], times[:, single])


@pytest.mark.parametrize("mode", MODES)
def test_helsinki(helsinki: Path, mode: str, tmp_path: Path) -> None:
    check(helsinki, mode, tmp_path)


@pytest.mark.reference
@pytest.mark.parametrize("mode", ["walk", "cycle", "drive"])
@pytest.mark.parametrize(
    "name",
    ["liechtenstein_baltimore/liechtenstein-latest.osm.pbf", "porto_alegre/poa_osm.pbf", "andorra/andorra.osm.pbf"],
)
def test_reference(reference: Path, name: str, mode: str, tmp_path: Path) -> None:
    check(reference / name, mode, tmp_path)


def test_a_place_exactly_at_the_limit_is_inside(helsinki: Path, tmp_path: Path) -> None:
    build_network(helsinki, tmp_path, ["walk"], None, quiet)
    graph = load_graph(tmp_path, "walk")
    edge = np.array([10], np.int32)
    station = Snapped(edge, np.array([0.3]), np.zeros(1), np.zeros(1, np.int8))
    hour = 3_600_000
    ms, _ = nearest_nodes(graph, station, np.zeros(1, np.int32), hour, "to")
    node = int(np.argmax(np.where(ms < UNREACHED, ms, -1)))
    late = np.array([hour - ms[node]], np.int32)  # the van sets up so long that the farthest junction is at 60.000 min
    for limit, inside in ((hour, True), (hour - 1, False)):
        times, found = nearest_nodes(graph, station, late, limit, "to")
        assert (times[node] == hour, found[node] == 0) == (inside, inside)
        everywhere = Snapped(
            np.arange(graph.edges, dtype=np.int32), np.zeros(graph.edges), np.zeros(graph.edges), np.zeros(graph.edges, np.int8)
        )
        at_node = np.flatnonzero(graph.u == node)
        points, rows = everywhere.take(at_node), pairs(graph, station, late, everywhere.take(at_node), limit, "to")
        assert (nearest(graph, station, late, points, limit, "to")[0] == hour).all() == inside
        assert len(rows.point) == (len(at_node) if inside else 0)

"""Small random street graphs against brute force: contraction, nearest, n-th nearest, pairs, both directions."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geoservice.errors import NetworkError
from geoservice.network.assemble import assemble
from geoservice.network.graph import ARRAYS, Graph, graph_digest
from geoservice.network.osm import OsmStreets
from geoservice.network.positions import street_positions
from geoservice.network.snap import Snapped
from geoservice.network.speeds import read_speeds
from geoservice.network.travel import UNREACHED, nearest, nearest_nodes, pairs

TABLE = read_speeds()
SPEEDS = TABLE.model_copy(update={"drive": TABLE.drive.model_copy(update={"junction_seconds": 0.0, "signal_seconds": 0.0})})
KINDS = (
    {"highway": "residential"},
    {"highway": "residential", "oneway": "yes"},
    {"highway": "primary", "oneway": "-1"},
    {"highway": "primary", "maxspeed:forward": "30", "maxspeed:backward": "70"},
)
Way = tuple[int, list[int]]


@dataclass
class Town:
    ways: list[Way]
    places: list[tuple[float, float]]

    def streets(self) -> OsmStreets:
        ref = np.array([n for _, nodes in self.ways for n in nodes], np.int64)
        start = np.cumsum([0] + [len(nodes) for _, nodes in self.ways]).astype(np.int64)
        lon, lat = np.array([self.places[n] for n in ref]).reshape(-1, 2).T
        return OsmStreets(start, np.array([k for k, _ in self.ways], np.int32), ref, lon, lat, KINDS)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    count = draw(st.integers(3, 9))
    cells = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=count, max_size=count, unique=True))
    way = st.tuples(st.integers(0, len(KINDS) - 1), st.lists(st.integers(0, count - 1), min_size=2, max_size=5))
    ways = draw(st.lists(way, min_size=2, max_size=8))
    return Town(ways, [(117 + x / 1000, 30.5 + y / 1000) for x, y in cells])


def built(town: Town) -> Graph:
    try:
        graph, report = assemble(town.streets(), "drive", SPEEDS)
    except NetworkError:
        assume(False)
    assert report.edges == graph.edges
    return graph


def brute(graph: Graph, points: list[tuple[int, float]]) -> np.ndarray:
    """Times between points, each given as vertex (not the last of its edge) and share of the way to the next one.

    All pieces of street and all points are nodes of one matrix; Floyd and Warshall do the rest.
    """
    key = {p: i for i, p in enumerate(dict.fromkeys(zip(graph.shape_lon.tolist(), graph.shape_lat.tolist(), strict=True)))}
    node = [key[p] for p in zip(graph.shape_lon.tolist(), graph.shape_lat.tolist(), strict=True)]
    size = len(key) + len(points)
    time = np.full((size, size), np.inf)
    np.fill_diagonal(time, 0)
    for edge in range(graph.edges):
        for vertex in range(graph.shape_start[edge], graph.shape_start[edge + 1] - 1):
            on = sorted((share, len(key) + i) for i, (v, share) in enumerate(points) if v == vertex)
            stops = [(0.0, node[vertex]), *on, (1.0, node[vertex + 1])]
            ahead = int(graph.shape_forward[vertex + 1] - graph.shape_forward[vertex])
            back = int(graph.shape_backward[vertex + 1] - graph.shape_backward[vertex])
            for (low, a), (high, b) in pairwise(stops):
                time[a, b] = min(time[a, b], round(high * ahead) - round(low * ahead))
                if graph.ms_backward[edge] >= 0 or low == high:
                    time[b, a] = min(time[b, a], round(high * back) - round(low * back))
    for k in range(size):
        time = np.minimum(time, time[:, k : k + 1] + time[k])
    return time[len(key) :, len(key) :]


def on_street(graph: Graph, points: list[tuple[int, float]]) -> Snapped:
    vertex, share = np.array([v for v, _ in points]), np.array([s for _, s in points])
    edge = (np.searchsorted(graph.shape_start, vertex, "right") - 1).astype(np.int32)
    metres = graph.shape_m[vertex] + share * (graph.shape_m[vertex + 1] - graph.shape_m[vertex])
    return Snapped(edge, metres / graph.length_m[edge], np.zeros(len(edge)), np.zeros(len(edge), np.int8))


def some_points(graph: Graph, data: st.DataObject, least: int) -> list[tuple[int, float]]:
    last = set((graph.shape_start[1:] - 1).tolist())
    vertices = [v for v in range(len(graph.shape_m)) if v not in last]
    point = st.tuples(st.sampled_from(vertices), st.sampled_from([0.0, 0.2, 0.37, 0.8, 1.0]))
    return data.draw(st.lists(point, min_size=least, max_size=5))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(towns(), st.data(), st.sampled_from(["to", "from"]), st.integers(1, 3))
def test_times_equal_brute_force(town: Town, data: st.DataObject, direction: str, nth: int) -> None:
    graph = built(town)
    stations, points = some_points(graph, data, 1), some_points(graph, data, 0)
    start = np.array(data.draw(st.lists(st.integers(0, 200_000), min_size=len(stations), max_size=len(stations))), np.int32)
    limit = data.draw(st.sampled_from([0, 60_000, 3_600_000]))
    times = brute(graph, [*stations, *points])
    some = times[: len(stations), len(stations) :] if direction == "from" else times[len(stations) :, : len(stations)].T
    some = some + start[:, None]
    near = np.abs(some - limit) <= 2  # rounding on the first and last piece may put these on either side
    assume(not near.any() or limit == 0)
    some[some > limit] = np.inf
    s, p = (
        on_street(graph, stations),
        on_street(graph, points) if points else on_street(graph, stations).take(np.empty(0, np.int64)),
    )
    ms, station = nearest(graph, s, start, p, limit, direction, nth)
    rows = pairs(graph, s, start, p, limit, direction)
    dense = np.full(some.shape, np.inf)
    dense[np.repeat(np.arange(len(stations)), np.diff(rows.indptr)), rows.point] = rows.ms
    if limit:
        assert np.array_equal(np.isinf(dense), np.isinf(some))
        finite = np.isfinite(some)
        assert np.abs(dense[finite] - some[finite]).max(initial=0) <= 2
    padded = np.vstack([np.sort(dense, axis=0), np.full((3, dense.shape[1]), np.inf)])[nth - 1]
    assert np.array_equal(np.where(np.isinf(padded), UNREACHED, padded), ms)
    for i in np.flatnonzero(station >= 0):
        assert dense[station[i], i] == ms[i]
        assert (dense[: station[i], i] != ms[i]).sum() + nth > station[i]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(towns(), st.data())
def test_points_of_one_place_have_the_same_times(town: Town, data: st.DataObject) -> None:
    graph = built(town)
    chosen = some_points(graph, data, 2)
    points = on_street(graph, [*chosen, chosen[0]])
    place, zero = street_positions(graph, points), np.zeros(1, np.int32)
    assert place[0] == place[-1] >= 0
    for direction in ("to", "from"):
        alone = [points.take(np.array([i])) for i in range(len(points))]
        times = [
            np.concatenate(
                [nearest_nodes(graph, s, zero, 10**8, direction)[0], nearest(graph, s, zero, points, 10**8, direction)[0]]
            )
            for s in alone
        ]
        for i, j in zip(*np.nonzero(place[:, None] == place), strict=True):
            assert np.array_equal(times[i], times[j])


def test_a_junction_is_one_place_from_whichever_street() -> None:
    graph = built(
        Town([(0, [0, 1]), (0, [1, 2]), (0, [1, 3])], [(117.0, 30.5), (117.01, 30.5), (117.0, 30.51), (117.02, 30.5)])
    )
    ends = np.flatnonzero((graph.shape_lon == 117.01) & (graph.shape_lat == 30.5))
    assert len(ends) >= 2
    starts = set(graph.shape_start.tolist())
    there = on_street(
        graph, [(v, 0.0) if v in starts else (v - 1, 1.0) for v in ends.tolist()] + [(0, 0.5), (0, 0.5), (0, 0.6)]
    )
    place = street_positions(graph, there).tolist()
    assert len(set(place[: len(ends)])) == 1
    assert place[-3] == place[-2] != place[-1] != place[0]
    off = Snapped(np.array([-1], np.int32), np.array([np.nan]), np.array([np.nan]), np.array([1], np.int8))
    assert street_positions(graph, off).tolist() == [-1]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(towns())
def test_contraction_keeps_what_matters(town: Town) -> None:
    graph = built(town)
    ends = np.concatenate([graph.u, graph.v])
    degree = np.bincount(ends, minlength=graph.nodes)
    two_way = np.bincount(ends, np.tile(graph.ms_backward >= 0, 2), minlength=graph.nodes)
    loops = np.bincount(graph.u[graph.u == graph.v], minlength=graph.nodes)
    out, into = (np.bincount(x[graph.ms_backward < 0], minlength=graph.nodes) for x in (graph.u, graph.v))
    passing = (degree == 2) & ((two_way == 2) | ((two_way == 0) & (out == 1) & (into == 1)))
    assert not (passing & (loops == 0)).any()
    assert (degree > 0).all()
    last = graph.shape_start[1:] - 1
    assert np.array_equal(graph.length_m, graph.shape_m[last])
    assert np.array_equal(graph.ms_forward, graph.shape_forward[last])
    assert (graph.ms_forward > 0).all()
    assert np.array_equal(graph.shape_lon[graph.shape_start[:-1]], graph.lon[graph.u])
    assert np.array_equal(graph.shape_lat[last], graph.lat[graph.v])
    assert len(graph.forward_ms) == len(graph.reverse_ms)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(towns(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_nothing(town: Town, random) -> None:
    first = graph_digest(built(town))
    shuffled = list(town.ways)
    random.shuffle(shuffled)
    # a two-way street of one speed may be drawn either way
    shuffled = [(k, nodes[::-1]) if k == 0 and random.random() < 0.5 else (k, nodes) for k, nodes in shuffled]
    assert graph_digest(built(Town(shuffled, town.places))) == first


def test_a_ring_without_a_junction_becomes_one_loop() -> None:
    places = [(117.0, 30.5), (117.01, 30.5), (117.0, 30.51)]
    for kind, backward in ((0, True), (1, False)):
        graph = built(Town([(kind, [0, 1, 2, 0])], places))
        assert (graph.nodes, graph.edges, len(graph.forward_ms)) == (1, 1, 0)
        assert (graph.ms_backward[0] >= 0) == backward
        a, b = on_street(graph, [(0, 0.5)]), on_street(graph, [(1, 0.5)])
        zero = np.zeros(1, np.int32)
        there, back = (int(nearest(graph, b, zero, a, 10**7, d)[0][0]) for d in ("to", "from"))
        assert there < back if not backward else there == back
        assert backward or there + back == graph.ms_forward[0]


def test_stations_and_points_off_the_street_are_nowhere() -> None:
    graph = built(Town([(0, [0, 1, 2])], [(117.0, 30.5), (117.01, 30.5), (117.0, 30.51)]))
    off = Snapped(np.array([-1], np.int32), np.array([np.nan]), np.array([np.nan]), np.array([1], np.int8))
    on, zero = on_street(graph, [(0, 0.5)]), np.zeros(1, np.int32)
    for stations, points in ((off, on), (on, off), (off, off)):
        ms, station = nearest(graph, stations, zero, points, 10**7, "to")
        assert (ms[0], station[0]) == (UNREACHED, -1)
        assert len(pairs(graph, stations, zero, points, 10**7, "to").point) == 0
    assert (nearest_nodes(graph, off, zero, 10**7, "from")[1] == -1).all()
    none = off.take(np.empty(0, np.int64))
    assert nearest(graph, none, zero[:0], on, 10**7, "to")[1][0] == -1
    assert pairs(graph, none, zero[:0], on, 10**7, "to").indptr.tolist() == [0]


def test_all_arrays_have_the_documented_types() -> None:
    graph = built(Town([(0, [0, 1, 2]), (1, [2, 0])], [(117.0, 30.5), (117.01, 30.5), (117.0, 30.51)]))
    for name in ARRAYS:
        want = np.int64 if name in {"osm_id", "shape_start"} or name.endswith("indptr") else np.int32
        if name in {"large", "entrance"}:
            want = np.bool_
        if name in {"lon", "lat", "length_m", "shape_lon", "shape_lat", "shape_x", "shape_y", "shape_m"}:
            want = np.float64
        assert getattr(graph, name).dtype == want, name

"""Paths along streets: their lines are made of street segments whose times add up to the time of the search."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geoservice.errors import NetworkError
from geoservice.network.assemble import assemble
from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.paths import on_street, street_paths
from geoservice.network.peak import slowed
from geoservice.network.snap import Snapped, snap
from geoservice.network.travel import pairs
from geoservice.progress import quiet

from .test_oracle import Town, towns
from .test_trips_invariants import FREE

LIMIT = 10**8
check = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
Point = tuple[float, float]


@pytest.fixture(scope="module")
def city(helsinki: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("paths")
    build_network(helsinki, folder, ["drive"], None, quiet)
    return load_graph(folder, "drive")


def segments(graph: Graph) -> dict[tuple[Point, Point], set[int]]:
    """Return the ms of each street segment in the directions that are open, several where streets are parallel."""
    found: dict[tuple[Point, Point], set[int]] = {}
    for edge in range(graph.edges):
        vertices = range(int(graph.shape_start[edge]), int(graph.shape_start[edge + 1]))
        at = [(float(graph.shape_lon[i]), float(graph.shape_lat[i])) for i in vertices]
        for i in range(len(at) - 1):
            ahead, back = (
                int(ms[vertices[i + 1]]) - int(ms[vertices[i]]) for ms in (graph.shape_forward, graph.shape_backward)
            )
            ways = [((at[i], at[i + 1]), ahead, graph.ms_forward[edge]), ((at[i + 1], at[i]), back, graph.ms_backward[edge])]
            for key, ms, is_open in ways:
                if is_open >= 0:
                    found.setdefault(key, set()).add(ms)
    return found


def at_segment_ends(graph: Graph) -> Snapped:
    """Return a place at every vertex of the streets."""
    order = [
        (e, i)
        for e in np.flatnonzero(graph.length_m > 0).tolist()
        for i in range(int(graph.shape_start[e]), int(graph.shape_start[e + 1]))
    ]
    edge = np.array([e for e, _ in order], np.int32)
    length = graph.shape_m[graph.shape_start[edge + 1] - 1]
    fraction = np.clip(graph.shape_m[[i for _, i in order]] / length, 0, 1)
    keep = graph.entrance[edge]
    return Snapped(edge[keep], fraction[keep], np.full(keep.sum(), 3.0), np.zeros(keep.sum(), np.int8))


@check
@given(towns(), st.sampled_from(["drive", "walk"]), st.integers(0, 2**16))
def test_segments_of_a_path_add_up_to_the_time_of_the_search(town: Town, mode: str, seed: int) -> None:
    try:
        graph, _ = assemble(town.streets(), mode, FREE)
    except NetworkError:
        assume(False)
    places = at_segment_ends(graph)
    assume(len(places) > 1)
    generator = np.random.default_rng(seed)
    places = places.take(generator.permutation(len(places))[:12])
    legs = [(i, j) for i in range(len(places)) for j in range(len(places)) if i != j]
    street = on_street(places)
    rows = pairs(graph, street, np.zeros(len(street), np.int32), street, LIMIT, "from")
    row = np.repeat(np.arange(len(street)), np.diff(rows.indptr))
    expected = {(int(a), int(b)): int(ms) for a, b, ms in zip(row, rows.point, rows.ms, strict=True)}
    known = segments(graph)
    for leg, path in zip(legs, street_paths(graph, places, legs, LIMIT), strict=True):
        assert (path is None) == (leg not in expected)
        if path is None:
            continue
        assert path.ms == expected[leg]
        vertices = [tuple(v) for v in path.line.tolist()]
        steps = [s for s in pairwise(vertices) if s[0] != s[1]]
        sums = {0}
        for step in steps:
            sums = {total + ms for total in sums for ms in known[step]}  # type: ignore[index]  # a vertex is a pair
        assert path.ms in sums


def test_a_path_starts_and_ends_between_the_vertices_of_its_streets(city: Graph) -> None:
    places = snap(city, np.array([24.9385, 24.9445, 24.9390]), np.array([60.1690, 60.1735, 60.1692]), 500)
    for graph in (city, slowed(city, 1.37)):
        there, back, near = street_paths(graph, places, [(0, 1), (1, 0), (0, 2)], LIMIT)
        assert there is not None
        assert back is not None
        assert near is not None
        assert np.allclose(there.line[0], back.line[-1], atol=1e-7)
        assert np.allclose(there.line[-1], back.line[0], atol=1e-7)
        assert near.ms < there.ms
        assert len(there.line) > 10


def test_no_path_within_the_limit_and_places_on_no_street(city: Graph) -> None:
    places = snap(city, np.array([24.9385, 24.9445, 0.0]), np.array([60.1690, 60.1735, 0.0]), 500)
    assert street_paths(city, places, [(0, 1), (0, 2), (2, 0)], 1000) == [None, None, None]

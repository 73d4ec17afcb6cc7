"""Rush hour: times on streets and at intersections are multiplied, the walk to the street is not."""

from dataclasses import replace

import numpy as np
import pytest

from geoservice.errors import NetworkError
from geoservice.network.build import build_network
from geoservice.network.graph import ARRAYS, Graph, load_graph
from geoservice.network.peak import MAX_MS, slowed
from geoservice.network.positions import access_ms
from geoservice.network.snap import Snapped, snap
from geoservice.network.travel import nearest, nearest_nodes, pairs
from geoservice.progress import quiet

from .extracts import write_extract

TIMES = {"delay_u", "delay_v", "forward_ms", "reverse_ms", "ms_forward", "ms_backward", "shape_forward", "shape_backward"}
WAYS = {
    1: ([1, 2, 3, 4], {"highway": "residential"}),
    2: ([2, 6, 7, 3], {"highway": "primary", "oneway": "yes"}),
    3: ([7, 11], {"highway": "service", "access": "private"}),
    4: ([3, 11], {"highway": "residential"}),
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    folder = tmp_path_factory.mktemp("peak")
    build_network(write_extract(folder / "town.osm.pbf", WAYS), folder / "net", ["drive"], None, quiet)
    return load_graph(folder / "net", "drive")


def points(graph: Graph) -> Snapped:
    """Return points on streets, at junctions and 33 m off the street."""
    lon, lat = np.array([[0, 0], [0.0004, 0], [0.0017, 0.0003], [0.001, 0], [0.003, 0], [0.002, 0.0019], [0.0013, 0.001]]).T
    return snap(graph, lon, lat, 100.0)


@pytest.mark.parametrize("direction", ["to", "from"])
@pytest.mark.parametrize("nth", [1, 2])
def test_times_double_but_for_the_walk_at_both_ends(graph: Graph, direction: str, nth: int) -> None:
    ends, zero = points(graph), np.zeros(7, np.int32)
    leg = access_ms(graph, ends)
    assert (leg > 20_000).sum() == 1
    slow = slowed(graph, 2.0)
    times = [pairs(g, ends, zero, ends, 10**7, direction) for g in (graph, slow)]  # type: ignore[arg-type]  # to or from
    assert np.array_equal(times[0].point, times[1].point)
    station = np.repeat(np.arange(7), np.diff(times[0].indptr))
    walk = leg[station] + leg[times[0].point]
    # within one segment the position of a point is rounded to a whole ms, before and after
    assert np.abs((times[1].ms - walk) - 2 * (times[0].ms - walk)).max() <= 4
    one, two = (nearest_nodes(g, ends.take(np.array([0, 4])), zero[:2], 10**7, "to", nth)[0] for g in (graph, slow))
    assert np.array_equal(two, 2 * one), "exact between junctions"


@pytest.mark.parametrize("factor", [1.01, 1.37, 1.4, 1.5, 2.5, 5.0])
def test_an_edge_takes_as_long_as_its_last_vertex_and_its_arc(graph: Graph, factor: float) -> None:
    slow = slowed(graph, factor)
    last = graph.shape_start[1:] - 1
    two_way = graph.ms_backward >= 0
    assert np.array_equal(slow.ms_forward, slow.shape_forward[last])
    assert np.array_equal(slow.ms_backward[two_way], slow.shape_backward[last][two_way])
    assert (slow.ms_backward[~two_way] == -1).all()
    assert (~two_way).any()
    assert max(graph.delay_u.max(), graph.delay_v.max()) == 5000
    totals = {int(t) for t in slow.ms_forward + slow.delay_v}
    totals |= {int(t) for t in (slow.ms_backward + slow.delay_u)[two_way]}
    assert set(slow.forward_ms.tolist()) - {0} <= totals
    expected = np.floor(np.round(graph.forward_ms * factor, 6) + 0.5)
    assert np.array_equal(slow.forward_ms, expected)


def test_all_else_is_unchanged(graph: Graph) -> None:
    slow = slowed(graph, 1.25)
    assert {name for name in ARRAYS if getattr(slow, name) is not getattr(graph, name)} == TIMES
    assert {getattr(slow, name).dtype for name in TIMES} == {np.dtype(np.int32)}
    assert (slow.access_ms, slow.mode) == (graph.access_ms, "drive")
    assert slowed(graph, 1) is slowed(graph, 1.0) is graph


def test_the_longest_times_do_not_overflow(graph: Graph) -> None:
    huge = replace(graph, forward_ms=np.array([MAX_MS, MAX_MS - 1, 7, -1], np.int32))
    assert slowed(huge, 5).forward_ms.tolist() == [MAX_MS, MAX_MS, 35, -1]


@pytest.mark.parametrize("factor", [0.99, 0.0, -1.0, 5.01, float("nan"), float("inf")])
def test_other_factors_are_refused(graph: Graph, factor: float) -> None:
    with pytest.raises(NetworkError, match=r"peak factor: got .*, allowed are 1 to 5"):
        slowed(graph, factor)


def test_points_of_one_place_have_the_same_times(graph: Graph) -> None:
    slow, ends = slowed(graph, 1.37), points(graph)
    zero = np.zeros(1, np.int32)
    at_three = Snapped(*(np.array(v) for v in ([0, 0], [0.0, 1.0], [0.0, 0.0], [0, 0])))  # type: ignore[arg-type]  # of one type each
    place = np.array([slow.u[0], slow.v[0]])
    for i, node in enumerate(place):
        by_point = nearest(slow, ends.take(np.array([4])), zero, at_three.take(np.array([i])), 10**7, "to")[0][0]
        assert by_point == nearest_nodes(slow, ends.take(np.array([4])), zero, 10**7, "to")[0][node]

"""What holds in every town: on random streets, changes for the worse make no trip quicker, and others change nothing."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geoservice.errors import NetworkError
from geoservice.network.assemble import assemble
from geoservice.network.speeds import Speeds, read_speeds
from geoservice.network.travel import UNREACHED, nearest

from .test_oracle import Town, towns
from .test_real import at_vertices

TABLE = read_speeds()
FREE = TABLE.model_copy(update={"drive": TABLE.drive.model_copy(update={"junction_seconds": 0.0, "signal_seconds": 0.0})})
"""Without time lost at junctions, since closing a street may make a junction a bend."""
LIMIT = 10**8
PUBLIC = (0, 1, 2, 4)
"""Kinds of streets that are not for the ends of trips only."""

check = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def times(town: Town, mode: str, nodes: list[int], table: Speeds = FREE) -> np.ndarray:
    """Return the ms between all pairs of nodes, infinite where there is no way or no street; shape ``(nodes, nodes)``."""
    try:
        graph, _ = assemble(town.streets(), mode, table)
    except NetworkError:
        return np.full((len(nodes), len(nodes)), np.inf)
    there = set(zip(graph.shape_lon.tolist(), graph.shape_lat.tolist(), strict=True))
    used = [i for i, n in enumerate(nodes) if town.places[n] in there]
    ms = np.full((len(nodes), len(nodes)), np.inf)
    if not used:
        return ms
    points, _ = at_vertices(graph, *np.array([town.places[nodes[i]] for i in used]).T)
    for i, k in enumerate(used):
        row = nearest(graph, points.take(np.array([i])), np.zeros(1, np.int32), points, LIMIT, "from")[0]
        ms[k, used] = np.where(row == UNREACHED, np.inf, row)
    return ms


def closed(town: Town, way: int) -> Town:
    """Return the town without one of its ways, and without restrictions."""
    return replace(town, ways=[w for i, w in enumerate(town.ways) if i != way], restrictions=[])


def simple(town: Town) -> Town:
    """Return the town without restrictions, barriers and private streets."""
    ways = [(kind if kind in PUBLIC else 0, nodes) for kind, nodes in town.ways]
    return replace(town, ways=ways, restrictions=[], tagged={n: k for n, k in town.tagged.items() if k == 2})


def corners(town: Town) -> list[int]:
    return sorted({n for _, nodes in town.ways for n in nodes} - {n for n, k in town.tagged.items() if k != 2})


modes = st.sampled_from(["drive", "cycle", "walk"])


@check
@given(towns(), modes, st.data())
def test_closing_a_street_makes_no_trip_quicker(town: Town, mode: str, data: st.DataObject) -> None:
    town, nodes = simple(town), corners(town)
    assume(nodes)
    way = data.draw(st.integers(0, len(town.ways) - 1))
    assert (times(closed(town, way), mode, nodes) >= times(town, mode, nodes)).all()


@check
@given(towns(), modes, st.data())
def test_making_a_street_one_way_makes_no_trip_quicker(town: Town, mode: str, data: st.DataObject) -> None:
    town, nodes = simple(town), corners(town)
    assume(nodes)
    way = data.draw(st.integers(0, len(town.ways) - 1))
    assume(town.ways[way][0] == 0)
    ways = [(1, nodes) if i == way else (kind, nodes) for i, (kind, nodes) in enumerate(town.ways)]
    assert (times(replace(town, ways=ways), mode, nodes) >= times(town, mode, nodes)).all()


@check
@given(towns(), modes, st.data())
def test_a_barrier_makes_no_trip_quicker(town: Town, mode: str, data: st.DataObject) -> None:
    town = simple(town)
    node = data.draw(st.sampled_from(corners(town)))
    barred = replace(town, tagged={**town.tagged, node: 0})
    nodes = corners(barred)
    assume(nodes)
    assert (times(barred, mode, nodes) >= times(town, mode, nodes)).all()


@check
@given(towns(), modes)
def test_restrictions_make_no_trip_quicker_and_bind_no_walker(town: Town, mode: str) -> None:
    town = replace(town, ways=simple(town).ways, tagged={})
    nodes = corners(town)
    with_them, without = times(town, mode, nodes), times(replace(town, restrictions=[]), mode, nodes)
    assert (with_them >= without).all()
    assert mode != "walk" or (with_them == without).all()


@check
@given(towns(), modes)
def test_a_street_for_residents_makes_no_trip_quicker(town: Town, mode: str) -> None:
    town = replace(town, restrictions=[], tagged={})
    nodes = corners(town)
    open_to_all = replace(town, ways=[(kind if kind in PUBLIC else 0, line) for kind, line in town.ways])
    assert (times(town, mode, nodes) >= times(open_to_all, mode, nodes)).all()


@check
@given(towns(), modes)
def test_on_two_way_streets_both_directions_take_as_long(town: Town, mode: str) -> None:
    town = simple(town)
    town = replace(town, ways=[(0, nodes) for _, nodes in town.ways])
    ms = times(town, mode, corners(town))
    assert (ms == ms.T).all()


@check
@given(towns(), modes, st.randoms(use_true_random=False))
def test_the_order_of_ways_does_not_matter(town: Town, mode: str, random) -> None:
    town = replace(town, restrictions=[])
    nodes, shuffled = corners(town), list(town.ways)
    random.shuffle(shuffled)
    assert (times(replace(town, ways=shuffled), mode, nodes, TABLE) == times(town, mode, nodes, TABLE)).all()


@check
@given(towns(), modes, st.data())
def test_a_way_cut_in_two_is_the_same_street(town: Town, mode: str, data: st.DataObject) -> None:
    town = replace(town, restrictions=[])
    long = [i for i, (_, nodes) in enumerate(town.ways) if len(nodes) > 2]
    assume(long)
    way = data.draw(st.sampled_from(long))
    kind, line = town.ways[way]
    at = data.draw(st.integers(1, len(line) - 2))
    ways = [*(w for i, w in enumerate(town.ways) if i != way), (kind, line[: at + 1]), (kind, line[at:])]
    nodes = corners(town)
    assert (times(replace(town, ways=ways), mode, nodes, TABLE) == times(town, mode, nodes, TABLE)).all()


@check
@given(towns(), modes)
def test_a_detour_is_never_quicker_than_the_trip(town: Town, mode: str) -> None:
    town = simple(town)
    nodes = corners(town)
    ms = times(town, mode, nodes)
    for via in range(len(nodes)):
        assert (ms <= ms[:, via : via + 1] + ms[via]).all()


def test_the_towns_are_not_all_empty() -> None:
    town = Town([(0, [0, 1, 2])], [(117.0, 30.5), (117.01, 30.5), (117.02, 30.5)], {}, [])
    ms = times(town, "walk", [0, 1, 2])
    assert np.isfinite(ms).all()
    assert ms[0, 2] == ms[0, 1] + ms[1, 2] > 0

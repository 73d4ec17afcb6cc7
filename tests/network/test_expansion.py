"""Nodes of the search: one more at a banned turn, two more where last-mile streets meet others, and nothing elsewhere."""

import numpy as np
import pytest

from geoservice.network.expansion import SearchNodes, expanded
from geoservice.network.turns import DirectedEdges, Turns

from .test_turns import ONWARD, STAR, banned, edges, over_node

NOTHING = Turns({}, {})


def nodes_of(edges: DirectedEdges, turns: Turns, last_mile: tuple[int, ...] = ()) -> SearchNodes:
    count = len(edges.u)
    back = np.where(edges.two_way, 1000, -1).astype(np.int32)
    mask = np.tile(np.isin(np.arange(count), last_mile), (2, 1))
    return expanded(edges, np.full(count, 1000, np.int32), back, mask, turns, int(max(edges.u.max(), edges.v.max())) + 1)


def sizes(edges: DirectedEdges, turns: Turns = NOTHING, last_mile: tuple[int, ...] = ()) -> tuple[int, int]:
    """Return the number of nodes and of arcs."""
    search = nodes_of(edges, turns, last_mile)
    return search.nodes, len(search.tail)


def test_without_restrictions_a_junction_is_one_node_and_a_direction_one_arc() -> None:
    assert sizes(STAR) == (4, 6)
    assert sizes(edges([(1, 0), (0, 2), (0, 3)], oneway=[1])) == (4, 5)
    search = nodes_of(STAR, NOTHING)
    assert search.source.tolist() == search.sink.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("kind", "to"), [("no", 2), ("only", 3)])
def test_a_banned_turn_is_one_node_and_one_arc_more(kind: str, to: int) -> None:
    """Who comes from the west has a node of their own at the junction; from the other one, an arc leads to it."""
    assert sizes(STAR, banned(STAR, kind, over_node(1, 100, to))) == (5, 7)


def test_no_turning_round_at_the_next_junction_is_two_nodes_more() -> None:
    """At the next junction who comes from the banned turn has an own node, and so has the way there from the first."""
    assert sizes(ONWARD) == (6, 10)
    assert sizes(ONWARD, banned(ONWARD, "no", over_node(1, 100, 2)))[0] == 6 + 1 + 2


def grid(side: int) -> DirectedEdges:
    """Return the streets between ``side`` times ``side`` junctions."""
    rows = np.arange(side * side).reshape(side, side)
    across, along = np.stack([rows[:, :-1], rows[:, 1:]], -1), np.stack([rows[:-1], rows[1:]], -1)
    return edges([(int(a), int(b)) for a, b in np.concatenate([across.reshape(-1, 2), along.reshape(-1, 2)])])


@pytest.mark.parametrize("side", [5, 9, 17])
def test_the_size_of_the_town_does_not_matter_to_one_banned_turn(side: int) -> None:
    streets, middle = grid(side), side * side // 2
    assert sizes(streets) == (side * side, 4 * side * (side - 1))
    west, north = (int(np.flatnonzero((streets.u == u) & (streets.v == middle))[0]) + 1 for u in (middle - 1, middle - side))
    nodes, arcs = sizes(streets, banned(streets, "no", over_node(west, 100 + middle, north)))
    assert (nodes - side * side, arcs - 4 * side * (side - 1)) == (4, 6)


def test_last_mile_streets_have_two_nodes_more_where_they_meet_others_and_one_more_elsewhere() -> None:
    chain = edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    assert sizes(chain, last_mile=(1, 2))[0] == 5 + 2 + 1 + 2
    search = nodes_of(chain, NOTHING, (1, 2))
    assert (search.source[[0, 4]] == search.sink[[0, 4]]).all()  # only ordinary streets meet there
    assert (search.source[1:4] != search.sink[1:4]).all()

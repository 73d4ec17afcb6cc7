"""Turn restrictions as banned sequences of edges, and the trips that they leave, by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from geoservice.network.assemble import assemble
from geoservice.network.graph import Graph
from geoservice.network.osm import read_streets
from geoservice.network.speeds import read_speeds
from geoservice.network.turn_restrictions import TurnRestriction
from geoservice.network.turns import DirectedEdges, Turns, turns
from geoservice.progress import quiet

from .extracts import Relations, Tags, Ways, places, write_extract
from .trips import trip_seconds

NO_NODES = np.empty(0, np.int64)
ROAD = {"highway": "residential"}


def edges(ends: Sequence[tuple[int, int]], ways: Sequence[int] | None = None, oneway: Sequence[int] = ()) -> DirectedEdges:
    """Return two-way edges but for ``oneway``; edge ``i`` is the OSM way ``i + 1`` unless ``ways`` are given."""
    u, v = np.array(ends, np.int32).T
    way = np.array(ways or range(1, len(ends) + 1), np.int64)
    return DirectedEdges(u, v, ~np.isin(np.arange(len(ends)), oneway), way, way)


def banned(edges: DirectedEdges, kind: str, restriction: TurnRestriction, cut: Sequence[int] = ()) -> Turns:
    """Return what a restriction bans; the OSM ids of junctions are their positions plus 100."""
    ids = np.arange(100, 101 + max(edges.u.max(), edges.v.max()))
    return turns([(kind, restriction)], edges, ids, np.array(cut, np.int64))


def over_node(from_: int, via: int, to: int, kind: str = "no_left_turn") -> TurnRestriction:
    return TurnRestriction({"restriction": kind}, (from_,), via, (), (to,))


def over_ways(from_: int, via: Sequence[int], to: int, kind: str = "no_u_turn") -> TurnRestriction:
    return TurnRestriction({"restriction": kind}, (from_,), None, tuple(via), (to,))


STAR = edges([(1, 0), (0, 2), (0, 3)])
"""Dead ends 1, 2 and 3 around the junction 0; edges are directed 0 and 1, 2 and 3, 4 and 5."""


def test_a_turn_over_a_node() -> None:
    found = banned(STAR, "no", over_node(1, 100, 2))
    assert found == Turns({(0,): {2}}, {})
    assert (found.bans((0,), 2), found.bans((0,), 4), found.bans((5,), 2), found.bans((5, 0), 2)) == (True, False, False, True)
    assert found.junctions(STAR, 4).tolist() == [True, False, False, False]


def test_the_only_turn_over_a_node() -> None:
    found = banned(STAR, "only", over_node(1, 100, 3))
    assert found == Turns({}, {(0,): {4}})
    assert [found.bans((0,), d) for d in (1, 2, 4)] == [True, True, False]


@pytest.mark.parametrize(
    ("kind", "restriction"),
    [
        ("no", over_node(1, 103, 2)),  # the way does not end there
        ("no", over_node(9, 100, 2)),  # ways that the mode does not use
        ("no", over_node(1, 100, 9)),
        ("only", over_node(1, 100, 9)),
        ("no", over_ways(1, [9], 3)),
    ],
)
def test_a_restriction_without_its_members_bans_nothing(kind: str, restriction: TurnRestriction) -> None:
    assert banned(STAR, kind, restriction) == Turns({}, {})


def test_no_way_into_a_one_way_street_is_banned_against_it() -> None:
    against = edges([(1, 0), (2, 0), (0, 3)], oneway=[1])
    assert banned(against, "no", over_node(1, 100, 2)) == Turns({}, {})
    assert banned(against, "no", over_node(2, 100, 3)) == Turns({(2,): {4}}, {})


def test_turning_round_on_one_way() -> None:
    assert banned(STAR, "no", over_node(1, 100, 1, "no_u_turn")) == Turns({(0,): {1}}, {})
    straight = edges([(1, 0), (0, 2), (0, 3)], ways=[1, 1, 2])  # the way 1 goes on behind the junction
    assert banned(straight, "no", over_node(1, 100, 1, "no_straight_on")) == Turns({(0,): {2}, (3,): {1}}, {})
    assert banned(straight, "no", over_node(1, 100, 1, "no_u_turn")) == Turns({(0,): {1}, (3,): {2}}, {})


H = edges([(1, 0), (0, 2), (2, 3), (0, 4), (2, 5)], ways=[1, 2, 3, 4, 5])
"""Ways 1 and 4 at one end of way 2, ways 3 and 5 at the other."""


def test_a_turn_over_a_way() -> None:
    # who turns round at the end of the way does not turn round again at its beginning
    assert banned(H, "no", over_ways(1, [2], 3)) == Turns({(0, 2): {4}, (0, 2, 3): {2}}, {})
    assert banned(H, "only", over_ways(1, [2], 3, "only_straight_on")) == Turns({}, {(0, 2): {4}})


def test_the_only_turn_over_two_ways_binds_between_them() -> None:
    chain = edges([(1, 0), (0, 2), (2, 3), (3, 4), (2, 5), (3, 6)], ways=[1, 2, 3, 4, 5, 6])
    found = banned(chain, "only", over_ways(1, [2, 3], 4, "only_straight_on"))
    assert found == Turns({(0, 2, 4): {5}}, {(0, 2, 4): {6}, (0, 2): {4}})
    assert (found.bans((0, 2), 8), found.bans((2,), 8), found.bans((0, 2, 4), 10)) == (True, False, True)


ONWARD = edges([(1, 0), (0, 2), (0, 3), (3, 4), (3, 5)])
"""The star, where edge 2 leads on to the junction 3 with dead ends 4 and 5."""


def test_nobody_turns_round_at_the_next_junction_after_a_banned_turn() -> None:
    assert banned(ONWARD, "no", over_node(1, 100, 2)) == Turns({(0,): {2}, (0, 4): {5}}, {})
    assert banned(ONWARD, "only", over_node(1, 100, 3)) == Turns({(0, 4): {5}}, {(0,): {4}})
    one_way = edges([(1, 0), (0, 2), (0, 3), (3, 4), (3, 5)], oneway=[2])
    assert banned(one_way, "no", over_node(1, 100, 2)) == Turns({(0,): {2}}, {})


def test_one_turns_round_at_a_dead_end_but_not_where_the_street_is_cut() -> None:
    assert banned(STAR, "no", over_node(1, 100, 2), cut=[101, 102]) == Turns({(0,): {2}}, {})
    assert banned(STAR, "no", over_node(1, 100, 2), cut=[103]) == Turns({(0,): {2}, (0, 4): {5}}, {})


METRES = {1: (0, 0), 2: (-200, 0), 3: (0, 200), 4: (100, 0), 5: (100, 100), 6: (100, -100)}
AT = places(METRES)
C, W, N, E = 1, 2, 3, 4
TOWN: Ways = {1: ([W, C], ROAD), 2: ([C, N], ROAD), 3: ([C, E], ROAD)}
"""Streets of 200 m from the west and to the north, and one of 100 m to the east."""
JUNCTION_IN_THE_EAST: Ways = {4: ([E, 5], ROAD), 5: ([E, 6], ROAD)}
CUT: Ways = {3: ([C, E, 99], ROAD)}
Restriction = tuple[str, int, int]
NO_LEFT: Restriction = ("no_left_turn", 1, 2)


def town(folder: Path, ways: Ways, restrictions: Sequence[tuple[Restriction, Tags]], mode: str = "drive") -> Graph:
    """Return the graph without delays at junctions."""
    relations: Relations = {
        i: (
            [("w", start, "from"), ("n", C, "via"), ("w", end, "to")],
            {"type": "restriction", "restriction": kind} | dict(tags),
        )
        for i, ((kind, start, end), tags) in enumerate(restrictions, 1)
    }
    streets = read_streets(write_extract(folder / "town.osm.pbf", ways, relations, nodes=AT), quiet)
    speeds = read_speeds()
    return assemble(
        streets, mode, speeds.model_copy(update={mode: speeds.of(mode).model_copy(update={"junction_seconds": 0.0})})
    )[0]


@pytest.mark.parametrize(
    ("ways", "restriction", "start", "end", "metres"),
    [
        (TOWN, None, W, N, 400),
        (TOWN, NO_LEFT, W, N, 600),  # round at the dead end in the east
        (TOWN, NO_LEFT, N, W, 400),
        (TOWN, NO_LEFT, E, N, 300),
        (TOWN, NO_LEFT, W, E, 300),
        (TOWN, NO_LEFT, C, N, 200),  # a trip that begins at the junction turns nowhere
        (TOWN, ("only_straight_on", 1, 3), W, N, 600),
        (TOWN, ("only_left_turn", 1, 2), W, E, 700),  # round at the dead end in the north
        (TOWN, ("no_entry", 3, 2), E, N, 700),  # round at the dead end in the west
        (TOWN | JUNCTION_IN_THE_EAST, NO_LEFT, W, N, 800),  # not round at the junction in the east, but 100 m further on
        (TOWN | JUNCTION_IN_THE_EAST, NO_LEFT, W, E, 300),
        (TOWN | JUNCTION_IN_THE_EAST, None, W, N, 400),
        (TOWN | CUT, None, W, N, 400),
        (TOWN | CUT, NO_LEFT, W, N, None),
        (TOWN | CUT, NO_LEFT, N, W, 400),
        (TOWN | CUT, NO_LEFT, W, E, 300),
    ],
)
@pytest.mark.parametrize("direction", ["to", "from"])
def test_length_of_a_trip_by_car(
    tmp_path: Path,
    ways: Ways,
    restriction: Restriction | None,
    start: int,
    end: int,
    metres: float | None,
    direction: Literal["to", "from"],
) -> None:
    graph = town(tmp_path, ways, [(restriction, {})] if restriction else [])
    seconds = trip_seconds(graph, AT[start], AT[end], direction)
    assert seconds == (metres and pytest.approx(metres * 3.6 / 35, abs=0.01))


@pytest.mark.parametrize(
    ("mode", "tags", "seconds"),
    [
        ("walk", {}, 400 * 3.6 / 5),
        ("cycle", {}, 600 * 3.6 / 15),
        ("cycle", {"except": "bicycle"}, 400 * 3.6 / 15),
        ("ebike", {}, 600 * 3.6 / 18),
        ("ebike", {"except": "bicycle"}, 400 * 3.6 / 18),
        ("drive", {"except": "bicycle"}, 600 * 3.6 / 35),
        ("drive", {"except": "motorcar"}, 400 * 3.6 / 35),
    ],
)
def test_whom_a_restriction_binds(tmp_path: Path, mode: str, tags: Tags, seconds: float) -> None:
    assert trip_seconds(town(tmp_path, TOWN, [(NO_LEFT, tags)], mode), AT[W], AT[N]) == pytest.approx(seconds, abs=0.05)

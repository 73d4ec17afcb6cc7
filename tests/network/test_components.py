"""Connected pieces of a street graph, and streets for the ends of trips, by hand."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geoservice.network.assemble import assemble
from geoservice.network.components import Components, components, last_mile_edges
from geoservice.network.osm import read_streets
from geoservice.network.speeds import read_speeds
from geoservice.progress import quiet

from .extracts import Tags, places, write_extract
from .trips import trip_seconds

Ends = Sequence[tuple[int, int]]


def pieces(ends: Ends, metres: Sequence[float] | float = 10.0, oneway: Sequence[int] = ()) -> Components:
    u, v = np.array(ends, np.int32).T
    length = np.broadcast_to(np.asarray(metres, float), u.shape)
    return components(u, v, length, ~np.isin(np.arange(len(u)), oneway), int(max(u.max(), v.max())) + 1)


@pytest.mark.parametrize(
    ("junctions", "metres", "large"),
    [
        (49, 48.0, False),
        (50, 49.0, True),
        (2, 999.0, False),
        (2, 1000.0, True),
        (49, 999.0, False),
        (49, 1000.0, True),
    ],
)
def test_a_component_is_large_from_50_junctions_or_a_kilometre(junctions: int, metres: float, large: bool) -> None:
    line = list(pairwise(range(junctions)))
    assert pieces(line, metres / len(line)).large.tolist() == [large] * len(line)


def test_streets_of_other_components_do_not_make_one_large() -> None:
    found = pieces([(0, 1), (2, 3), (3, 4)], [600.0, 600.0, 500.0])
    assert found.large.tolist() == [False, True, True]
    assert found.component[0] != found.component[1] == found.component[2]
    assert found.piece[0] != found.piece[1] == found.piece[2]


def test_a_one_way_street_that_leads_nowhere_is_in_no_component() -> None:
    found = pieces([(0, 1), (1, 2), (2, 3)], 2000.0, oneway=[1])
    assert (found.component[1], bool(found.large[1])) == (-1, False)
    assert found.component[0] != found.component[2]
    assert found.large.tolist() == [True, False, True]
    assert len(set(found.piece.tolist())) == 1


def test_a_one_way_ring_is_one_component() -> None:
    found = pieces([(0, 1), (1, 2), (2, 0)], 400.0, oneway=[0, 1, 2])
    assert (len(set(found.component.tolist())), found.large.tolist()) == (1, [True] * 3)


MAIN = [(0, 1), (1, 2)]
"""Two ordinary streets, of a kilometre each."""


def last_mile(marked: Sequence[tuple[int, int]], ordinary: Ends = (), restricted: Sequence[int] = ()) -> list[bool]:
    """Return which edges may be used at the ends of trips only: of ``marked``, then of ``ordinary``, all of 10 m."""
    u, v = np.array([*MAIN, *marked, *ordinary], np.int32).T
    metres = np.array([1000.0] * len(MAIN) + [10.0] * (len(u) - len(MAIN)))
    mask = np.array([False] * len(MAIN) + [True] * len(marked) + [False] * len(ordinary))
    junctions = int(max(u.max(), v.max())) + 1
    result, back = last_mile_edges(
        u, v, np.ones(len(u), np.bool_), metres, np.stack([mask, mask]), np.isin(np.arange(junctions), restricted)
    ).tolist()
    assert result == back
    assert not any(result[: len(MAIN)])
    return result[len(MAIN) :]


def test_without_such_streets_there_is_nothing_to_tell_apart() -> None:
    assert last_mile([], [(2, 3)]) == [False]


@pytest.mark.parametrize(
    ("marked", "ordinary", "restricted", "expected"),
    [
        ([(1, 3)], [], [], [False]),  # one way in: nobody can drive through
        ([(1, 3), (3, 4), (4, 1)], [], [], [False] * 3),  # round a block from one junction
        ([(1, 3), (3, 2)], [], [], [True, True]),
        ([(0, 2)], [], [], [True]),
        ([(1, 3), (2, 4)], [], [], [False, False]),  # two drives of one way in each
        ([(1, 3), (4, 5)], [], [], [False, False]),  # a piece of its own
        ([(1, 3)], [(3, 4), (4, 5)], [], [False] * 3),  # a compound behind its gate
        ([(1, 3), (2, 4)], [(3, 4)], [], [True] * 3),  # a compound with two gates is no short cut
        ([(1, 3), (2, 4)], [(3, 5), (4, 6)], [], [False] * 4),
        ([(1, 3)], [(3, 4)], [1], [True, True]),  # one could turn round behind the gate
        ([(1, 3)], [], [3], [True]),
        ([(1, 3)], [(3, 4)], [0, 2], [False, False]),
    ],
)
def test_streets_that_are_a_way_through(
    marked: Ends, ordinary: Ends, restricted: Sequence[int], expected: Sequence[bool]
) -> None:
    assert last_mile(marked, ordinary, restricted) == expected


def test_a_street_may_be_one_in_one_direction_only() -> None:
    u, v = np.array([*MAIN, (0, 2)], np.int32).T
    mask = np.array([[False] * 3, [False, False, True]])
    assert last_mile_edges(u, v, np.ones(3, np.bool_), np.full(3, 10.0), mask, np.zeros(3, np.bool_)).tolist() == mask.tolist()


def test_the_longest_streets_are_the_ordinary_ones_not_those_with_most_junctions() -> None:
    blocks = [(2 + i, 3 + i) for i in range(1, 20)]  # 190 m behind two gates
    assert last_mile([(0, 3), (2, 22)], blocks) == [True] * 21


METRES = {1: (0, 0), 2: (300, 0), 3: (0, 300), 4: (300, 300), 5: (150, 0), 6: (-100, 0), 7: (400, 0), 8: (150, 100)}
ROAD, PRIVATE = {"highway": "residential"}, {"highway": "residential", "access": "private"}
ROUND = ([6, 1, 3, 4, 2, 7], ROAD)
"""From 6 to 7 by public streets: 100 + 300 + 300 + 300 + 100 m."""


@pytest.mark.parametrize(
    ("streets", "start", "end", "metres"),
    [
        ([([1, 5, 2], ROAD)], 6, 7, 500),
        ([([1, 5, 2], PRIVATE)], 6, 7, 1100),  # no way through
        ([([1, 5, 2], PRIVATE)], 6, 5, 250),  # but home
        ([([1, 5, 2], PRIVATE)], 5, 7, 250),
        ([([1, 5], PRIVATE), ([5, 2], ROAD)], 6, 7, 1100),
        ([([1, 5], PRIVATE), ([5, 2], ROAD)], 6, 5, 250),
        ([([1, 5], PRIVATE), ([5, 2], PRIVATE), ([5, 8], ROAD)], 6, 7, 1100),  # a compound with two gates
        ([([1, 5], PRIVATE), ([5, 2], PRIVATE), ([5, 8], ROAD)], 6, 8, 350),
        ([([1, 5], PRIVATE), ([5, 2], PRIVATE), ([5, 8], ROAD)], 8, 7, 350),
        ([([1, 5], PRIVATE), ([5, 8], PRIVATE)], 5, 8, 100),
    ],
)
def test_private_streets_serve_the_ends_of_trips(
    tmp_path: Path, streets: Sequence[tuple[Sequence[int], Tags]], start: int, end: int, metres: float
) -> None:
    nodes = places(METRES)
    ways = dict(enumerate([ROUND, *streets], 1))
    graph = assemble(read_streets(write_extract(tmp_path / "town.osm.pbf", ways, nodes=nodes), quiet), "walk", read_speeds())[0]
    for direction in ("to", "from"):
        seconds = trip_seconds(graph, nodes[start], nodes[end], direction)
        assert seconds == pytest.approx(metres * 3.6 / 5, abs=0.1)

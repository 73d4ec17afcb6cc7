"""Times on small random streets equal those of the oracle: restrictions, barriers, private and one-way streets."""

from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geoservice.errors import NetworkError
from geoservice.network.assemble import assemble
from geoservice.network.osm import OsmStreets
from geoservice.network.speeds import read_speeds
from geoservice.network.travel import UNREACHED, nearest
from geoservice.network.turn_restrictions import TurnRestriction

from .oracle import oracle_of
from .test_real import at_vertices

SPEEDS = read_speeds()
KINDS: tuple[dict[str, str], ...] = (
    {"highway": "residential"},
    {"highway": "residential", "oneway": "yes"},
    {"highway": "primary", "maxspeed:forward": "30", "maxspeed:backward": "70"},
    {"highway": "residential", "access": "destination"},
    {"highway": "service"},
    {"highway": "residential", "vehicle:forward": "destination"},
)
NODE_KINDS: tuple[dict[str, str], ...] = (
    {"barrier": "bollard"},
    {"barrier": "gate", "access": "private"},
    {"highway": "traffic_signals"},
)
LIMIT = 10**8


@dataclass
class Town:
    ways: list[tuple[int, list[int]]]
    places: list[tuple[float, float]]
    tagged: dict[int, int]
    restrictions: list[TurnRestriction]

    def streets(self) -> OsmStreets:
        ref = np.array([n for _, nodes in self.ways for n in nodes], np.int64)
        start = np.cumsum([0] + [len(nodes) for _, nodes in self.ways]).astype(np.int64)
        lon, lat = np.array([self.places[n] for n in ref]).reshape(-1, 2).T
        return OsmStreets(
            start, np.array([k for k, _ in self.ways], np.int32), ref, lon, lat, KINDS,
            way=np.arange(1, len(self.ways) + 1), tagged=np.array(sorted(self.tagged), np.int64),
            tagged_kind=np.array([self.tagged[n] for n in sorted(self.tagged)], np.int32), node_kinds=NODE_KINDS,
            restrictions=tuple(self.restrictions),
        )  # fmt: skip


Members = tuple[tuple[int, ...], int | None, tuple[int, ...], tuple[int, ...]]


def _ends(nodes: list[int]) -> set[int]:
    return {nodes[0], nodes[-1]}


def _turns_over_nodes(lines: dict[int, list[int]]) -> list[Members]:
    """Return all turns from the end of a way into the end of a way."""
    return [((f,), node, (), (t,)) for f in lines for t in lines for node in sorted(_ends(lines[f]) & _ends(lines[t]))]


def _turns_over_ways(lines: dict[int, list[int]]) -> list[Members]:
    """Return all ways over one way from its one end to the other, where the ways before and after it touch it nowhere else."""
    return [
        ((f,), None, (via,), (t,))
        for via, nodes in lines.items()
        for a, b in ((nodes[0], nodes[-1]), (nodes[-1], nodes[0]))
        for f in lines
        for t in lines
        if len({f, via, t}) == 3
        and set(lines[f]) & set(nodes) == {a} == _ends(lines[f]) & {a}
        and set(lines[t]) & set(nodes) == {b} == _ends(lines[t]) & {b}
    ]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    count = draw(st.integers(4, 10))
    cells = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=count, max_size=count, unique=True))
    nodes = st.lists(st.integers(0, count - 1), min_size=2, max_size=4, unique=True)
    ways = draw(st.lists(st.tuples(st.integers(0, len(KINDS) - 1), nodes), min_size=3, max_size=10))
    tagged = draw(st.dictionaries(st.integers(0, count - 1), st.integers(0, len(NODE_KINDS) - 1), max_size=2))
    lines = dict(enumerate((nodes for _, nodes in ways), 1))
    over_node, over_ways = _turns_over_nodes(lines), _turns_over_ways(lines)
    restrictions = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["no_left_turn", "only_straight_on", "no_u_turn"]))
        options = over_ways if over_ways and draw(st.booleans()) else over_node
        if options:
            restrictions.append(TurnRestriction({"restriction": kind}, *draw(st.sampled_from(options))))
    return Town(ways, [(117 + x / 1000, 30.5 + y / 1000) for x, y in cells], tagged, restrictions)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(towns(), st.sampled_from(["drive", "cycle", "walk"]))
def test_times_equal_the_oracle(town: Town, mode: str) -> None:
    try:
        graph, _ = assemble(town.streets(), mode, SPEEDS)
    except NetworkError:
        assume(False)
    oracle = oracle_of(town.streets(), mode, SPEEDS)
    used = [i for i, (ref, copy) in enumerate(oracle.nodes) if ref not in oracle.closed]
    assume(used)
    lon, lat = np.array([town.places[oracle.nodes[i][0]] for i in used]).T
    points, _ = at_vertices(graph, lon, lat)
    for direction in ("to", "from"):
        want = oracle.times(used, direction)[:, used]
        for i in range(len(used)):
            ms, _ = nearest(graph, points.take(np.array([i])), np.zeros(1, np.int32), points, LIMIT, direction)
            got = np.where(ms == UNREACHED, np.inf, ms)
            assert got.tolist() == want[i].tolist(), (direction, oracle.nodes[used[i]])

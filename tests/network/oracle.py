"""An independent computation of travel times: Dijkstra over directed segments of OSM, with every rule written a second time.

A state is a directed segment, the layer of the trip (before, on and after the ordinary streets) and the turn restrictions whose
beginning the traveller has just followed. Nothing is contracted, and no code of the network's graph is used.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geoservice.geo import haversine_m
from geoservice.network.osm import OsmStreets
from geoservice.network.rules import node_passage, turn_restriction, way_use
from geoservice.network.speeds import Speeds
from geoservice.network.turn_restrictions import TurnRestriction

BOUND = (-1, 0)
Node = tuple[int, int]
Way = tuple[int, Sequence[int], Mapping[str, str]]


class Segment(NamedTuple):
    """A direction of a piece of street between two nodes."""

    tail: Node
    head: Node
    way: int
    ms: int
    metres: float
    last_mile: bool
    rank: int
    entrance: bool
    key: int  # equal for both directions of a segment


class Oracle:
    """Times between OSM nodes of one mode."""

    def __init__(
        self,
        ways: Sequence[Way],
        places: Mapping[int, tuple[float, float]],
        node_tags: Mapping[int, Mapping[str, str]],
        restrictions: Sequence[TurnRestriction],
        mode: str,
        table: Speeds,
        cut: frozenset[int] = frozenset(),
    ) -> None:
        self.places, self.mode, self.table, self.cut = places, mode, table, cut
        self.closed = {n: p for n, t in node_tags.items() if (p := node_passage(t, mode, table)) != "open"}
        self.signals = {n for n, t in node_tags.items() if t.get("highway") == "traffic_signals"}
        self.copies: dict[int, list[Node]] = defaultdict(list)
        self.named = {
            w for r in restrictions if turn_restriction(r.tags, mode) for w in (*r.from_ways, *r.via_ways, *r.to_ways)
        }
        self.seen: set[object] = set()
        rows = table.of(mode)
        self.has_delays = rows.junction_seconds + rows.signal_seconds > 0
        self.segments: list[Segment] = []
        for way, refs, tags in ways:
            self._add_way(way, refs, tags)
        self._add_gates()
        self.kind = {s.key: (s.last_mile, s.rank, s.entrance) for s in self.segments}
        self.sided = {s.key for s in self.segments if s.last_mile != self.kind[s.key][0]}
        self._enclaves()
        self.restrictions = [(k, r) for r in restrictions if (k := turn_restriction(r.tags, mode))]
        self.leaving: dict[Node, list[int]] = defaultdict(list)
        self.arriving: dict[Node, list[int]] = defaultdict(list)
        for i, s in enumerate(self.segments):
            self.leaving[s.tail].append(i)
            self.arriving[s.head].append(i)
        self._junctions()
        self._delays()
        self._states()

    def _node(self, ref: int) -> Node:
        if ref not in self.closed:
            return ref, 0
        self.copies[ref].append((ref, len(self.copies[ref]) + 1))
        return self.copies[ref][-1]

    def _add_way(self, way: int, refs: Sequence[int], tags: Mapping[str, str]) -> None:
        use = way_use(tags, self.mode, self.table)
        steps = [(a, b, float(haversine_m(*map(np.float64, (*self.places[a], *self.places[b]))))) for a, b in pairwise(refs)]
        length = max(sum(metres for _, _, metres in steps), 1e-3)
        for a, b, metres in steps:
            if a == b or not (use.forward.kmh or use.backward.kmh):
                continue
            directions = []
            for start, end, passage in ((a, b, use.forward), (b, a, use.backward)):
                if passage.kmh:
                    kmh = passage.kmh if use.seconds is None else length / use.seconds * 3.6
                    ms = max(round(metres * 3600 / kmh + metres * use.extra_seconds / length * 1000), 1)
                    directions.append((start, end, ms, passage.last_mile, use.rank if self.has_delays else 0, use.entrance))
            twin = (frozenset(directions), way if way in self.named else 0)
            if twin in self.seen:  # two ways over the same nodes are one street
                continue
            self.seen.add(twin)
            place, key = {a: self._node(a), b: self._node(b)}, len(self.segments)
            for start, end, ms, last_mile, rank, entrance in directions:
                self.segments.append(Segment(place[start], place[end], way, ms, metres, last_mile, rank, entrance, key))

    def _add_gates(self) -> None:
        for ref, copies in self.copies.items():
            if self.closed[ref] == "last_mile":
                for copy in copies:
                    key = len(self.segments)
                    for a, b in ((copy, (ref, 0)), ((ref, 0), copy)):
                        self.segments.append(Segment(a, b, 0, 0, 0.0, True, 0, False, key))

    def _enclaves(self) -> None:
        """Find the streets that private ones part from the longest group of others: from there, or to there, or both."""
        public = [s for s in self.segments if not s.last_mile]
        parted: set[Segment] = set()
        for groups in (_union, _strong):
            piece, group = groups(self.segments), groups(public)
            length: dict[Node, float] = defaultdict(float)
            for s in public:
                length[group[s.tail]] += s.metres if group[s.tail] == group[s.head] else 0.0
            main: dict[Node, Node] = {}
            for s in public:
                for end in (s.tail, s.head):
                    best = main.get(piece[end])
                    if best is None or length[group[end]] > length[best]:
                        main[piece[end]] = group[end]
            for s in public:
                if piece[s.tail] == piece[s.head] and {group[s.tail], group[s.head]} != {main[piece[s.tail]]}:
                    parted.add(s)
        self.segments = [s._replace(last_mile=True) if s in parted else s for s in self.segments]

    def _junctions(self) -> None:
        """Find the nodes between junctions: two segments of one kind meet there, and no restriction is about the node."""
        self.keys: dict[Node, set[int]] = defaultdict(set)
        ways: dict[int, set[int]] = defaultdict(set)
        for s in self.segments:
            for end in (s.tail, s.head):
                self.keys[end].add(s.key)
                ways[s.way].add(end[0])
        named = {r.via_node for _, r in self.restrictions}
        for _, r in self.restrictions:
            steps = (r.from_ways, *((w,) for w in r.via_ways), r.to_ways)
            if r.via_ways:
                named |= {n for a, b in pairwise(steps) for x in a for y in b for n in ways[x] & ways[y]}
        two_way = {
            s.key
            for s in self.segments
            if any(o.head == s.tail for i in self.leaving[s.head] if (o := self.segments[i]).key == s.key)
        }
        self.interior = set()
        for node, keys in self.keys.items():
            if len(keys) == 2 and node[0] not in named and len({self.kind[k] for k in keys}) == 1 and not keys & self.sided:
                both = keys <= two_way
                through = not keys & two_way and len(self.leaving[node]) == len(self.arriving[node]) == 1
                if both or through:
                    self.interior.add(node)

    def _delays(self) -> None:
        """Find the ms that each directed segment loses at its head."""
        rows = self.table.of(self.mode)
        streets: dict[Node, dict[tuple[Node, int], int]] = defaultdict(dict)
        for s in self.segments:
            if s.rank:
                streets[s.tail][s.head, s.key] = streets[s.head][s.tail, s.key] = s.rank
        lit = {
            node
            for node, ends in streets.items()
            if node[0] in self.signals or any(self._light_before(node, e) for e in ends)
            if rows.signal_seconds
        }
        self.delay: dict[int, int] = {}
        for i, s in enumerate(self.segments):
            ranks = list(streets[s.head].values())
            if s.head in self.interior or len(ranks) < 3:
                continue
            metres, before = self._street_before(s)
            if metres < 40 and len(streets[before]) >= 3:
                continue
            gives_way = 1.0 if s.rank < max(ranks) else 0.5 if min(ranks) == max(ranks) else 0.0
            self.delay[i] = round(1000 * (rows.signal_seconds if s.head in lit else gives_way * rows.junction_seconds))

    def _street_before(self, segment: Segment) -> tuple[float, Node]:
        """Return the length of the street from the junction before a segment to its head, and that junction."""
        metres, at = segment.metres, segment
        while at.tail in self.interior and metres < 40:
            at = next(s for i in self.arriving[at.tail] if (s := self.segments[i]).key != at.key)
            metres += at.metres
        return metres, at.tail

    def _light_before(self, node: Node, first: tuple[Node, int]) -> bool:
        """Whether there is a light on a street within 30 m of its end at a junction."""
        before, (at, _), metres = node, first, 0.0
        while True:
            metres += float(haversine_m(*map(np.float64, (*self.places[before[0]], *self.places[at[0]]))))
            if metres > 30:
                return False
            if at[0] in self.signals:
                return True
            if at not in self.interior:
                return False
            onward = {s.head for i in self.leaving[at] if (s := self.segments[i]).head != before}
            onward |= {s.tail for i in self.arriving[at] if (s := self.segments[i]).tail != before}
            if not onward:
                return False
            before, at = at, onward.pop()

    def _layers(self, segment: int) -> tuple[int, ...]:
        return (0, 2) if self.segments[segment].last_mile else (1,)

    def _steps(
        self, segment: int, layer: int, progress: frozenset[tuple[int, int]]
    ) -> list[tuple[int, int, frozenset[tuple[int, int]]]]:
        """Return the states that may follow a state."""
        here, steps = self.segments[segment], []
        for following in self.leaving[here.head]:
            onward = self._turn(segment, following, progress)
            if onward is not None:
                steps += [(following, ld, onward) for ld in self._layers(following) if layer <= ld]
        return steps

    def _turn(self, a: int, b: int, progress: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]] | None:
        """Return the restrictions in progress after a turn, None if it is banned; nobody turns round between junctions."""
        here, back = self.segments[a], self.segments[a].key == self.segments[b].key
        if back and (
            here.head in self.interior or (BOUND in progress and (len(self.keys[here.head]) > 1 or here.head[0] in self.cut))
        ):
            return None
        onward = self._restricted(a, b, progress)
        if onward is None:
            return None
        if here.head in self.interior:
            return onward | (progress & {BOUND})
        bound = any(self._restricted(a, c, progress) is None for c in self.leaving[here.head])
        passing = progress & {BOUND} if len(self.keys[here.head]) == 2 and not back else frozenset[tuple[int, int]]()
        return onward | passing | ({BOUND} if bound else frozenset())

    def _restricted(self, a: int, b: int, progress: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]] | None:
        """Return the restrictions in progress after the turn from one segment to another, None if one bans it.

        ``BOUND`` stands for a junction where a turn was banned: the traveller does not turn round at the next one instead.
        """
        onward: set[tuple[int, int]] = set()
        only: dict[object, bool] = {}  # whether one of the restrictions that begin in the same way allows the turn
        for number, (kind, r) in enumerate(self.restrictions):
            if r.via_node is not None:
                banned = self._over_node(kind, r, a, b, only)
            else:
                banned = self._over_ways(number, a, b, progress, onward, only)
            if banned:
                return None
        return frozenset(onward) if all(only.values()) else None

    def _over_node(self, kind: str, r: TurnRestriction, a: int, b: int, only: dict[object, bool]) -> bool:
        here = self.segments[a]
        if here.way not in r.from_ways or here.head[0] != r.via_node:
            return False
        if kind == "only" and any(self._hits(r, a, c) for c in self.leaving[here.head]):
            only[r.from_ways] = only.get(r.from_ways, False) or self._hits(r, a, b)
        return kind == "no" and self._hits(r, a, b)

    def _over_ways(
        self,
        number: int,
        a: int,
        b: int,
        progress: frozenset[tuple[int, int]],
        onward: set[tuple[int, int]],
        only: dict[object, bool],
    ) -> bool:
        here, there, (kind, r) = self.segments[a], self.segments[b], self.restrictions[number]
        back = here.key == there.key
        for step in {s for n, s in progress if n == number} | ({-1} if here.way in r.from_ways else set()):
            last = step == len(r.via_ways) - 1
            target = r.to_ways if last else (r.via_ways[step + 1],)
            along = step >= 0 and there.way == here.way and not back and there.way not in target
            on_target = there.way in target and not back
            if on_target and last and kind == "no":
                return True
            if along or (on_target and not last):
                onward.add((number, step if along else step + 1))
            if kind == "only" and step >= 0 and self._completes(a, step, r):
                key = r.from_ways, r.via_ways[: step + 1]
                only[key] = only.get(key, False) or along or on_target
        return False

    def _completes(self, segment: int, step: int, r: TurnRestriction) -> bool:
        """Whether one can go on from a segment of the way ``via_ways[step]`` to the last way of the restriction."""
        stack, seen = [(segment, step)], {(segment, step)}
        while stack:
            a, at = stack.pop()
            for b in self.leaving[self.segments[a].head]:
                way = self.segments[b].way
                if self.segments[b].key == self.segments[a].key:
                    continue
                if at == len(r.via_ways) - 1 and way in r.to_ways:
                    return True
                for onward in (at, at + 1):
                    if onward < len(r.via_ways) and way == r.via_ways[onward] and (b, onward) not in seen:
                        seen.add((b, onward))
                        stack.append((b, onward))
        return False

    def _hits(self, r: TurnRestriction, a: int, b: int) -> bool:
        """Whether a turn is the one that a restriction over a node names."""
        if self.segments[b].way not in r.to_ways:
            return False
        if set(r.from_ways) == set(r.to_ways):
            back = self.segments[a].key == self.segments[b].key
            return back == any("u_turn" in v for v in r.tags.values())
        return True

    def _states(self) -> None:
        relevant = {w for _, r in self.restrictions for w in (*r.from_ways, *r.via_ways)}
        number: dict[tuple[int, int, frozenset[tuple[int, int]]], int] = {}
        queue = [(i, layer, frozenset[tuple[int, int]]()) for i in range(len(self.segments)) for layer in self._layers(i)]
        for state in queue:
            number[state] = len(number)
        self.nodes = sorted({n for s in self.segments for n in (s.tail, s.head)})
        rank = {n: i for i, n in enumerate(self.nodes)}
        rows: list[tuple[int, int, int]] = []
        base = 2 * len(self.nodes)
        for state in queue:
            segment, layer, progress = state
            s, here = self.segments[segment], base + number[state]
            if not progress:
                rows.append((rank[s.tail], here, s.ms + self.delay.get(segment, 0)))
            rows.append((here, len(self.nodes) + rank[s.head], 0))
            if s.way in relevant or progress or s.head in self.interior:
                steps = self._steps(segment, layer, progress)
            else:
                none = frozenset[tuple[int, int]]()
                steps = [(f, ld, none) for f in self.leaving[s.head] for ld in self._layers(f) if layer <= ld]
            for step in steps:
                if step not in number:
                    number[step] = len(number)
                    queue.append(step)
                onto = self.segments[step[0]]
                rows.append((here, base + number[step], onto.ms + self.delay.get(step[0], 0)))
        rows += [(i, len(self.nodes) + i, 0) for i in range(len(self.nodes))]
        tail, head, ms = np.array(rows).T
        size = base + len(number)
        order = np.lexsort((head, tail))
        indptr = np.searchsorted(tail[order], np.arange(size + 1))
        self.matrix = csr_array((ms[order].astype(float), head[order], indptr), shape=(size, size))

    def times(self, stations: Sequence[int], direction: str) -> np.ndarray:
        """Return the ms between stations and all nodes, shape ``(stations, nodes)``; positions are those of ``nodes``."""
        n = len(self.nodes)
        at = np.asarray(stations)
        if direction == "from":
            return dijkstra(self.matrix, indices=at)[:, n : 2 * n]
        return dijkstra(self.matrix.T.tocsr(), indices=n + at)[:, :n]


def _strong(segments: Sequence[Segment]) -> dict[Node, Node]:
    nodes = sorted({n for s in segments for n in (s.tail, s.head)})
    rank = {n: i for i, n in enumerate(nodes)}
    rows = np.array([(rank[s.tail], rank[s.head]) for s in segments], np.int64).reshape(-1, 2)
    matrix = csr_array((np.ones(len(rows)), rows.T), shape=(len(nodes), len(nodes)))
    label = connected_components(matrix, directed=True, connection="strong")[1]
    first = {int(number): node for number, node in reversed(list(zip(label, nodes, strict=True)))}
    return defaultdict(lambda: (-1, -1), {n: first[int(number)] for n, number in zip(nodes, label, strict=True)})


def _union(segments: Sequence[Segment]) -> dict[Node, Node]:
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for s in segments:
        parent[root(s.tail)] = root(s.head)
    return defaultdict(lambda: (-1, -1), {n: root(n) for n in list(parent)})


def oracle_of(streets: OsmStreets, mode: str, table: Speeds) -> Oracle:
    """Return the oracle of streets."""
    runs = [streets.ref[a:b].tolist() for a, b in pairwise(streets.start.tolist())]
    ids = streets.way.tolist() or [0] * len(runs)
    ways = [(way, run, streets.kinds[kind]) for way, run, kind in zip(ids, runs, streets.kind.tolist(), strict=True)]
    places = dict(zip(streets.ref.tolist(), zip(streets.lon.tolist(), streets.lat.tolist(), strict=True), strict=True))
    tags = {n: streets.node_kinds[k] for n, k in zip(streets.tagged.tolist(), streets.tagged_kind.tolist(), strict=True)}
    return Oracle(ways, places, tags, streets.restrictions, mode, table, frozenset(streets.cut_nodes.tolist()))

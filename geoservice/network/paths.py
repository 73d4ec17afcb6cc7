"""The line along streets that a traveller follows from one place to another.

The search keeps times only. A path is found from its end: an arc is on a quickest path if the time at its head is that at its
tail plus its own. Arcs are matched with edges by their ends and their time.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from geoservice.geo import Floats, Int32s, Ints
from geoservice.network.graph import Graph
from geoservice.network.kernels import UNREACHED
from geoservice.network.positions import Ends, street_ends
from geoservice.network.snap import Snapped
from geoservice.network.travel import reach


class StreetPath(NamedTuple):
    """A quickest path from street to street: its ms, and the degrees of its vertices in the direction of travel, ``(k, 2)``."""

    ms: int
    line: Floats


class _Option(NamedTuple):
    """A way to a place: its ms, the last node of the search (-1 along one edge), and the edge's end there (0 for ``u``)."""

    ms: int
    node: int
    end: int


def on_street(places: Snapped) -> Snapped:
    """Return the places on their streets, without the straight lines to them: vehicles stay on the street."""
    return Snapped(places.edge, places.fraction, np.where(places.ok, 0.0, np.nan), places.reason)


def street_paths(graph: Graph, places: Snapped, legs: Sequence[tuple[int, int]], limit_ms: int) -> list[StreetPath | None]:
    """Return a quickest path for each leg.

    Parameters
    ----------
    graph : Graph
    places : Snapped
        Places; the straight lines to their streets do not count.
    legs : sequence of (int, int)
        Positions of the places where each leg starts and ends.
    limit_ms : int
        Longest time of a leg.

    Returns
    -------
    list
        None for a leg without a path within the limit, or from or to a place on no street.
    """
    streets = on_street(places)
    ends = street_ends(graph, streets, leaving=True), street_ends(graph, streets, leaving=False)
    paths: dict[tuple[int, int], StreetPath | None] = {}
    edges = _Edges(graph)
    for source in sorted({start for start, _ in legs}):
        rows = reach(graph, streets.take(np.array([source])), np.zeros(1, np.int32), limit_ms, "from")
        time = np.full(graph.nodes, UNREACHED, np.int32)
        time[rows.point] = rows.ms
        for leg in sorted({leg for leg in legs if leg[0] == source}):
            paths[leg] = _path(edges, streets, ends, time, leg, limit_ms)
    return [paths[leg] for leg in legs]


def _path(
    edges: "_Edges", places: Snapped, ends: tuple[Ends, Ends], time: Int32s, leg: tuple[int, int], limit_ms: int
) -> StreetPath | None:
    best = min(_options(places, ends, time, leg), default=None)
    if best is None or best.ms > limit_ms:
        return None
    source, _ = leg
    here, there = (_metres(edges.graph, places, place) for place in leg)
    if best.node < 0:
        return StreetPath(best.ms, _stretch(edges.graph, int(places.edge[source]), here, there))
    leaving = ends[0]
    seeds = [(int(n[source]), int(ms[source]), e) for n, ms, e in ((leaving.u, leaving.ms_u, 0), (leaving.v, leaving.ms_v, 1))]
    nodes = _nodes(edges.graph, time, {(n, ms) for n, ms, _ in seeds if ms >= 0}, best.node)
    first = next(end for n, ms, end in seeds if ms >= 0 and (n, ms) == (nodes[0], int(time[nodes[0]])))
    return StreetPath(best.ms, _line(edges, places, leg, (here, there), (first, best.end), (nodes, time)))


def _options(places: Snapped, ends: tuple[Ends, Ends], time: Int32s, leg: tuple[int, int]) -> Iterator[_Option]:
    """Yield the ways to the end of a leg: along its own edge, and over either end of it."""
    (source, target), (leaving, entering) = leg, ends
    if not (places.ok[source] and places.ok[target]):
        return
    if places.edge[source] == places.edge[target]:
        for ms in (leaving.along, leaving.against):
            if 0 <= ms[source] <= ms[target]:
                yield _Option(int(ms[target] - ms[source]), -1, 0)
    for end, (nodes, extra) in enumerate(((entering.u, entering.ms_u), (entering.v, entering.ms_v))):
        node = int(nodes[target])
        if extra[target] >= 0 and time[node] != UNREACHED:
            yield _Option(int(time[node]) + int(extra[target]), node, end)


def _nodes(graph: Graph, time: Int32s, seeds: set[tuple[int, int]], last: int) -> list[int]:
    """Return the nodes of a quickest path, from a node where the search started to ``last``."""
    onward = {last: -1}
    stack = [last]
    while stack:
        node = stack.pop()
        if (node, int(time[node])) in seeds:
            break
        arcs = slice(int(graph.reverse_indptr[node]), int(graph.reverse_indptr[node + 1]))
        tails = graph.reverse_indices[arcs]
        tight = tails[time[tails].astype(np.int64) + graph.reverse_ms[arcs] == time[node]]
        for tail in sorted(tight.tolist(), key=lambda n: (int(time[n]), -n), reverse=True):  # the earliest is taken first
            if tail not in onward:
                onward[tail] = node
                stack.append(tail)
    path = [node]
    while onward[path[-1]] >= 0:
        path.append(onward[path[-1]])
    return path


class _Edges:
    """The edges at each junction, and the junction of each node of the search where that is known (-1 elsewhere)."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        ends = np.concatenate([graph.u, graph.v])
        self._order = np.argsort(ends, kind="stable")
        self._start = np.searchsorted(ends[self._order], np.arange(graph.junctions + 1))
        self.junction: Ints = np.full(graph.nodes, -1, np.int64)
        for nodes, at in (
            (graph.leave_u, graph.u), (graph.enter_u, graph.u), (graph.leave_v, graph.v), (graph.enter_v, graph.v),
            (graph.source, np.arange(graph.junctions)), (graph.sink, np.arange(graph.junctions)),
        ):  # fmt: skip
            self.junction[nodes] = at

    def onward(self, junction: int, ms: int) -> Iterator[tuple[int, int]]:
        """Yield the edges from a junction that take some ms, delays included, and the junctions behind; -1 for no edge.

        Those that differ by 1 ms come last: a peak factor rounds an arc and its parts by themselves.
        """
        if ms == 0:
            yield -1, junction
        near = []
        graph = self.graph
        for position in self._order[self._start[junction] : self._start[junction + 1]].tolist():
            edge, reverse = position % graph.edges, position >= graph.edges
            along, delay, head = (
                (graph.ms_backward, graph.delay_u, graph.u) if reverse else (graph.ms_forward, graph.delay_v, graph.v)
            )
            difference = abs(int(along[edge]) + int(delay[edge]) - ms) if along[edge] >= 0 else 2
            if difference == 0:
                yield edge, int(head[edge])
            elif difference == 1:
                near.append((edge, int(head[edge])))
        yield from near

    def decode(self, nodes: Sequence[int], time: Int32s, first: int, last: int) -> list[tuple[int, int]]:
        """Return the edges of a path of nodes from a junction to another, each with the junction where it is entered."""
        steps: list[tuple[int, int]] = []
        at = [first]
        choices = [self._choices(nodes, time, 0, first)]
        while len(steps) < len(nodes) - 1 or at[-1] != last:
            step = next(choices[-1], None) if len(steps) < len(nodes) - 1 else None
            if step is None:  # a dead end: edges of equal time lead elsewhere
                choices.pop()
                at.pop()
                steps.pop()
                continue
            steps.append((step[0], at[-1]))
            at.append(step[1])
            choices.append(self._choices(nodes, time, len(steps), step[1]))
        return [step for step in steps if step[0] >= 0]

    def _choices(self, nodes: Sequence[int], time: Int32s, step: int, junction: int) -> Iterator[tuple[int, int]]:
        if step == len(nodes) - 1:
            return
        known = self.junction[nodes[step + 1]]
        for edge, head in self.onward(junction, int(time[nodes[step + 1]]) - int(time[nodes[step]])):
            if known in (-1, head):
                yield edge, head


def _line(
    edges: _Edges,
    places: Snapped,
    leg: tuple[int, int],
    metres: tuple[float, float],
    ends: tuple[int, int],
    search: tuple[list[int], Int32s],
) -> Floats:
    graph = edges.graph
    first, last = (int(places.edge[place]) for place in leg)
    exits, entries = ((int(graph.u[e]), int(graph.v[e]))[end] for e, end in zip((first, last), ends, strict=True))
    parts = [_stretch(graph, first, metres[0], _length(graph, first) * ends[0])]
    for edge, tail in edges.decode(*search, exits, entries):
        whole = _stretch(graph, edge, 0.0, _length(graph, edge))
        parts.append(whole if graph.u[edge] == tail else whole[::-1])
    parts.append(_stretch(graph, last, _length(graph, last) * ends[1], metres[1]))
    line = np.concatenate(parts)
    moved = np.ones(len(line), np.bool_)
    moved[1:] = (np.diff(line, axis=0) != 0).any(axis=1)
    return line[moved] if moved.sum() > 1 else line[:2]


def _length(graph: Graph, edge: int) -> float:
    return float(graph.shape_m[graph.shape_start[edge + 1] - 1])


def _metres(graph: Graph, places: Snapped, place: int) -> float:
    """Return the metres from the start of a place's edge to the place."""
    return float(places.fraction[place]) * _length(graph, int(places.edge[place]))


def _stretch(graph: Graph, edge: int, start: float, stop: float) -> Floats:
    """Return the vertices of an edge between two positions, in metres from its start."""
    vertices = slice(int(graph.shape_start[edge]), int(graph.shape_start[edge + 1]))
    metres = np.asarray(graph.shape_m[vertices], float)
    low, high = min(start, stop), max(start, stop)
    at = np.concatenate([[low], metres[(metres > low) & (metres < high)], [high]])
    line = np.column_stack([np.interp(at, metres, shape[vertices]) for shape in (graph.shape_lon, graph.shape_lat)])
    return line if start <= stop else line[::-1]

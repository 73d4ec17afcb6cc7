"""Nodes and arcs of the search: a junction is several nodes where the way on depends on the way there.

That is so at turn restrictions, and along streets that may be used at the start or the end of a trip only. There a street
is travelled in one of three *layers*: ``OUT`` from the start of the trip to the first ordinary street, ``THROUGH`` on ordinary
streets, ``IN`` from the last ordinary street to the destination; a traveller never goes back to an earlier layer. All other
junctions stay one node, so the search is as fast as without (compare the edge-based graphs of Winter, "Modeling costs of
turns in route planning", GeoInformatica 6, 2002, which make every edge a node).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from geoservice.geo import Bools, Int32s, Ints
from geoservice.network.turns import DirectedEdges, Path, Turns

OUT, THROUGH, IN = range(3)
Nodes = np.ndarray[tuple[int, int], np.dtype[np.int32]]


class State(NamedTuple):
    """Travel along the last edge of ``path``, in a layer; earlier edges are named only where they matter."""

    layer: int
    path: Path


class SearchNodes(NamedTuple):
    """Nodes of the search, and the arcs between them.

    A junction ``j`` is the node ``j``, or several. A trip from it starts at ``source[j]``, a trip to it ends at ``sink[j]``;
    shapes ``(junctions,)``. From a point on edge ``e`` the traveller leaves the edge at the node ``leave_u[e]`` or
    ``leave_v[e]``; to a point on it the edge is entered from ``enter_u[e]`` or ``enter_v[e]``; shapes ``(edges,)``. The arcs
    lead from ``tail`` to ``head`` and take ``ms``, which may be 0.
    """

    nodes: int
    source: Int32s
    sink: Int32s
    leave_u: Int32s
    leave_v: Int32s
    enter_u: Int32s
    enter_v: Int32s
    tail: Int32s
    head: Int32s
    ms: Int32s


def expanded(
    edges: DirectedEdges, ms_forward: Int32s, ms_backward: Int32s, last_mile: Bools, turns: Turns, junctions: int
) -> SearchNodes:
    """Return the nodes and arcs of edges that take ``ms_forward`` and ``ms_backward`` (-1: closed).

    ``last_mile`` is that of :func:`geoservice.network.components.last_mile_edges`.
    """
    return _Expansion(edges, last_mile, turns, junctions).search_nodes(ms_forward, ms_backward)


class _Expansion:
    def __init__(self, edges: DirectedEdges, last_mile: Bools, turns: Turns, junctions: int) -> None:
        self.edges, self.last_mile, self.turns = edges, last_mile, turns
        self.restricted = turns.junctions(edges, junctions)
        self.by_layer, self.count = self._layer_nodes(junctions)
        self.source, self.sink = self.by_layer[OUT].copy(), self.by_layer[IN].copy()
        at_restricted = self.restricted[edges.u] | self.restricted[edges.v]
        self.plain, self.changed = np.flatnonzero(~at_restricted), np.flatnonzero(at_restricted)
        self.longer = {path[:i] for path in turns.paths for i in range(2, len(path) + 1)}
        self.states = self._states()
        self.zero: list[tuple[int, int, int]] = []

    def _layer_nodes(self, junctions: int) -> tuple[Nodes, int]:
        """Return the node of each junction and layer, shape ``(3, junctions)``, and the number of nodes.

        Where last-mile streets end, each layer of the streets there has a node of its own, the first one that of the junction.
        """
        own, other = (
            self._ends(ahead | back, junctions) & ~self.restricted for ahead, back in (self.last_mile, ~self.last_mile)
        )
        nodes = np.tile(np.arange(junctions, dtype=np.int32), (3, 1))
        count = junctions
        for layer, mask in ((THROUGH, own & other), (IN, own)):
            nodes[layer, mask] = np.arange(count, count + mask.sum())
            count += int(mask.sum())
        return nodes, count

    def _ends(self, mask: Bools, junctions: int) -> Bools:
        ends = np.zeros(junctions, np.bool_)
        ends[self.edges.u[mask]] = ends[self.edges.v[mask]] = True
        return ends

    def _layers(self, directed: int) -> tuple[int, ...]:
        return (OUT, IN) if self.last_mile[directed & 1, directed >> 1] else (THROUGH,)

    def _states(self) -> list[State]:
        directed = [d for e in self.changed.tolist() for d in ((2 * e, 2 * e + 1) if self.edges.two_way[e] else (2 * e,))]
        paths: list[Path] = [(d,) for d in directed] + sorted(self.longer)
        return [State(layer, path) for path in paths for layer in self._layers(path[-1])]

    def search_nodes(self, ms_forward: Int32s, ms_backward: Int32s) -> SearchNodes:
        """Return the nodes and arcs of edges with these times."""
        arriving, departing = self._by_junction()
        start: dict[State, int] = {}
        end: dict[State, int] = {}
        enter: dict[int, int] = {}
        for junction in np.flatnonzero(self.restricted).tolist():
            self._split(junction, arriving[junction], departing[junction], start, end, enter)
        (ahead, back), ends = self.last_mile, (self.edges.u, self.edges.v)
        leave, entry = (
            [np.where(mask, self.by_layer[layer][n], self.by_layer[THROUGH][n]) for mask, n in zip(masks, ends, strict=True)]
            for layer, masks in ((OUT, (back, ahead)), (IN, (ahead, back)))
        )
        rows = list(self.zero)
        for state in self.states:
            last = state.path[-1]
            tail = start.get(state, int(self.by_layer[state.layer, self.edges.tail(last)]))
            head = end.get(state, int(self.by_layer[state.layer, self.edges.head(last)]))
            rows.append((tail, head, int((ms_backward if last & 1 else ms_forward)[last >> 1])))
            if len(state.path) == 1:
                if state.layer != IN:
                    leave[~last & 1][last >> 1] = head
                if state.layer != OUT:
                    entry[last & 1][last >> 1] = enter.get(last, tail)
        arcs = self._arcs(np.array(rows, np.int64).reshape(-1, 3), ms_forward, ms_backward)
        return SearchNodes(self.count, self.source, self.sink, *leave, *entry, *arcs)

    def _arcs(self, rows: Ints, ms_forward: Int32s, ms_backward: Int32s) -> Iterator[Int32s]:
        """Yield tails, heads and ms of all arcs: ``rows``, those between layers, and those of edges without restrictions."""
        parts = [tuple(rows.T)]
        for low, high in ((OUT, THROUGH), (THROUGH, IN)):
            tail, head = self.by_layer[low], self.by_layer[high]
            differs = np.flatnonzero((tail != head) & ~self.restricted)
            parts.append((tail[differs], head[differs], np.zeros(len(differs), np.int32)))
        for layer in (OUT, THROUGH, IN):
            edge, back = (self.plain[mask[self.plain] == (layer != THROUGH)] for mask in self.last_mile)
            u, v = self.by_layer[layer][self.edges.u], self.by_layer[layer][self.edges.v]
            back = back[self.edges.two_way[back]]
            parts += [(u[edge], v[edge], ms_forward[edge]), (v[back], u[back], ms_backward[back])]
        return (np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True))

    def _by_junction(self) -> tuple[dict[int, list[State]], dict[int, list[State]]]:
        arriving: dict[int, list[State]] = defaultdict(list)
        departing: dict[int, list[State]] = defaultdict(list)
        for state in self.states:
            arriving[self.edges.head(state.path[-1])].append(state)
            departing[self.edges.tail(state.path[-1])].append(state)
        return arriving, departing

    def _split(
        self,
        junction: int,
        arriving: Sequence[State],
        departing: Sequence[State],
        start: dict[State, int],
        end: dict[State, int],
        enter: dict[int, int],
    ) -> None:
        """Give every state at a junction its node, and connect those between which a traveller may continue.

        Rows are the ways to come here and last the start of a trip; columns are the ways on, then the end of a trip, then the
        edges entered in several states, all as bits. Equal rows are one node, and so are equal columns.
        """
        number = {state: i for i, state in enumerate(departing)}
        plain = sum(1 << i for i, state in enumerate(departing) if len(state.path) == 1)
        rows = [self._onward(state, number) for state in arriving] + [plain]
        bit = 1 << len(departing)
        entered: dict[int, int] = {}
        for i, state in enumerate(departing):
            if state.layer != OUT and any(s.path[-1] == state.path[-1] and len(s.path) > 1 for s in departing):
                entered[state.path[-1]] = entered.get(state.path[-1], 0) | 1 << i
        rows = [row | bit | sum(bit << k for k, mask in enumerate(entered.values(), 1) if row & mask) for row in rows]
        row_node, column_node = self._merged(junction, rows, len(departing) + 1 + len(entered))
        end.update(zip(arriving, row_node, strict=False))
        start.update(zip(departing, column_node, strict=False))
        self.source[junction], self.sink[junction] = row_node[-1], column_node[len(departing)]
        enter.update(zip(entered, column_node[len(departing) + 1 :], strict=True))

    def _onward(self, state: State, number: dict[State, int]) -> int:
        """Return the states in which a traveller may continue, as bits."""
        bits = 0
        for directed in {s.path[-1] for s in number}:
            if self.turns.bans(state.path, directed):
                continue
            path = (*state.path, directed)
            longest = next((path[i:] for i in range(len(path) - 1) if path[i:] in self.longer), (directed,))
            for layer in self._layers(directed):
                if state.layer <= layer:
                    bits |= 1 << number[State(layer, longest)]
        return bits

    def _merged(self, junction: int, rows: Sequence[int], columns: int) -> tuple[list[int], list[int]]:
        """Return the node of each row and of each column, and add the arcs between them.

        A row and a column are one node if all other rows that lead to the column lead to all columns of that row too.
        """
        row_groups = list(dict.fromkeys(rows))
        masks = [sum(1 << r for r, row in enumerate(row_groups) if row >> c & 1) for c in range(columns)]
        column_groups = list(dict.fromkeys(masks))
        onward = [[c for c, mask in enumerate(column_groups) if mask >> r & 1] for r in range(len(row_groups))]
        partner: dict[int, int] = {}
        for r, row in enumerate(row_groups):
            for c in onward[r]:
                others = [o for q, o in enumerate(row_groups) if column_groups[c] >> q & 1]
                if c not in partner.values() and all(row & ~other == 0 for other in others):
                    partner[r] = c
                    break
        first = row_groups.index(rows[-1])
        row_node = {r: junction if r == first else self._new_node() for r in range(len(row_groups))}
        column_node = {c: row_node[r] for r, c in partner.items()}
        column_node |= {c: self._new_node() for c in range(len(column_groups)) if c not in column_node}
        for r in range(len(row_groups)):
            self.zero += [(row_node[r], column_node[c], 0) for c in onward[r] if column_node[c] != row_node[r]]
        return (
            [row_node[row_groups.index(row)] for row in rows],
            [column_node[column_groups.index(mask)] for mask in masks],
        )

    def _new_node(self) -> int:
        self.count += 1
        return self.count - 1

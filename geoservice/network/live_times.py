"""Travel times to the nearest station that follow changes of stations: only what a change affects is searched again.

After every change the result equals that of a new search, to the millisecond and to the station chosen at equal times.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from geoservice.geo import Bools, Int32s, Ints
from geoservice.network import kernels
from geoservice.network.compiled_calls import call, call_in_place
from geoservice.network.graph import Graph
from geoservice.network.positions import (
    Direction,
    Ends,
    checked_start,
    same_edge_stations,
    search_arcs,
    split_keys,
    station_seeds,
    street_ends,
)
from geoservice.network.snap import Snapped
from geoservice.network.travel import IndexedPoints, SparseRows, node_keys, pairs_of_indexed


@dataclass(frozen=True)
class PlacedStations:
    """Stations on streets and the ms spent at each; shapes ``(n,)``. One that is closed has the edge -1."""

    snapped: Snapped
    start_ms: Int32s

    def __len__(self) -> int:
        """Return the number of stations."""
        return len(self.start_ms)

    def take(self, index: Ints) -> "PlacedStations":
        """Return some of the stations."""
        return PlacedStations(self.snapped.take(index), self.start_ms[index])

    def closed(self, closed: Bools) -> "PlacedStations":
        """Return these stations, those in ``closed`` without a place."""
        s = self.snapped
        edge = np.where(closed, np.int32(-1), s.edge)
        return PlacedStations(Snapped(edge, s.fraction, s.metres, s.reason), self.start_ms)

    def replaced(self, index: Ints, stations: "PlacedStations") -> "PlacedStations":
        """Return these stations with those at ``index`` replaced; ``n`` and the following indices are appended."""
        kept = np.setdiff1d(np.arange(len(self)), index)
        order = np.argsort(np.concatenate([kept, index]), kind="stable")
        arrays = (np.concatenate([old[kept], new])[order] for old, new in zip(self.arrays(), stations.arrays(), strict=True))
        edge, fraction, metres, reason, start = arrays
        return PlacedStations(Snapped(edge, fraction, metres, reason), start)

    def arrays(self) -> "tuple[np.ndarray[Any, np.dtype[Any]], ...]":
        """Return edge, fraction, metres, reason and start."""
        s = self.snapped
        return s.edge, s.fraction, s.metres, s.reason, self.start_ms


@dataclass(frozen=True)
class LivePoints:
    """Points on the streets of a mode and indices of them; shared by all trips of the mode.

    ``edge_order`` sorts points by edge.
    """

    graph: Graph
    indexed: IndexedPoints
    direction: Direction
    arcs: tuple[Ints, Ints]
    opposite_arcs: tuple[Ints, Ints]
    edge_order: Ints

    @classmethod
    def of(cls, graph: Graph, points: Snapped, direction: Direction) -> "LivePoints":
        """Index points for searches ``to`` or ``from`` stations."""
        arcs, opposite = search_arcs(graph, direction), search_arcs(graph, "from" if direction == "to" else "to")
        order = np.argsort(points.edge, kind="stable")
        return cls(graph, IndexedPoints.of(graph, points, direction), direction, arcs, opposite, order)

    @property
    def points(self) -> Snapped:
        """The points."""
        return self.indexed.points

    def at(self, nodes: Int32s, edges: Int32s) -> Int32s:
        """Return the points on the edges at some nodes, and those on some edges; distinct and ascending."""
        on_edge = self.points.edge[self.edge_order]
        first, after = (np.searchsorted(on_edge, np.unique(edges[edges >= 0]), side) for side in ("left", "right"))
        here = [self.edge_order[a:b].astype(np.int32) for a, b in zip(first, after, strict=True)]
        found = np.zeros(len(self.points), np.bool_)
        for part in (call(kernels.rows_of, *self.indexed.attached[:2], nodes), *here):
            found[part] = True
        return np.flatnonzero(found).astype(np.int32)

    def pairs(self, stations: PlacedStations, limit_ms: int) -> SparseRows:
        """Return the points within the limit of each station and their times, as :func:`travel.pairs` does."""
        arguments = self.graph, stations.snapped, stations.start_ms, self.indexed, limit_ms, self.direction
        return pairs_of_indexed(*arguments)

    def keys(self, nodes: Ints, stations: PlacedStations, start: Int32s, point: Int32s | Ints, limit_ms: int) -> Ints:
        """Return the keys of points, from the keys of nodes and the stations on the points' own edges."""
        points, ends = self.points.take(point), Ends(*(a[point] for a in self.indexed.ends))
        same_edge = same_edge_stations(self.graph, stations.snapped, start, points, ends, self.direction)
        keys: Ints = call(kernels.point_keys, nodes, 1, *ends[:5], *same_edge, limit_ms)
        return keys


class Change(NamedTuple):
    """Points whose time or station has changed, ascending, and both before the change; shapes ``(m,)``."""

    point: Int32s
    ms: Int32s
    station: Int32s


class _Undo(NamedTuple):
    stations: PlacedStations
    node: Int32s
    node_key: Ints
    point: Int32s
    point_key: Ints


class LiveTimes:
    """Time and nearest station of each point, kept up to date with changes of the stations; not safe for several threads.

    Parameters
    ----------
    places
        The points, indexed.
    stations
        The stations; the label of one is its position.
    limit_ms
        The search limit, inclusive.
    """

    def __init__(self, places: LivePoints, stations: PlacedStations, limit_ms: int) -> None:
        self._places, self._limit, self.stations = places, limit_ms, stations
        start = self._start(stations)
        self._nodes = node_keys(places.graph, stations.snapped, start, limit_ms, places.direction, 1, places.arcs)
        self._points = places.keys(self._nodes, stations, start, np.arange(len(places.points)), limit_ms)
        self._log: list[_Undo] = []

    def _start(self, stations: PlacedStations) -> Int32s:
        graph, direction = self._places.graph, self._places.direction
        return checked_start(graph, stations.snapped, stations.start_ms, self._limit, direction)

    def nearest(self, point: Ints | Int32s | None = None) -> tuple[Int32s, Int32s]:
        """Return time in ms and position of the nearest station of points, by default all, as :func:`travel.nearest` does."""
        return split_keys(self._points if point is None else self._points[point], 1)

    def change(self, index: Ints, replacements: PlacedStations) -> Change:
        """Replace the stations at ``index``; new ones have the following indices. Return the points that it changed.

        Moving, closing and opening are replacements. Ramalingam & Reps, "An incremental algorithm for a generalization of the
        shortest-path problem", Journal of Algorithms 21, 1996: clear what depended on the old, search again from its border.
        """
        places, before = self._places, self.stations
        after = before.replaced(index, replacements)
        start, known = self._start(after), index[index < len(before)]
        leaving = street_ends(places.graph, after.snapped, places.direction == "from")
        seeds = station_seeds(leaving, start)
        old = station_seeds(
            street_ends(places.graph, before.snapped.take(known), places.direction == "from"), before.start_ms[known]
        )
        removed = np.zeros(len(after), np.bool_)
        removed[known] = True
        arguments = (removed, old.node[old.ms >= 0], *seeds, self._limit)
        node, node_key = call_in_place(kernels.repair_keys, self._nodes, *places.arcs, *places.opposite_arcs, *arguments)
        edges = np.concatenate([before.snapped.edge[known], replacements.snapped.edge])
        point = places.at(node, edges)
        key = places.keys(self._nodes, after, start, point, self._limit)
        point, key = (a[key != self._points[point]] for a in (point, key))
        self._log.append(_Undo(before, node, node_key, point, self._points[point]))
        self._points[point], self.stations = key, after
        return Change(point, *split_keys(self._log[-1].point_key, 1))

    def undo(self) -> None:
        """Undo the last change."""
        last = self._log.pop()
        call_in_place(kernels.restore_keys, self._nodes, last.node, last.node_key)
        self._points[last.point], self.stations = last.point_key, last.stations

"""Snap points to streets: the nearest edge of a graph and the position along it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from geoservice.geo import Bools, Floats, Int8s, Int32s, Ints
from geoservice.network.compiled_calls import call
from geoservice.network.graph import Graph
from geoservice.network.grid import grid_cells, nearest_segments

SNAPPED, TOO_FAR, NO_NETWORK, BAD_COORDINATE = range(4)
GAP_METRES = 50.0
"""A small component this much nearer than the others is where a point belongs; if not, it is a gap of the map, since a stub of
footway in a courtyard is no farther than that from the street around the block."""
REASONS = ("snapped", "too far from a street", "no network", "bad coordinate")
"""Texts of ``Snapped.reason``: snapped to a street; no street of the mode within the maximum distance; farther than that from
the bounding box of the network; not a longitude and latitude."""


@dataclass(frozen=True)
class Snapped:
    """Points snapped to edges; all arrays of shape ``(n,)``.

    ``edge`` is -1 for a point that was not snapped, ``fraction`` the share of the edge's length from its ``u`` and
    ``metres`` the straight-line distance to the street (both NaN if not snapped), ``reason`` a position in ``REASONS``.
    """

    edge: Int32s
    fraction: Floats
    metres: Floats
    reason: Int8s

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def ok(self) -> Bools:
        """Mask of the points that were snapped."""
        return np.asarray(self.edge >= 0, np.bool_)

    def take(self, index: Ints | Int32s | Bools) -> "Snapped":
        """Return the points at some positions, or of a mask."""
        return Snapped(self.edge[index], self.fraction[index], self.metres[index], self.reason[index])

    def counts(self) -> dict[str, int]:
        """Return the number of points by reason."""
        return {name: int((self.reason == code).sum()) for code, name in enumerate(REASONS)}


def main_edges(graph: Graph, stations: Snapped) -> Bools:
    """Return the edges that points snap to first: the large components, and small ones with a station on them."""
    with_station = np.unique(graph.component[stations.edge[stations.ok]])
    return np.asarray(graph.large | np.isin(graph.component, with_station[with_station >= 0]), np.bool_)


def is_joined(graph: Graph, stations: Snapped, points: Snapped) -> Bools:
    """Return which snapped points are on a part of the network with a station; True for points on no street."""
    with_station = np.unique(graph.piece[stations.edge[stations.ok]])
    return np.asarray(~points.ok | np.isin(graph.piece[points.edge], with_station), np.bool_)


def snap(graph: Graph, lon: Floats, lat: Floats, max_metres: float, main: Bools | None = None) -> Snapped:
    """Snap points to the nearest street within ``max_metres``; see :class:`StreetIndex`."""
    return StreetIndex(graph, main).snap(lon, lat, max_metres)


def street_points(graph: Graph, points: Snapped) -> tuple[Floats, Floats]:
    """Return longitude and latitude of the positions on streets of snapped points, NaN for others; shapes ``(n,)``.

    A position is found on the straight line between two vertices of the street.
    """
    lon, lat = np.full(len(points), np.nan), np.full(len(points), np.nan)
    for i in np.flatnonzero(points.ok):
        edge = int(points.edge[i])
        vertices = slice(int(graph.shape_start[edge]), int(graph.shape_start[edge + 1]))
        metres = points.fraction[i] * graph.length_m[edge]
        lon[i], lat[i] = (np.interp(metres, graph.shape_m[vertices], a[vertices]) for a in (graph.shape_lon, graph.shape_lat))
    return lon, lat


class StreetIndex:
    """An index of the streets of a graph, for points that are snapped at several times.

    Only edges with an entrance count, and those in ``main``, shape ``(edges,)``, before others: by default the large components
    (:mod:`geoservice.network.components`).
    """

    def __init__(self, graph: Graph, main: Bools | None = None) -> None:
        x, y = graph.shape_x, graph.shape_y
        self._box = box = float(x.min()), float(y.min()), float(x.max()), float(y.max())
        width, height = box[2] - box[0], box[3] - box[1]
        segments = max(len(x) - graph.edges, 1)
        cell = max(50.0, (width * height / segments) ** 0.5, max(width, height) / 20_000)
        owner = np.repeat(np.arange(graph.edges, dtype=np.int32), np.diff(graph.shape_start))
        self._graph, self._shapes = graph, (x, y, owner)
        self._grid = np.array([box[0], box[1], cell]), int(width // cell) + 1, int(height // cell) + 1
        main = graph.large if main is None else main
        self._main, other = self._cells(graph.entrance & main), graph.entrance & ~main
        self._other = self._cells(other) if other.any() else None

    def _cells(self, included: Bools) -> Any:
        return call(grid_cells, *self._shapes, included, *self._grid)

    def snap(self, lon: Floats, lat: Floats, max_metres: float) -> Snapped:
        """Snap points to the nearest street within ``max_metres``; of streets at equal distance to the first edge.

        A point snaps to an edge that is not a main one only if that is ``GAP_METRES`` nearer. Searches charge
        ``Snapped.metres``, the straight line from the point to the street.
        """
        lon, lat = np.asarray(lon, float), np.asarray(lat, float)
        valid = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        if valid.any():
            x[valid], y[valid] = self._graph.projection.forward(lon[valid], lat[valid])
        box = self._box
        outside = np.maximum(np.maximum(box[0] - x, x - box[2]), np.maximum(box[1] - y, y - box[3]))
        in_range = valid & np.isfinite(x) & np.isfinite(y) & (outside <= max_metres)
        x, y = np.where(in_range, x, np.nan), np.where(in_range, y, np.nan)
        edge, metres, fraction = self._nearest(self._main, x, y, float(max_metres))
        if self._other is not None:
            other_edge, other_metres, other_fraction = self._nearest(self._other, x, y, float(max_metres))
            nearer = (other_edge >= 0) & ((edge < 0) | (other_metres + GAP_METRES < metres))
            edge, metres = np.where(nearer, other_edge, edge), np.where(nearer, other_metres, metres)
            fraction = np.where(nearer, other_fraction, fraction)
        reason = np.where(edge >= 0, SNAPPED, np.where(in_range, TOO_FAR, np.where(valid, NO_NETWORK, BAD_COORDINATE)))
        return Snapped(edge, fraction, metres, reason.astype(np.int8))

    def _nearest(self, cells: Any, x: Floats, y: Floats, max_metres: float) -> tuple[Int32s, Floats, Floats]:
        """Return the nearest edge of each point, -1 for none, its distance, and the fraction along it."""
        origin, columns, _ = self._grid
        order = np.argsort((y - origin[1]) // origin[2] * columns + (x - origin[0]) / origin[2])
        shapes = (*self._shapes, self._graph.shape_m)
        edge, distance, along = call(nearest_segments, *shapes, *cells, *self._grid, x, y, order, max_metres)
        length = np.where(edge >= 0, self._graph.length_m[edge], 1.0)
        fraction = np.clip(np.divide(along, length, out=np.zeros(len(along)), where=length > 0), 0.0, 1.0)
        fraction[edge < 0] = np.nan
        return edge, distance, fraction

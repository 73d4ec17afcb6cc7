"""Snap points to streets: the nearest edge of a graph and the position along it."""

from dataclasses import dataclass

import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.compiled_calls import call
from geoservice.network.graph import Graph
from geoservice.network.grid import grid_cells, nearest_segments

Int8s = np.ndarray[tuple[int], np.dtype[np.int8]]

SNAPPED, TOO_FAR, NO_NETWORK, BAD_COORDINATE = range(4)
REASONS = ("snapped", "too far", "no network", "bad coordinate")
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


def snap(graph: Graph, lon: Floats, lat: Floats, max_metres: float) -> Snapped:
    """Snap points to the nearest street within ``max_metres``; of streets at equal distance to the first edge.

    The straight line from the point to the street is not charged: times begin and end on the street. ``Snapped.metres`` is its
    length, for callers that charge it.
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    valid = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if valid.any():
        x[valid], y[valid] = graph.projection.forward(lon[valid], lat[valid])
    box = _box(graph)
    outside = np.maximum(np.maximum(box[0] - x, x - box[2]), np.maximum(box[1] - y, y - box[3]))
    in_range = valid & np.isfinite(x) & np.isfinite(y) & (outside <= max_metres)
    edge, metres, fraction = _search(
        graph, box, np.where(in_range, x, np.nan), np.where(in_range, y, np.nan), float(max_metres)
    )
    reason = np.where(edge >= 0, SNAPPED, np.where(in_range, TOO_FAR, np.where(valid, NO_NETWORK, BAD_COORDINATE)))
    return Snapped(edge, fraction, metres, reason.astype(np.int8))


def _box(graph: Graph) -> tuple[float, float, float, float]:
    x, y = graph.shape_x, graph.shape_y
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _search(
    graph: Graph, box: tuple[float, float, float, float], x: Floats, y: Floats, max_metres: float
) -> tuple[Int32s, Floats, Floats]:
    width, height = box[2] - box[0], box[3] - box[1]
    segments = max(len(graph.shape_x) - graph.edges, 1)
    cell = max(50.0, (width * height / segments) ** 0.5, max(width, height) / 20_000)
    columns, rows = int(width // cell) + 1, int(height // cell) + 1
    owner = np.repeat(np.arange(graph.edges, dtype=np.int32), np.diff(graph.shape_start))
    frame = np.array([box[0], box[1], cell])
    shapes = (graph.shape_x, graph.shape_y)
    grid = call(grid_cells, *shapes, owner, frame, columns, rows)
    order = np.argsort((y - box[1]) // cell * columns + (x - box[0]) / cell)
    search = (frame, columns, rows, x, y, order, max_metres)
    edge, distance, along = call(nearest_segments, *shapes, owner, graph.shape_m, *grid, *search)
    length = np.where(edge >= 0, graph.length_m[edge], 1.0)
    fraction = np.clip(np.divide(along, length, out=np.zeros(len(along)), where=length > 0), 0.0, 1.0)
    fraction[edge < 0] = np.nan
    return edge, distance, fraction

"""Put points on the street: the nearest edge of a graph and the place along it."""

from dataclasses import dataclass

import numba
import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.graph import Graph

Int8s = np.ndarray[tuple[int], np.dtype[np.int8]]

SNAPPED, TOO_FAR, NO_NETWORK, BAD_COORDINATE = range(4)
REASONS = ("snapped", "too far", "no network", "bad coordinate")
"""What ``Snapped.reason`` means: put on a street; no street of the mode within the maximum distance; the point lies farther than
that outside the box of the whole network; not a longitude and latitude."""


@dataclass(frozen=True)
class Snapped:
    """Points on edges; all arrays of shape ``(n,)``.

    ``edge`` is -1 where a point was not put on a street, ``fraction`` the share of the edge's length from its ``u`` (nan there),
    ``metres`` the straight distance from the point to the street (nan there), ``reason`` a position in ``REASONS``.
    """

    edge: Int32s
    fraction: Floats
    metres: Floats
    reason: Int8s

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def ok(self) -> Bools:
        """Which points are on a street."""
        return np.asarray(self.edge >= 0, np.bool_)

    def take(self, index: Ints | Int32s | Bools) -> "Snapped":
        """Return some of the points, by positions or mask."""
        return Snapped(self.edge[index], self.fraction[index], self.metres[index], self.reason[index])

    def counts(self) -> dict[str, int]:
        """Return how many points there are of each reason."""
        return {name: int((self.reason == code).sum()) for code, name in enumerate(REASONS)}


def snap(graph: Graph, lon: Floats, lat: Floats, max_metres: float) -> Snapped:
    """Snap points to the nearest street not farther than ``max_metres``; between streets at one distance the first edge.

    The straight way from the point to the street is not charged: times begin and end on the street. ``Snapped.metres`` has its
    length for who wants to charge it.
    """
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if good.any():
        x[good], y[good] = graph.projection.forward(lon[good], lat[good])
    box = _box(graph)
    outside = np.maximum(np.maximum(box[0] - x, x - box[2]), np.maximum(box[1] - y, y - box[3]))
    near = good & np.isfinite(x) & np.isfinite(y) & (outside <= max_metres)
    edge, metres, fraction = _search(graph, box, np.where(near, x, np.nan), np.where(near, y, np.nan), float(max_metres))
    reason = np.where(edge >= 0, SNAPPED, np.where(near, TOO_FAR, np.where(good, NO_NETWORK, BAD_COORDINATE)))
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
    start, item = _grid(*shapes, owner, frame, columns, rows)
    edge, distance, along = _nearest(*shapes, owner, graph.shape_m, start, item, frame, columns, rows, x, y, max_metres)
    length = np.where(edge >= 0, graph.length_m[edge], 1.0)
    fraction = np.clip(np.divide(along, length, out=np.zeros(len(along)), where=length > 0), 0.0, 1.0)
    fraction[edge < 0] = np.nan
    return edge, distance, fraction


@numba.njit(cache=True)
def _grid(xs, ys, owner, frame, columns, rows):  # type: ignore[no-untyped-def]  # compiled by numba, called above
    """Cells of a square grid and the segments that touch them, as compressed rows; segment ``i`` joins vertices i and i+1."""
    start = np.zeros(columns * rows + 1, np.int64)
    item = np.empty(0, np.int32)
    for fill in range(2):
        for i in range(len(xs) - 1):
            if owner[i] != owner[i + 1]:
                continue
            low = int((min(ys[i], ys[i + 1]) - frame[1]) // frame[2])
            high = int((max(ys[i], ys[i + 1]) - frame[1]) // frame[2])
            rise = ys[i + 1] - ys[i]
            for row in range(max(low, 0), min(high, rows - 1) + 1):
                left = min(xs[i], xs[i + 1])
                right = max(xs[i], xs[i + 1])
                if low != high:  # only the part of the segment inside this row of cells, and a millimetre for rounding
                    below = xs[i] + (frame[1] + row * frame[2] - ys[i]) / rise * (xs[i + 1] - xs[i])
                    above = xs[i] + (frame[1] + (row + 1) * frame[2] - ys[i]) / rise * (xs[i + 1] - xs[i])
                    left = max(left, min(below, above) - 1e-3)
                    right = min(right, max(below, above) + 1e-3)
                first = max(int((left - frame[0]) // frame[2]), 0)
                last = min(int((right - frame[0]) // frame[2]), columns - 1)
                for cell in range(row * columns + first, row * columns + last + 1):
                    if fill:
                        start[cell] -= 1
                        item[start[cell]] = i
                    else:
                        start[cell] += 1
        if not fill:
            for cell in range(columns * rows):
                start[cell + 1] += start[cell]
            item = np.empty(start[-1], np.int32)
    return start, item


@numba.njit(cache=True)
def _nearest(xs, ys, owner, shape_m, start, item, frame, columns, rows, px, py, max_metres):  # type: ignore[no-untyped-def]  # numba
    """Search cells in growing squares around each point until what is left must be farther than what was found."""
    edge = np.full(len(px), -1, np.int32)
    distance = np.full(len(px), np.nan)
    along = np.zeros(len(px))
    for p in range(len(px)):
        if np.isnan(px[p]):
            continue
        cx = (px[p] - frame[0]) / frame[2]
        cy = (py[p] - frame[1]) / frame[2]
        column = int(np.floor(cx))
        row = int(np.floor(cy))
        margin = min(cx - column, column + 1 - cx, cy - row, row + 1 - cy) * frame[2]
        limit = max_metres * max_metres
        found = -1
        best = limit
        ring = 0
        farthest = max(column, columns - 1 - column, row, rows - 1 - row)
        while ring <= farthest:
            if ring > 0:
                bound = (ring - 1) * frame[2] + margin
                if bound * bound > best:
                    break
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if abs(r - row) == ring else 2 * ring
                for c in range(column - ring, column + ring + 1, max(step, 1)):
                    if c < 0 or c >= columns:
                        continue
                    for j in range(start[r * columns + c], start[r * columns + c + 1]):
                        i = item[j]
                        dx = xs[i + 1] - xs[i]
                        dy = ys[i + 1] - ys[i]
                        square = dx * dx + dy * dy
                        t = ((px[p] - xs[i]) * dx + (py[p] - ys[i]) * dy) / square if square > 0 else 0.0
                        if t <= 0:
                            t = 0.0
                            ex = px[p] - xs[i]
                            ey = py[p] - ys[i]
                        elif t >= 1:  # the far end itself, so that edges that share it are at one distance
                            t = 1.0
                            ex = px[p] - xs[i + 1]
                            ey = py[p] - ys[i + 1]
                        else:
                            ex = px[p] - xs[i] - t * dx
                            ey = py[p] - ys[i] - t * dy
                        d = ex * ex + ey * ey
                        if d < best or (d == best and (found < 0 or i < found)):
                            best = d
                            found = i
                            along[p] = shape_m[i] + t * (shape_m[i + 1] - shape_m[i])
            ring += 1
        if found >= 0:
            edge[p] = owner[found]
            distance[p] = np.sqrt(best)
    return edge, distance, along

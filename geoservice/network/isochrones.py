"""Isochrones: the area within some times of a station, as outlines.

The area is that from which, or to which, trips take at most the time as coverage counts it: along the streets, and on a
straight line between a place and its nearest street.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from scipy.ndimage import distance_transform_edt

from geoservice.geo import Bools, Floats, Int32s, Ints, Objects, repeated
from geoservice.network.edge_grid import EdgeGrid
from geoservice.network.graph import Graph
from geoservice.network.kernels import NONE, UNREACHED
from geoservice.network.positions import Direction, checked_start
from geoservice.network.snap import Snapped
from geoservice.network.street_samples import street_samples
from geoservice.network.travel import node_keys, times_from_nodes

CELLS = 192
"""Cells along the longer side of the grid on which times are computed."""
MIN_CELL_METRES = 10.0
_Outline = tuple[tuple[Floats | None], tuple[Ints], tuple[Ints]]


@dataclass(frozen=True)
class StationSearch:
    """The times of the nodes within a limit of one place; ``start`` are the ms of :func:`checked_start`."""

    graph: Graph
    station: Snapped
    start: Int32s
    limit_ms: int
    direction: Direction
    keys: Ints

    @classmethod
    def of(
        cls,
        graph: Graph,
        station: Snapped,
        start_ms: Int32s,
        limit_ms: int,
        direction: Direction,
        arcs: tuple[Ints, Ints] | None = None,
    ) -> "StationSearch":
        """Search from a place, ``to`` or ``from`` it; ``start_ms``, shape ``(1,)``, is the time spent there."""
        start = checked_start(graph, station, start_ms, limit_ms, direction)
        keys = node_keys(graph, station, start, limit_ms, direction, 1, arcs)
        return cls(graph, station, start, limit_ms, direction, keys)

    @cached_property
    def nodes(self) -> Int32s:
        """The nodes that are reached, ascending."""
        return np.flatnonzero(self.keys != NONE).astype(np.int32)

    def times(self, points: Snapped) -> Int32s:
        """Return the time of points, ``UNREACHED`` beyond the limit."""
        return times_from_nodes(self.graph, self.keys, self.station, self.start, points, self.limit_ms, self.direction)[0]


@dataclass(frozen=True)
class OutlineStreets:
    """The streets that outlines follow, prepared once for many places.

    ``edges`` are the edges that places belong to, in a grid by their ends, ``metres`` is the longest straight line between a
    place and its street, ``x`` and ``y`` are the junctions in the projection of the graph, NaN for those without an edge.
    """

    graph: Graph
    edges: EdgeGrid
    metres: float
    x: Floats
    y: Floats

    @classmethod
    def of(cls, graph: Graph, edges: Bools, metres: float) -> "OutlineStreets":
        """Prepare the streets of a graph; ``edges`` is the mask of those that places belong to."""
        first, last = graph.shape_start[:-1], graph.shape_start[1:] - 1
        x, y = np.full(graph.junctions, np.nan), np.full(graph.junctions, np.nan)
        for junction, vertex in ((graph.u, first), (graph.v, last)):
            x[junction], y[junction] = graph.shape_x[vertex], graph.shape_y[vertex]
        return cls(graph, EdgeGrid.of(graph.u, graph.v, np.flatnonzero(edges), x, y), metres, x, y)

    @cached_property
    def _beginning(self) -> Int32s:
        """The junction whose trips begin at each node, -1 for none."""
        return _inverse(self.graph.source, self.graph.nodes)

    @cached_property
    def _ending(self) -> Int32s:
        """The junction whose trips end at each node, -1 for none."""
        return _inverse(self.graph.sink, self.graph.nodes)

    def reached(self, search: StationSearch) -> Int32s:
        """Return the junctions that a search reaches, and those at the ends of the station's edge."""
        junctions = self._beginning if search.direction == "to" else self._ending
        edge, junction = int(search.station.edge[0]), junctions[search.nodes]
        ends = np.array([self.graph.u[edge], self.graph.v[edge]], np.int32)
        return np.concatenate([junction[junction >= 0], ends])


def _inverse(node: Int32s, nodes: int) -> Int32s:
    """Return the position of each node in ``node``, -1 if it is not there."""
    position = np.full(nodes, -1, np.int32)
    position[node[node >= 0]] = np.flatnonzero(node >= 0)
    return position


def isochrones(search: StationSearch, streets: OutlineStreets, minutes: tuple[int, ...]) -> Objects:
    """Return the area within each time of a station.

    Parameters
    ----------
    search : StationSearch
        Its limit is the longest of the times.
    streets : OutlineStreets
    minutes : tuple of int

    Returns
    -------
    object array of multipolygons in degrees, shape (minutes,)
        Empty if the station is on no street. Outlines follow the times on a square grid of at most ``CELLS`` cells a side,
        linearly between the centres of cells.
    """
    graph = streets.graph
    if not search.station.ok[0]:
        return np.array([shapely.MultiPolygon()] * len(minutes), object)
    west, south, east, north = box = _box(search, streets)
    cell = max((max(east - west, north - south)) / CELLS, MIN_CELL_METRES)
    shape = int(np.ceil((north - south) / cell)) + 1, int(np.ceil((east - west) / cell)) + 1
    samples = street_samples(graph, streets.edges.inside(*box), cell)
    ms = search.times(samples.places)
    row, column = (np.rint((v - low) / cell).astype(np.int64) for v, low in ((samples.y, south), (samples.x, west)))
    inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    times = _cell_times(row[inside] * shape[1] + column[inside], ms[inside], shape)
    times = _off_street(times, cell, graph.access_ms, streets.metres, search.limit_ms)
    x, y = (np.asarray(low + cell * np.arange(size), float) for low, size in ((west, shape[1]), (south, shape[0])))
    return _outlines(graph, x, y, times, np.array(minutes) * 60_000.0)


def _box(search: StationSearch, streets: OutlineStreets) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the junctions that are reached, in metres, with room around them."""
    reached = streets.reached(search)
    x, y = streets.x[reached], streets.y[reached]
    room = streets.metres + 2 * MIN_CELL_METRES
    return float(x.min()) - room, float(y.min()) - room, float(x.max()) + room, float(y.max()) + room


def _cell_times(cell: Ints, ms: Int32s, shape: tuple[int, int]) -> Floats:
    """Return the shortest time on the streets of each cell: infinite if not reached, NaN without a street."""
    times = np.full(shape[0] * shape[1], np.nan)
    times[cell] = np.inf
    np.fmin.at(times, cell, np.where(ms == UNREACHED, np.inf, ms.astype(float)))
    return times.reshape(shape)


def _off_street(times: Floats, cell: float, access_ms: float, max_metres: float, limit: int) -> Floats:
    """Return the times of all cells: from the nearest cell with a street in a straight line; finite, above the limit if none.

    A cell that is not reached is as far above the limit as the next one may be below it, so that the outline is between them.
    """
    empty = np.isnan(times)
    distance, nearest = distance_transform_edt(empty, return_indices=True)
    metres = cell * distance
    total = times[tuple(nearest)] + metres * access_ms
    beyond = limit + cell * access_ms
    return np.where((metres <= max_metres) & (total < beyond), total, beyond)


def _outlines(graph: Graph, x: Floats, y: Floats, times: Floats, limits: Floats) -> Objects:
    generator = contour_generator(x, y, times, fill_type=FillType.ChunkCombinedOffsetOffset)
    shapes: list[shapely.Geometry] = []
    for limit in limits:
        (points,), (ring_start,), (polygon_start,) = cast("_Outline", generator.filled(-1.0, limit))
        shapes.append(shapely.MultiPolygon() if points is None else _multipolygon(graph, points, ring_start, polygon_start))
    return np.array(shapes, object)


def _multipolygon(graph: Graph, points: Floats, ring_start: Ints, polygon_start: Ints) -> shapely.Geometry:
    """Return a multipolygon of points in metres; each ring begins at a point, each polygon at a ring, its outer one."""
    ring, _ = repeated(np.diff(ring_start))
    polygon, _ = repeated(np.diff(polygon_start))
    rings = shapely.linearrings(np.column_stack(graph.projection.inverse(*points.T)), indices=ring)
    return shapely.multipolygons(shapely.polygons(rings, indices=polygon))

"""Isochrones: the area within some times of a station, as outlines.

The area is that from which, or to which, trips take at most the time as coverage counts it: along the streets, and on a
straight line between a place and its nearest street.
"""

from itertools import pairwise
from typing import Any, cast

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from scipy.ndimage import distance_transform_edt

from geoservice.geo import Bools, Floats, Int32s, Ints, Objects
from geoservice.network.graph import Graph
from geoservice.network.kernels import UNREACHED
from geoservice.network.positions import Direction, checked_start, split_keys
from geoservice.network.snap import Snapped
from geoservice.network.street_samples import street_samples
from geoservice.network.travel import node_keys, times_from_nodes

CELLS = 192
"""Cells along the longer side of the grid on which times are computed."""
MIN_CELL_METRES = 10.0


def isochrones(
    graph: Graph,
    station: Snapped,
    start_ms: Int32s,
    minutes: tuple[int, ...],
    direction: Direction,
    edges: Bools,
    max_metres: float,
) -> Objects:
    """Return the area within each time of a station.

    Parameters
    ----------
    graph : Graph
    station : Snapped
        One place.
    start_ms : int32 array, shape (1,)
        Time spent at the station.
    minutes : tuple of int
    direction : str
        ``to`` the station or ``from`` it.
    edges : bool array, shape (edges,)
        The edges that places belong to.
    max_metres : float
        The longest straight line between a place and its street.

    Returns
    -------
    object array of multipolygons in degrees, shape (minutes,)
        Empty if the station is on no street. Outlines follow the times on a square grid of at most ``CELLS`` cells a side,
        linearly between the centres of cells.
    """
    limit = max(minutes) * 60_000
    start = checked_start(graph, station, start_ms, limit, direction)
    keys = node_keys(graph, station, start, limit, direction, 1)
    corners = _corners(graph, keys, station, direction, max_metres)
    if corners is None:
        return np.array([shapely.MultiPolygon()] * len(minutes), object)
    (west, south), (east, north) = corners
    cell = max((max(east - west, north - south)) / CELLS, MIN_CELL_METRES)
    shape = int(np.ceil((north - south) / cell)) + 1, int(np.ceil((east - west) / cell)) + 1
    samples = street_samples(graph, _edges_inside(graph, edges, west, south, east, north), cell)
    ms, _ = times_from_nodes(graph, keys, station, start, samples.places, limit, direction)
    row, column = (np.rint((v - low) / cell).astype(np.int64) for v, low in ((samples.y, south), (samples.x, west)))
    inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    times = _cell_times(row[inside] * shape[1] + column[inside], ms[inside], shape)
    times = _off_street(times, cell, graph.access_ms, max_metres, limit)
    x, y = west + cell * np.arange(shape[1]), south + cell * np.arange(shape[0])
    return _outlines(graph, x, y, times, np.array(minutes) * 60_000.0)


def _corners(graph: Graph, keys: Ints, station: Snapped, direction: Direction, max_metres: float) -> Any:
    """Return the lower left and the upper right corner of what is reached, with room around it; None if nothing is."""
    if not station.ok[0]:
        return None
    ms, _ = split_keys(keys, 1)
    reached = ms[graph.source if direction == "to" else graph.sink] < UNREACHED
    edge = int(station.edge[0])
    near = np.concatenate([np.flatnonzero(reached), [graph.u[edge], graph.v[edge]]])
    x, y = graph.projection.forward(graph.lon[near], graph.lat[near])
    room = max_metres + 2 * MIN_CELL_METRES
    return (x.min() - room, y.min() - room), (x.max() + room, y.max() + room)


def _edges_inside(graph: Graph, edges: Bools, west: float, south: float, east: float, north: float) -> Ints:
    """Return the edges of which an end is in a box."""
    x, y = graph.shape_x, graph.shape_y
    first, last = graph.shape_start[:-1], graph.shape_start[1:] - 1
    ends = ((x[v] >= west) & (x[v] <= east) & (y[v] >= south) & (y[v] <= north) for v in (first, last))
    return np.flatnonzero(np.logical_or(*ends) & edges)


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
    generator = contour_generator(x, y, times, fill_type=FillType.OuterOffset)
    shapes = []
    for limit in limits:
        points, offsets = cast("tuple[list[Floats], list[Ints]]", generator.filled(-1.0, limit)[:2])
        rings = [
            [np.column_stack(graph.projection.inverse(*p[a:b].T)) for a, b in pairwise(o)]
            for p, o in zip(points, offsets, strict=True)
        ]
        shapes.append(shapely.MultiPolygon([(ring[0], ring[1:]) for ring in rings]))
    return np.array(shapes, object)

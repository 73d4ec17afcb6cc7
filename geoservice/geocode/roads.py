"""Roads of one name as places: split by town, and where there are several far apart."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoservice.geo import BBox, Floats, Ints, LocalProjection, Objects
from geoservice.geocode.area_shapes import half_diagonal_m

GAP_M = 500.0
"""Lines of one name and town that are closer together are one road."""


class Road(NamedTuple):
    """A road: the number of its name, its town, a point on it in the town, half its extent, and the first of its lines.

    ``points`` are points along it in metres, shape ``(k, 2)``; ``middles`` the middles of its segments in degrees, shape
    ``(m, 2)``, and ``lengths`` their lengths in metres.
    """

    name: int
    town: int
    lon: float
    lat: float
    radius_m: float
    line: int
    points: Floats
    middles: Floats
    lengths: Floats


class PartInArea(NamedTuple):
    """The part of a road in an area: a point on it in degrees, half its extent in metres, and its share of the length."""

    area: int
    lon: float
    lat: float
    radius_m: float
    share: float


def parts_by_area(road: Road, area: Ints) -> list[PartInArea]:
    """Return the part of a road in each area.

    Parameters
    ----------
    road : Road
    area : int array, shape (m,)
        The area of each segment, -1 for none.
    """
    parts = []
    for number in np.unique(area[area >= 0]).tolist():
        inside = area == number
        middles, lengths = road.middles[inside], road.lengths[inside]
        centre = np.average(middles, axis=0, weights=lengths)
        lon, lat = middles[np.argmin(np.hypot(*(middles - centre).T))].tolist()
        (west, south), (east, north) = middles.min(axis=0), middles.max(axis=0)
        radius = float(half_diagonal_m(*(np.array(v) for v in (west, south, east, north)))) + float(lengths.max()) / 2
        parts.append(PartInArea(number, lon, lat, radius, float(lengths.sum() / road.lengths.sum())))
    return parts


def plane_of(*shapes: Objects) -> LocalProjection:
    """Return a plane of metres around some geometries."""
    bounds = np.array([shapely.total_bounds(s) for s in shapes if len(s)])
    if not len(bounds) or not np.isfinite(bounds).any():
        return LocalProjection(0.0, 0.0)
    west, south, east, north = (float(f(bounds[:, i])) for i, f in enumerate((np.nanmin, np.nanmin, np.nanmax, np.nanmax)))
    return LocalProjection.of(BBox(west, south, east, north))


def roads_of(
    lines: Objects, name: Sequence[int], town_at: Callable[[Floats, Floats], Ints], plane: LocalProjection
) -> list[Road]:
    """Return the roads that named lines make up, by name, town and position.

    Parameters
    ----------
    lines : object array, shape (n,)
        Lines or polygons in degrees.
    name : sequence of int, length n
        Number of the name of each line.
    town_at : callable
        Returns the town of points, -1 for none.
    plane : LocalProjection
        A plane of metres around the lines.
    """
    corners, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    if not len(first):
        return []
    line, start, end = line[first], corners[first], corners[first + 1]
    middle = (start + end) / 2
    town = town_at(middle[:, 0], middle[:, 1])
    key = np.asarray(name, np.int64)[line]
    order = np.lexsort((line, town, key))
    changes = np.flatnonzero((np.diff(key[order]) != 0) | (np.diff(town[order]) != 0)) + 1
    metres = [np.column_stack(plane.forward(p[:, 0], p[:, 1])) for p in (start, middle, end)]
    parts = (part for group in np.split(order, changes) for part in _parts(group, metres[0], metres[2]))
    return [_road(part, key, town, line, (start, middle, end), metres) for part in parts]


def _parts(group: Ints, start: Floats, end: Floats) -> list[Ints]:
    """Return the segments of a group in parts that are farther apart than the gap."""
    ends = np.concatenate([start[group], end[group]])
    if np.hypot(*np.ptp(ends, axis=0)) <= GAP_M:
        return [group]
    size = len(group)
    pairs = cKDTree(ends).query_pairs(GAP_M, output_type="ndarray") % size
    links = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), (size, size))
    along = np.arange(size)
    sides = coo_matrix((np.ones(size, np.int8), (along, along)), (size, size))
    count, part = connected_components(links + sides, directed=False)
    return [group[part == number] for number in range(count)]


def _road(
    part: Ints, key: Ints, town: Ints, line: Ints, degrees: tuple[Floats, Floats, Floats], metres: Sequence[Floats]
) -> Road:
    start, middle, end = degrees
    length = np.hypot(*(metres[2][part] - metres[0][part]).T) + 1e-9
    centre = np.average(metres[1][part], axis=0, weights=length)
    best = part[np.argmin(np.hypot(*(metres[1][part] - centre).T))]
    (west, south), (east, north) = (f(np.concatenate([start[part], end[part]]), axis=0) for f in (np.min, np.max))
    radius = half_diagonal_m(*(np.array(v) for v in (west, south, east, north)))
    points = np.concatenate([m[part] for m in metres])
    return Road(
        int(key[best]),
        int(town[best]),
        float(middle[best, 0]),
        float(middle[best, 1]),
        float(radius),
        int(line[part].min()),
        points,
        middle[part],
        length,
    )

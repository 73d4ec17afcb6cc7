"""Points that stand for footprints and lines: where in a place its people are taken to be."""

import math

import numpy as np
import shapely

from geoservice.demand import Places
from geoservice.geo import EARTH_RADIUS_M, Floats, Ints, Objects, haversine_m

STEP_METRES = 25.0
MIN_FOOTPRINT, MAX_FLOOR = 12.0, 20_000.0
"""Square metres: below the first a building is a shed; above the second it counts no more than that."""
_DEGREE_M = math.radians(1) * EARTH_RADIUS_M


def building_points(shapes: Objects, levels: Floats) -> Places:
    """Return the centroids of footprints, weighed by floor area.

    Parameters
    ----------
    shapes : object array of polygons or multipolygons, shape (n,)
        In degrees.
    levels : float64 array, shape (n,)
        Storeys.

    Returns
    -------
    Places
        Without footprints below ``MIN_FOOTPRINT``; weights are square metres, ``MAX_FLOOR`` at most.

    Examples
    --------
    >>> house = shapely.box(0, 0, 0.0001, 0.0001)
    >>> building_points(np.array([house], object), np.array([2.0])).weight.round().tolist()
    [247.0]
    """
    centre = shapely.centroid(shapes)
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    area = shapely.area(shapes) * _DEGREE_M**2 * np.cos(np.radians(lat))
    kept = np.isfinite(lon) & (area >= MIN_FOOTPRINT)
    weight = np.minimum(area * levels, MAX_FLOOR)[kept]
    return Places(lon[kept], lat[kept], weight, np.ones(len(weight), np.bool_))


def street_points(lines: Objects, weight: Floats) -> Places:
    """Return points along lines, one in the middle of every ``STEP_METRES`` or so.

    Parameters
    ----------
    lines : object array of lines, shape (n,)
        In degrees.
    weight : float64 array, shape (n,)
        Of a metre.

    Returns
    -------
    Places
        The weights of a line's points add up to its length times ``weight``.

    Examples
    --------
    >>> street = shapely.LineString([(0, 0), (0.001, 0)])
    >>> points = street_points(np.array([street], object), np.array([0.5]))
    >>> points.lon.round(6).tolist(), round(float(points.weight.sum()), 1)
    ([0.000125, 0.000375, 0.000625, 0.000875], 55.6)
    """
    if not len(lines):
        return Places(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.bool_))
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    lon, lat = vertices[:, 0], vertices[:, 1]
    step = np.zeros(len(lon))
    step[1:] = np.where(line[1:] == line[:-1], haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.0)
    run = np.cumsum(step)  # along all lines, one after the other
    first = np.searchsorted(line, np.arange(len(lines)))
    last = np.searchsorted(line, np.arange(len(lines)), side="right") - 1
    length = run[last] - run[first]
    pieces = np.where(length > 0, np.maximum(np.rint(length / STEP_METRES), 1), 0).astype(np.int64)
    of, place = _numbered(pieces)
    along = run[first][of] + (place + 0.5) * (length / np.maximum(pieces, 1))[of]
    metres = (weight * length / np.maximum(pieces, 1))[of]
    return Places(np.interp(along, run, lon), np.interp(along, run, lat), metres, np.zeros(len(of), np.bool_))


def _numbered(counts: Ints) -> tuple[Ints, Ints]:
    """Return for ``counts[i]`` entries of each ``i`` the ``i`` and the number of the entry from 0."""
    of = np.repeat(np.arange(len(counts)), counts)
    return of, np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)

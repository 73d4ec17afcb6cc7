"""Points that represent footprints and streets: the assumed locations of people within a place."""

import math

import numpy as np
import shapely

from geoservice.demand import Places
from geoservice.geo import EARTH_RADIUS_M, Floats, Ints, Objects, haversine_m

STEP_METRES = 25.0
MIN_FOOTPRINT, MAX_FLOOR = 12.0, 20_000.0
"""Square metres: a smaller building is a shed and left out; a larger floor area counts as the maximum."""
_DEGREE_M = math.radians(1) * EARTH_RADIUS_M


def building_points(shapes: Objects, levels: Floats) -> Places:
    """Return the centroids of footprints, weighted by floor area.

    Parameters
    ----------
    shapes : object array of polygons or multipolygons, shape (n,)
        In degrees.
    levels : float64 array, shape (n,)
        Storeys.

    Returns
    -------
    Places
        Without footprints below ``MIN_FOOTPRINT``; weights are square metres, at most ``MAX_FLOOR``.

    Examples
    --------
    >>> house = shapely.box(0, 0, 0.0001, 0.0001)
    >>> building_points(np.array([house], object), np.array([2.0])).weight.round().tolist()
    [247.0]
    """
    centre = shapely.centroid(shapes)
    lon, lat = shapely.get_x(centre), shapely.get_y(centre)
    area = shapely.area(shapes) * _DEGREE_M**2 * np.cos(np.radians(lat))
    keep = np.isfinite(lon) & (area >= MIN_FOOTPRINT)
    weight = np.minimum(area * levels, MAX_FLOOR)[keep]
    return Places(lon[keep], lat[keep], weight, np.ones(len(weight), np.bool_))


def street_points(lines: Objects, weight: Floats) -> Places:
    """Return points along lines, one in the middle of every stretch of about ``STEP_METRES``.

    Parameters
    ----------
    lines : object array of lines, shape (n,)
        In degrees.
    weight : float64 array, shape (n,)
        Weight per metre of each line.

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
    cumulative = np.cumsum(step)  # over all lines, one after the other
    first = np.searchsorted(line, np.arange(len(lines)))
    last = np.searchsorted(line, np.arange(len(lines)), side="right") - 1
    length = cumulative[last] - cumulative[first]
    pieces = np.where(length > 0, np.maximum(np.rint(length / STEP_METRES), 1), 0).astype(np.int64)
    owner, rank = _repeated(pieces)
    along = cumulative[first][owner] + (rank + 0.5) * (length / np.maximum(pieces, 1))[owner]
    metres = (weight * length / np.maximum(pieces, 1))[owner]
    return Places(np.interp(along, cumulative, lon), np.interp(along, cumulative, lat), metres, np.zeros(len(owner), np.bool_))


def _repeated(counts: Ints) -> tuple[Ints, Ints]:
    """Return each ``i`` ``counts[i]`` times, and the number of each repetition from 0."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)

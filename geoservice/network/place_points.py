"""Points that represent footprints and streets: the assumed locations of people within a place."""

import numpy as np
import shapely

from geoservice.demand import Places
from geoservice.geo import METRES_PER_DEGREE, Floats, Ints, Objects, haversine_m, repeated

STEP_METRES = 25.0
SETBACK_METRES = 15.0
"""Homes stand beside a street and not on it: half a street, a front yard and half a house away."""
MIN_FOOTPRINT, MAX_FLOOR = 12.0, 20_000.0
"""Square metres: a smaller building is a shed and left out; a larger floor area counts as the maximum."""


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
    area = shapely.area(shapes) * METRES_PER_DEGREE**2 * np.cos(np.radians(lat))
    keep = np.isfinite(lon) & (area >= MIN_FOOTPRINT)
    weight = np.minimum(area * levels, MAX_FLOOR)[keep]
    return Places(lon[keep], lat[keep], weight, np.ones(len(weight), np.bool_))


def street_points(lon: Floats, lat: Floats, start: Ints, weight: Floats) -> Places:
    """Return points beside lines, one for every stretch of about ``STEP_METRES``, to the left and to the right in turn.

    Each is ``SETBACK_METRES`` from the middle of its stretch.

    Parameters
    ----------
    lon, lat : float64 arrays, shape (vertices,)
        Degrees.
    start : int64 array, shape (n + 1,)
        Where the vertices of each line start, and those of the last end.
    weight : float64 array, shape (n,)
        Weight per metre of each line.

    Returns
    -------
    Places
        The weights of a line's points add up to its length times ``weight``.

    Examples
    --------
    >>> points = street_points(np.array([0, 0.001]), np.zeros(2), np.array([0, 2]), np.array([0.5]))
    >>> points.lon.round(6).tolist(), round(float(points.weight.sum()), 1)
    ([0.000125, 0.000375, 0.000625, 0.000875], 55.6)
    >>> points.lat.round(6).tolist()
    [0.000135, -0.000135, 0.000135, -0.000135]
    """
    if not len(weight):
        return Places(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.bool_))
    step = np.zeros(len(lon))
    step[1:] = haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    step[start[:-1]] = 0.0
    cumulative = np.cumsum(step)  # over all lines, one after the other
    first, last = start[:-1], start[1:] - 1
    length = cumulative[last] - cumulative[first]
    pieces = np.where(length > 0, np.maximum(np.rint(length / STEP_METRES), 1), 0).astype(np.int64)
    owner, rank = repeated(pieces)
    along = cumulative[first][owner] + (rank + 0.5) * (length / np.maximum(pieces, 1))[owner]
    metres = (weight * length / np.maximum(pieces, 1))[owner]
    after = np.searchsorted(cumulative, along)  # the vertex behind each point
    east, north = (lon[after] - lon[after - 1]) * np.cos(np.radians(lat[after])), lat[after] - lat[after - 1]
    aside = np.where(rank % 2, -1, 1) * SETBACK_METRES / METRES_PER_DEGREE / np.hypot(east, north)
    x = np.interp(along, cumulative, lon) - north * aside / np.cos(np.radians(lat[after]))
    y = np.interp(along, cumulative, lat) + east * aside
    return Places(x, y, metres, np.zeros(len(owner), np.bool_))

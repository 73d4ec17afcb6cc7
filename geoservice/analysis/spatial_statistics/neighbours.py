"""Pairs of neighbouring units: by common border, by rank of distance, by distance."""

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geoservice.errors import BadGeometry, ParameterError
from geoservice.geo import Floats, Ints, Objects

BORDER_IN_TOLERANCES = 10.0
"""A common border is longer than this many tolerances: at a corner, too, some border is within it of the other shape."""


def touching_pairs(shapes: Objects, tolerance: float) -> tuple[Ints, Ints]:
    """Return both directions of each pair of shapes at most ``tolerance`` metres apart; missing and empty shapes have no pairs.

    >>> i, j = touching_pairs(shapely.box([0, 1, 5], 0, [1, 2, 6], 1), 0.0)
    >>> list(zip(i.tolist(), j.tolist(), strict=True))
    [(0, 1), (1, 0)]
    """
    _check_tolerance(tolerance)
    i, j = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=tolerance)
    i, j = i[i < j], j[i < j]
    return np.concatenate([i, j]).astype(np.int64), np.concatenate([j, i]).astype(np.int64)


def bordering_pairs(shapes: Objects, tolerance: float) -> tuple[Ints, Ints]:
    """Return both directions of each pair of polygons with a common border.

    The part of a border within ``tolerance`` metres of the other polygon counts; it must be longer than
    ``BORDER_IN_TOLERANCES`` times the tolerance.

    >>> i, j = bordering_pairs(shapely.box([0, 1, 1], [0, 0, 1], [1, 2, 2], [1, 1, 2]), 0.01)
    >>> list(zip(i.tolist(), j.tolist(), strict=True))
    [(0, 1), (1, 2), (1, 0), (2, 1)]
    """
    i, j = (pair[: len(pair) // 2] for pair in touching_pairs(shapes, tolerance))
    borders = shapely.boundary(shapes)
    surroundings = shapely.buffer(shapes, tolerance) if tolerance else shapes
    shared = [shapely.length(shapely.intersection(borders[a], surroundings[b])) for a, b in ((i, j), (j, i))]
    common = np.maximum(*shared) > BORDER_IN_TOLERANCES * tolerance
    i, j = i[common], j[common]
    return np.concatenate([i, j]), np.concatenate([j, i])


def nearest_pairs(x: Floats, y: Floats, k: int) -> tuple[Ints, Ints]:
    """Return each point with its ``k`` nearest other points, nearest first.

    >>> i, j = nearest_pairs(np.array([0.0, 1.0, 3.0]), np.zeros(3), 1)
    >>> list(zip(i.tolist(), j.tolist(), strict=True))
    [(0, 1), (1, 0), (2, 1)]
    """
    n = len(x)
    if not 1 <= k < n:
        raise ParameterError(f"the number of nearest neighbours is {k}; with {n} units it must be from 1 to {n - 1}")
    points = finite_points(x, y)
    found = np.asarray(cKDTree(points).query(points, k + 1)[1], np.int64)
    other = found != np.arange(n)[:, None]
    other[other.all(axis=1), -1] = False  # points at the same place: the point itself may not be among them
    return np.repeat(np.arange(n), k), found[other]


def close_pairs(x: Floats, y: Floats, metres: float) -> tuple[Ints, Ints]:
    """Return both directions of each pair of points at most ``metres`` apart.

    >>> i, j = close_pairs(np.array([0.0, 10.0, 30.0]), np.zeros(3), 10.0)
    >>> list(zip(i.tolist(), j.tolist(), strict=True))
    [(0, 1), (1, 0)]
    """
    if not metres > 0:
        raise ParameterError(f"the distance of neighbours is {metres} m; it must be above 0")
    i, j = cKDTree(finite_points(x, y)).query_pairs(metres, output_type="ndarray").astype(np.int64).T
    return np.concatenate([i, j]), np.concatenate([j, i])


def finite_points(x: Floats, y: Floats) -> Floats:
    """Return points as rows; shape ``(n, 2)``. Raises BadGeometry if a coordinate is not finite."""
    points = np.column_stack([np.asarray(x, float), np.asarray(y, float)])
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise BadGeometry(f"{len(bad)} of {len(points)} points have no finite coordinates; the first is number {bad[0]}")
    return points


def _check_tolerance(tolerance: float) -> None:
    if not 0 <= tolerance < np.inf:
        raise ParameterError(f"the tolerance of borders is {tolerance} m; it must be 0 or more")

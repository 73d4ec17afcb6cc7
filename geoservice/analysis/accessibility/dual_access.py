"""Dual access: how long it takes to reach a number of stations, instead of how many are within a time."""

import numpy as np

from geoservice.analysis.accessibility.decay import MS_PER_MINUTE
from geoservice.analysis.accessibility.pair_matrices import check_pairs
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def minutes_to_nth(pairs: TravelPairs, points: int, nth: int) -> Floats:
    """Return the minutes from each point to its ``nth`` nearest station.

    Parameters
    ----------
    pairs : TravelPairs
    points : int
        Number of points.
    nth : int
        1 is the nearest station.

    Returns
    -------
    float64 array, shape (points,), minutes
        NaN where fewer stations are within reach.

    Raises
    ------
    ParameterError
        If shapes differ or ``nth`` is below 1.

    Notes
    -----
    Cui, M. and Levinson, D. (2020), Primal and dual access, Geographical Analysis 52.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> minutes_to_nth(pairs, 2, 1).tolist(), minutes_to_nth(pairs, 2, 2).tolist()
    ([5.0, 1.0], [nan, 10.0])
    """
    check_pairs(pairs, points)
    if nth < 1:
        raise ParameterError(f"nth: got {nth}, allowed are 1 and up")
    key = pairs.point.astype(np.int64)
    key <<= 32  # sorted by point, then by time
    key |= pairs.ms
    key.sort()
    counts = np.bincount(pairs.point, minlength=points)
    reached = counts >= nth
    minutes = np.full(points, np.nan)
    minutes[reached] = (key[(np.cumsum(counts) - counts + nth - 1)[reached]] & 0xFFFFFFFF) / MS_PER_MINUTE
    return minutes

"""Pairs of stations and demand points within reach, as compressed rows."""

import numpy as np

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Int32s, Ints, repeated

TOGETHER = 200_000
"""Points whose pairs are sorted at one time, to bound the memory."""


def by_point(pairs: TravelPairs) -> Ints:
    """Return the order of the pairs by point, then time, then station; int64 of shape ``(pairs,)``."""
    return _order(pairs.point, pairs.ms)  # rows are by station


def _order(point: Int32s, ms: Int32s) -> Ints:
    return np.argsort(point.astype(np.int64) << 32 | ms, kind="stable").astype(np.int64)


def nearest_pairs(pairs: TravelPairs, k: int) -> TravelPairs:
    """Return the pairs of each point with its ``k`` nearest stations; of equal times those of the lower station.

    Examples
    --------
    >>> three = TravelPairs.of(np.array([0, 1, 2]), np.array([0, 0, 0]), np.array([9, 5, 5]), 3)
    >>> nearest_pairs(three, 2).station.tolist()
    [1, 2]
    """
    if k < 1:
        raise ParameterError(f"k: got {k}, allowed are 1 and up")
    kept = np.concatenate([_of_points(pairs, first, k) for first in range(0, int(pairs.point.max(initial=0)) + 1, TOGETHER)])
    kept.sort()  # pairs are by station, and stay so
    return chosen_pairs(pairs, kept)


def chosen_pairs(pairs: TravelPairs, entries: Ints) -> TravelPairs:
    """Return some of the pairs; ``entries`` are their positions, in rising order."""
    return TravelPairs(np.searchsorted(entries, pairs.indptr), pairs.point[entries], pairs.ms[entries])


def _of_points(pairs: TravelPairs, first: int, k: int) -> Ints:
    """Return the pairs of some points with their nearest stations."""
    own = np.flatnonzero((pairs.point >= first) & (pairs.point < first + TOGETHER))
    point = pairs.point[own]
    _, rank = repeated(np.bincount(point - first))
    return own[_order(point, pairs.ms[own])[rank < k]]


def nearest_station(pairs: TravelPairs, points: int) -> Int32s:
    """Return the nearest station of each point, -1 for none; shape ``(points,)``."""
    first = nearest_pairs(pairs, 1)
    nearest = np.full(points, -1, np.int32)
    nearest[first.point] = first.station
    return nearest


def check(pairs: TravelPairs, demand: Floats, capacity: Floats) -> None:
    """Raise :class:`ParameterError` unless demand and capacity fit the pairs and are 0 or above."""
    if len(capacity) != pairs.stations:
        raise ParameterError(f"capacity: got {len(capacity)} values, expected one for each of {pairs.stations} stations")
    if len(pairs.point) and not 0 <= int(pairs.point.min()) <= int(pairs.point.max()) < len(demand):
        raise ParameterError(
            f"pairs: got points {pairs.point.min()} to {pairs.point.max()}, allowed are 0 to {len(demand) - 1}"
        )
    for name, numbers in (("demand", demand), ("capacity", capacity)):
        if not (np.isfinite(numbers).all() and (numbers >= 0).all()):
            raise ParameterError(f"{name}: got a negative or missing number, allowed are 0 and above")

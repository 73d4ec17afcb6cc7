"""Pairs of stations and demand points within reach, as compressed rows."""

from typing import NamedTuple

import numpy as np

from geoservice.errors import ParameterError
from geoservice.geo import Floats, Int32s, Ints


class StationPairs(NamedTuple):
    """Row ``i`` has the points within reach of station ``i``, ``point[indptr[i]:indptr[i + 1]]``, and their times ``ms``.

    ``indptr`` is int64 of shape ``(stations + 1,)``, ``point`` and ``ms`` are int32 of shape ``(pairs,)``.
    """

    indptr: Ints
    point: Int32s
    ms: Int32s

    @property
    def stations(self) -> int:
        """Number of stations."""
        return len(self.indptr) - 1

    @property
    def station(self) -> Ints:
        """Station of each pair; shape ``(pairs,)``."""
        return np.repeat(np.arange(self.stations), np.diff(self.indptr))

    @classmethod
    def of(cls, station: Int32s | Ints, point: Int32s | Ints, ms: Int32s | Ints, stations: int) -> "StationPairs":
        """Return pairs in any order as compressed rows."""
        order = np.argsort(station, kind="stable")
        indptr = np.zeros(stations + 1, np.int64)
        np.cumsum(np.bincount(station, minlength=stations), out=indptr[1:])
        return cls(indptr, point[order].astype(np.int32), ms[order].astype(np.int32))


def by_point(pairs: StationPairs) -> Ints:
    """Return the order of the pairs by point, then time, then station; int64 of shape ``(pairs,)``."""
    return np.argsort(pairs.point.astype(np.int64) << 32 | pairs.ms, kind="stable").astype(np.int64)  # rows are by station


def nearest_pairs(pairs: StationPairs, k: int) -> StationPairs:
    """Return the pairs of each point with its ``k`` nearest stations; of equal times those of the lower station.

    Examples
    --------
    >>> three = StationPairs.of(np.array([0, 1, 2]), np.array([0, 0, 0]), np.array([9, 5, 5]), 3)
    >>> nearest_pairs(three, 2).station.tolist()
    [1, 2]
    """
    if k < 1:
        raise ParameterError(f"k: got {k}, allowed are 1 and up")
    station = pairs.station
    order = by_point(pairs)
    point = pairs.point[order]
    first = np.ones(len(point), np.bool_)
    first[1:] = point[1:] != point[:-1]
    starts = np.flatnonzero(first)
    rank = np.arange(len(point)) - np.repeat(starts, np.diff(np.append(starts, len(point))))
    keep = np.sort(order[rank < k])
    return StationPairs.of(station[keep], pairs.point[keep], pairs.ms[keep], pairs.stations)


def nearest_station(pairs: StationPairs, points: int) -> Int32s:
    """Return the nearest station of each point, -1 for none; shape ``(points,)``."""
    first = nearest_pairs(pairs, 1)
    nearest = np.full(points, -1, np.int32)
    nearest[first.point] = first.station
    return nearest


def check(pairs: StationPairs, demand: Floats, capacity: Floats) -> None:
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

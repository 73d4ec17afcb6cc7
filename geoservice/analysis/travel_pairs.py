"""Travel times between stations, or candidates for them, and points, as compressed rows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geoservice.geo import Int32s, Ints, repeated


class TravelPairs(NamedTuple):
    """Pairs of a station and a point that it serves; all other pairs are out of reach.

    Attributes
    ----------
    indptr : int64 array, shape (stations + 1,)
        Station ``j`` has the pairs ``indptr[j]`` to ``indptr[j + 1]``.
    point : int32 array, shape (pairs,)
        Point of each pair; distinct for one station.
    ms : int32 array, shape (pairs,), milliseconds
        Travel time of each pair, including delays at the station.
    """

    indptr: Ints
    point: Int32s
    ms: Int32s

    @property
    def stations(self) -> int:
        """Number of stations."""
        return len(self.indptr) - 1

    def take(self, stations: Ints) -> "TravelPairs":
        """Return the rows of some stations, in their order.

        >>> pairs = TravelPairs(np.array([0, 1, 3]), np.array([5, 5, 7], np.int32), np.array([1, 2, 3], np.int32))
        >>> pairs.take(np.array([1])).point.tolist()
        [5, 7]
        """
        counts = np.diff(self.indptr)[stations]
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        row, rank = repeated(counts)
        entry = self.indptr[:-1][stations][row] + rank
        return TravelPairs(indptr, self.point[entry], self.ms[entry])

    @property
    def station(self) -> Ints:
        """Station of each pair; shape ``(pairs,)``."""
        return np.repeat(np.arange(self.stations), np.diff(self.indptr))

    @classmethod
    def joined(cls, parts: Sequence["TravelPairs"]) -> "TravelPairs":
        """Return the rows of several, one after the other; at least one is needed.

        >>> pairs = TravelPairs(np.array([0, 1, 3]), np.array([5, 5, 7], np.int32), np.array([1, 2, 3], np.int32))
        >>> [a.tolist() for a in TravelPairs.joined([pairs, pairs.take(np.array([0]))])]
        [[0, 1, 3, 4], [5, 5, 7, 5], [1, 2, 3, 1]]
        """
        counts = np.concatenate([np.diff(part.indptr) for part in parts])
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(indptr, np.concatenate([part.point for part in parts]), np.concatenate([part.ms for part in parts]))

    @classmethod
    def of(cls, station: Int32s | Ints, point: Int32s | Ints, ms: Int32s | Ints, stations: int) -> "TravelPairs":
        """Return pairs in any order as compressed rows."""
        order = np.argsort(station, kind="stable")
        indptr = np.zeros(stations + 1, np.int64)
        np.cumsum(np.bincount(station, minlength=stations), out=indptr[1:])
        return cls(indptr, point[order].astype(np.int32), ms[order].astype(np.int32))

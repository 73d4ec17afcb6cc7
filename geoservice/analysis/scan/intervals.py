"""Intervals of periods that the windows of a space-time scan cover."""

from typing import NamedTuple

import numpy as np

from geoservice.geo import Ints


class Intervals(NamedTuple):
    """Intervals of the periods ``first`` to ``last - 1``, the shortest first; shapes ``(intervals,)``."""

    first: Ints
    last: Ints


def intervals(periods: int, longest: int, prospective: bool) -> Intervals:
    """Return the intervals of one to ``longest`` periods; of a prospective scan, those that end with the last period.

    Examples
    --------
    >>> [i.tolist() for i in intervals(3, 2, prospective=False)]
    [[0, 1, 2, 0, 1], [1, 2, 3, 2, 3]]
    >>> [i.tolist() for i in intervals(3, 2, prospective=True)]
    [[2, 1], [3, 3]]
    """
    length, first = np.divmod(np.arange(longest * periods), periods)
    last = first + length + 1
    kept = last == periods if prospective else last <= periods
    return Intervals(first[kept].astype(np.int64), last[kept].astype(np.int64))

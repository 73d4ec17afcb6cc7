"""The best window of each centroid of the observed map."""

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.scan.counts import Counts
from geoservice.analysis.scan.intervals import Intervals
from geoservice.analysis.scan.kernels import Statistic, best_windows
from geoservice.analysis.scan.windows import Windows, blocks
from geoservice.geo import Floats, Ints

_TIE = 1e-10
_BLOCKS = 16


@dataclass(frozen=True)
class BestWindows:
    """The best window of each centroid for each limit of the size of windows; shapes ``(limits, n)``.

    ``value`` is the log likelihood ratio times the penalty of the form, 0 if there is no window; ``size`` the number of
    locations; ``form`` and ``interval`` are positions in their lists.
    """

    value: Floats
    size: Ints
    interval: Ints
    form: Ints

    @classmethod
    def none(cls, limits: int, locations: int) -> "BestWindows":
        """Return the state before the first form."""
        shape = (limits, locations)
        return cls(np.zeros(shape), *(np.zeros(shape, np.int64) for _ in range(3)))

    def best_with(self, other: "BestWindows") -> "BestWindows":
        """Return the better window of each centroid; where they are equal up to rounding, the own one."""
        better = other.value > self.value * (1 + _TIE)
        names = ("value", "size", "interval", "form")
        return BestWindows(*(np.where(better, getattr(other, n), getattr(self, n)) for n in names))


def observed_windows(
    windows: Windows,
    penalty: float,
    form: int,
    counts: Counts,
    times: Intervals,
    limits: Floats,
    statistic: Statistic,
    pool: Executor,
) -> BestWindows:
    """Return the best windows of one form.

    Parameters
    ----------
    windows : Windows
    penalty : float
        Factor of the log likelihood ratio.
    form : int
        Position of the form in its list.
    counts : Counts
    times : Intervals
    limits : float64 array, shape (limits,)
        Largest measure of a window in all periods, ascending; the last one is that of the windows.
    statistic : Statistic
    pool : Executor

    Returns
    -------
    BestWindows
    """
    measure, cases = np.cumsum(counts.measure, axis=1), np.cumsum(counts.cases, axis=1)
    arrays = (windows.start, windows.order, windows.stop, measure, cases, times.first, times.last, limits)

    def block(bounds: tuple[int, int]) -> tuple[Floats, Ints, Ints]:
        value, size, interval = best_windows(*bounds, *arrays, penalty, statistic)
        return value, size, interval

    parts = list(pool.map(block, blocks(len(measure), _BLOCKS)))
    value, size, interval = (np.concatenate(p, axis=1) for p in zip(*parts, strict=True))
    return BestWindows(value, size, interval, np.full_like(size, form))

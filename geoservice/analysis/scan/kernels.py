# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; callers in observed.py and maxima.py are typed.
# They stay in one file, because numba's cache of a function does not notice changes of the functions it calls in other files.
"""Compiled loops of the scan statistic: the log likelihood ratio, the best window of each centroid, maxima of replications.

A window is a set of locations, the first ``k`` of a centroid's neighbours, and an interval of periods. A purely spatial scan
has one period. Counts are given as sums over time, so that those of an interval are a difference of two.

The maxima need a logarithm for few windows only. At a given expectation the log likelihood ratio grows with the count, and the
count that reaches a given ratio grows with the expectation. A table therefore holds, for steps of the ratio and for cells of
the expectation, a count that every window with this ratio reaches. Of 64 replications at a time, only those windows are
calculated whose count reaches the table's entry for the least of the 64 present maxima. The entries err on the safe side, so
the result is that of all windows.
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import int32, int64, uint64

NEVER = 2**31 - 1
"""A threshold that no count reaches."""
_ROUNDING = 1e-9


class Statistic(NamedTuple):
    """The terms of a log likelihood ratio.

    ``cases`` and ``measure`` are the totals of the map; the measure is expected cases, or persons for the Bernoulli model.
    ``direction`` is 1 for high rates, -1 for low rates, 0 for both; ``least_cases`` holds for high rates.
    """

    cases: float
    measure: float
    bernoulli: bool
    direction: int
    least_cases: float


@numba.njit(cache=True)
def _term(observed, expected):
    return observed * np.log(observed / expected) if observed > 0.0 else 0.0


@numba.njit(cache=True)
def log_likelihood_ratio(statistic, cases, measure):
    """Return the log likelihood ratio of a window, 0 if its rate is not in the direction of the scan.

    Cases below zero or above what the window can hold, which noise may produce, count as the nearest possible number.
    """
    total = statistic.cases
    outside = statistic.measure - measure
    if measure <= 0.0 or outside <= statistic.measure * 1e-12:
        return 0.0
    inside = min(max(cases, 0.0), total)
    if statistic.bernoulli:
        inside = min(max(inside, total - outside), measure)
    expected = total * measure / statistic.measure
    high = inside > expected * (1.0 + 1e-12) and statistic.direction >= 0 and inside >= statistic.least_cases - _ROUNDING
    low = inside < expected * (1.0 - 1e-12) and statistic.direction <= 0
    if not (high or low):
        return 0.0
    value = _term(inside, expected) + _term(total - inside, total - expected)
    if statistic.bernoulli:
        value += _term(measure - inside, measure - expected)
        value += _term(outside - (total - inside), outside - (total - expected))
    return max(value, 0.0)


@numba.njit(cache=True)
def _ratio_bound(statistic, cases, measure):
    """Return a number that the log likelihood ratio does not exceed: Pearson's chi-squared of the table, without a logarithm.

    With observed o and expected e of equal sums, the sum of o ln(o / e) is at most that of o (o / e - 1) = (o - e)^2 / e.
    """
    share = measure / statistic.measure
    spread = share * (1.0 - share)
    difference = cases - statistic.cases * share
    scale = 1.0 / statistic.cases
    if statistic.bernoulli:
        scale += 1.0 / (statistic.measure - statistic.cases)
    return difference * difference * scale / spread if spread > 0.0 else 0.0


@numba.njit(cache=True)
def _largest_ratio(statistic, cases, least, most, high):
    """Return a ratio that no window with these cases and a measure from ``least`` to ``most`` exceeds."""
    if high:
        return log_likelihood_ratio(statistic, cases, min(max(least, cases), most) if statistic.bernoulli else least)
    if statistic.bernoulli:
        most = max(min(most, statistic.measure - statistic.cases + cases), least)
    return log_likelihood_ratio(statistic, cases, most)


@numba.njit(cache=True)
def threshold_table(statistic, unit, cells, levels, step, high):
    """Return, for each level of the ratio and cell of the measure, a count in units that windows with the ratio reach.

    Level ``i`` stands for the ratio ``i * step``; cell ``j`` for measures with ``j <= cells * sqrt(measure / total) < j + 1``.
    For high rates a window's count is at least the entry, for low rates at most. Shape ``(levels, cells)``, int32.
    """
    table = np.empty((levels, cells), np.int32)
    largest = int64(np.ceil(statistic.cases / unit)) + 1
    for level in range(levels):
        ratio = max(level * step * (1.0 - _ROUNDING), 1e-300)
        below = int64(-1)  # high: no count up to here reaches the ratio; low: all counts up to here do
        for cell in range(cells):
            least = max((cell / cells) ** 2 * (1.0 - _ROUNDING), 1e-300) * statistic.measure
            most = min(((cell + 1) / cells) ** 2 * (1.0 + _ROUNDING), 1.0 - 2e-12) * statistic.measure
            stride = 1 + (abs(below) >> 10)  # a cell is that narrow beside the count
            above = below + stride
            while above <= largest and (_largest_ratio(statistic, above * unit, least, most, high) >= ratio) != high:
                below = above
                stride *= 2
                above = below + stride
            if above > largest:
                above = largest + 1
            while above - below > 1 + (abs(below) >> 14):
                middle = (above + below) // 2
                if (_largest_ratio(statistic, middle * unit, least, most, high) >= ratio) == high:
                    above = middle
                else:
                    below = middle
            if high:
                table[level, cell] = below + 1 if below < largest else NEVER
                if statistic.bernoulli:  # more cases than persons here can be fewer in the next cell
                    below = min(below, int64(most / unit))
            else:
                table[level, cell] = above - 1 if above > 0 else -NEVER
    return table


@numba.njit(cache=True)
def _largest(counts, begin, end, lanes):
    """Return the largest count of an interval over the lanes."""
    largest = int32(-NEVER)
    for lane in range(lanes):
        largest = max(largest, int32(counts[end + lane] - counts[begin + lane]))
    return largest


@numba.njit(cache=True)
def _smallest(counts, begin, end, lanes):
    """Return the smallest count of an interval over the lanes."""
    smallest = int32(NEVER)
    for lane in range(lanes):
        smallest = min(smallest, int32(counts[end + lane] - counts[begin + lane]))
    return smallest


@numba.njit(cache=True)
def _raise_maxima(counts, begin, end, cell, high, low, step, penalty, unit, measure, statistic, maxima, levels):
    """Raise the maxima of the lanes whose count reaches the threshold of their present maximum; return the least level."""
    least = len(high) - 1
    for lane in range(len(maxima)):
        count = counts[end + lane] - counts[begin + lane]
        if (statistic.direction >= 0 and count >= high[levels[lane], cell]) or (
            statistic.direction <= 0 and count <= low[levels[lane], cell]
        ):
            value = log_likelihood_ratio(statistic, count * unit, measure) * penalty
            if value > maxima[lane]:
                maxima[lane] = value
                levels[lane] = _level(value, step, penalty, high)
        least = min(least, levels[lane])
    return least


@numba.njit(cache=True)
def _level(value, step, penalty, table):
    """Return the level of the ratio that a window needs for a statistic above ``value``."""
    return min(int64(value / (penalty * step)), len(table) - 1)


@numba.njit(cache=True, nogil=True)
def raise_maxima(start, order, stop, measure, draws, first, last, high, low, step, penalty, unit, statistic, maxima):
    """Raise the maxima of some replications, the lanes, to those over all windows of one form.

    Parameters
    ----------
    start, order, stop : int64 array (n + 1,), int32 array (k,), bool array (k,)
        Neighbours of centroid ``i`` in ``order[start[i]:start[i + 1]]``; windows end where ``stop`` is true.
    measure : float64 array, shape (n, periods)
        Sums over time.
    draws : int32 array, shape (n, periods * lanes)
        Sums over time in units, lanes of a period together.
    first, last : int64 arrays, shape (intervals,)
        Periods ``first`` to ``last - 1``.
    high, low : int32 arrays, shape (levels, cells)
        Threshold tables; that of an unused direction is not read.
    step : float
        Difference of the levels.
    penalty : float
        Factor of the ratios of this form.
    unit : float
        Cases in one unit.
    statistic : Statistic
    maxima : float64 array, shape (lanes,)
        Changed.
    """
    lanes = uint64(len(maxima))
    periods = measure.shape[1]
    width = uint64(periods * len(maxima))
    counts = np.zeros(width + lanes, np.int32)
    sums = np.zeros(periods + 1)
    scale = high.shape[1] / np.sqrt(statistic.measure)
    levels = np.empty(lanes, np.int64)
    for lane in range(lanes):
        levels[lane] = _level(maxima[lane], step, penalty, high)
    level = levels.min()
    for centroid in range(len(start) - 1):
        counts[:] = 0
        sums[:] = 0.0
        for k in range(start[centroid], start[centroid + 1]):
            location = uint64(order[k])
            for period in range(periods):
                sums[period + 1] += measure[location, period]
            for i in range(width):
                counts[lanes + i] += draws[location, i]
            if not stop[k]:
                continue
            for interval in range(len(first)):
                inside = max(sums[last[interval]] - sums[first[interval]], 0.0)
                cell = min(int64(np.sqrt(inside) * scale), high.shape[1] - 1)
                begin, end = uint64(first[interval]) * lanes, uint64(last[interval]) * lanes
                if (statistic.direction >= 0 and _largest(counts, begin, end, lanes) >= high[level, cell]) or (
                    statistic.direction <= 0 and _smallest(counts, begin, end, lanes) <= low[level, cell]
                ):
                    level = _raise_maxima(
                        counts, begin, end, cell, high, low, step, penalty, unit, inside, statistic, maxima, levels
                    )


@numba.njit(cache=True, nogil=True)
def best_windows(begin, end, start, order, stop, measure, cases, first, last, limits, penalty, statistic):
    """Return the best window of the centroids from ``begin`` to ``end - 1`` for each limit of the measure.

    Parameters
    ----------
    begin, end : int
    start, order, stop : int64 array (n + 1,), int32 array (k,), bool array (k,)
        As in :func:`raise_maxima`.
    measure, cases : float64 arrays, shape (n, periods)
        Sums over time.
    first, last : int64 arrays, shape (intervals,)
    limits : float64 array, shape (limits,)
        Largest measure of a window in all periods, ascending.
    penalty : float
    statistic : Statistic

    Returns
    -------
    (float64, int64, int64 array), shape (limits, end - begin)
        Statistic of the best window, 0 if there is none, its number of locations and its interval; of windows with the same
        statistic the one with fewer locations, then the earlier interval.
    """
    value = np.zeros((len(limits), end - begin))
    size = np.zeros((len(limits), end - begin), np.int64)
    choice = np.zeros((len(limits), end - begin), np.int64)
    periods = measure.shape[1]
    counts, sums = np.empty(periods + 1), np.empty(periods + 1)
    for centroid in range(begin, end):
        counts[:] = 0.0
        sums[:] = 0.0
        limit = 0
        best, best_size, best_interval = 0.0, 0, 0
        for k in range(start[centroid], start[centroid + 1]):
            location = order[k]
            for period in range(periods):
                sums[period + 1] += measure[location, period]
                counts[period + 1] += cases[location, period]
            if not stop[k]:
                continue
            while limit < len(limits) - 1 and sums[periods] > limits[limit]:
                value[limit, centroid - begin] = best
                size[limit, centroid - begin] = best_size
                choice[limit, centroid - begin] = best_interval
                limit += 1
            for interval in range(len(first)):
                inside = sums[last[interval]] - sums[first[interval]]
                events = counts[last[interval]] - counts[first[interval]]
                if _ratio_bound(statistic, events, inside) * penalty <= best:
                    continue
                ratio = log_likelihood_ratio(statistic, events, inside) * penalty
                if ratio > best * (1.0 + 1e-12):
                    best, best_size, best_interval = ratio, k + 1 - start[centroid], interval
        value[limit:, centroid - begin] = best
        size[limit:, centroid - begin] = best_size
        choice[limit:, centroid - begin] = best_interval
    return value, size, choice

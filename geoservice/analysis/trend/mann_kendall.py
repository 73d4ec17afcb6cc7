"""The Mann-Kendall test for a monotonic trend, with its correction for ties, and Sen's slope.

Mann (1945), Nonparametric tests against trend, Econometrica 13; Kendall (1975), Rank correlation methods, 4th edition; Sen
(1968), Estimates of the regression coefficient based on Kendall's tau, Journal of the American Statistical Association 63.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints

_BLOCK = 4_000_000
"""Number of pairwise slopes in memory at a time."""


class MannKendall(NamedTuple):
    """Results of the test for each series, shape ``(n,)`` each.

    Attributes
    ----------
    s : float64 array
        Rising pairs of periods minus falling pairs.
    variance : float64 array
        Variance of ``s`` without a trend, corrected for ties.
    tau : float64 array
        Kendall's tau-b; NaN if all values of a series are equal.
    z : float64 array
        Standardised ``s``, with the correction for continuity.
    p : float64 array
        Two-sided, from the normal distribution; 1 if all values of a series are equal.
    """

    s: Floats
    variance: Floats
    tau: Floats
    z: Floats
    p: Floats


def mann_kendall(values: Floats) -> MannKendall:
    """Return the Mann-Kendall test of each series.

    Parameters
    ----------
    values : float64 array, shape (n, periods)
        One series a row, in order of time. NaN is a missing period: its pairs are left out.

    Returns
    -------
    MannKendall

    Raises
    ------
    ParameterError
        If the array is not two-dimensional.

    Examples
    --------
    >>> test = mann_kendall(np.array([[1.0, 2, 3, 4, 5], [3, 2, 2, 1, np.nan]]))
    >>> test.s.tolist(), test.variance.round(4).tolist()
    ([10.0, -5.0], [16.6667, 7.6667])
    >>> test.z.round(4).tolist(), test.p.round(4).tolist()
    ([2.2045, -1.4446], [0.0275, 0.1486])
    """
    _check(values)
    s, equal = _comparisons(values)
    n = (~np.isnan(values)).sum(axis=1).astype(float)
    ties = (equal * (2 * equal + 7)).sum(axis=1)  # of t equal values each has t - 1 others: the sum of t (t - 1) (2 t + 5)
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    pairs = n * (n - 1) / 2
    untied = pairs - equal.sum(axis=1) / 2
    deviation = np.sqrt(variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / deviation, 0.0)
        tau = np.where(untied > 0, s / np.sqrt(pairs * untied), np.nan)
    return MannKendall(s, variance, tau, z, np.asarray(2 * ndtr(-np.abs(z))))


def sen_slope(values: Floats, times: Floats | None = None) -> Floats:
    """Return Sen's slope of each series: the median of the slopes between all pairs of periods.

    Parameters
    ----------
    values : float64 array, shape (n, periods)
        One series a row. NaN is a missing period.
    times : float64 array, shape (periods,), optional
        Times of the periods, ascending; by default 0, 1, 2 ...

    Returns
    -------
    float64 array, shape (n,), units of the values per unit of time
        NaN if fewer than two periods are present.

    Raises
    ------
    ParameterError
        If the array is not two-dimensional, or the times do not ascend.

    Examples
    --------
    >>> sen_slope(np.array([[1.0, 2, 4, 4]])).tolist()
    [1.0]
    >>> sen_slope(np.array([[1.0, 2, np.nan, 3]]), np.array([0.0, 10, 20, 30])).round(4).tolist()
    [0.0667]
    """
    _check(values)
    periods = values.shape[1]
    times = np.arange(periods, dtype=float) if times is None else times
    if times.shape != (periods,) or (np.diff(times) <= 0).any():
        raise ParameterError(f"times must be {periods} ascending numbers, one for each period; they are {times.tolist()}")
    first, second = np.triu_indices(periods, 1)
    slopes = np.full(len(values), np.nan)
    rows = np.flatnonzero(np.isfinite(values).sum(axis=1) > 1)
    for block in np.array_split(rows, len(rows) * len(first) // _BLOCK + 1):
        if len(block):
            rises = values[np.ix_(block, second)] - values[np.ix_(block, first)]
            slopes[block] = np.nanmedian(rises / (times[second] - times[first]), axis=1)
    return slopes


def _comparisons(values: Floats) -> tuple[Floats, Ints]:
    """Return S of each series, and for each value the number of other values of its series that are equal to it."""
    periods = np.ascontiguousarray(values.T)
    s, equal = np.zeros(len(values)), np.zeros(periods.shape, np.int64)
    for lag in range(1, len(periods)):
        later, earlier = periods[lag:], periods[:-lag]
        s += (later > earlier).sum(axis=0) - (later < earlier).sum(axis=0, dtype=float)
        same = later == earlier
        equal[lag:] += same
        equal[:-lag] += same
    return s, equal.T


def _check(values: Floats) -> None:
    if values.ndim != 2:
        raise ParameterError(f"values must have the shape (series, periods); the shape is {values.shape}")

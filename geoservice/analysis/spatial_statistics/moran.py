"""Moran's I: global, of rates, and of each unit with the quadrant of the scatterplot."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.map_values import NEGLIGIBLE, map_values
from geoservice.analysis.spatial_statistics.rates import standardised_rates
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.geo import Bools, Floats, Int8s

UNDEFINED, HIGH_HIGH, LOW_HIGH, LOW_LOW, HIGH_LOW = 0, 1, 2, 3, 4
"""Quadrants: the unit, then its neighbours, above the mean (high) or not (low)."""


class GlobalMoran(NamedTuple):
    """Moran's I, its expectation, and z-scores with two-sided p-values by either moments; NaN where not defined."""

    i: float
    expected: float
    z_normal: float
    p_normal: float
    z_randomisation: float
    p_randomisation: float


class LocalMoran(NamedTuple):
    """I, quadrant and two-sided permutation p-value of each unit; shape ``(n,)`` each."""

    i: Floats
    quadrant: Int8s
    p: Floats


def global_moran(values: ArrayLike, weights: Weights) -> GlobalMoran:
    """Return Moran's I with its moments under normality and under randomisation (Cliff and Ord 1981, chapter 2).

    Parameters
    ----------
    values : float array, shape (n,)
        Units without a value (NaN) are left out of the map.
    weights : Weights
        Usually row-standardised; weights of units on themselves are ignored.

    Returns
    -------
    GlobalMoran
        All NaN with fewer than 4 values, constant values, or no neighbours at all.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 3, 5, 6], [1, 0, 2, 1, 3, 2])
    >>> moran = global_moran([1.0, 2.0, 3.0, 4.0], weights)
    >>> round(moran.i, 4), round(moran.expected, 4)
    (0.3333, -0.3333)
    """
    units = map_values(values, weights)
    n, (s0, s1, s2) = len(units.x), units.weights.sums
    if n < 4 or s0 == 0 or units.constant:
        return GlobalMoran(*[np.nan] * 6)
    x = units.x - units.x.mean()
    i, expected = float(n / s0 * (x @ units.weights.lag(x)) / (x @ x)), -1 / (n - 1)
    normal = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n**2 - 1) * s0**2) - expected**2
    kurtosis = float((x**4).mean() / (x**2).mean() ** 2)
    high = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    low = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    randomisation = (high - low) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    return GlobalMoran(i, expected, *_test(i - expected, normal), *_test(i - expected, randomisation))


def _test(difference: float, variance: float) -> tuple[float, float]:
    """Return the z-score and its two-sided p-value; NaN where every map has the same I, as with all units neighbours."""
    z = difference / np.sqrt(variance) if variance > NEGLIGIBLE else np.nan
    return float(z), float(2 * ndtr(-abs(z)))


def moran_rates(events: ArrayLike, base: ArrayLike, weights: Weights) -> GlobalMoran:
    """Return Moran's I of rates standardised by empirical Bayes (Assuncao and Reis 1999), which unequal bases do not distort.

    Parameters
    ----------
    events, base : float arrays, shape (n,)
        Units with a base of 0 or less, or without a number, are left out of the map.
    weights : Weights
        As in :func:`global_moran`.
    """
    return global_moran(standardised_rates(events, base), weights)


def local_moran(values: ArrayLike, weights: Weights, permutations: int, seed: int) -> LocalMoran:
    """Return the local Moran statistic of each unit (Anselin 1995): (n - 1) z_i sum_j w_ij z_j / sum_j z_j^2.

    Parameters
    ----------
    values : float array, shape (n,)
        Units without a value (NaN) are left out of the map. For rates see
        :func:`~geoservice.analysis.spatial_statistics.rates.standardised_rates`.
    weights : Weights
        Usually row-standardised; weights of units on themselves are ignored.
    permutations, seed : int
        Of the conditional permutation test.

    Returns
    -------
    LocalMoran
        A unit without value or neighbours, and every unit if there are fewer than 3 values or they are constant, has I
        and p NaN and the quadrant ``UNDEFINED``. A unit at the mean has p = 1: its I is 0 in every permutation.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 3, 5, 6, 6], [1, 0, 2, 1, 3, 2])
    >>> local = local_moran([6.0, 5.0, 1.0, 0.0, 3.0], weights, 99, 0)
    >>> local.i.round(4).tolist(), local.quadrant.tolist()
    ([0.9231, 0.3077, 0.3077, 0.9231, nan], [1, 1, 3, 3, 0])
    """
    units = map_values(values, weights)
    i, p, quadrant = np.full(weights.n, np.nan), np.full(weights.n, np.nan), np.full(weights.n, UNDEFINED, np.int8)
    if len(units.x) < 3 or units.constant:
        return LocalMoran(i, quadrant, p)
    z = units.x - units.x.mean()
    lag = units.weights.lag(z)
    defined = ~units.weights.islands
    row = np.flatnonzero(units.known)[defined]
    i[row] = ((len(z) - 1) * z * lag / (z @ z))[defined]
    quadrant[row] = _quadrants(z > 0, lag > 0)[defined]
    test = two_sided_p(units.x, units.weights, permutations=permutations, seed=seed)
    p[row] = np.where(z == 0, 1.0, test)[defined]
    return LocalMoran(i, quadrant, p)


def _quadrants(high: Bools, high_lag: Bools) -> Int8s:
    above, below = np.where(high_lag, HIGH_HIGH, HIGH_LOW), np.where(high_lag, LOW_HIGH, LOW_LOW)
    return np.where(high, above, below).astype(np.int8)

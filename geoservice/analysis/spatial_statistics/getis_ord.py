"""Getis-Ord statistics: the global G, and Gi and Gi* of each unit as z-scores and with permutation p-values."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from geoservice.analysis.spatial_statistics.conditional_permutation import two_sided_p
from geoservice.analysis.spatial_statistics.map_values import NEGLIGIBLE, map_values
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats

MAPS_TOGETHER = 50
"""Maps that are computed at one time, to bound the memory."""


class GeneralG(NamedTuple):
    """The global G with its moments under randomisation; ``p`` is two-sided, by the normal distribution."""

    g: float
    expected: float
    variance: float
    z: float
    p: float


class LocalG(NamedTuple):
    """z-scores of Gi or Gi* and two-sided p-values, shape ``(n,)`` each; NaN where they are not defined."""

    z: Floats
    p: Floats


def general_g(values: ArrayLike, weights: Weights) -> GeneralG:
    """Return the global G of Getis and Ord (1992): the share of all products of two values that is between neighbours.

    Parameters
    ----------
    values : float array, shape (n,)
        Meant for values of 0 or more. Units without a value (NaN) are left out of the map.
    weights : Weights
        Usually binary. Weights of units on themselves are ignored.

    Returns
    -------
    GeneralG
        All NaN with fewer than 4 values; z and p NaN if the values are constant.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 2, 2], [1, 0])
    >>> round(general_g([3.0, 2.0, 1.0, 0.0], weights).g, 4)
    0.5455
    """
    units = map_values(values, weights)
    x, part, n = units.x, units.weights, len(units.x)
    pairs = float(x.sum() ** 2 - (x**2).sum())
    if n < 4 or pairs == 0:
        return GeneralG(*[np.nan] * 5)
    g = float(x @ part.lag(x)) / pairs
    expected = part.sums.s0 / (n * (n - 1))
    variance = _second_moment(x, part) / (pairs**2 * n * (n - 1) * (n - 2) * (n - 3)) - expected**2
    z = np.nan if units.constant or variance <= 0 else (g - expected) / np.sqrt(variance)
    return GeneralG(g, expected, variance, float(z), float(2 * ndtr(-abs(z))))


def _second_moment(x: Floats, weights: Weights) -> float:
    """Return E(G^2) without its denominator: the sum of equation 7 of Getis and Ord (1992)."""
    n, (s0, s1, s2) = len(x), weights.sums
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    m1, m2, m3, m4 = (float((x**power).sum()) for power in (1, 2, 3, 4))
    return b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4


def local_g_many(values: ArrayLike, weights: Weights, *, star: bool, binary_variance: bool = False) -> Floats:
    """Return the z-scores of Gi or Gi* of several maps at once, such as the replays of a demand surface.

    Equation 14 of Ord and Getis (1995): the lag of a unit less its expectation, over its standard deviation when all values,
    or for Gi all but the unit's own, are placed at random. z does not change with the unit or the zero of the values, nor
    with the scale of a row of weights.

    Parameters
    ----------
    values : float array, shape (n, maps)
        Counts or rates, of any sign. Units without a value (NaN) are left out of that map.
    weights : Weights
        Usually binary.
    star : bool
        True: Gi*, with the unit among its own neighbours, with weight 1 unless the weights say otherwise. False: Gi.
    binary_variance : bool
        Use the sum of a row's weights for the sum of their squares, which is right for binary weights only. It repeats
        numbers that PySAL publishes for row-standardised weights; they are too near to 0.

    Returns
    -------
    float64 array, shape (n, maps)
        NaN where z is not defined: no value; fewer than 3 values; no neighbour (Gi; Gi* of an island is the z-score of
        its own value); every unit a neighbour; constant values.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 2, 2], [1, 0])
    >>> local_g_many(np.array([[4.0], [4.0], [0.0], [0.0]]), weights, star=True).round(4).tolist()
    [[1.7321], [1.7321], [-1.0], [-1.0]]
    """
    x = np.asarray(values, float)
    if x.ndim != 2 or len(x) != weights.n:
        raise ParameterError(f"values have shape {x.shape}; with weights of {weights.n} units it must be ({weights.n}, maps)")
    neighbours = weights.with_self() if star else weights.without_self()
    z = np.empty_like(x)
    for first in range(0, x.shape[1], MAPS_TOGETHER):
        maps = slice(first, first + MAPS_TOGETHER)
        z[:, maps] = _z_scores(x[:, maps], neighbours, star, binary_variance)
    return z


def _z_scores(x: Floats, neighbours: Weights, star: bool, binary_variance: bool) -> Floats:
    known = np.isfinite(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred, mean, variance, n = _value_moments(x, known, star)
        total, spread = _row_moments(neighbours, known, n, binary_variance)
        z = (neighbours.lag(centred) - total * mean) / np.sqrt(variance * spread)
    return np.where(known & (variance > 0) & (spread > NEGLIGIBLE * total**2), z, np.nan)


def _value_moments(x: Floats, known: Bools, star: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Return centred values, 0 where unknown; mean, variance and number of the values that a unit's neighbours may have.

    The variance is 0 where it is only rounding, and with fewer than 3 values.
    """
    count = known.sum(axis=0)
    filled = np.where(known, x, 0.0)
    largest = np.abs(filled).max(axis=0, initial=0.0)
    centred = np.where(known, x - filled.sum(axis=0) / np.maximum(count, 1), 0.0)
    square = (centred**2).sum(axis=0)
    n = np.maximum(count - (not star), 1).astype(float)
    mean = np.zeros_like(x) if star else -centred / n
    variance = (square - (0.0 if star else centred**2)) / n - mean**2
    varies = (count >= 3) & (square > count * (NEGLIGIBLE * largest) ** 2) & (variance > NEGLIGIBLE * square / n)
    return centred, mean, np.where(varies, variance, 0.0), n


def _row_moments(weights: Weights, known: Bools, n: Floats, binary_variance: bool) -> tuple[Floats, Floats]:
    """Return the sum of each row's weights and (n S1 - sum^2) / (n - 1) with S1 the sum of their squares."""
    same = known[:, :1] if (known == known[:, :1]).all() else known
    present = same.astype(float)
    total = weights.lag(present)
    squares = total if binary_variance else np.asarray(weights.matrix.power(2) @ present, float)
    return total, (n * squares - total**2) / (n - 1)


def local_g(values: ArrayLike, weights: Weights, *, star: bool, binary_variance: bool = False) -> Floats:
    """Return the z-score of Gi or Gi* of each unit; shape ``(n,)``. See :func:`local_g_many`.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 2, 2], [1, 0])
    >>> local_g([4.0, 4.0, 0.0, 0.0], weights, star=False).round(4).tolist()
    [1.4142, 1.4142, nan, nan]
    """
    return local_g_many(np.asarray(values, float)[:, None], weights, star=star, binary_variance=binary_variance)[:, 0]


def local_g_permutations(values: ArrayLike, weights: Weights, *, star: bool, permutations: int, seed: int) -> LocalG:
    """Return the z-scores of Gi or Gi* with two-sided p-values by conditional permutation.

    The permutations are those of :func:`~geoservice.analysis.spatial_statistics.conditional_permutation.two_sided_p`: the
    unit's own value stays, so Gi and Gi* have the same p-value. The Gi* of an island has p = 1.

    Examples
    --------
    >>> weights = Weights.from_csr([0, 1, 2, 2, 2], [1, 0])
    >>> z, p = local_g_permutations([4.0, 4.0, 0.0, 0.0], weights, star=True, permutations=999, seed=1)
    >>> z.round(4).tolist(), bool(0.6 < p[0] < 0.73), p[2:].tolist()
    ([1.7321, 1.7321, -1.0, -1.0], True, [1.0, 1.0])
    """
    z = local_g(values, weights, star=star)
    p = two_sided_p(values, weights, permutations=permutations, seed=seed)
    return LocalG(z, np.where(np.isnan(z), np.nan, p))

"""Empirical Bayes estimate of a ratio by the method of moments: how much units differ beyond chance.

References
----------
Marshall (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40.
"""

import numpy as np
from numpy.typing import ArrayLike

from geoservice.geo import Floats


def between_variance(
    units: ArrayLike, events: ArrayLike, base: ArrayLike, squares: ArrayLike, noise: ArrayLike = 0.0
) -> Floats:
    """Return the variance between the ratios of units, below 0 if they differ less than by chance; the arguments broadcast.

    Parameters
    ----------
    units : float array
        Number of units.
    events, base : float arrays
        Sums over the units of numerators and denominators.
    squares : float array
        Sum of squared numerators over denominators.
    noise : float array, optional
        Sum over the units of the variance of noise over the denominator. Chance is that of a Poisson count; noise adds to it.

    Examples
    --------
    Ratios of 0.9 and 0.4, bases of 100: (2 x 100 x 0.25**2 - 2 x 0.65) / 200

    >>> float(between_variance(2, 130.0, 200.0, (90.0**2 + 40.0**2) / 100).round(6))
    0.056
    """
    n, total, b, s, v = (np.asarray(a, np.float64) for a in (units, events, base, squares, noise))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = total / b
        return np.asarray((s - v) / b - ratio**2 - ratio * n / b, np.float64)


def own_weight(between: ArrayLike, chance: ArrayLike) -> Floats:
    """Return the weight of a unit's own ratio, from 0 to 1, from the variances between units and of its own ratio.

    It is 0 where the variance between units is not above 0.

    >>> own_weight(0.056, 0.0065).round(3).tolist(), own_weight(0.0, 0.0).tolist()
    (0.896, 0.0)
    """
    b, c = np.asarray(between, np.float64), np.asarray(chance, np.float64)
    return np.divide(b, b + c, out=np.zeros(np.broadcast_shapes(b.shape, c.shape)), where=b > 0)

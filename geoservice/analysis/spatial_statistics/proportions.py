"""Proportions of small areas, smoothed by empirical Bayes with the binomial distribution.

The estimates of :mod:`rates` take counts as Poisson: right for rare events, but near 90 % they take a variance between areas
for chance. Here a proportion has the beta distribution (Martuzzi and Elliott 1996, Empirical Bayes estimation of small area
prevalence of non-rare conditions, Statistics in Medicine 15).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from geoservice.analysis.spatial_statistics.rates import Interval
from geoservice.errors import ParameterError
from geoservice.geo import Floats


@dataclass(frozen=True, eq=False)
class SmoothedProportions:
    """Proportions with a beta distribution for each; arrays have shape ``(n,)``, NaN where the base is 0.

    Attributes
    ----------
    rate : float64 array
        Posterior means, from 0 to 1.
    share : float64 array
        Weight of the unit's own proportion, from 0 to 1; that of all units has the rest.
    alpha, beta : float64 arrays
        Parameters of a beta distribution with the mean and variance of each proportion.
    """

    rate: Floats
    share: Floats
    alpha: Floats
    beta: Floats

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval with equal tails; its low end is 0 where the rate is 0, its high end 1 where it is 1."""
        if not 0 < level < 1:
            raise ParameterError(f"the level of an interval is {level}; it must be between 0 and 1")
        low, high = (betaincinv(self.alpha, self.beta, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
        return Interval(np.where(self.rate == 0, 0.0, low), np.where(self.rate == 1, 1.0, high))


def smoothed_proportions(events: ArrayLike, base: ArrayLike) -> SmoothedProportions:
    """Return proportions drawn towards that of all units, the more the smaller their base.

    Parameters
    ----------
    events, base : float arrays, shape (n,)
        Events are a part of the base; below 0 they are taken as 0, above the base as all of it.

    Returns
    -------
    SmoothedProportions

    Raises
    ------
    ParameterError
        If the arrays have different shapes.

    Notes
    -----
    With m the proportion of all and A the variance between units by the method of moments (0 if negative), the prior is a beta
    distribution of mean m and variance A. As in :func:`rates.empirical_bayes`, (1 - share)^2 times the variance of m and
    the standard error of A is added to the posterior variance, which takes both as known.

    Examples
    --------
    m = 0.7; A = (0.04 - 0.21 / 100) / 0.99; share = 100 A / (99 A + 0.21):

    >>> smoothed = smoothed_proportions([50.0, 90.0], [100.0, 100.0])
    >>> smoothed.rate.round(4).tolist(), smoothed.share.round(4).tolist()
    ([0.5086, 0.8914], [0.9571, 0.9571])
    """
    e, n = np.asarray(events, float), np.asarray(base, float)
    if e.ndim != 1 or e.shape != n.shape:
        raise ParameterError(f"events have shape {e.shape} and bases {n.shape}; both must be (n,)")
    usable = np.isfinite(e) & np.isfinite(n) & (n > 0)
    n = np.where(usable, n, np.nan)
    e = np.clip(np.where(usable, e, np.nan), 0, n)
    if not usable.any():
        return SmoothedProportions(e, e, e, e)
    units, total = float(usable.sum()), float(np.nansum(n))
    m = float(np.nansum(e)) / total
    spread = float(np.nansum(n * (e / n - m) ** 2)) / total
    inside = 1 - units / total
    between = float(np.clip((spread - m * (1 - m) * units / total) / inside, 0, m * (1 - m))) if inside > 0 else 0.0
    within = m * (1 - m) - between
    share = between * n / (between * n + within) if within > 0 else np.where(usable, float(between > 0), np.nan)
    rate = share * e / n + (1 - share) * m
    squares = float(np.nansum(n**2))
    half = 0.5 / (total + 1)  # half an event: even if none or all have one, the proportion is not known exactly
    of_rate = between * squares / total**2 + max(within, half * (1 - half)) / total
    of_between = 2 * (between**2 * squares + 2 * between * within * total + units * within**2) / total**2
    known = rate * (1 - rate) * between / (within + (n + 1) * between) if between > 0 else 0.0 * n
    mean = np.clip(rate, half, 1 - half)
    variance = np.minimum(known + (1 - share) ** 2 * (of_rate + np.sqrt(of_between)), 0.9 * mean * (1 - mean))
    size = mean * (1 - mean) / np.maximum(variance, 1e-12) - 1
    return SmoothedProportions(rate, share, mean * size, (1 - mean) * size)

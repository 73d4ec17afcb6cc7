"""Distributions of flows: Poisson, quasi-Poisson and negative binomial, with a logarithmic link.

Cameron, A. and Trivedi, P. (2013), Regression analysis of count data, 2nd edition; McCullagh, P. and Nelder, J. (1989),
Generalized linear models, 2nd edition. ``alpha`` is the dispersion of the negative binomial NB2, whose variance is
``mu + alpha mu ** 2``; the Poisson distribution has ``alpha`` 0.
"""

from typing import Literal

import numpy as np
from scipy.special import digamma, gammaln, hyp2f1, xlogy

from geoservice.geo import Floats

Family = Literal["poisson", "quasi_poisson", "negative_binomial"]
SMALLEST_ALPHA = 1e-6
"""Smallest ``alpha`` that is estimated: a standard deviation of 0.1 % of the mean. Below it, rounding hides the likelihood."""
LARGEST_ALPHA = 1e4
ALPHA_TOLERANCE = 1e-6
"""Relative change of ``alpha`` in the last iteration; the error after it is about its square."""


def variance(mu: Floats, alpha: float) -> Floats:
    """Return the variance of flows with the mean ``mu``. Same shape.

    Examples
    --------
    >>> variance(np.array([10.0]), 0.5).tolist()
    [60.0]
    """
    return np.asarray(mu + alpha * mu**2)


def unit_deviance(y: Floats, mu: Floats, alpha: float) -> Floats:
    """Return the contribution of each flow to the deviance. Same shape.

    Examples
    --------
    >>> unit_deviance(np.array([0.0, 2.0]), np.array([1.0, 2.0]), 0.0).tolist()
    [2.0, 0.0]
    """
    logs = xlogy(y, np.where(y > 0, y, 1.0) / mu)
    if alpha == 0:
        return np.asarray(np.maximum(2 * (logs - (y - mu)), 0))
    return np.asarray(np.maximum(2 * (logs - (y + 1 / alpha) * (np.log1p(alpha * y) - np.log1p(alpha * mu))), 0))


def log_likelihood(y: Floats, mu: Floats, alpha: float) -> float:
    """Return the log-likelihood of flows; those that are no whole numbers are treated alike.

    Examples
    --------
    >>> round(log_likelihood(np.array([2.0]), np.array([3.0]), 0.0), 6)  # of 9 exp(-3) / 2
    -1.495923
    """
    if alpha == 0:
        return float((xlogy(y, mu) - mu - gammaln(y + 1)).sum())
    theta = 1 / alpha
    combinations = gammaln(y + theta) - gammaln(theta) - gammaln(y + 1)
    return float((combinations - theta * np.log1p(alpha * mu) + xlogy(y, alpha * mu / (1 + alpha * mu))).sum())


def anscombe(y: Floats, mu: Floats, alpha: float) -> Floats:
    """Return Anscombe residuals, which are closer to a normal distribution than others. Same shape.

    The integral of ``variance ** (-1/3)`` from ``mu`` to ``y``, over ``variance ** (1/6)``.

    Examples
    --------
    >>> anscombe(np.array([8.0]), np.array([1.0]), 0.0).tolist()
    [4.5]
    """

    def integral(t: Floats) -> Floats:
        return np.asarray(1.5 * np.cbrt(t) ** 2 * (hyp2f1(1 / 3, 2 / 3, 5 / 3, -alpha * t) if alpha else 1.0))

    return np.asarray((integral(y) - integral(mu)) / variance(mu, alpha) ** (1 / 6))


def alpha_step(y: Floats, mu: Floats, alpha: float) -> float:
    """Return the next ``alpha`` of Newton's method for the largest likelihood at given means, in the logarithm of ``alpha``."""
    score = _alpha_score(y, mu, alpha)
    h = 1e-4
    slope = (_alpha_score(y, mu, alpha * np.exp(h)) - _alpha_score(y, mu, alpha * np.exp(-h))) / (2 * h)
    step = -score / slope if slope < 0 else np.sign(score)
    return float(np.clip(alpha * np.exp(np.clip(step, -2, 2)), SMALLEST_ALPHA, LARGEST_ALPHA))


def alpha_of_mean(y: Floats, mu: Floats) -> float:
    """Return the ``alpha`` of largest likelihood at given means, at least :data:`SMALLEST_ALPHA`."""
    alpha = float(np.clip((((y - mu) ** 2 - mu) / mu**2).mean(), 1e-3, LARGEST_ALPHA))
    for _ in range(100):
        following = alpha_step(y, mu, alpha)
        if abs(np.log(following / alpha)) < ALPHA_TOLERANCE:
            break
        alpha = following
    return alpha


def _alpha_score(y: Floats, mu: Floats, alpha: float) -> float:
    """Return the derivative of the log-likelihood by the logarithm of ``alpha``."""
    theta = 1 / alpha
    terms = digamma(y + theta) - digamma(theta) - np.log1p(alpha * mu) + (mu - y) / (theta + mu)
    return float(-theta * terms.sum())

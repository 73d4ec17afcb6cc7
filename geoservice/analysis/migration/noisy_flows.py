"""Gravity models of estimates with known noise: which flows are above the model by more than the noise and its spread.

Breslow, N. (1984), Extra-Poisson variation in log-linear models, Applied Statistics 33; Benjamini, Y. and Hochberg, Y. (1995),
Controlling the false discovery rate, Journal of the Royal Statistical Society B 57.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincc, ndtr

from geoservice.analysis.migration.gravity_fit import GravityFit
from geoservice.analysis.migration.irls import project, scaled_inverse
from geoservice.analysis.spatial_statistics.false_discovery import benjamini_hochberg
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Float32s, Floats

LARGEST_SPREAD = 10.0
"""Largest relative spread that is estimated."""
HALVINGS = 40
SYMMETRIC = 1e-3
"""Skewness below which a distribution is taken as normal."""


def nonnegative_flows(flows: Floats) -> Floats:
    """Return the non-negative flows that are closest to signed estimates and have the same sum for each origin.

    Negative estimates set to 0 would make the many small flows too large. An origin whose sum is not above 0 has no flows.

    Parameters
    ----------
    flows : float64 array, shape (n, m), persons

    Returns
    -------
    float64 array, shape (n, m), persons

    Examples
    --------
    >>> nonnegative_flows(np.array([[10.0, 4, -2], [1, -2, 0]])).tolist()
    [[9.0, 3.0, 0.0], [0.0, 0.0, 0.0]]
    """
    falling = -np.sort(-flows, axis=1)
    above = (np.cumsum(falling, axis=1) - flows.sum(axis=1, keepdims=True)) / np.arange(1, flows.shape[1] + 1)
    last = np.maximum((falling > above).sum(axis=1) - 1, 0)
    shift = np.take_along_axis(above, last[:, None], axis=1)
    return np.where(flows.sum(axis=1, keepdims=True) > 0, np.maximum(flows - shift, 0.0), 0.0)


class PropagatedNoise(NamedTuple):
    """What the noise of flows does to a fit.

    Attributes
    ----------
    residual : float64 array, shape (pairs,), persons
        Standard deviation of the noise of observed minus fitted flows, for each fitted pair in the order of the matrix.
    covariance : float64 array, shape (k, k)
        Covariance of the noise of the coefficients.
    """

    residual: Floats
    covariance: Floats


def propagated_noise(fit: GravityFit, noise: Floats | Float32s) -> PropagatedNoise:
    """Return what the noise of flows does to a fit, to first order: the fit follows a part of the noise.

    Parameters
    ----------
    fit : GravityFit
        A fit of the Poisson or quasi-Poisson family.
    noise : float array, shape (n, m, replays), persons
        Replays of the noise of the estimates.

    Returns
    -------
    PropagatedNoise

    Examples
    --------
    >>> from geoservice.analysis.migration.gravity import fit_gravity
    >>> fit = fit_gravity(np.full((2, 2), 9.0), None, "production", same=False)  # each flow is half of its origin's
    >>> propagated_noise(fit, np.array([[[1.0, -1], [0, 0]], [[1, -1], [1, -1]]])).residual.tolist()
    [0.5, 0.5, 0.0, 0.0]
    """
    pairs, means, number = fit.model.pairs, fit.fitted, max(noise.shape[2], 1)
    within, information, effects = project(fit.model, means)
    inverse = scaled_inverse(information)
    squares, covariance = np.zeros(int(pairs.sum())), np.zeros(inverse.shape)
    for replay in range(noise.shape[2]):
        values = np.divide(noise[:, :, replay], means, out=np.zeros(pairs.shape), where=pairs)
        coefficients = inverse @ np.einsum("pij,ij->p", within, means * values)
        explained = np.einsum("p,pij->ij", coefficients, fit.model.covariates)
        change = means * (effects.project(values - explained).sum + explained)
        squares += (noise[:, :, replay] - change)[pairs] ** 2
        covariance += np.outer(coefficients, coefficients)
    return PropagatedNoise(np.sqrt(squares / number), covariance / number)


class NoisyExcess(NamedTuple):
    """How far each fitted pair is above the model, in the order of the matrix, and how exact the model is.

    Attributes
    ----------
    spread : float
        Standard deviation of flows around the model, as a share of the fitted flow; 0 if chance and noise explain all.
    errors : mapping of str to float
        Standard errors of the coefficients by name, from the noise and the spread.
    z : float64 array, shape (pairs,)
        Observed minus fitted flow in standard deviations.
    p : float64 array, shape (pairs,)
        One-sided, corrected for the number of pairs (false discovery rate).
    """

    spread: float
    errors: Mapping[str, float]
    z: Floats
    p: Floats


def noisy_excess(fit: GravityFit, flows: Floats, noise: Floats | Float32s) -> NoisyExcess:
    """Return how far estimated flows are above a model, in view of their noise and of the spread of flows around it.

    The variance of a residual is that of its noise, and ``mu + spread^2 mu^2`` of the flow itself, whose skewness is that of
    the negative binomial distribution; p is that of a Pearson III distribution with these moments. The spread is that for which
    the squared residuals of the flows that are fitted above their noise are as large as expected (Breslow).

    Parameters
    ----------
    fit : GravityFit
        A fit of the Poisson or quasi-Poisson family to :func:`nonnegative_flows`.
    flows : float64 array, shape (n, m), persons
        The signed estimates.
    noise : float array, shape (n, m, replays), persons
        Replays of their noise.

    Returns
    -------
    NoisyExcess

    Raises
    ------
    ParameterError
        If the shapes of flows, noise and fit differ.

    Examples
    --------
    >>> from geoservice.analysis.migration.gravity import fit_gravity
    >>> flows = np.full((12, 12), 100.0)
    >>> flows[3, 5] = 900.0
    >>> excess = noisy_excess(fit_gravity(flows, None, same=False), flows, np.full((12, 12, 2), [-20.0, 20.0]))
    >>> np.flatnonzero(excess.p < 0.05).tolist() == [3 * 12 + 5]
    True
    """
    pairs = fit.model.pairs
    if flows.shape != pairs.shape or noise.shape[:2] != pairs.shape:
        raise ParameterError(
            f"flows and noise must have the shape {pairs.shape} of the fit; they are {flows.shape}, {noise.shape}"
        )
    means, free = fit.fitted[pairs], np.clip(1 - fit.leverage[pairs], 1e-6, 1.0)
    propagated = propagated_noise(fit, noise)
    residuals, added = flows[pairs] - means, propagated.residual**2
    sigma = noise[pairs].std(axis=1) if noise.shape[2] else np.zeros(len(means))
    spread = _spread(residuals, means, free, added, means > sigma)
    total = _variance(spread, means, free) + added
    z = residuals / np.sqrt(total)
    errors = np.sqrt(np.diag(propagated.covariance + _own_covariance(fit, spread)))
    # large flows vary with a long tail upwards: a normal distribution would call too many of them significant
    skewness = free**1.5 * _third_moment(spread, means) / total**1.5
    p = benjamini_hochberg(upper_tail(z, skewness))
    return NoisyExcess(spread, dict(zip(fit.names, errors.tolist(), strict=True)), z, p)


def _own_covariance(fit: GravityFit, spread: float) -> Floats:
    """Return the covariance of the coefficients from the variance of the flows themselves, shape ``(k, k)``."""
    within, information, _ = project(fit.model, fit.fitted)
    inverse = scaled_inverse(information)
    weighted = within * (fit.fitted + (spread * fit.fitted) ** 2)
    return np.asarray(inverse @ np.einsum("pij,qij->pq", weighted, within) @ inverse)


def upper_tail(z: Floats, skewness: Floats) -> Floats:
    """Return the probability of a larger value under a Pearson III distribution of mean 0 and variance 1; shapes ``(n,)``.

    The skewness is 0 and above.

    Examples
    --------
    >>> upper_tail(np.array([1.645, 1.0, -1.1]), np.array([0.0, 2.0, 2.0])).round(3).tolist()  # normal, exponential: exp(-2), 1
    [0.05, 0.135, 1.0]
    """
    shape = 4 / np.maximum(skewness, SYMMETRIC) ** 2
    gamma = gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    return np.asarray(np.where(skewness < SYMMETRIC, ndtr(-z), gamma))


def _variance(spread: float, means: Floats, free: Floats) -> Floats:
    return np.asarray(free * (means + (spread * means) ** 2))


def _third_moment(spread: float, means: Floats) -> Floats:
    """Return the third central moment of negative binomial flows."""
    return np.asarray(means + 3 * (spread * means) ** 2 + 2 * spread**4 * means**3)


def _spread(residuals: Floats, means: Floats, free: Floats, added: Floats, rows: Bools) -> float:
    """Return the spread for which squared residuals over their variance have the mean 1 in some rows."""

    def surplus(spread: float) -> float:
        return float((residuals**2 / (_variance(spread, means, free) + added))[rows].sum() - rows.sum())

    if surplus(0.0) <= 0:
        return 0.0
    low, high = 0.0, LARGEST_SPREAD
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return high

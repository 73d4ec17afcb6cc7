"""Residuals of gravity models, and flows that are larger than the model explains.

Pierce, D. and Schafer, D. (1986), Residuals in generalized linear models, Journal of the American Statistical Association 81;
Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, Journal of the Royal Statistical Society B 57.
"""

from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtr

from geoservice.analysis.migration.family import anscombe, unit_deviance, variance
from geoservice.analysis.migration.gravity_fit import GravityFit
from geoservice.analysis.spatial_statistics.false_discovery import benjamini_hochberg
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints

Kind = Literal["pearson", "deviance", "anscombe"]


def residuals(fit: GravityFit, kind: Kind = "deviance", standardised: bool = True) -> Floats:
    """Return the residuals of the pairs.

    Parameters
    ----------
    fit : GravityFit
        A fitted model.
    kind : {"pearson", "deviance", "anscombe"}
        Deviance and Anscombe residuals are close to a normal distribution, Pearson residuals of small flows are not.
    standardised : bool
        Divide by the standard deviation, which the dispersion and the pair's leverage determine.

    Returns
    -------
    float64 array, shape (n, m)
        NaN for pairs that were left out.

    Examples
    --------
    >>> from geoservice.analysis.migration.gravity import fit_gravity
    >>> fit = fit_gravity(np.array([[20.0, 5], [5, 20]]), None, family="poisson", same=False)
    >>> residuals(fit, "pearson", standardised=False).round(4).tolist()
    [[2.1213, -2.1213], [-2.1213, 2.1213]]
    """
    pairs, alpha = fit.model.pairs, fit.solution.alpha
    y, mu = fit.model.flows[pairs], fit.solution.means[pairs]
    if kind == "pearson":
        values = (y - mu) / np.sqrt(variance(mu, alpha))
    elif kind == "deviance":
        values = np.sign(y - mu) * np.sqrt(unit_deviance(y, mu, alpha))
    else:
        values = anscombe(y, mu, alpha)
    if standardised:
        free = 1 - fit.leverage[pairs]
        values = values / np.sqrt(fit.dispersion * np.where(free > 1e-9, free, np.inf))  # a pair with leverage 1 fits exactly
    result = np.full(pairs.shape, np.nan)
    result[pairs] = values
    return result


class ExcessFlows(NamedTuple):
    """Pairs whose flows are larger than expected, the most significant first; shape ``(k,)`` each.

    Attributes
    ----------
    origin, destination : int64 arrays
        Row and column of the pair.
    flow, expected : float64 arrays, persons
        Observed and fitted flow.
    z : float64 array
        Standardised residual.
    p : float64 array
        One-sided, corrected for the number of pairs (false discovery rate).
    """

    origin: Ints
    destination: Ints
    flow: Floats
    expected: Floats
    z: Floats
    p: Floats


def excess_flows(fit: GravityFit, level: float = 0.05, kind: Kind = "deviance", noise: Floats | None = None) -> ExcessFlows:
    """Return the flows far above those that distance and size explain.

    The variance of the flows is that of the family times the Pearson dispersion of the fit, if this is above 1, for every
    family: with the plain Poisson variance nearly all large flows would be significant. Noise of the estimates is added to it.

    Parameters
    ----------
    fit : GravityFit
        A fitted model.
    level : float
        Expected share of false discoveries among the flows that are returned.
    kind : {"pearson", "deviance", "anscombe"}
        Residuals that are compared with a normal distribution.
    noise : float64 array, shape (n, m), persons, optional
        Standard deviation of the noise of each flow.

    Returns
    -------
    ExcessFlows

    Raises
    ------
    ParameterError
        If the level is not between 0 and 1, or the noise has another shape than the flows.

    Examples
    --------
    >>> from geoservice.analysis.migration.gravity import fit_gravity
    >>> flows = np.full((12, 12), 100.0)
    >>> flows[3, 5] = 900.0
    >>> excess = excess_flows(fit_gravity(flows, None))
    >>> list(zip(excess.origin.tolist(), excess.destination.tolist()))
    [(3, 5)]
    """
    if not 0 < level < 1:
        raise ParameterError(f"level must be between 0 and 1; it is {level}")
    if noise is not None and noise.shape != fit.model.pairs.shape:
        raise ParameterError(f"noise must have the shape {fit.model.pairs.shape} of the flows; it is {noise.shape}")
    origin, destination = np.nonzero(fit.model.pairs)
    own = max(fit.pearson_dispersion, 1.0) * variance(fit.fitted[origin, destination], fit.solution.alpha)
    added = 0.0 if noise is None else noise[origin, destination] ** 2
    z = residuals(fit, kind)[origin, destination] * np.sqrt(
        own / (own + added) * fit.dispersion / max(fit.pearson_dispersion, 1.0)
    )
    p = benjamini_hochberg(ndtr(-z))
    chosen = np.flatnonzero(p <= level)
    chosen = chosen[np.argsort(-z[chosen], kind="stable")]
    at = origin[chosen], destination[chosen]
    return ExcessFlows(*at, fit.model.flows[at], fit.fitted[at], z[chosen], p[chosen])

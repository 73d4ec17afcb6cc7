"""Ratios of small areas, moved towards those of all areas together as far as chance could explain the difference.

Axes are ``(..., areas, sexes, ages)``; each ratio is compared with the same sex and age group of the other areas.
"""

from typing import Literal

import numpy as np

from geoservice.analysis.empirical_bayes import between_variance, own_weight
from geoservice.geo import Floats

Shrinkage = Literal["empirical_bayes", "size", "none"]
AREAS = -3
"""The axis of areas."""


def pooled_ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the ratio of all areas together, with an axis of length 1 for areas; NaN where the denominator is 0."""
    total = denominator.sum(axis=AREAS, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, numerator.sum(axis=AREAS, keepdims=True) / total, np.nan), np.float64)


def empirical_bayes_weights(numerator: Floats, denominator: Floats, error_variance: Floats | float = 0.0) -> Floats:
    """Return the weight of each area's own ratio in its empirical Bayes estimate, by the method of moments.

    Parameters
    ----------
    numerator, denominator : float64 arrays, shape (..., areas, sexes, ages), persons
    error_variance : float64 array of the same shape, or float, optional
        Variance of ``numerator - ratio * denominator`` that comes from noise in the numbers. The variance of chance, which is
        that of a Poisson count, is added to it.

    Returns
    -------
    float64 array, same shape
        From 0 to 1; 0 where an area has nobody in the denominator, or where areas differ no more than by chance.

    References
    ----------
    Marshall (1991), see :mod:`geoservice.analysis.empirical_bayes`. With noise, the Poisson variance there is replaced by the
    sum of both variances.

    Examples
    --------
    Variance between areas (2 x 100 x 0.25**2 - 2 x 0.65) / 200 = 0.056, of chance 0.65 / 100 = 0.0065:

    >>> own, base = np.array([90.0, 40.0]).reshape(2, 1, 1), np.array([100.0, 100.0]).reshape(2, 1, 1)
    >>> empirical_bayes_weights(own, base).ravel().round(6).tolist()
    [0.896, 0.896]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        present = denominator > 0
        parts = (present, numerator, denominator, numerator**2 / denominator, error_variance / denominator)
        sums = [np.where(present, part, 0.0).sum(axis=AREAS, keepdims=True) for part in parts]
        chance = pooled_ratio(numerator, denominator) / denominator + error_variance / denominator**2
    return np.where(present, np.nan_to_num(own_weight(between_variance(*sums), chance)), 0.0)


def size_weights(denominator: Floats) -> Floats:
    """Return the weight of each area's own ratio from its size: ``sqrt(p) / (sqrt(p) + sqrt(P))``, at most a half.

    It needs no comparison between areas, so that it can be used where these are few.

    Parameters
    ----------
    denominator : float64 array, shape (..., areas, sexes, ages), persons

    Returns
    -------
    float64 array, same shape

    References
    ----------
    Inoue (2017), A new method for estimating small area demographics and its application to long-term population projection.

    Examples
    --------
    >>> size_weights(np.array([100.0, 300.0]).reshape(2, 1, 1)).ravel().round(4).tolist()
    [0.3333, 0.4641]
    """
    own, all_areas = np.sqrt(denominator), np.sqrt(denominator.sum(axis=AREAS, keepdims=True))
    return np.asarray(np.divide(own, own + all_areas, out=np.zeros_like(own), where=own > 0), np.float64)


def shrunken_ratio(
    numerator: Floats, denominator: Floats, method: Shrinkage = "empirical_bayes", error_variance: Floats | float = 0.0
) -> Floats:
    """Return the ratios of areas after shrinkage.

    Parameters
    ----------
    numerator, denominator : float64 arrays, shape (..., areas, sexes, ages), persons
    method : {"empirical_bayes", "size", "none"}
    error_variance : float64 array or float, optional
        See :func:`empirical_bayes_weights`.

    Returns
    -------
    float64 array, same shape
        The ratio of all areas where an area has nobody in the denominator, and NaN where none has.

    Examples
    --------
    >>> own, base = np.array([90.0, 40.0]).reshape(2, 1, 1), np.array([100.0, 100.0]).reshape(2, 1, 1)
    >>> shrunken_ratio(own, base).ravel().round(6).tolist(), shrunken_ratio(own, base, "none").ravel().tolist()
    ([0.874, 0.426], [0.9, 0.4])
    """
    mean = pooled_ratio(numerator, denominator)
    own = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    if method == "empirical_bayes":
        weight = empirical_bayes_weights(numerator, denominator, error_variance)
    elif method == "size":
        weight = size_weights(denominator)
    else:
        weight = (denominator > 0).astype(np.float64)
    return np.asarray(weight * own + (1 - weight) * mean, np.float64)

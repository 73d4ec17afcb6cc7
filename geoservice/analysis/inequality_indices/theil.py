"""Theil's T index of values over people, and its parts between and within regions.

Theil, H. (1967), Economics and information theory, ch. 4; the decomposition as in Shorrocks, A. F. (1980), The class of
additively decomposable inequality measures, Econometrica 48.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from geoservice.analysis.inequality_indices.distributions import Distributions, Index, index, positive
from geoservice.geo import Floats, Int32s, Ints


class TheilParts(NamedTuple):
    """Theil's T of all people and its two parts; ``total = between + within``."""

    total: float
    between: float
    within: float


def theil_index(distributions: Distributions) -> Index:
    """Return Theil's T of each region, 0 (all equal) and above, and its derivatives."""
    d = distributions
    mean, entropy = d.total / d.people, np.asarray(xlogy(d.value, d.value), float)
    logs = d.sum(entropy) / d.total
    people, total = d.by_entry(d.people), d.by_entry(d.total)
    derivative = (entropy - d.by_entry(logs) * d.value) / total - d.value / total + 1 / people
    return index(d, np.maximum(logs - np.log(mean), 0), derivative)


def theil(values: Floats, weights: Floats) -> float:
    """Return Theil's T of values over people: the mean of ``x / mean * ln(x / mean)``.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Not negative, for instance minutes.
    weights : float64 array, shape (n,), persons

    Returns
    -------
    float
        0 if all have the same, ``ln(n)`` if one of n persons has everything; NaN without people or if all values are 0.

    Examples
    --------
    One of two persons has everything: ln 2.

    >>> round(theil(np.array([0.0, 8.0]), np.array([1.0, 1.0])), 4)
    0.6931
    """
    return float(theil_index(Distributions.of(values, weights)).value[0])


def theil_decomposition(values: Floats, weights: Floats, region: Int32s) -> TheilParts:
    """Return Theil's T of values over people with its parts between and within regions.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Not negative.
    weights : float64 array, shape (n,), persons
    region : int32 array, shape (n,)
        Region of each entry, 0 and up.

    Returns
    -------
    TheilParts
        The part within is the mean of the regions' own indices, weighted by their shares of the total value.

    Examples
    --------
    Everybody has the mean of the region, 10 or 30 minutes: all of it is between, (ln(1/2) / 2 + 3/2 ln(3/2)) / 2.

    >>> region = np.array([0, 1], np.int32)
    >>> [round(v, 4) for v in theil_decomposition(np.array([10.0, 30.0]), np.array([5.0, 5.0]), region)]
    [0.1308, 0.1308, 0.0]
    """
    regions = int(region.max(initial=-1)) + 1
    parts = Distributions.of(values, weights, region, regions)
    between = theil_between(parts, np.zeros(regions, np.int64), 1).value[0]
    share = np.nan_to_num(parts.total / np.nansum(parts.total))
    within = np.sum(share * np.nan_to_num(theil_index(parts).value))
    return TheilParts(theil(values, weights), float(between), float(within))


def theil_between(parts: Distributions, whole: Ints, wholes: int) -> Index:
    """Return the part of Theil's T of each whole that is between its parts, and its derivatives by the entries of the parts.

    Parameters
    ----------
    parts : Distributions
        A part whose estimated people or total is not above 0 is left out.
    whole : int64 array, shape (parts.regions,)
        The whole of each part, -1 for none.
    wholes : int

    Returns
    -------
    Index
        ``value`` has the shape ``(wholes,)``, ``derivative`` that of the entries of ``parts``.
    """
    valid = (whole >= 0) & (parts.total > 0)
    own = np.where(valid, whole, 0)
    people, total = np.where(valid, parts.people, 0.0), np.where(valid, parts.total, 0.0)
    all_people, all_total = (positive(np.asarray(np.bincount(own, a, wholes), float)) for a in (people, total))
    log_mean = np.log(np.where(valid, total / np.where(valid, people, 1.0), 1.0))
    logs = np.bincount(own, total * log_mean, wholes) / all_total
    by_total = (log_mean - logs[own]) / all_total[own]
    by_people = 1 / all_people[own] - np.exp(log_mean) / all_total[own]
    derivative = parts.by_entry(by_total) * parts.value + parts.by_entry(by_people)
    value = np.maximum(logs - np.log(all_total / all_people), 0)
    return Index(value, np.where(valid[parts.region], np.nan_to_num(derivative), 0.0))

"""The concentration index: whether a value is larger for people who are high or low in another order.

Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997), Socioeconomic inequalities in health: measurement, computation, and
statistical inference, Journal of Econometrics 77.
"""

import numpy as np

from geoservice.analysis.inequality_indices.distributions import Distributions
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def fractional_ranks(rank_by: Floats, weights: Floats) -> Floats:
    """Return the share of the people below each entry, with half of those who are equal.

    Parameters
    ----------
    rank_by, weights : float64 arrays, shape (n,)

    Returns
    -------
    float64 array, shape (n,), 0 to 1
        Their weighted mean is 1/2, also with ties.

    Examples
    --------
    >>> fractional_ranks(np.array([3.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.0])).tolist()
    [0.75, 0.25, 0.75]
    """
    _, level = np.unique(rank_by, return_inverse=True)
    of_level = np.bincount(level, weights)
    upto = np.cumsum(of_level)
    return np.asarray(((upto - of_level / 2) / upto[-1])[level], float)


def concentration_index(values: Floats, weights: Floats, rank_by: Floats) -> float:
    """Return the concentration index of values over people ranked by another variable.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Not negative, for instance minutes.
    weights : float64 array, shape (n,), persons
    rank_by : float64 array, shape (n,)
        For instance mean income, or the share of migrants; people with equal ones share the mean rank.

    Returns
    -------
    float
        -1 to 1: below 0 if the values are larger for people of low rank, above 0 if for people of high rank; 0 if the order
        does not matter. Ranked by the values themselves it is the Gini coefficient. NaN without people or if all values are 0.

    Raises
    ------
    ParameterError
        If the shapes differ, a value is negative, or a rank is missing.

    Examples
    --------
    The poor have 30 minutes, the rich 10: 2 / 20 * (30 * 1/4 + 10 * 3/4) / 2 - 1.

    >>> concentration_index(np.array([30.0, 10.0]), np.array([2.0, 2.0]), np.array([1.0, 5.0]))
    -0.25
    """
    distribution = Distributions.of(values, weights)
    if rank_by.shape != np.shape(values) or np.isnan(rank_by).any():
        raise ParameterError(f"rank_by: got shape {rank_by.shape}, expected {np.shape(values)} without missing numbers")
    people, total = float(distribution.people[0]), float(distribution.total[0])
    if np.isnan(people) or np.isnan(total):
        return float("nan")
    return float(2 * np.sum(weights * values * fractional_ranks(rank_by, weights)) / total - 1)

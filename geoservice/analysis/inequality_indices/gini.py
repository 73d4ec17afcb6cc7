"""The Gini coefficient of values over people.

Gini, C. (1914), Sulla misura della concentrazione e della variabilità dei caratteri, Atti del R. Istituto Veneto 73; as half of
the relative mean difference in Sen, A. (1973), On economic inequality, ch. 2.
"""

import numpy as np

from geoservice.analysis.inequality_indices.distributions import Distributions, Index, index
from geoservice.geo import Floats


def gini_index(distributions: Distributions) -> Index:
    """Return the Gini coefficient of each region, 0 (all equal) to 1, and its derivatives.

    Notes
    -----
    The sum of ``w_i w_j |x_i - x_j|`` over pairs, by twice the people and the total. Pairs of an entry with itself add nothing,
    so independent errors of the weights with mean 0 leave this sum unbiased: weights need not be positive.
    """
    d = distributions
    people, total = d.by_entry(d.people), d.by_entry(d.total)
    distance = d.value * (2 * d.cumulative() - people) + total - 2 * d.cumulative(d.value)  # of each entry to all persons
    value = d.sum(np.nan_to_num(distance)) / (2 * d.people * d.total)
    own = d.by_entry(value)
    return index(d, value, distance / (people * total) - own / people - own * d.value / total)


def gini(values: Floats, weights: Floats) -> float:
    """Return the Gini coefficient of values over people.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Not negative, for instance minutes.
    weights : float64 array, shape (n,), persons

    Returns
    -------
    float
        0 if all have the same, towards 1 if one has everything; NaN without people or if all values are 0.

    Examples
    --------
    Two of 10 and two of 30 minutes: the mean difference of two persons is 10, the mean 20.

    >>> gini(np.array([10.0, 30.0]), np.array([2.0, 2.0]))
    0.25
    """
    return float(gini_index(Distributions.of(values, weights)).value[0])

"""Shortfall beyond a standard: how many people are beyond it, how far, and how unequally.

Foster, J., Greer, J. and Thorbecke, E. (1984), A class of decomposable poverty measures, Econometrica 52. There the
poor are below a line of income; here the people beyond a standard of minutes are counted.
"""

import numpy as np

from geoservice.analysis.inequality_indices.distributions import Distributions, Index, index
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def fgt_index(distributions: Distributions, standard: float, alpha: int) -> Index:
    """Return FGT of order ``alpha`` beyond a standard for each region, and its derivatives."""
    if not standard > 0 or alpha < 0:
        raise ParameterError(f"got standard {standard} and alpha {alpha}, allowed are a standard above 0 and alpha from 0")
    d = distributions
    beyond = d.value > standard
    shortfall = np.where(beyond, ((d.value - standard) / standard) ** alpha, 0.0)
    value = d.sum(shortfall) / d.people
    return index(d, value, (shortfall - d.by_entry(value)) / d.by_entry(d.people))


def fgt(values: Floats, weights: Floats, standard: float, alpha: int) -> float:
    """Return the Foster-Greer-Thorbecke measure of order ``alpha`` beyond a standard.

    Parameters
    ----------
    values : float64 array, shape (n,), minutes
    weights : float64 array, shape (n,), persons
    standard : float, minutes
        Above 0; who needs exactly the standard is within it.
    alpha : int
        0: the share of people beyond; 1: the mean shortfall over all people in multiples of the standard; 2: the same with
        squared shortfalls, which counts the farthest most.

    Returns
    -------
    float
        0 and above; NaN without people.

    Examples
    --------
    Standard 10: one of four persons is 5 minutes beyond it, one 20.

    >>> minutes, persons = np.array([4.0, 10.0, 15.0, 30.0]), np.ones(4)
    >>> [fgt(minutes, persons, 10, alpha) for alpha in (0, 1, 2)]
    [0.5, 0.625, 1.0625]
    """
    return float(fgt_index(Distributions.of(values, weights), standard, alpha).value[0])

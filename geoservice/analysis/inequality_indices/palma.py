"""The Palma ratio of values over people.

Palma, J. G. (2011), Homogeneous middles vs. heterogeneous tails, and the end of the 'inverted-U', Development and Change 42;
Cobham, A. and Sumner, A. (2013), Is it all about the tails? The Palma measure of income inequality, CGD working paper 343.
"""

import numpy as np

from geoservice.analysis.inequality_indices.distributions import Distributions, Index, index, positive
from geoservice.geo import Floats

BOTTOM, TOP = 0.4, 0.1


def palma_index(distributions: Distributions) -> Index:
    """Return the Palma ratio of each region and its derivatives; NaN if the lowest 40 % have nothing."""
    d = distributions
    low, high = d.quantile(BOTTOM), d.quantile(1 - TOP)
    below = np.maximum(d.by_entry(low) - d.value, 0)
    above = np.maximum(d.value - d.by_entry(high), 0)
    # both sums are stationary in their quantile (Rockafellar and Uryasev 2000), so its own error does not count
    bottom = BOTTOM * d.people * low - d.sum(np.nan_to_num(below))
    top = TOP * d.people * high + d.sum(np.nan_to_num(above))
    value = top / positive(bottom)
    by_bottom, by_top = BOTTOM * d.by_entry(low) - below, TOP * d.by_entry(high) + above
    return index(d, value, (by_top - d.by_entry(value) * by_bottom) / d.by_entry(positive(bottom)))


def palma(values: Floats, weights: Floats) -> float:
    """Return the sum of the values of the highest tenth of the people over that of the lowest four tenths.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Not negative; of minutes, the highest tenth are the farthest people.
    weights : float64 array, shape (n,), persons
        Persons at the border of a tenth count in part.

    Returns
    -------
    float
        0.25 if all have the same; NaN without people or if the lowest four tenths have nothing.

    Examples
    --------
    Ten persons: the farthest has 30 minutes, the four nearest have 5 each.

    >>> palma(np.array([5.0, 10.0, 30.0]), np.array([4.0, 5.0, 1.0]))
    1.5
    """
    return float(palma_index(Distributions.of(values, weights)).value[0])

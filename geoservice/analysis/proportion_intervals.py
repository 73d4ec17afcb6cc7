"""Intervals of proportions and of their differences.

Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22; Newcombe, R. G. (1998),
Interval estimation for the difference between independent proportions: comparison of eleven methods, Statistics in Medicine 17,
method 10.
"""

import numpy as np

from geoservice.demand import Z90
from geoservice.geo import Floats


def wilson(events: Floats, base: Floats, z: float = Z90) -> tuple[Floats, Floats]:
    """Return the limits of Wilson's score interval of proportions, NaN where the base is 0; shapes ``(n,)``.

    Parameters
    ----------
    events, base : float64 arrays, shape (n,)
        Events are a part of the base.
    z : float
        Standard errors on either side; by default those of an interval of 90 %.

    Examples
    --------
    >>> [limit.round(4).tolist() for limit in wilson(np.array([56.0, 0.0]), np.array([70.0, 0.0]), 1.96)]
    [[0.6918, nan], [0.877, nan]]
    """
    n = np.where(base > 0, base, np.nan)
    p = events / n
    centre, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


def proportion(events: Floats, base: Floats, z: float = Z90) -> tuple[Floats, Floats]:
    """Return proportions, and the distance to the farther limit of Wilson's interval; shapes ``(n,)``."""
    low, high = wilson(events, base, z)
    p = events / np.where(base > 0, base, np.nan)
    return p, np.maximum(p - low, high - p)


def difference_interval(
    events: Floats, base: Floats, other_events: Floats, other_base: Floats, z: float = Z90
) -> tuple[Floats, Floats]:
    """Return the limits of the difference of two independent proportions by Newcombe's method 10; shapes ``(n,)``.

    Examples
    --------
    Of 70 and 80, 56 and 48 (Newcombe 1998, table II, contrast a: 0.0524 to 0.3339 at 95 %):

    >>> found = difference_interval(*(np.array([v]) for v in (56.0, 70.0, 48.0, 80.0)), 1.959964)
    >>> [limit.round(4).tolist() for limit in found]
    [[0.0524], [0.3339]]
    """
    (low, high), (other_low, other_high) = wilson(events, base, z), wilson(other_events, other_base, z)
    p, q = (e / np.where(b > 0, b, np.nan) for e, b in ((events, base), (other_events, other_base)))
    difference = p - q
    return difference - np.hypot(p - low, other_high - q), difference + np.hypot(high - p, q - other_low)

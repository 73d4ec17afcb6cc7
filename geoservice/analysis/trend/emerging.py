"""Emerging hot spots: the class of a unit by its hot and cold periods and by the trend of its Gi* z-scores.

The definitions are those of Esri, "How Emerging Hot Spot Analysis works" (ArcGIS Pro tool reference, Space Time Pattern Mining
toolbox). A period is *hot* if the unit is a significant hot spot in it. Classes of hot spots:

- **new**: hot in the last period, and never before;
- **consecutive**: hot in an uninterrupted run of at least two last periods, never before it, and in less than 90 % of all;
- **intensifying**: hot in at least 90 % of the periods and in the last one; the z-scores rise significantly;
- **persistent**: hot in at least 90 % of the periods; the z-scores have no significant trend;
- **diminishing**: hot in at least 90 % of the periods and in the last one; the z-scores fall significantly;
- **sporadic**: hot in the last period and on and off before, in less than 90 % of the periods; never cold;
- **oscillating**: hot in the last period and cold in an earlier one; hot in less than 90 % of the periods;
- **historical**: not hot in the last period, but in at least 90 % of the periods.

For cold spots, exchange hot and cold, rise and fall. Anything else is no pattern.

Some series meet two of these definitions. Here the last period, if significant, decides between hot and cold, and the first
definition in the order above applies: a unit that was cold and is hot for the first time is new, not oscillating. A unit
that is not hot in the last period is historical and not persistent, whatever its trend.
"""

import numpy as np

from geoservice.analysis.trend.labels import (
    CONSECUTIVE,
    DIMINISHING,
    HISTORICAL,
    INTENSIFYING,
    NEW,
    OSCILLATING,
    PERSISTENT,
    SPORADIC,
)
from geoservice.analysis.trend.mann_kendall import mann_kendall
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Int8s

TREND_LEVEL = 0.1
"""Two-sided level of significance of the trend: the weakest of the usual three (0.1, 0.05, 0.01)."""
MOST_PERIODS = 0.9
"""Share of the periods that separates lasting hot spots from passing ones."""


def emerging_classes(z: Floats, significance: Int8s, level: float = TREND_LEVEL) -> Int8s:
    """Return the class of each unit, a code of ``labels.CLASSES``: positive for hot, negative for cold, 0 for no pattern.

    Parameters
    ----------
    z : float64 array, shape (n, periods)
        Gi* z-score of each unit and period, in order of time; NaN where there is none.
    significance : int8 array, shape (n, periods)
        Above 0 where the unit is a significant hot spot, below 0 where it is a significant cold spot, else 0.
    level : float
        Level of significance of the Mann-Kendall test of the z-scores, two-sided.

    Returns
    -------
    int8 array, shape (n,)

    Raises
    ------
    ParameterError
        If the two arrays differ in shape or have no period, or the level is not between 0 and 1.

    Examples
    --------
    >>> z = np.array([[0.1, 0.3, 2.8], [2.1, 2.5, 2.2], [-2.5, 0.2, 0.1], [3.1, -2.8, 2.4]])
    >>> hot_or_cold = np.sign(z).astype(np.int8) * (np.abs(z) > 1.96)
    >>> emerging_classes(z, hot_or_cold).tolist() == [NEW, PERSISTENT, 0, OSCILLATING]
    True
    """
    _check(z, significance, level)
    sign = np.sign(significance).astype(np.int8)
    side = _side(sign)
    oriented = sign * side[:, None]
    hot = oriented > 0
    before = hot.sum(axis=1) - np.cumprod(hot[:, ::-1], axis=1).sum(axis=1)  # hot periods before the last run of them
    most = _most(hot.sum(axis=1), hot.shape[1])
    test = mann_kendall(z)
    trend = np.where(test.p <= level, np.sign(test.s), 0) * side
    first_time = before == 0
    conditions = {
        0: side == 0,
        HISTORICAL: ~hot[:, -1],
        NEW: first_time & (hot.sum(axis=1) == 1),
        CONSECUTIVE: first_time & ~most,
        INTENSIFYING: most & (trend > 0),
        DIMINISHING: most & (trend < 0),
        PERSISTENT: most,
        OSCILLATING: (oriented < 0).any(axis=1),
    }
    code = np.select(list(conditions.values()), list(conditions), SPORADIC)
    return (code * side).astype(np.int8)


def _side(sign: Int8s) -> Int8s:
    """Return 1 for units that can only be hot spots, -1 for those that can only be cold spots, 0 for no pattern."""
    periods = sign.shape[1]
    lasting = _most((sign > 0).sum(axis=1), periods).astype(np.int8) - _most((sign < 0).sum(axis=1), periods)
    return np.where(sign[:, -1] != 0, sign[:, -1], lasting).astype(np.int8)


def _most(count: np.ndarray, periods: int) -> np.ndarray:
    """Return which counts of periods are at least 90 % of all."""
    return np.asarray(count >= MOST_PERIODS * periods - 1e-9)


def _check(z: Floats, significance: Int8s, level: float) -> None:
    if z.ndim != 2 or z.shape[1] == 0 or z.shape != significance.shape:
        raise ParameterError(
            "z and significance must have one shape (units, periods) with at least one period; "
            f"they have {z.shape} and {significance.shape}"
        )
    if not 0 < level < 1:
        raise ParameterError(f"level must be between 0 and 1; it is {level}")

"""False discovery rate: p-values adjusted for the number of tests."""

import numpy as np
from numpy.typing import ArrayLike

from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Return p-values adjusted by Benjamini and Hochberg (1995).

    Tests with an adjusted value of at most q have a false discovery rate of at most q, if they are independent or depend
    on each other positively.

    Parameters
    ----------
    p : float array, shape (n,)
        From 0 to 1; NaN is no test.

    Returns
    -------
    float64 array, shape (n,)
        Adjusted p-values, in the order of ``p``; NaN where ``p`` is NaN.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, np.nan, 0.02]).round(4).tolist()
    [0.03, 0.04, nan, 0.03]
    """
    return _adjusted(p, dependent=False)


def benjamini_yekutieli(p: ArrayLike) -> Floats:
    """Return p-values adjusted by Benjamini and Yekutieli (2001), valid for any dependence among the tests.

    Parameters and result are those of :func:`benjamini_hochberg`.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.04, np.nan, 0.02]).round(4).tolist()
    [0.055, 0.0733, nan, 0.055]
    """
    return _adjusted(p, dependent=True)


def significant(adjusted: ArrayLike, level: float) -> Bools:
    """Return whether each adjusted p-value is at most the level; False where it is NaN.

    Examples
    --------
    >>> significant(benjamini_hochberg([0.01, 0.04, np.nan, 0.02]), 0.03).tolist()
    [True, False, False, True]
    """
    if not 0 < level < 1:
        raise ParameterError(f"the false discovery rate is {level}; it must be between 0 and 1")
    return np.asarray(np.asarray(adjusted, float) <= level)


def _adjusted(p: ArrayLike, *, dependent: bool) -> Floats:
    values = np.asarray(p, float)
    if (values < 0).any() or (values > 1).any():
        raise ParameterError(f"p-values are from {np.nanmin(values)} to {np.nanmax(values)}; they must be from 0 to 1")
    tested = np.flatnonzero(~np.isnan(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    factor = len(order) * ((1 / rank).sum() if dependent else 1.0)
    result = np.full(len(values), np.nan)
    scaled = values[order] * factor / rank
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result

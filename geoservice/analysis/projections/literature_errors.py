"""Projection errors from the literature, for places where errors cannot be tested since only two dates are known."""

import numpy as np
from scipy.special import ndtri

from geoservice.geo import Floats

LITERATURE_BOUNDS, LITERATURE_PERCENT = (10_000.0, 500_000.0), (18.0, 11.0, 6.0)
"""Mean absolute percent errors after ten years by size of the area.

These are the middles of the ranges that McMurry (2009, Population projections, Minnesota State Demographic Center) quotes from
Smith, Tayman and Swanson: 15 to 21 % for census tracts, 8 to 14 % for counties and 4 to 8 % for states of the USA. Which sizes
are a tract and a county is our choice. That errors grow about linearly with the horizon was found for counties over a century
(Rayer 2004, Assessing the accuracy of trend extrapolation methods for population projections).
"""


def literature_half_width(level: Floats | float, size: Floats | float, years: Floats | float) -> Floats:
    """Return the half-width of a band on the scale of logarithms, from mean absolute errors of the literature.

    A mean absolute error ``m`` of normal errors is a standard error of ``m sqrt(pi / 2)``. The arguments broadcast.

    Parameters
    ----------
    level : float64 array or float, percent
    size : float64 array or float, persons
        Total of the area; the error is that of its class.
    years : float64 array or float
        Years after the launch, to which the errors are proportional.

    Returns
    -------
    float64 array

    Examples
    --------
    1.6449 standard errors of 1.2533 x 0.18:

    >>> float(literature_half_width(90.0, 4000.0, 10.0).round(4))
    0.3711
    """
    percent = np.asarray(LITERATURE_PERCENT)[np.searchsorted(LITERATURE_BOUNDS, size, side="right")]
    z = ndtri(0.5 + np.asarray(level) / 200)
    return np.asarray(z * np.sqrt(np.pi / 2) * percent / 100 * np.asarray(years) / 10, np.float64)

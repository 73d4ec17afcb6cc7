"""Measures of agreement between observed and modelled flows.

Lenormand, M., Bassolas, A. and Ramasco, J. (2016), Systematic comparison of trip distribution laws and models, Journal of
Transport Geography 51; Knudsen, D. and Fotheringham, A. (1986), Matrix comparison, goodness-of-fit, and spatial interaction
modeling, International Regional Science Review 10.
"""

import numpy as np

from geoservice.geo import Floats


def common_part(observed: Floats, modelled: Floats) -> float:
    """Return the common part of commuters, which is Sørensen's index: 0 if no flow agrees, 1 if all agree.

    Examples
    --------
    >>> common_part(np.array([10.0, 0, 30]), np.array([20.0, 10, 10]))
    0.5
    """
    return float(2 * np.minimum(observed, modelled).sum() / (observed.sum() + modelled.sum()))


def srmse(observed: Floats, modelled: Floats) -> float:
    """Return the standardised root mean square error: that of the flows over their mean.

    Examples
    --------
    >>> srmse(np.array([10.0, 30]), np.array([16.0, 22])).__round__(4)
    0.3536
    """
    return float(np.sqrt(((observed - modelled) ** 2).mean()) / observed.mean())

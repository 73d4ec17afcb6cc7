"""Opportunities within reach: cumulative opportunities, and with a decay the potential accessibility of Hansen."""

import numpy as np

from geoservice.analysis.accessibility.decay import Decay, binary
from geoservice.analysis.accessibility.pair_matrices import check_inputs, weight_matrix
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats


def cumulative_opportunities(pairs: TravelPairs, points: int, supply: Floats, minutes: float) -> Floats:
    """Return the supply of all stations within a time of each point.

    Parameters
    ----------
    pairs : TravelPairs
    points : int
        Number of points.
    supply : float64 array, shape (stations,)
        For example capacities, or 1 for every station.
    minutes : float
        Inclusive limit.

    Returns
    -------
    float64 array, shape (points,), unit of the supply

    Raises
    ------
    ParameterError
        If shapes differ, or a number is negative or missing.

    Notes
    -----
    Wachs, M. and Kumagai, T. (1973), Physical accessibility as a social indicator, Socio-Economic Planning Sciences 7.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 900_000, 60_000], np.int32))
    >>> cumulative_opportunities(pairs, 3, np.array([20.0, 5.0]), 10).tolist()
    [20.0, 5.0, 0.0]
    """
    return hansen(pairs, points, supply, binary(minutes))


def hansen(pairs: TravelPairs, points: int, supply: Floats, decay: Decay) -> Floats:
    """Return the supply of all stations, each weighted by a decay of the time from each point.

    Parameters
    ----------
    pairs : TravelPairs
    points : int
        Number of points.
    supply : float64 array, shape (stations,)
    decay : callable
        From minutes to weights.

    Returns
    -------
    float64 array, shape (points,), unit of the supply

    Raises
    ------
    ParameterError
        If shapes differ, or a number or weight is negative or missing.

    Notes
    -----
    Hansen, W. (1959), How accessibility shapes land use, Journal of the American Institute of Planners 25. With the competition
    of people for the supply, the measure is :func:`enhanced_two_step` with the same decay (Joseph and Bantock, 1982).

    Examples
    --------
    >>> from geoservice.analysis.accessibility import power
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 120_000], np.int32))
    >>> hansen(pairs, 2, np.array([20.0, 5.0]), power(1)).tolist()
    [4.0, 4.5]
    """
    check_inputs(pairs, supply, points=points)
    return np.asarray(weight_matrix(pairs, points, decay).T @ supply, float)

"""Balanced floating catchment areas: nobody is counted twice, neither persons at stations nor stations at persons."""

import numpy as np

from geoservice.analysis.accessibility.decay import Decay
from geoservice.analysis.accessibility.pair_matrices import check_inputs, quotient, weight_matrix
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats


def balanced(pairs: TravelPairs, demand: Floats, supply: Floats, decay: Decay) -> Floats:
    """Return the balanced floating catchment area index (BFCA) of each point.

    Weights are divided by their sum over stations, so that each person is at stations once in total, and the level of service
    by their sum over points, so that each is given out once: ``R_j = S_j / sum_i(P_i w_ij / sum_k(w_ik))`` and ``A_i =
    sum_j(R_j w_ij / sum_k(w_kj))``. The demand of all stations adds up to the persons who reach one, and the indices of all
    points to the levels of service of all stations.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    supply : float64 array, shape (stations,)
    decay : callable
        From minutes to weights.

    Returns
    -------
    float64 array, shape (points,), supply per person
        It depends on how many points the people of an area are divided into, since a point of few people takes as large a part
        of a station's level of service as one of many.

    Raises
    ------
    ParameterError
        If shapes differ, or a number or weight is negative or missing.

    Notes
    -----
    Paez, A., Higgins, C. and Vivona, S. (2019), Demand and level of service inflation in floating catchment area (FCA) methods,
    PLoS ONE 14.

    Examples
    --------
    >>> from geoservice.analysis.accessibility import binary
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> balanced(pairs, np.array([4.0, 6.0]), np.array([14.0, 3.0]), binary(10)).tolist()
    [1.0, 2.0]
    """
    check_inputs(pairs, supply, demand)
    weights = weight_matrix(pairs, len(demand), decay)
    inverse = quotient(np.ones(len(demand)), weights.T @ np.ones(len(supply)))
    level = quotient(supply, weights @ (demand * inverse))
    return np.asarray(weights.T @ quotient(level, weights @ np.ones(len(demand))), float)

"""Three-step floating catchment areas: people first choose among the stations that they reach."""

from typing import Any

import numpy as np
from scipy import sparse

from geoservice.analysis.accessibility.decay import Decay
from geoservice.analysis.accessibility.pair_matrices import check_inputs, quotient, weight_matrix
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def three_step(pairs: TravelPairs, demand: Floats, supply: Floats, decay: Decay) -> Floats:
    """Return the three-step floating catchment area index (3SFCA) of each point.

    Of the persons at a point the share ``G_ij = w_ij / sum_k(w_ik)`` chooses station j. Then ``R_j = S_j / sum(G_ij P_i w_ij)``
    and ``A_i = sum(G_ij w_ij R_j)``. Where one station is within reach, the index is that of :func:`enhanced_two_step`.

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

    Raises
    ------
    ParameterError
        If shapes differ, or a number or weight is negative or missing.

    Notes
    -----
    Wan, N., Zou, B. and Sternberg, T. (2012), A three-step floating catchment area method for analyzing spatial access to
    health services, International Journal of Geographical Information Science 26.

    Examples
    --------
    >>> from geoservice.analysis.accessibility import binary
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> three_step(pairs, np.array([4.0, 6.0]), np.array([14.0, 3.0]), binary(10)).tolist()
    [2.0, 1.5]
    """
    check_inputs(pairs, supply, demand)
    return _by_choice(weight_matrix(pairs, len(demand), decay), demand, supply, np.ones(len(supply)), decayed_demand=True)


def huff_three_step(pairs: TravelPairs, demand: Floats, supply: Floats, decay: Decay, attraction: float = 1.0) -> Floats:
    """Return the index of the Huff model with floating catchment areas of each point.

    As :func:`three_step`, with Huff's choice: ``G_ij = S_j^a w_ij / sum_k(S_k^a w_ik)``, so larger stations attract more.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    supply : float64 array, shape (stations,)
    decay : callable
        From minutes to weights.
    attraction : float
        Exponent ``a`` of the supply; 0 is :func:`three_step`.

    Returns
    -------
    float64 array, shape (points,), supply per person

    Raises
    ------
    ParameterError
        If shapes differ, or a number or weight is negative or missing.

    Notes
    -----
    Luo, J. (2014), Integrating the Huff model and floating catchment area methods to analyze spatial access to healthcare
    services, Transactions in GIS 18.

    Examples
    --------
    >>> from geoservice.analysis.accessibility import binary
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> huff_three_step(pairs, np.array([4.0, 6.0]), np.array([14.0, 7.0]), binary(10)).round(4).tolist()
    [1.75, 2.3333]
    """
    check_inputs(pairs, supply, demand)
    choice = _attraction(supply, attraction)
    return _by_choice(weight_matrix(pairs, len(demand), decay), demand, supply, choice, decayed_demand=True)


def modified_huff_three_step(
    pairs: TravelPairs, demand: Floats, supply: Floats, decay: Decay, attraction: float = 1.0
) -> Floats:
    """Return the modified Huff three-step floating catchment area index (MH3SFCA) of each point.

    As :func:`huff_three_step`, but everybody who reaches a station uses one: the demand of a station is ``sum(G_ij P_i)``,
    without decay. Time still lowers the index, ``A_i = sum(G_ij w_ij R_j)``, also where all stations are far.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    supply : float64 array, shape (stations,)
    decay : callable
        From minutes to weights.
    attraction : float
        Exponent of the supply in Huff's choice; the method has 1.

    Returns
    -------
    float64 array, shape (points,), supply per person

    Raises
    ------
    ParameterError
        If shapes differ, or a number or weight is negative or missing.

    Notes
    -----
    Jörg, R., Lenz, N., Wetz, S. and Widmer, M. (2019), Ein Modell zur Analyse der Versorgungsdichte, Obsan Bericht 01/2019.

    Examples
    --------
    >>> from geoservice.analysis.accessibility import stepped
    >>> pairs = TravelPairs(np.array([0, 2]), np.array([0, 1], np.int32), np.array([300_000, 600_000], np.int32))
    >>> modified_huff_three_step(pairs, np.array([4.0, 6.0]), np.array([20.0]), stepped((5, 10), (1, 0.5))).tolist()
    [2.0, 1.0]
    """
    check_inputs(pairs, supply, demand)
    choice = _attraction(supply, attraction)
    return _by_choice(weight_matrix(pairs, len(demand), decay), demand, supply, choice, decayed_demand=False)


def _attraction(supply: Floats, exponent: float) -> Floats:
    if not exponent >= 0:
        raise ParameterError(f"attraction: got {exponent}, allowed are numbers of at least 0")
    return np.asarray(supply**exponent, float)


def _by_choice(
    weights: "sparse.csr_array[Any, tuple[int, int]]", demand: Floats, supply: Floats, attraction: Floats, decayed_demand: bool
) -> Floats:
    """Return the index where points choose in proportion to attraction times weight; overwrites the weights.

    The shares are ``a_j w_ij / c_i``; products with them are those with ``w_ij`` or its square, which needs no second matrix.
    """
    inverse = quotient(np.ones(len(demand)), weights.T @ attraction)
    if not decayed_demand:
        users = attraction * (weights @ (demand * inverse))
    np.square(weights.data, out=weights.data)
    if decayed_demand:
        users = attraction * (weights @ (demand * inverse))
    return np.asarray(inverse * (weights.T @ (attraction * quotient(supply, users))), float)

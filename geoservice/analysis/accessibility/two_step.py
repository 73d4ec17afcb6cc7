"""Two-step floating catchment areas: supply per person of every station within reach."""

import numpy as np

from geoservice.analysis.accessibility.decay import Decay, binary
from geoservice.analysis.accessibility.pair_matrices import check_inputs, quotient, weight_matrix
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats


def two_step(pairs: TravelPairs, demand: Floats, supply: Floats, minutes: float) -> Floats:
    """Return the two-step floating catchment area index (2SFCA) of each point.

    Each station divides its supply among all persons within the limit; a point adds up these ratios of the stations within the
    limit. The sum of demand times index is the supply of the stations that somebody reaches.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    supply : float64 array, shape (stations,)
        For example persons a year whom a station can serve.
    minutes : float
        Inclusive limit.

    Returns
    -------
    float64 array, shape (points,), supply per person

    Raises
    ------
    ParameterError
        If shapes differ, or a number is negative or missing.

    Notes
    -----
    Luo, W. and Wang, F. (2003), Measures of spatial accessibility to health care in a GIS environment: synthesis and a case
    study in the Chicago region, Environment and Planning B 30.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> two_step(pairs, np.array([4.0, 6.0, 1.0]), np.array([20.0, 3.0]), 10).tolist()
    [2.0, 2.5, 0.0]
    """
    return enhanced_two_step(pairs, demand, supply, binary(minutes))


def enhanced_two_step(pairs: TravelPairs, demand: Floats, supply: Floats, decay: Decay) -> Floats:
    """Return the enhanced two-step floating catchment area index (E2SFCA) of each point.

    Persons count at a station, and the station for them, by the decay of the time between them: ``R_j = S_j / sum(P_i w_ij)``
    and ``A_i = sum(w_ij R_j)``. Any decay will do: stepped (Luo and Qi), Gaussian (Dai), a power (gravity model with
    competition, Joseph and Bantock). A decay of one step is :func:`two_step`.

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
    Luo, W. and Qi, Y. (2009), An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial accessibility
    to primary care physicians, Health & Place 15; Joseph, A. and Bantock, P. (1982), Measuring potential physical accessibility
    to general practitioners in rural areas, Social Science & Medicine 16.

    Examples
    --------
    >>> from geoservice.analysis.accessibility import stepped
    >>> pairs = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.array([300_000, 600_000, 60_000], np.int32))
    >>> enhanced_two_step(pairs, np.array([4.0, 6.0, 1.0]), np.array([14.0, 3.0]), stepped((5, 10), (1, 0.5))).tolist()
    [2.0, 1.5, 0.0]
    """
    check_inputs(pairs, supply, demand)
    weights = weight_matrix(pairs, len(demand), decay)
    return np.asarray(weights.T @ quotient(supply, weights @ demand), float)

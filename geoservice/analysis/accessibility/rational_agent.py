"""The rational agent access model: people divide themselves among stations until nobody gains by changing."""

import numpy as np

from geoservice.analysis.accessibility.agent_kernel import equilibrate
from geoservice.analysis.accessibility.decay import MS_PER_MINUTE
from geoservice.analysis.accessibility.pair_matrices import check_inputs, sparse_rows
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats

_SWEEPS = 1000


def rational_agent(pairs: TravelPairs, demand: Floats, supply: Floats, tau: float = 60.0, tolerance: float = 1e-6) -> Floats:
    """Return the cost of access by the rational agent access model (RAAM) at each point; less is better.

    The cost of a station is its congestion and the travel to it, ``D_j / (rho S_j) + t_ij / tau``: ``D_j`` are the persons who
    use it and ``rho`` is the demand per supply of all, so a station with the mean load at no distance costs 1. Everybody uses
    a station of least cost; then all stations that a point uses cost it the same.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    supply : float64 array, shape (stations,)
        Stations without supply are used by nobody.
    tau : float, minutes
        Travel time that weighs as much as the mean congestion.
    tolerance : float
        Greatest mean excess of the costs over the least ones, as a share of these, at which the search ends.

    Returns
    -------
    float64 array, shape (points,)
        NaN where no station is within reach; these persons use none and are not part of ``rho``.

    Raises
    ------
    ParameterError
        If shapes differ, a number is negative or missing, ``tau`` or ``tolerance`` is not above 0, or the search does not end
        within 1000 rounds.

    Notes
    -----
    Saxon, J. and Snow, D. (2020), A rational agent model for the spatial accessibility of primary health care, Annals of the
    American Association of Geographers 110. The equilibrium is that of least cost by Wardrop; here each point in turn divides
    its persons exactly, given the others, until no cost is above the least one.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 1, 2]), np.zeros(2, np.int32), np.array([0, 30 * 60_000], np.int32))
    >>> rational_agent(pairs, np.array([10.0]), np.array([5.0, 5.0]), tau=60).tolist()
    [1.25]
    """
    check_inputs(pairs, supply, demand)
    for name, value in (("tau", tau), ("tolerance", tolerance)):
        if not 0 < value < np.inf:
            raise ParameterError(f"{name}: got {value}, allowed are finite numbers above 0")
    offering = np.flatnonzero(supply > 0)
    if len(offering) < len(supply):
        pairs, supply = pairs.take(offering), supply[offering]
    by_point = sparse_rows(pairs, pairs.ms, len(demand)).tocsc()
    indptr, station = by_point.indptr.astype(np.int64), by_point.indices.astype(np.int32, copy=False)
    reached = np.diff(indptr) > 0
    people = np.where(reached, demand, 0.0)
    capacity = supply * (people.sum() / supply.sum() if people.any() else 1.0)
    cost, excess = equilibrate(indptr, station, by_point.data, people, capacity, tau * MS_PER_MINUTE, tolerance, _SWEEPS)
    if excess > tolerance:
        raise ParameterError(f"tolerance: got {tolerance}, reached is {excess:.1e} after {_SWEEPS} rounds")
    return np.where(reached, cost, np.nan)

"""Stations filled one after the other, as AccessMod does it.

Ray, N. and Ebener, S. (2008), AccessMod 3.0: computing geographic coverage and accessibility to health care services using
anisotropic movement of patients, International Journal of Health Geographics 7:63.
"""

from typing import Literal

import numpy as np

from geoservice.analysis.capacity.assignment import Assignment
from geoservice.analysis.capacity.pairs import check
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Ints

Order = Literal["people", "capacity", "priority"]


def processing_order(
    order: Order, pairs: TravelPairs, demand: Floats, capacity: Floats, priority: Floats | None = None
) -> Ints:
    """Return the stations in the order in which they are filled; of equal ones the lower index comes first.

    Parameters
    ----------
    order : {"people", "capacity", "priority"}
        Most people within reach first, largest capacity first, or lowest number of ``priority`` first.
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    capacity : float64 array, shape (stations,), persons
    priority : float64 array, shape (stations,), optional

    Returns
    -------
    int64 array, shape (stations,)

    Raises
    ------
    ParameterError
        If the order is unknown, or there is no priority for each station.

    Examples
    --------
    >>> pairs = TravelPairs.of(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1, 1, 1]), 2)
    >>> processing_order("people", pairs, np.array([5.0, 5.0]), np.array([9.0, 1.0])).tolist()
    [1, 0]
    >>> processing_order("capacity", pairs, np.array([5.0, 5.0]), np.array([9.0, 1.0])).tolist()
    [0, 1]
    """
    if order == "people":
        key: Floats = -np.asarray(np.bincount(pairs.station, demand[pairs.point], pairs.stations), float)
    elif order == "capacity":
        key = -capacity
    elif order == "priority" and priority is not None and priority.shape == capacity.shape:
        key = priority
    else:
        allowed = "'people', 'capacity', or 'priority' with a number for each station"
        raise ParameterError(f"order: got {order!r}, allowed are {allowed}")
    return np.argsort(key, kind="stable").astype(np.int64)


def sequential_fill(
    pairs: TravelPairs, demand: Floats, capacity: Floats, order: Ints, band_ms: int = MS_PER_MINUTE
) -> Assignment:
    """Return the people that stations take one after the other.

    Each station takes the people within its reach who have no place yet, in bands of increasing travel time, until it is full;
    of the last band it takes the same share of every point. The people that it takes are removed for later stations.

    Parameters
    ----------
    pairs : TravelPairs
    demand : float64 array, shape (points,), persons
    capacity : float64 array, shape (stations,), persons
    order : int64 array, shape (stations,)
        As from :func:`processing_order`. Another order may serve other people, and more or fewer of them.
    band_ms : int, milliseconds
        Width of a band; its end is inside.

    Returns
    -------
    Assignment

    Raises
    ------
    ParameterError
        If demand or capacity does not fit the pairs, or the order is not one of all stations.

    Examples
    --------
    Twelve places; 10 persons are within one minute, 8 and 4 within two: a sixth of these get a place.

    >>> pairs = TravelPairs.of(np.zeros(3, int), np.arange(3), np.array([50_000, 90_000, 120_000]), 1)
    >>> sequential_fill(pairs, np.array([10.0, 8.0, 4.0]), np.array([12.0]), np.array([0])).persons.round(3).tolist()
    [10.0, 1.333, 0.667]
    """
    check(pairs, demand, capacity)
    if not np.array_equal(np.sort(order), np.arange(pairs.stations)) or band_ms < 1:
        raise ParameterError(f"got an order of {len(order)} stations and bands of {band_ms} ms, expected each of "
                             f"{pairs.stations} stations once and bands of 1 ms or more")  # fmt: skip
    remaining, persons = demand.astype(float), np.zeros(len(pairs.point))
    band = -(-pairs.ms.astype(np.int64) // band_ms)
    for station in order:
        row = slice(pairs.indptr[station], pairs.indptr[station + 1])
        point = pairs.point[row]
        persons[row] = _taken(remaining[point], band[row], float(capacity[station]))
        remaining[point] -= persons[row]
    return Assignment(pairs, persons, demand, capacity)


def _taken(waiting: Floats, band: Ints, capacity: float) -> Floats:
    """Return the persons of each point who get a place."""
    if waiting.sum() <= capacity:
        return waiting
    _, number = np.unique(band, return_inverse=True)
    of_band = np.bincount(number, waiting)
    before = np.cumsum(of_band) - of_band
    share = np.clip((capacity - before) / np.where(of_band > 0, of_band, 1.0), 0, 1)
    return np.asarray(waiting * share[number], float)

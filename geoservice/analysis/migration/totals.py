"""Migrants of each region: in, out, net, gross, and their rates; lifetime migration.

United Nations (1970), Manual VI: Methods of measuring internal migration. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`.
"""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.migration.matrix import movers, region_values, square
from geoservice.errors import ParameterError
from geoservice.geo import Floats

PER_1000 = 1000.0


def in_migrants(flows: Floats, same: bool | None = None) -> Floats:
    """Return the arrivals of each destination, shape ``(m,)``.

    Examples
    --------
    >>> in_migrants(np.array([[90.0, 10], [30, 80]])).tolist()
    [30.0, 10.0]
    """
    return np.asarray(movers(flows, same).sum(axis=0))


def out_migrants(flows: Floats, same: bool | None = None) -> Floats:
    """Return the departures of each origin, shape ``(n,)``; of a rectangular matrix, those to its destinations only.

    Examples
    --------
    >>> out_migrants(np.array([[90.0, 10], [30, 80]])).tolist()
    [10.0, 30.0]
    """
    return np.asarray(movers(flows, same).sum(axis=1))


def all_migrants(flows: Floats, same: bool | None = None) -> Floats:
    """Return the number of migrants of the matrix, shape ``()``."""
    return np.asarray(movers(flows, same).sum(axis=(0, 1)))


def net_migrants(flows: Floats) -> Floats:
    """Return arrivals minus departures of each region, shape ``(n,)``; they add up to 0. Needs a square matrix.

    Examples
    --------
    >>> net_migrants(np.array([[90.0, 10], [30, 80]])).tolist()
    [20.0, -20.0]
    """
    moves = square(flows, "net migration")
    return np.asarray(moves.sum(axis=0) - moves.sum(axis=1))


def gross_migrants(flows: Floats) -> Floats:
    """Return arrivals plus departures of each region (its turnover), shape ``(n,)``. Needs a square matrix.

    Examples
    --------
    >>> gross_migrants(np.array([[90.0, 10], [30, 80]])).tolist()
    [40.0, 40.0]
    """
    moves = square(flows, "gross migration")
    return np.asarray(moves.sum(axis=0) + moves.sum(axis=1))


def rate(migrants: Floats, population: Floats, per: float = PER_1000) -> Floats:
    """Return migrants per 1 000 people at risk.

    Parameters
    ----------
    migrants : float64 array, shape (n,) or (n, replays)
        In, out, net or gross migrants of each region.
    population : float64 array, shape (n,), persons
        Population of each region, usually that of the middle of the period.
    per : float
        Number of people that the rate refers to.

    Returns
    -------
    float64 array, same shape as migrants
        NaN where the population is not above 0.

    Raises
    ------
    ParameterError
        If there are not as many populations as regions.

    Examples
    --------
    >>> rate(np.array([30.0, 10]), np.array([1000.0, 0])).tolist()
    [30.0, nan]
    """
    if population.shape != migrants.shape[:1]:
        raise ParameterError(f"populations must have the shape {migrants.shape[:1]} of the regions; it is {population.shape}")
    people = region_values(np.where(population > 0, population, np.nan), migrants)
    return np.asarray(per * migrants / people)


class LifetimeMigration(NamedTuple):
    """People by birthplace and residence, shape ``(n,)`` each: born, resident, and lifetime migrants of each region."""

    born: Floats
    resident: Floats
    stayed: Floats
    lifetime_in: Floats
    lifetime_out: Floats
    net: Floats


def lifetime_migration(residents: Floats) -> LifetimeMigration:
    """Return lifetime migration from a table of birthplace (rows) by place of residence (columns).

    Parameters
    ----------
    residents : float64 array, shape (n, n) or (n, n, replays), persons
        The diagonal is people who live where they were born.

    Returns
    -------
    LifetimeMigration

    Examples
    --------
    >>> cairo_and_rest = np.array([[2_079_434.0, 241_603], [1_194_266, 22_256_739]])
    >>> table = lifetime_migration(cairo_and_rest)
    >>> table.born[0], table.lifetime_out[0], table.resident[0], table.net[0]
    (np.float64(2321037.0), np.float64(241603.0), np.float64(3273700.0), np.float64(952663.0))
    """
    moves = square(residents, "lifetime migration")
    stayed = np.einsum("ii...->i...", residents)
    arrived, left = moves.sum(axis=0), moves.sum(axis=1)
    return LifetimeMigration(stayed + left, stayed + arrived, stayed, arrived, left, arrived - left)

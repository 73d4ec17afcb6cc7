"""Indices of the intensity and the impact of migration.

Bell, M., Blake, M., Boyle, P., Duke-Williams, O., Rees, P., Stillwell, J. and Hugo, G. (2002), Cross-national comparison of
internal migration: issues and measures, Journal of the Royal Statistical Society A 165; Shryock, H. and Siegel, J. (1976), The
methods and materials of demography; United Nations (1970), Manual VI. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`. An index without migrants is NaN.
"""

import numpy as np

from geoservice.analysis.migration.matrix import movers, pair_mask
from geoservice.analysis.migration.totals import all_migrants, gross_migrants, net_migrants
from geoservice.errors import ParameterError
from geoservice.geo import Floats


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return a quotient, NaN where the denominator is 0.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    return np.asarray(numerator / np.where(denominator == 0, np.nan, denominator))


def effectiveness(flows: Floats) -> Floats:
    """Return the migration effectiveness of each region, 100 net / gross, -100 to 100 %; shape ``(n,)``.

    Examples
    --------
    >>> effectiveness(np.array([[0.0, 10], [30, 0]])).tolist()
    [50.0, -50.0]
    """
    return 100 * ratio(net_migrants(flows), gross_migrants(flows))


def system_effectiveness(flows: Floats) -> Floats:
    """Return the migration effectiveness index (MEI), the sum of absolute net over the sum of gross, 0 to 100 %.

    Examples
    --------
    >>> float(system_effectiveness(np.array([[0.0, 10], [30, 0]])))
    50.0
    """
    return 100 * ratio(np.abs(net_migrants(flows)).sum(axis=0), gross_migrants(flows).sum(axis=0))


def crude_intensity(flows: Floats, population: float, same: bool | None = None) -> Floats:
    """Return the crude migration intensity (CMI): migrants in percent of the population of all destinations.

    Examples
    --------
    >>> float(crude_intensity(np.array([[0.0, 10], [30, 0]]), 1000))
    4.0
    """
    return 100 * all_migrants(flows, same) / _positive(population)


def aggregate_net_rate(flows: Floats, population: float) -> Floats:
    """Return the aggregate net migration rate (ANMR): half the sum of absolute net migration in percent of the population.

    It is crude intensity times system effectiveness.

    Examples
    --------
    >>> float(aggregate_net_rate(np.array([[0.0, 10], [30, 0]]), 1000))
    2.0
    """
    return np.asarray(50 * np.abs(net_migrants(flows)).sum(axis=0) / _positive(population))


def preference(flows: Floats, origins: Floats, destinations: Floats, same: bool | None = None) -> Floats:
    """Return the index of preference of each pair: flows in percent of those expected from the sizes of both regions.

    The expected flow is the number of migrants times the shares of the origin and of the destination in their populations.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    origins, destinations : float64 arrays, shapes (n,), (m,), persons
        Populations.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, same shape as flows
        NaN for pairs that do not count.

    Examples
    --------
    >>> preference(np.array([[0.0, 10], [30, 0]]), *[np.array([400.0, 600.0])] * 2).round(2).tolist()
    [[nan, 104.17], [312.5, nan]]
    """
    shares = np.outer(origins / origins.sum(), destinations / destinations.sum())
    return 100 * _over_pairs(flows, shares, same) / all_migrants(flows, same)


def velocity(flows: Floats, origins: Floats, destinations: Floats, same: bool | None = None) -> Floats:
    """Return the index of velocity of each pair: the flow per person of the origin, over the destination's share of people.

    Parameters
    ----------
    flows : float64 array, shape (n, m) or (n, m, replays), persons
        Migrants from each origin to each destination.
    origins, destinations : float64 arrays, shapes (n,), (m,), persons
        Populations.
    same : bool, optional
        Whether rows and columns are the same regions.

    Returns
    -------
    float64 array, same shape as flows, percent
        NaN for pairs that do not count.

    Examples
    --------
    >>> velocity(np.array([[0.0, 10], [30, 0]]), *[np.array([400.0, 600.0])] * 2).round(2).tolist()
    [[nan, 4.17], [12.5, nan]]
    """
    return 100 * _over_pairs(flows, np.outer(origins, destinations / destinations.sum()), same)


def _over_pairs(flows: Floats, divisor: Floats, same: bool | None) -> Floats:
    if divisor.shape != flows.shape[:2] or not (divisor > 0).all():
        raise ParameterError(
            f"a population above 0 is needed for each of the {flows.shape[0]} origins and {flows.shape[1]} destinations"
        )
    divisor = np.where(pair_mask(flows, same), divisor, np.nan)
    return movers(flows, same) / (divisor if flows.ndim == 2 else divisor[..., None])


def _positive(population: float) -> float:
    if not population > 0:
        raise ParameterError(f"population must be above 0; it is {population}")
    return population

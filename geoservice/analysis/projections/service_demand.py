"""Demand for services in future years: visits by age, and the load of stations."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from geoservice.age_labels import AgeLabel, age_label
from geoservice.analysis.projections.prediction_bands import Band
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.errors import ParameterError
from geoservice.geo import Floats

Matrix = sparse.csr_array[Any, tuple[int, int]]


def use_rates(ages: AgeGroups, visits: Mapping[str, float], others: float | None = None) -> Floats:
    """Return the visits of a person a year in each age group.

    Parameters
    ----------
    ages : AgeGroups
    visits : mapping of age label to float
        Every age once, in groups as wide as they are known, e.g. ``{"0-14": 3.0, "15-64": 2.0, "65+": 7.0}``.
    others : float, optional
        Rate of the ages that are not named. Named ages need not be those of whole groups then: the rate of a group is the mean
        of those of its years.

    Returns
    -------
    float64 array, shape (ages,), visits a person and year

    Raises
    ------
    ParameterError
        A label is not one of age groups, a rate is below 0, or an age has no rate or two.

    Examples
    --------
    >>> use_rates(AgeGroups(5, 15), {"0-4": 4.0, "5-14": 2.0, "15+": 1.0}).tolist()
    [4.0, 2.0, 2.0, 1.0]
    >>> use_rates(AgeGroups(5, 15), {"0-5": 4.0}, others=1.0).round(3).tolist()
    [4.0, 1.6, 1.0, 1.0]
    """
    if others is not None:
        return _mean_rates(ages, visits, others)
    rates = np.full(len(ages), np.nan)
    for name, rate in visits.items():
        label = _checked_label(name, rate)
        group = ages.span(label.first, label.last)
        if not np.isnan(rates[group]).all():
            raise ParameterError(f"visits of {name}: some of these ages have a rate already")
        rates[group] = rate
    if np.isnan(rates).any():
        raise ParameterError(f"visits: no rate for ages {', '.join(np.array(ages.labels)[np.isnan(rates)])}")
    return rates


def _checked_label(name: str, rate: float) -> AgeLabel:
    label = age_label(name)
    if label is None or label.sex != "all" or not 0 <= rate < np.inf:
        raise ParameterError(f"visits of {name}: {rate}; allowed are ages such as 0-4 or 65+, and rates of 0 and above")
    return label


def _mean_rates(ages: AgeGroups, visits: Mapping[str, float], others: float) -> Floats:
    """Return the mean rate of each group, from the rates of some ages and that of the others."""
    rates, named = np.zeros(len(ages)), np.zeros(len(ages))
    for name, rate in visits.items():
        label = _checked_label(name, rate)
        share = ages.shares(label.first, label.last)
        rates, named = rates + rate * share, named + share
    if (named > 1 + 1e-9).any():
        raise ParameterError(f"visits of {', '.join(visits)}: some ages have two rates")
    return rates + others * (1 - named)


def area_demand(population: Floats, rates: Floats) -> Floats:
    """Return the visits of the people of areas in each year.

    Parameters
    ----------
    population : float64 array, shape (n, areas, sexes, ages) or with a last axis of replays, persons
        In single years, see :func:`at_years`.
    rates : float64 array, shape (ages,), visits a person and year

    Returns
    -------
    float64 array, shape (areas, n) or (areas, n, replays), visits a year

    Examples
    --------
    >>> area_demand(np.array([[[[10.0, 20.0]]], [[[12.0, 30.0]]]]), np.array([1.0, 2.0])).tolist()
    [[50.0, 72.0]]
    """
    return np.asarray(np.einsum("nasg...,g->an...", population, rates), np.float64)


def catchment_shares(people: Matrix, totals: Floats | None = None) -> Matrix:
    """Return the share of each area's people that a station serves.

    Parameters
    ----------
    people : sparse array, shape (stations, areas), persons
        People of each area in the catchment of each station.
    totals : float64 array, shape (areas,), persons, optional
        All people of the areas; by default those of all catchments, so that nobody is without a station.

    Returns
    -------
    sparse array, same shape
        The shares of an area without people are 0.

    Raises
    ------
    ParameterError
        The catchments have more people of an area than live there.

    Examples
    --------
    >>> catchment_shares(sparse.csr_array(np.array([[30.0, 0.0], [10.0, 5.0]])), np.array([50.0, 5.0])).toarray().tolist()
    [[0.6, 0.0], [0.2, 1.0]]
    """
    served = np.asarray(people.sum(axis=0), np.float64).ravel()
    everybody = served if totals is None else np.asarray(totals, np.float64)
    if (served > everybody * (1 + 1e-9) + 1e-9).any():
        raise ParameterError("catchments: they have more people of an area than its total")
    factor = np.divide(1.0, everybody, out=np.zeros_like(everybody), where=everybody > 0)
    return sparse.csr_array(people @ sparse.diags_array(factor))


def station_load(shares: Matrix, demand: Band) -> Band:
    """Return the visits to stations in each year, if people keep to their stations.

    Parameters
    ----------
    shares : sparse array, shape (stations, areas)
    demand : Band of float64 arrays, shape (areas, n), visits a year

    Returns
    -------
    Band
        Of arrays of shape ``(stations, n)``. Its limits are those of all areas of a station together, as if their errors
        went the same way: the widest band that the bands of the areas allow.

    Examples
    --------
    >>> areas = Band(np.array([[80.0], [8.0]]), np.array([[100.0], [10.0]]), np.array([[125.0], [13.0]]))
    >>> [value.tolist() for value in station_load(sparse.csr_array(np.array([[0.5, 1.0]])), areas)]
    [[[48.0]], [[60.0]], [[75.5]]]
    """
    return Band(*(np.asarray(shares @ values, np.float64) for values in demand))

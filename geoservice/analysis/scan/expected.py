"""Expected cases of places: in proportion to the population, or by indirect standardisation over strata."""

import numpy as np

from geoservice.errors import BadValues
from geoservice.geo import Floats


def expected_counts(cases: float, population: Floats) -> Floats:
    """Return the cases that each place would have if the rate were the same everywhere.

    Parameters
    ----------
    cases : float
        Cases of the whole map.
    population : float64 array, any shape, persons

    Returns
    -------
    float64 array, same shape, cases
        Their sum is ``cases``.

    Raises
    ------
    BadValues
        The population is negative, not finite, or zero everywhere.

    Examples
    --------
    >>> expected_counts(6, np.array([100.0, 200.0])).tolist()
    [2.0, 4.0]
    """
    population = np.asarray(population, float)
    if not (np.isfinite(population) & (population >= 0)).all():
        raise BadValues("population: a value is negative or not a number; a scan takes finite numbers of 0 or more")
    if not population.sum() > 0:
        raise BadValues("population: zero everywhere; a scan needs people at risk")
    return np.asarray(cases * population / population.sum())


def indirect_expected(cases_by_stratum: Floats, population_by_stratum: Floats) -> Floats:
    """Return expected cases by indirect standardisation: the rate of each stratum in the whole map, applied to its people.

    Strata are combinations of covariates, for example age group and sex. A scan with these expected cases finds clusters that
    the covariates do not explain (Kulldorff 1997, section 4; the SaTScan User Guide, "Covariate adjustments").

    Parameters
    ----------
    cases_by_stratum, population_by_stratum : float64 arrays, shape (places, strata) or (places, periods, strata)
        Only their sums over places and periods are used of the cases.

    Returns
    -------
    float64 array, shape (places,) or (places, periods), cases
        Their sum is the number of cases.

    Raises
    ------
    BadValues
        The shapes differ, a value is not finite, or a stratum has cases and no people.

    Examples
    --------
    Two strata with rates of 1 in 100 and 1 in 10:

    >>> cases, people = np.array([[1.0, 5.0], [2.0, 5.0]]), np.array([[200.0, 20.0], [100.0, 80.0]])
    >>> indirect_expected(cases, people).tolist()
    [4.0, 9.0]
    """
    cases, population = np.asarray(cases_by_stratum, float), np.asarray(population_by_stratum, float)
    if cases.shape != population.shape or cases.ndim < 2:
        raise BadValues(f"strata: cases have the shape {cases.shape}, population {population.shape}; both are (places, strata)")
    if not (np.isfinite(cases).all() and np.isfinite(population).all()):
        raise BadValues("strata: a value is not a number; cases and population must be finite")
    around = tuple(range(cases.ndim - 1))
    stratum_cases, people = cases.sum(axis=around), population.sum(axis=around)
    empty = np.flatnonzero((people <= 0) & (stratum_cases != 0))
    if len(empty):
        raise BadValues(f"strata: stratum {empty[0]} has {stratum_cases[empty[0]]:g} cases and no people")
    rate = np.divide(stratum_cases, people, out=np.zeros_like(people), where=people > 0)
    return np.asarray(population @ rate)

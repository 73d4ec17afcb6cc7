"""Cohort change ratios and child ratios of population pyramids.

A cohort change ratio relates the persons of an age group to those of the same cohort one step earlier; it holds survival and
net migration together. A child ratio relates the children born since then to the persons who may be their mothers.

References
----------
Hamilton and Perry (1962), A short method for projecting population by age from one decennial census to another,
Social Forces 41;
Baker, Swanson, Tayman and Tedrow (2017), Cohort change ratios and their applications.
"""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.errors import ParameterError
from geoservice.geo import Floats


class Mothers(NamedTuple):
    """The persons that children are related to: position on the axis of sexes, first and last year of age.

    The default is women of 15 to 44; without sex it is all persons of these ages, which gives child-adult ratios. Chinese
    statistics use 15 to 49.
    """

    sex: int = 0
    first: int = 15
    last: int = 44


def cohorts(population: Floats, shift: int) -> Floats:
    """Return the persons of the cohorts that are in each age group one step later.

    Parameters
    ----------
    population : float64 array, shape (..., ages), persons
        The last age group is open.
    shift : int
        Number of groups by which a cohort moves up in a step.

    Returns
    -------
    float64 array, shape (..., ages - shift), persons
        For the groups from ``shift`` on. The open group takes the last ``shift`` closed groups and the open group itself.

    Examples
    --------
    >>> cohorts(np.array([10.0, 20.0, 30.0, 4.0]), 1).tolist()
    [10.0, 20.0, 34.0]
    >>> cohorts(np.array([10.0, 20.0, 30.0, 4.0]), 2).tolist()
    [10.0, 54.0]
    """
    groups = population.shape[-1]
    kept = population[..., : groups - shift - 1]
    return np.concatenate([kept, population[..., groups - shift - 1 :].sum(axis=-1, keepdims=True)], axis=-1)


def mothers_of(population: Floats, ages: AgeGroups, shift: int, mothers: Mothers) -> Floats:
    """Return the possible mothers of the children in each of the first ``shift`` age groups.

    Parameters
    ----------
    population : float64 array, shape (..., sexes, ages), persons
    ages : AgeGroups
    shift : int
    mothers : Mothers
        Ages of the mothers of the youngest group; those of the next group are older by its width, as in the usual ratios for
        ten-year steps: children of 0 to 4 to women of 15 to 44, children of 5 to 9 to women of 20 to 49.

    Returns
    -------
    float64 array, shape (..., 1, shift), persons

    Raises
    ------
    ParameterError
        The ages are not those of whole groups, or mothers could be among the children born within a step.
    """
    if mothers.first < shift * ages.width:
        raise ParameterError(
            f"mothers from age {mothers.first}: born within a step of {shift * ages.width} years; use a shorter step"
        )
    spans = [ages.span(mothers.first + g * ages.width, mothers.last + g * ages.width) for g in range(shift)]
    return np.stack([population[..., mothers.sex, s].sum(axis=-1) for s in spans], axis=-1)[..., None, :]


def ratio_bases(earlier: Floats, later: Floats, ages: AgeGroups, shift: int, mothers: Mothers) -> Floats:
    """Return the denominators of the ratios of each age group at the later date.

    Parameters
    ----------
    earlier, later : float64 arrays, shape (..., areas, sexes, ages), persons
        One step apart.

    Returns
    -------
    float64 array, shape (..., areas, sexes, ages), persons
        Possible mothers at the later date for the first ``shift`` groups, cohorts at the earlier date for the others.
    """
    aged = cohorts(earlier, shift)
    children = np.broadcast_to(mothers_of(later, ages, shift, mothers), (*aged.shape[:-1], shift))
    return np.concatenate([children, aged], axis=-1)


def cohort_change_ratios(earlier: Floats, later: Floats, shift: int = 1) -> Floats:
    """Return the ratios of cohorts at two dates, without child ratios; NaN or inf where nobody was in a cohort.

    Parameters
    ----------
    earlier, later : float64 arrays, shape (..., ages), persons
    shift : int

    Returns
    -------
    float64 array, shape (..., ages - shift)

    Examples
    --------
    >>> cohort_change_ratios(np.array([100.0, 50.0, 30.0]), np.array([90.0, 110.0, 60.0])).tolist()
    [1.1, 0.75]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(later[..., shift:] / cohorts(earlier, shift), np.float64)


def survival_ratios(person_years: Floats, shift: int = 1) -> Floats:
    """Return the shares of cohorts that survive a step, from a life table.

    Parameters
    ----------
    person_years : float64 array, shape (..., ages), person-years
        ``nLx`` of the age groups; of the open group, its ``Tx``.
    shift : int

    Returns
    -------
    float64 array, shape (..., ages - shift)
        The cohort change ratios of a stationary population; for the groups from ``shift`` on.

    Examples
    --------
    >>> survival_ratios(np.array([495.0, 490.0, 10.0])).round(4).tolist()
    [0.9899, 0.02]
    """
    return cohort_change_ratios(person_years, person_years, shift)

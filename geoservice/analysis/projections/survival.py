"""Survival by age from a life expectancy, where no life table is at hand.

References
----------
Gompertz (1825), On the nature of the function expressive of the law of human mortality, Philosophical Transactions 115.
"""

import numpy as np
from scipy.optimize import brentq

from geoservice.analysis.projections.cohort_ratios import survival_ratios
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.errors import ParameterError
from geoservice.geo import Floats

GROWTH = 0.1
"""Growth of mortality with each year of age; a tenth in most countries of low mortality."""
_OLDEST, _PARTS = 130, 20
ALLOWED = (40.0, 95.0)


def gompertz_survival(ages: AgeGroups, shift: int, life_expectancy: float) -> Floats:
    """Return the shares of cohorts that survive a step, from mortality that grows exponentially with age.

    It has no mortality of infants, which ratios of cohorts do not need: those under 5 are children of the mothers.

    Parameters
    ----------
    ages : AgeGroups
    shift : int
        Number of groups by which a cohort moves up in a step.
    life_expectancy : float, years
        At birth, from 40 to 95.

    Returns
    -------
    float64 array, shape (ages - shift,)
        As of :func:`survival_ratios`.

    Raises
    ------
    ParameterError
        The life expectancy is out of bounds.

    Examples
    --------
    >>> gompertz_survival(AgeGroups(5, 85), 1, 80.0)[[0, 8, 12, 16]].round(3).tolist()
    [1.0, 0.991, 0.938, 0.506]
    """
    if not ALLOWED[0] <= life_expectancy <= ALLOWED[1]:
        raise ParameterError(f"life expectancy: {life_expectancy:g}, allowed are {ALLOWED[0]:g} to {ALLOWED[1]:g} years")
    modal = brentq(lambda mode: _person_years(mode).sum() - life_expectancy, 20.0, 130.0)
    years = _person_years(modal)
    starts = np.arange(0, ages.open_from + 1, ages.width)
    groups = np.add.reduceat(years, starts)
    return survival_ratios(groups, shift)


def _person_years(mode: float) -> Floats:
    """Return person-years lived in each year of age by a newborn, where most deaths are at the age ``mode``."""
    middle = (np.arange(_OLDEST * _PARTS) + 0.5) / _PARTS
    alive = np.exp(-np.exp(-GROWTH * mode) * np.expm1(GROWTH * middle))
    return np.asarray(alive.reshape(_OLDEST, _PARTS).mean(axis=1), np.float64)

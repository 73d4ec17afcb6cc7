"""Cohort change ratios and child ratios of small areas, shrunken and limited."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from geoservice.analysis.projections.cohort_ratios import Mothers, ratio_bases
from geoservice.analysis.projections.pyramid import AgeGroups, check_pyramids
from geoservice.analysis.projections.shrinkage import Shrinkage, pooled_ratio, shrunken_ratio
from geoservice.geo import Floats


class Limits(NamedTuple):
    """Limits of the growth of a cohort in an area, as yearly rates above that of the same cohort in all areas together.

    They relate to all areas, since a floor on the ratios themselves would keep old people alive. The default stops only growth
    that a town of several thousand people cannot keep up; narrower limits made the projected ages of larger towns worse.
    """

    low: float = -0.15
    high: float = 0.15


SWANSON_LIMITS = Limits(-0.02, 0.05)
"""The yearly rates to which Swanson, Schlottmann and Schmidt (2010) limit the ratios of census tracts of some 4 000 people."""


@dataclass(frozen=True)
class Ratios:
    """Ratios of one step: child ratios for the first ``shift`` age groups, cohort change ratios for the others.

    ``values`` has the shape ``(..., areas, sexes, ages)``; ``shift`` is the number of age groups that a cohort moves up.
    """

    values: Floats
    ages: AgeGroups
    shift: int
    mothers: Mothers

    @property
    def years(self) -> int:
        """Return the length of a step in years."""
        return self.shift * self.ages.width


def fit_ratios(
    earlier: Floats,
    later: Floats,
    ages: AgeGroups,
    years: int,
    mothers: Mothers = Mothers(),  # noqa: B008 - a tuple, which cannot change
    shrinkage: Shrinkage = "empirical_bayes",
    limits: Limits | None = Limits(),  # noqa: B008 - a tuple, which cannot change
    variances: tuple[Floats, Floats] | None = None,
) -> Ratios:
    """Return cohort change ratios and child ratios of areas from their pyramids at two dates.

    Parameters
    ----------
    earlier, later : float64 arrays, shape (..., areas, sexes, ages), persons
    ages : AgeGroups
    years : int
        Years between the dates, a multiple of the width of an age group.
    mothers : Mothers, optional
    shrinkage : {"empirical_bayes", "size", "none"}
        How ratios of small areas move towards those of all areas, see :func:`shrunken_ratio`.
    limits : Limits or None
        Limits of cohort change ratios, applied after the shrinkage; child ratios have none.
    variances : pair of float64 arrays, optional
        Variances of the noise in both pyramids; noisy ratios move further.

    Returns
    -------
    Ratios
        A ratio that no area has, since nobody was in the cohort, is 1, and 0 for children.

    Raises
    ------
    InputError, ParameterError
        The pyramids or the years do not fit the age groups.

    Examples
    --------
    >>> earlier = np.array([[[100.0, 100.0, 50.0, 20.0]]])
    >>> later = np.array([[[60.0, 110.0, 90.0, 35.0]]])
    >>> ratios = fit_ratios(earlier, later, AgeGroups(15, 45), 15, Mothers(0, 15, 44))
    >>> ratios.values.ravel().tolist()
    [0.3, 1.1, 0.9, 0.5]
    """
    shift = ages.shift(years)
    earlier, later = check_pyramids(ages, earlier, later)
    bases = ratio_bases(earlier, later, ages, shift, mothers)
    ratios = Ratios(bases, ages, shift, mothers)
    pooled = _defined(pooled_ratio(later, bases), shift)
    errors = 0.0 if variances is None else _error_variance(ratios, pooled, *variances)
    values = _defined(shrunken_ratio(later, bases, shrinkage, errors), shift)
    if limits is not None:
        bounds = [pooled[..., shift:] * (1 + rate) ** years for rate in limits]
        values[..., shift:] = np.clip(values[..., shift:], *bounds)
    return replace(ratios, values=values)


def _defined(values: Floats, shift: int) -> Floats:
    """Return ratios with 1 in place of NaN, and 0 for children."""
    default = np.where(np.arange(values.shape[-1]) < shift, 0.0, 1.0)
    return np.where(np.isnan(values), default, values)


def _error_variance(ratios: Ratios, pooled: Floats, earlier: Floats, later: Floats) -> Floats:
    """Return the variance of ``later - ratio * base`` from the variances of both pyramids."""
    return later + pooled**2 * ratio_bases(earlier, later, ratios.ages, ratios.shift, ratios.mothers)

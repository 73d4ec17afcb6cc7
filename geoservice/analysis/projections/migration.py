"""Migration scenarios: the net migration that cohort change ratios imply, and ratios with less or more of it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from geoservice.analysis.projections.cohort_ratios import cohorts
from geoservice.analysis.projections.ratios import Ratios
from geoservice.errors import ParameterError
from geoservice.geo import Floats

Scenario = Literal["as_observed", "no_net_migration", "half", "high"]
SCENARIOS: Mapping[Scenario, float] = MappingProxyType({"as_observed": 1.0, "no_net_migration": 0.0, "half": 0.5, "high": 1.5})
"""Factor of each scenario on the net migration of the period between the two dates."""
SCENARIO_TITLES: Mapping[Scenario, Mapping[str, str]] = MappingProxyType({
    "as_observed": {"zh": "迁移保持现状", "en": "Net migration as observed"},
    "no_net_migration": {"zh": "无净迁移", "en": "No net migration"},
    "half": {"zh": "净迁移减半", "en": "Half of the net migration"},
    "high": {"zh": "净迁移增加一半", "en": "Net migration and a half"},
})  # fmt: skip


def net_migrants(earlier: Floats, later: Floats, survival: Floats, shift: int = 1) -> Floats:
    """Return the net migrants of cohorts between two dates, by the forward survival ratio method.

    Parameters
    ----------
    earlier, later : float64 arrays, shape (..., sexes, ages), persons
    survival : float64 array, shape (sexes, ages - shift)
        Share of the cohort in each group from ``shift`` on that survives the step, see :func:`survival_ratios`.
    shift : int, optional
        Number of groups by which a cohort moves up in a step.

    Returns
    -------
    float64 array, shape (..., sexes, ages - shift), persons
        For the groups from ``shift`` on at the later date, positive for gains.

    References
    ----------
    UN (1970), Manual VI: Methods of measuring internal migration.

    Examples
    --------
    >>> net_migrants(np.array([[100.0, 50.0]]), np.array([[90.0, 150.0]]), np.array([[0.9]])).tolist()
    [[15.0]]
    """
    return np.asarray(later[..., shift:] - survival * cohorts(earlier, shift), np.float64)


def scenario_ratios(
    ratios: Ratios, survival: Floats, scenario: Scenario | float, future_survival: Floats | None = None
) -> Ratios:
    """Return the ratios of a migration scenario.

    The difference between a cohort change ratio and the survival ratio is the net migration rate of the cohort; it is
    multiplied by the factor of the scenario. Child ratios stay: fewer migrants of the age of mothers have fewer children.

    Parameters
    ----------
    ratios : Ratios
        As observed.
    survival : float64 array, shape (sexes, ages - shift)
        Survival in the period of the ratios: of a life table, or cohort change ratios of a nation, which has little migration.
    scenario : {"as_observed", "no_net_migration", "half", "high"} or float
        A name, or a factor of 0 and above.
    future_survival : float64 array, same shape, optional
        Survival in the periods of the projection; by default the same.

    Returns
    -------
    Ratios
        None of them below 0.

    Raises
    ------
    ParameterError
        The scenario is unknown, or a survival ratio is not between 0 and 1.

    References
    ----------
    Hunsinger (2021), Cohort change ratio adjustment formulas, Applied Demography Toolbox: ``(R - S) I + S``.

    Examples
    --------
    >>> from geoservice.analysis.projections.cohort_ratios import Mothers
    >>> from geoservice.analysis.projections.pyramid import AgeGroups
    >>> ratios = Ratios(np.array([[[0.3, 1.1, 0.5]]]), AgeGroups(15, 30), 1, Mothers(0, 15, 29))
    >>> scenario_ratios(ratios, np.array([[0.9, 0.6]]), "half").values.round(3).tolist()
    [[[0.3, 1.0, 0.55]]]
    """
    factor = SCENARIOS.get(scenario) if isinstance(scenario, str) else scenario
    if factor is None or not factor >= 0:
        raise ParameterError(f"scenario {scenario}: allowed are {', '.join(SCENARIOS)} and factors of 0 and above")
    later = survival if future_survival is None else future_survival
    if not all(((s >= 0) & (s <= 1)).all() for s in (survival, later)):
        raise ParameterError("survival ratios: allowed are 0 to 1; the open age group takes the last two groups together")
    values = ratios.values.copy()
    values[..., ratios.shift :] = np.maximum((values[..., ratios.shift :] - survival) * factor + later, 0.0)
    return replace(ratios, values=values)

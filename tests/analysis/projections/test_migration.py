import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projection_examples import SURVIVAL_2010

from geoservice.analysis.projections.cohort_ratios import cohorts
from geoservice.analysis.projections.hamilton_perry import project
from geoservice.analysis.projections.migration import SCENARIO_TITLES, SCENARIOS, net_migrants, scenario_ratios
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.ratios import fit_ratios
from geoservice.analysis.projections.survival import gompertz_survival
from geoservice.errors import ParameterError

AGES = AgeGroups(5, 85)
SURVIVAL = np.repeat(np.concatenate([np.linspace(0.99, 0.7, 16), [0.5]])[None], 2, axis=0)


def test_survival_by_gompertz_is_near_that_of_a_life_table() -> None:
    """Women of a published spreadsheet (2010 to 2015), whose life expectancy is near 84.2 years."""
    assert gompertz_survival(AgeGroups(5, 85), 1, 84.2) == pytest.approx(SURVIVAL_2010, abs=0.014)


def test_a_life_expectancy_out_of_bounds_is_refused() -> None:
    with pytest.raises(ParameterError, match="life expectancy: 20, allowed are 40 to 95 years"):
        gompertz_survival(AgeGroups(5, 85), 1, 20)


def growing(seed):
    r = np.random.default_rng(seed)
    earlier = r.integers(100, 900, (3, 2, 18)).astype(float)
    later = earlier.copy()
    later[..., 1:] = cohorts(earlier, 1) * SURVIVAL + r.integers(1, 60, (3, 2, 17))
    return earlier, later


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32))
def test_net_migrants_of_one_step_follow_the_factor(seed):
    """Projecting the earlier date with a scenario gives the factor times the net migrants of the period."""
    earlier, later = growing(seed)
    ratios = fit_ratios(earlier, later, AGES, 5, shrinkage="none", limits=None)
    observed = net_migrants(earlier, later, SURVIVAL)
    for name, factor in SCENARIOS.items():
        projected = project(earlier, scenario_ratios(ratios, SURVIVAL, name), 1)[1]
        assert net_migrants(earlier, projected, SURVIVAL) == pytest.approx(factor * observed)


def test_scenarios_are_in_order_where_people_arrive() -> None:
    earlier, later = growing(1)
    ratios = fit_ratios(earlier, later, AGES, 5)
    order = ("no_net_migration", "half", "as_observed", "high")
    totals = [project(later, scenario_ratios(ratios, SURVIVAL, s), 2)[-1].sum() for s in order]
    assert totals == sorted(totals)
    assert len(set(totals)) == 4


def test_as_observed_changes_nothing_and_no_ratio_is_negative() -> None:
    earlier, later = growing(2)
    ratios = fit_ratios(earlier, later, AGES, 5)
    assert scenario_ratios(ratios, SURVIVAL, "as_observed").values == pytest.approx(ratios.values)
    emptying = fit_ratios(earlier, later * np.array([1.0] + [0.05] * 17), AGES, 5, limits=None)
    assert scenario_ratios(emptying, SURVIVAL, 5.0).values.min() == 0


def test_titles_and_errors() -> None:
    assert set(SCENARIO_TITLES) == set(SCENARIOS)
    assert all(set(title) == {"zh", "en"} for title in SCENARIO_TITLES.values())
    ratios = fit_ratios(*growing(3), AGES, 5)
    with pytest.raises(ParameterError, match="as_observed, no_net_migration, half, high"):
        scenario_ratios(ratios, SURVIVAL, "low")
    with pytest.raises(ParameterError, match="scenario -1"):
        scenario_ratios(ratios, SURVIVAL, -1.0)
    with pytest.raises(ParameterError, match="0 to 1"):
        scenario_ratios(ratios, SURVIVAL + 0.1, "half")

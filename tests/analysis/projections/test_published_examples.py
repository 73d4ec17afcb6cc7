"""Results equal those that others published."""

import numpy as np
import pytest
from projection_examples import (
    CHILDREN,
    COHORT_CHANGE_RATIOS,
    KING_COUNTY,
    KING_COUNTY_PROJECTED,
    SIDS_BIRTHS,
    SIDS_DEATHS,
    SURVIVAL_2010,
    SURVIVAL_2015,
    WOMEN_2010,
    WOMEN_2015,
    WOMEN_2020,
)

from geoservice.analysis.projections.cohort_ratios import Mothers, cohort_change_ratios, survival_ratios
from geoservice.analysis.projections.hamilton_perry import next_step, project
from geoservice.analysis.projections.migration import scenario_ratios
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.ratios import fit_ratios
from geoservice.analysis.projections.shrinkage import shrunken_ratio

AGES = AgeGroups(5, 85)


def _women_with_children():
    """Pyramids of women, whose youngest group has the children of both sexes."""
    earlier, later = (w.astype(float).reshape(1, 1, 18) for w in (WOMEN_2010, WOMEN_2015))
    later[..., 0] = CHILDREN[0]
    return earlier, later


def test_hamilton_perry_of_king_county_as_the_r_package() -> None:
    earlier, later = KING_COUNTY[:, None]
    projection = project(later, fit_ratios(earlier, later, AGES, 5), 2)
    assert projection[1:, 0] == pytest.approx(KING_COUNTY_PROJECTED, abs=6e-4)


def test_cohort_change_ratios_as_the_spreadsheet() -> None:
    ratios = cohort_change_ratios(WOMEN_2010.astype(float), WOMEN_2015.astype(float))
    assert ratios == pytest.approx(COHORT_CHANGE_RATIOS, abs=6e-10)


def test_projection_with_changed_survival_as_the_spreadsheet() -> None:
    earlier, later = _women_with_children()
    ratios = fit_ratios(earlier, later, AGES, 5, Mothers(0, 15, 49))
    changed = scenario_ratios(ratios, SURVIVAL_2010[None], "as_observed", SURVIVAL_2015[None])
    assert next_step(WOMEN_2015.reshape(1, 1, 18), changed)[0, 0, 1:] == pytest.approx(WOMEN_2020, abs=2e-4)
    assert next_step(later, changed)[0, 0, 0] == pytest.approx(CHILDREN[1], abs=1e-3)


def test_no_net_migration_leaves_survival_alone() -> None:
    earlier, later = _women_with_children()
    ratios = fit_ratios(earlier, later, AGES, 5, Mothers(0, 15, 49))
    closed = scenario_ratios(ratios, SURVIVAL_2010[None], "no_net_migration")
    assert closed.values[0, 0, 1:] == pytest.approx(SURVIVAL_2010)
    gains = (WOMEN_2015[1:] - np.append(WOMEN_2010[:-2], WOMEN_2010[-2:].sum()) * SURVIVAL_2010)[:5]
    assert next_step(earlier, closed)[0, 0, 1:6] == pytest.approx(WOMEN_2015[1:6] - gains)


def test_marshall_rates_of_sids() -> None:
    """EBest of the R package spdep, and esda: the first five of SID74 over BIR74."""
    rates = shrunken_ratio(SIDS_DEATHS.reshape(-1, 1, 1).astype(float), SIDS_BIRTHS.reshape(-1, 1, 1).astype(float)).ravel()
    spdep = [0.00169729733086, 0.00170537768084, 0.00177308702207, 0.00201286808422, 0.00353491314916]
    assert rates[:5] == pytest.approx(spdep, rel=1e-11)


def test_survival_of_the_open_group_is_that_of_the_last_two_together() -> None:
    """Preston, Heuveline and Guillot (2001), ch. 6: T85 / T80 for both; here with T80 = 40 + 20."""
    assert survival_ratios(np.array([60.0, 50.0, 40.0, 20.0]))[-1] == pytest.approx(20 / 60)

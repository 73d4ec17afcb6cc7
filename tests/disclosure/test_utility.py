"""Minimum accuracy on a synthetic county of 6 000 households; ``geoservice bench disclosure`` is more precise."""

from fractions import Fraction

import numpy as np
import pytest

from geoservice.bench.disclosure import score_county
from geoservice.bench.disclosure.county import GROUPS, HOUSEHOLDS, County, make_county, persons
from geoservice.bench.disclosure.metrics import county_metrics
from geoservice.bench.disclosure.scores import Key, Score

RHO = Fraction(1)
Measured = tuple[dict[Key, Score], np.ndarray]


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(6_000, 3)


@pytest.fixture(scope="module")
def scores_and_regret(county: County) -> Measured:
    return score_county(county, [RHO], range(3))[0]


def test_errors_stay_below_generous_floors(scores_and_regret: Measured) -> None:
    scores, regret = scores_and_regret
    assert scores[Key("township", "count", HOUSEHOLDS)].rmse < 8
    assert scores[Key("village", "count", HOUSEHOLDS)].rmse < 6
    assert scores[Key("township", "share", persons())].rmse < 8
    assert scores[Key("catchment", "count", persons())].rmse < 60
    assert abs(regret.mean()) < 5


def test_margins_hold_about_nine_times_in_ten(scores_and_regret: Measured) -> None:
    scores, _ = scores_and_regret
    for family in ("village", "isochrone", "circle"):
        for group in ("resident", "migrant"):
            assert 80 <= scores[Key(family, "count", persons(group))].coverage <= 98, (family, group)


def test_placement_alone_errs_less_than_the_surface(scores_and_regret: Measured) -> None:
    scores, _ = scores_and_regret
    for family in ("township", "village", "1 km square", "circle"):
        score = scores[Key(family, "count", persons())]
        assert np.sqrt(np.mean(score.exact**2)) < score.rmse
    assert scores[Key("township", "count", HOUSEHOLDS)].exact == pytest.approx(0)


def test_nothing_is_suppressed(county: County) -> None:
    surface = county.measure(RHO, 1).surface
    for quantity in (HOUSEHOLDS, *(persons(g) for g in GROUPS)):
        assert np.isfinite(surface.values[quantity]).all()
        assert surface.has_margin(quantity)
    assert len(np.unique(surface.point_leaf)) == surface.leaves


def test_figures_of_another_county_have_no_bars_but_that_of_bias(scores_and_regret: Measured) -> None:
    figures = county_metrics(6_000, RHO, *scores_and_regret)
    barred = [name for name, figure in figures.items() if figure["bar"] != ""]
    assert barred == ["6000, rho 1: township, share of persons within 15 min on foot, mean error"]
    assert figures[barred[0]]["holds"]


def test_bars_are_set_for_the_county_they_were_made_for(scores_and_regret: Measured) -> None:
    figures = county_metrics(60_000, RHO, *scores_and_regret)
    assert sum(figure["bar"] != "" for figure in figures.values()) == 15
    assert figures["60000, rho 1: margins that hold, circle, migrants"]["bar"] == "86-94"

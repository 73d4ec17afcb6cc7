"""The reasons of a choice on a road whose numbers can be checked by hand."""

import numpy as np
import pytest
from toy_district import make_surface

from geoservice.analysis.siting.margins import point_margin, surface_margin
from geoservice.analysis.siting.reasons import explain
from geoservice.demand import Quantity, region_sums

from .test_states import road

BEYOND = 60


def test_reasons_of_two_picks_beside_a_kept_station() -> None:
    problem = road("kept", "free", "free", "free").within(10)
    first, second = explain(problem, np.array([3, 1]), BEYOND)
    assert (first.site, first.covered, first.overlap, first.relieved, first.relieved_from) == (3, 50.0, 0.0, 0.0, -1)
    assert (first.drop, first.drop_point, first.before, first.after) == (60, 3, 60, 0)
    assert (second.covered, second.overlap, second.relieved, second.relieved_from) == (0.0, 50.0, 10.0, 0)
    assert (second.drop, second.drop_point, second.before, second.after) == (10, 1, 10, 0)


def test_the_rival_is_the_best_other_candidate_and_ties_follow_from_the_margin() -> None:
    problem = road().within(10)
    wide, narrow = (point_margin(np.outer(np.ones(5), [size, -size])) for size in (10.0, 0.1))
    (pick,) = explain(problem, np.array([1]), BEYOND, wide)
    assert (pick.covered, pick.rival, pick.difference) == (60.0, 2, 0.0)
    assert pick.margin == pytest.approx(1.645 * 30, rel=1e-3)
    assert pick.difference_margin == 0.0  # the errors of both are equal here: three points each
    assert not pick.is_tied
    noise = np.zeros((5, 2))
    noise[0] = [1.0, -1.0]
    (pick,) = explain(problem, np.array([1]), BEYOND, point_margin(noise))
    assert pick.difference_margin == pytest.approx(1.645, rel=1e-3)
    assert pick.is_tied
    (pick,) = explain(problem, np.array([2]), BEYOND, narrow, timed=True)
    assert np.isnan(pick.difference_margin)
    assert pick.rival == 1


def test_the_margin_of_a_surface_is_that_of_its_sums() -> None:
    r = np.random.default_rng(3)
    x, y = r.uniform(0, 2000, (2, 30))
    surface = make_surface(x, y, r.integers(10, 60, 30).astype(float), np.zeros(30), noise=2.0)
    margin = surface_margin(surface, Quantity("persons"))
    assert margin is not None
    points, none = np.arange(7), np.empty(0, np.int64)
    sums = region_sums(surface, np.zeros(7, np.int32), 1, points)
    assert margin(points, none) == pytest.approx(float(sums.margin(Quantity("persons"))[0]))
    assert margin(points, none) == pytest.approx(margin(none, points))
    assert margin(points, np.arange(7, 14)) > margin(points, none)

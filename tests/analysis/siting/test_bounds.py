"""Guarantees of the greedy method and of the bounds, on random problems that are too large to try all choices."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.curve import coverage_curve
from geoservice.analysis.siting.greedy import best_greedy, ranking
from geoservice.analysis.siting.lagrangian import relax
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Limits, Problem
from geoservice.analysis.siting.reduction import reduce
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.siting.swap import swap_search

from .problems import best, nearest, problem_of, random_problem


def plane(seed: int, candidates: int, points: int, reach: int) -> Problem:
    """Return points and candidates in a square of side 1000 by straight distance."""
    r = np.random.default_rng(seed)
    site, home = r.random((candidates, 2)) * 1000, r.random((points, 2)) * 1000
    metres = np.hypot(*(site[:, None] - home).transpose(2, 0, 1)).astype(int)
    return problem_of(np.where(metres <= reach, metres, -1), r.integers(1, 50, points))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.booleans())
def test_greedy_saves_at_least_1_minus_1_over_e_of_the_most(seed: int, sites: int, timed: bool) -> None:
    problem = random_problem(seed)
    problem = Problem(problem.pairs, problem.weight)
    reduced = reduce(problem, Limits(sites, np.inf), 60, timed=timed)
    nothing = reduced.value(np.empty(0, np.int64))
    least = min(reduced.value(np.array(c, np.int64)) for c in _all(reduced.rows, sites))
    saved = nothing - reduced.value(best_greedy(reduced))
    assert saved >= (1 - np.exp(-1)) * (nothing - least) - 1e-9


def _all(rows: int, sites: int) -> "list[tuple[int, ...]]":
    return [c for k in range(min(rows, sites) + 1) for c in combinations(range(rows), k)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.booleans())
def test_reductions_keep_the_best_value(seed: int, sites: int, timed: bool) -> None:
    problem = random_problem(seed, costs=True)
    limits = Limits(sites + int(problem.has_state("forced").sum()), np.inf)
    reduced = reduce(problem, limits, 60, timed=timed)
    assert reduced.rows <= problem.candidates
    assert len(reduced.weight) <= problem.points
    least = min(reduced.value(np.array(c, np.int64)) for c in _all(reduced.rows, sites))
    weight, beyond = problem.weight, 60

    def value(chosen: np.ndarray) -> float:
        times = nearest(problem, chosen, np.inf)
        return float(weight @ (np.minimum(times, beyond) if timed else np.where(np.isfinite(times), 0, beyond)))

    assert best(problem, limits.sites, None, value) == pytest.approx(least)


@pytest.mark.parametrize("seed", range(4))
def test_each_stage_improves_and_the_bounds_hold(seed: int) -> None:
    reduced = reduce(plane(seed, 120, 400, 300), Limits(8, np.inf), 600, timed=True)
    first = best_greedy(reduced)
    swapped = swap_search(reduced, first)
    relaxation = relax(reduced, swapped)
    assert reduced.value(swapped) <= reduced.value(first)
    assert relaxation.bound <= relaxation.value <= reduced.value(swapped)
    assert relaxation.value - relaxation.bound < 0.02 * relaxation.value


@pytest.mark.parametrize("seed", range(3))
def test_the_solver_proves_what_the_bounds_leave_open(seed: int) -> None:
    problem = plane(seed, 120, 400, 300)
    quick, proven = (p_median(problem, 8, seconds=seconds) for seconds in (0, 60))
    assert proven.proven
    assert quick.bound <= proven.objective <= quick.objective
    quick, proven = (mclp(problem, 5, limit=120, seconds=seconds) for seconds in (0, 60))
    assert proven.proven
    assert quick.objective <= proven.objective <= quick.bound


@pytest.mark.parametrize("sites", [5, 40])
def test_a_p_median_of_400_places_is_proven(sites: int) -> None:
    r = np.random.default_rng(sites)
    place = r.random((400, 2)) * 100_000
    metres = np.hypot(*(place[:, None] - place).transpose(2, 0, 1)).astype(int)
    found = p_median(problem_of(metres, r.integers(1, 100, 400)), sites)
    assert found.proven
    assert found.gap == 0


def test_the_curve_rises_ever_less_and_stays_below_its_bound() -> None:
    problem = plane(7, 80, 500, 120)
    curve = coverage_curve(problem, 20)
    steps = np.diff(curve.covered)
    assert (steps > 0).all()
    assert (np.diff(steps) <= 1e-9).all()
    assert (curve.covered <= curve.bound + 1e-9).all()
    assert curve.covered[6] <= mclp(problem, 6).objective <= curve.bound[6]


def test_greedy_order_is_exact_when_evaluated_lazily() -> None:
    reduced = reduce(plane(3, 100, 600, 150), Limits(15, np.inf), 1, timed=False)
    assert best_greedy(reduced).tolist() == ranking(reduced).rows.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_cover_is_proven_and_its_quick_bound_holds(seed: int) -> None:
    problem = plane(seed, 120, 400, 150)
    quick, proven = (lscp(problem, seconds=seconds) for seconds in (0, 60))
    assert proven.proven
    assert quick.bound <= proven.objective <= quick.objective
    assert quick.gap < 0.3

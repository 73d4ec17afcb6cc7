"""The front of coverage and fairness: its claims hold by brute force, and its end covers as many people as MCLP."""

import numpy as np
import pytest

from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.fairness import Front, fairness_front
from geoservice.analysis.siting.problem import Problem
from geoservice.errors import ParameterError
from geoservice.geo import Ints

from .problems import choices, nearest, problem_of, random_limits
from .test_states import PEOPLE, ROAD

LIMIT, BEYOND = 15, 90
SEEDS = range(60)


def random_front_problem(seed: int) -> Problem:
    """Return a problem in which people covered and people far away pull the sites apart."""
    r = np.random.default_rng(seed)
    candidates, points = r.integers(4, 11), r.integers(8, 25)
    ms = np.where(r.random((candidates, points)) < 0.7, r.integers(0, 60, (candidates, points)), -1)
    return problem_of(
        ms,
        r.integers(0, 20, points) * r.choice([1, 5], points),
        cost=r.integers(1, 5, candidates).astype(float) if seed % 3 else None,
        state=r.choice(["free", "kept", "closable", "forced"], candidates, p=[0.8, 0.06, 0.08, 0.06]).tolist(),
    )


def values(problem: Problem, chosen: Ints, step: int) -> tuple[float, float]:
    """Return the people within the limit and the severity of a choice, from a dense matrix."""
    weight = np.where(problem.reached(), problem.weight, 0.0)
    times = nearest(problem, np.concatenate([np.flatnonzero(problem.has_state("kept")), chosen]), BEYOND)
    most = -(-(BEYOND - LIMIT) // step)
    steps = np.clip(-(-(times - LIMIT) // step), 0, most)
    return float(weight[times <= LIMIT].sum()), float(weight @ steps**2) / max(weight.sum(), 1e-300) / most**2


def asked(seed: int, seconds: float = 30.0) -> tuple[Problem, int, float | None, int, Front]:
    problem, step = random_front_problem(seed), 1 + seed % 7
    sites, budget = random_limits(problem, seed)
    options = {"limit": LIMIT, "beyond": BEYOND, "step": step, "seconds": seconds}
    return problem, sites, budget, step, fairness_front(problem, sites, budget=budget, **options)


def is_better(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether one choice beats another in coverage or severity, and is no worse in the other."""
    no_worse = one[0] >= other[0] - 1e-9 and one[1] <= other[1] + 1e-12
    return no_worse and (one[0] > other[0] + 1e-9 or one[1] < other[1] - 1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_beats_a_proven_point(seed: int) -> None:
    problem, sites, budget, step, front = asked(seed)
    every = [values(problem, choice, step) for choice in choices(problem, sites, budget)]
    for point in front.points:
        own = values(problem, point.sites, step)
        assert own == (pytest.approx(point.covered), pytest.approx(point.severity))
        assert (point.proven, point.gap) == (True, 0.0)
        assert not any(is_better(other, own) for other in every)
        assert len(point.sites) <= sites
        assert budget is None or problem.costs[point.sites].sum() <= budget
        assert set(np.flatnonzero(problem.has_state("forced"))) <= set(point.sites)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ends_are_the_most_covered_and_the_fairest(seed: int) -> None:
    problem, sites, budget, step, front = asked(seed)
    plain = mclp(problem, sites, budget=budget, limit=LIMIT)
    assert front.points[0].covered == pytest.approx(plain.objective)
    assert (front.proven, front.bound) == (True, pytest.approx(plain.objective))
    every = [values(problem, choice, step) for choice in choices(problem, sites, budget)]
    least = min(severity for _, severity in every)
    assert front.points[-1].severity == pytest.approx(least, abs=2e-5)  # a person covered counts 1/100 000 of one out of reach
    fairest_of_most = min(severity for covered, severity in every if covered >= plain.objective - 1e-9)
    assert front.points[0].severity == pytest.approx(fairest_of_most)


def test_most_of_these_problems_have_a_front() -> None:
    lengths = [len(asked(seed)[-1].points) for seed in SEEDS]
    assert sum(length > 1 for length in lengths) > len(SEEDS) / 3
    assert max(lengths) >= 4


@pytest.mark.parametrize("seed", SEEDS)
def test_without_the_solver_points_beat_none_of_each_other_and_the_gaps_hold(seed: int) -> None:
    problem, sites, budget, step, front = asked(seed, seconds=0.0)
    pairs = [(point.covered, point.severity) for point in front.points]
    assert pairs == sorted(pairs, reverse=True)
    assert len(set(pairs)) == len({covered for covered, _ in pairs}) == len({severity for _, severity in pairs})
    every = [values(problem, choice, step) for choice in choices(problem, sites, budget)]
    assert front.bound >= max(covered for covered, _ in every) - 1e-9
    for point in front.points:
        least = min(severity for covered, severity in every if covered >= point.covered - 1e-9)
        # the gap is one of the cost, which has a small part for people who are not covered
        assert least >= point.severity * (1 - point.gap) - 2e-5


def test_a_large_gap_of_a_search_without_solver_is_told() -> None:
    fronts = [asked(seed, seconds=0.0)[-1] for seed in SEEDS]
    assert any(not point.proven and point.gap > 0 for front in fronts for point in front.points)


def test_numbers_of_a_front_that_can_be_checked_by_hand() -> None:
    ms = np.array([[0, 0, 0, 90], [40, 40, 40, 20], [90, 90, 90, 0]])
    problem = problem_of(ms, np.array([5.0, 5.0, 5.0, 4.0]))
    most, fairest = fairness_front(problem, 1, limit=10, beyond=100).points
    assert (most.sites.tolist(), most.covered) == ([0], 15.0)
    assert (fairest.sites.tolist(), fairest.covered) == ([1], 0.0)
    assert most.severity == pytest.approx(4 * (80 / 90) ** 2 / 19)
    assert most.far == pytest.approx((4 * 80**2 / 19) ** 0.5)
    assert fairest.excess == pytest.approx((15 * 30 + 4 * 10) / 19)


def test_people_whom_nobody_reaches_do_not_count() -> None:
    with_them = problem_of(np.array([[0, 50, -1], [50, 0, -1]]), np.array([9.0, 4.0, 1000.0]))
    without = problem_of(np.array([[0, 50], [50, 0]]), np.array([9.0, 4.0]))
    fronts = [fairness_front(p, 1, limit=10, beyond=100).points[0] for p in (with_them, without)]
    assert fronts[0].far == fronts[1].far == pytest.approx((4 * 40**2 / 13) ** 0.5)


def test_a_front_of_one_point_and_of_nobody() -> None:
    assert len(fairness_front(problem_of(ROAD, PEOPLE), 4, limit=0, beyond=100).points) == 1
    (point,) = fairness_front(problem_of(ROAD, np.zeros(5)), 2, limit=0, beyond=100).points
    assert (point.covered, point.severity, point.proven) == (0.0, 0.0, True)


@pytest.mark.parametrize("points", [2, 3, 5])
def test_there_are_no_more_points_than_asked_for(points: int) -> None:
    for seed in range(12):
        problem = random_front_problem(seed)
        sites, budget = random_limits(problem, seed)
        front = fairness_front(problem, sites, budget=budget, limit=LIMIT, beyond=BEYOND, points=points)
        assert 1 <= len(front.points) <= points


def test_progress_is_that_of_the_whole_front_and_cancels() -> None:
    fractions: list[float] = []

    def progress(stage: str, fraction: float) -> None:
        assert stage == "fairness"
        fractions.append(fraction)

    problem = random_front_problem(1)
    fairness_front(problem, 3, limit=LIMIT, beyond=BEYOND, progress=progress)
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)

    def cancel(_stage: str, fraction: float) -> None:
        if fraction > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fairness_front(problem, 3, limit=LIMIT, beyond=BEYOND, progress=cancel)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 100}, "limit: got 100, allowed are 0 to 99"),
        ({"limit": -1}, "limit: got -1, allowed are 0 to 99"),
        ({"points": 1}, "points: got 1, allowed are 2 and above"),
        ({"step": 0}, "step: got 0, allowed are 1 and above"),
        ({"beyond": 2**30, "step": 2}, "step: got 2, allowed are 53688 and above"),
        ({"beyond": 3}, "beyond: got 3, allowed are 90"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_limits_are_checked(options: dict[str, int], message: str) -> None:
    problem = problem_of(np.array([[0, 90], [90, 0]]), np.array([1.0, 2.0]))
    with pytest.raises(ParameterError, match=message):
        fairness_front(problem, 1, **{"limit": 10, "beyond": 100, **options})

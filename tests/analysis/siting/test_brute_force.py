"""Every model finds the best choice of all, and proves it; without the solver its bound is on the right side of it."""

import numpy as np
import pytest
from scipy.optimize import linprog

from geoservice.analysis.siting.backup import backed_up, lscp_b
from geoservice.analysis.siting.capacitated import capacitated_mclp, capacitated_p_median
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.errors import Infeasible
from geoservice.geo import Ints

from .problems import best, choices, covered, nearest, random_limits, random_problem

SEEDS = range(60)
BEYOND = 60


@pytest.mark.parametrize("seed", SEEDS)
def test_mclp(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 3 > 0)
    sites, budget = random_limits(problem, seed)
    most = -best(problem, sites, budget, lambda chosen: -covered(problem, chosen))
    found = mclp(problem, sites, budget=budget)
    assert (found.objective, found.proven) == (pytest.approx(most), True)
    assert covered(problem, found.open_sites(problem)) == pytest.approx(found.objective)
    quick = mclp(problem, sites, budget=budget, seconds=0)
    assert quick.objective <= most + 1e-9 <= quick.bound + 2e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_p_median(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 3 > 0)
    sites, budget = random_limits(problem, seed)
    least = best(problem, sites, budget, lambda chosen: float(problem.weight @ nearest(problem, chosen, BEYOND)))
    found = p_median(problem, sites, budget=budget, beyond=BEYOND)
    assert (found.objective, found.proven) == (pytest.approx(least), True)
    quick = p_median(problem, sites, budget=budget, beyond=BEYOND, seconds=0)
    assert quick.bound - 1e-9 <= least <= quick.objective + 1e-9


def reachable(problem: Problem) -> "np.ndarray":
    return np.flatnonzero(problem.reached() & (problem.weight > 0))


@pytest.mark.parametrize("seed", SEEDS)
def test_p_center(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 3 > 0)
    sites, budget = random_limits(problem, seed)
    people = reachable(problem)
    least = best(problem, sites, budget, lambda chosen: nearest(problem, chosen, np.inf)[people].max(initial=0.0))
    if np.isinf(least):
        with pytest.raises(Infeasible, match="people within reach"):
            p_center(problem, sites, budget=budget)
    else:
        found = p_center(problem, sites, budget=budget)
        assert (found.objective, found.proven) == (least, True)


def cost_of_cover(problem: Problem, chosen: Ints) -> float:
    everybody = np.isfinite(nearest(problem, chosen, np.inf))[reachable(problem)].all()
    return float(problem.costs[chosen][~problem.has_state("kept")[chosen]].sum()) if everybody else np.inf


@pytest.mark.parametrize("seed", SEEDS)
def test_lscp(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 2 > 0)
    least = best(problem, problem.candidates, None, lambda chosen: cost_of_cover(problem, chosen))
    found = lscp(problem)
    assert (found.objective, found.proven, found.unserved.tolist()) == (least, True, [])
    assert lscp(problem, seconds=0).bound <= least


@pytest.mark.parametrize("seed", SEEDS)
def test_lscp_b(seed: int) -> None:
    problem = random_problem(seed)
    sites = int(lscp(problem).objective) + seed % 2
    kept = np.flatnonzero(problem.has_state("kept"))
    covers = [c for c in choices(problem, sites) if np.isfinite(cost_of_cover(problem, np.concatenate([kept, c])))]
    found = lscp_b(problem, sites)
    assert (found.objective, found.proven) == (max(backed_up(problem, c) for c in covers), True)


def transport(problem: Problem, chosen: Ints, worth: "np.ndarray") -> float:
    """Return the most that an assignment of people to sites with capacity is worth; ``worth`` is one number a pair."""
    row = np.repeat(np.arange(problem.candidates), np.diff(problem.pairs.indptr))
    used = np.flatnonzero(np.isin(row, chosen))
    if not len(used):
        return 0.0
    columns = np.arange(len(used))
    of_point, of_site = np.zeros((problem.points, len(used))), np.zeros((problem.candidates, len(used)))
    of_point[problem.pairs.point[used], columns] = of_site[row[used], columns] = 1
    limits = np.concatenate([problem.weight, problem.capacity])
    return -float(linprog(-worth[used], np.vstack([of_point, of_site]), limits).fun)


@pytest.mark.parametrize("seed", range(24))
def test_capacitated_mclp(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 3 > 0, capacities=True)
    sites, budget = random_limits(problem, seed)
    worth = np.ones(len(problem.pairs.ms))
    most = -best(problem, sites, budget, lambda chosen: -transport(problem, chosen, worth))
    found = capacitated_mclp(problem, sites, budget=budget)
    assert (found.objective, found.proven) == (pytest.approx(most), True)
    assert found.load.sum() == pytest.approx(most)
    assert (found.load <= problem.capacity + 1e-6).all()
    quick = capacitated_mclp(problem, sites, budget=budget, seconds=0)
    assert quick.objective <= most + 1e-6 <= quick.bound + 2e-6


@pytest.mark.parametrize("seed", range(24))
def test_capacitated_p_median(seed: int) -> None:
    problem = random_problem(seed, costs=seed % 3 > 0, capacities=True)
    sites, budget = random_limits(problem, seed)
    worth = BEYOND - problem.pairs.ms.astype(float)
    everything = problem.weight.sum() * BEYOND
    least = best(problem, sites, budget, lambda chosen: everything - transport(problem, chosen, worth))
    found = capacitated_p_median(problem, sites, budget=budget, beyond=BEYOND)
    assert (found.objective, found.proven) == (pytest.approx(least), True)
    quick = capacitated_p_median(problem, sites, budget=budget, beyond=BEYOND, seconds=0)
    assert quick.bound - 1e-6 <= least <= quick.objective + 1e-6

"""Random small problems and their best choices by trying all."""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np

from geoservice.analysis.siting.problem import STATES, Problem
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats, Ints


def problem_of(ms: "np.ndarray", weight: "np.ndarray", **columns: object) -> Problem:
    """Return the problem of a dense matrix, candidates x points; -1 is out of reach."""
    reached = ms >= 0
    indptr = np.append(0, np.cumsum(reached.sum(axis=1)))
    pairs = TravelPairs(indptr, np.nonzero(reached)[1].astype(np.int32), ms[reached].astype(np.int32))
    return Problem(pairs, np.asarray(weight, float), **columns)  # type: ignore[arg-type]  # columns of several types


def random_problem(seed: int, *, costs: bool = False, capacities: bool = False) -> Problem:
    """Return a problem of at most 8 candidates in random states and 12 points, some of them without people."""
    r = np.random.default_rng(seed)
    candidates, points = r.integers(1, 9), r.integers(1, 13)
    ms = np.where(r.random((candidates, points)) < 0.5, r.integers(0, 30, (candidates, points)), -1)
    return problem_of(
        ms,
        r.integers(0, 20, points),
        cost=r.integers(1, 5, candidates).astype(float) if costs else None,
        capacity=r.integers(1, 40, candidates).astype(float) if capacities else None,
        state=r.choice(STATES, candidates, p=[0.7, 0.1, 0.1, 0.1]).tolist(),
    )


def random_limits(problem: Problem, seed: int) -> tuple[int, float | None]:
    """Return a number of sites and, in every second problem, a budget, that the forced candidates leave open."""
    r = np.random.default_rng(seed)
    forced = problem.has_state("forced")
    budget = float(problem.costs[forced].sum() + r.integers(0, 8)) if seed % 2 else None
    return int(forced.sum() + r.integers(0, 4)), budget


def choices(problem: Problem, sites: int, budget: float | None = None) -> Iterator[Ints]:
    """Yield every choice within the limits, as candidates beside the kept ones."""
    forced = set(np.flatnonzero(problem.has_state("forced")).tolist())
    others = np.flatnonzero(~problem.has_state("kept")).tolist()
    for number in range(sites + 1):
        for choice in combinations(others, number):
            if forced <= set(choice) and (budget is None or problem.costs[list(choice)].sum() <= budget):
                yield np.array(choice, np.int64)


def best(problem: Problem, sites: int, budget: float | None, value: Callable[[Ints], float]) -> float:
    """Return the least value of a choice, with the kept sites, by trying all; infinite if there is none."""
    kept = np.flatnonzero(problem.has_state("kept"))
    return min((value(np.concatenate([kept, c])) for c in choices(problem, sites, budget)), default=np.inf)


def nearest(problem: Problem, sites: Ints, beyond: float) -> Floats:
    """Return the time of each point to the nearest of some sites, from a dense matrix."""
    dense = np.full((problem.candidates, problem.points), float(beyond))
    row = np.repeat(np.arange(problem.candidates), np.diff(problem.pairs.indptr))
    dense[row, problem.pairs.point] = problem.pairs.ms
    return np.minimum(dense[sites].min(axis=0, initial=beyond), beyond)


def covered(problem: Problem, sites: Ints) -> float:
    """Return the people within reach of some sites."""
    return float(problem.weight[np.isfinite(nearest(problem, sites, np.inf))].sum())

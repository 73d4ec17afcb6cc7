"""The maximal covering location problem (Church & ReVelle 1974): reach as many people as possible with some sites."""

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.greedy import greedy
from geoservice.analysis.siting.location import choose
from geoservice.analysis.siting.problem import SECONDS, Problem, limits_of
from geoservice.analysis.siting.reduction import Reduced, reduce
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Ints
from geoservice.progress import Progress, quiet


def mclp(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    limit: int | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Solution:
    """Return the sites that reach most people.

    Parameters
    ----------
    problem : Problem
        A point is covered by every candidate that it is paired with.
    sites : int, optional
        At most this many sites beside the kept ones.
    budget : float, optional
        At most this cost of all sites beside the kept ones.
    limit : int, optional
        Only pairs up to this time count.
    seconds : float
        Time limit of the solver; 0 gives the result of the greedy method and the exchange, with the gap proven by bounds.
    progress : function
        Called with a stage and a fraction; an exception in it cancels.

    Returns
    -------
    Solution
        The objective are the people covered, by kept sites too; the bound is the most that any choice covers.

    Raises
    ------
    ParameterError
        A limit is out of bounds.

    Examples
    --------
    >>> from geoservice.analysis.travel_pairs import TravelPairs
    >>> rows = TravelPairs(np.array([0, 2, 4, 5]), np.array([0, 1, 1, 2, 3], np.int32), np.zeros(5, np.int32))
    >>> best = mclp(Problem(rows, np.array([10.0, 20.0, 30.0, 5.0])), 1)
    >>> best.sites.tolist(), best.objective, best.proven
    ([1], 50.0, True)
    """
    problem = problem if limit is None else problem.within(limit)
    reduced = reduce(problem, limits_of(problem, sites, budget), 1, timed=False)
    choice = choose(reduced, seconds, progress)
    chosen = with_forced(problem, reduced, choice.rows)
    covered = covered_people(problem, chosen)
    bound = max(float(problem.weight.sum()) - choice.bound, covered)
    return solution("mclp", problem, chosen, covered, bound, choice.stage, exact=choice.exact)


def with_forced(problem: Problem, reduced: Reduced, rows: Ints) -> Ints:
    """Return the candidates of some rows of the reduced problem, after the forced ones."""
    return np.concatenate([np.flatnonzero(problem.has_state("forced")), reduced.site[rows]])


def by_people(problem: Problem, sites: Ints) -> Ints:
    """Return some sites in greedy order: each reaches most people whom those before it and the kept sites do not."""
    base = np.ones(problem.points, np.int32)
    pairs = (problem.pairs.indptr, problem.pairs.point, np.empty(0, np.int32))
    kernels.lower_base(*pairs, np.flatnonzero(problem.has_state("kept")), base)
    rows = TravelPairs(*kernels.useful_rows(*pairs, np.asarray(sites, np.int64), problem.weight, base))
    only = Reduced(sites, rows, problem.weight, base, np.ones(len(sites)), len(sites), np.inf, 0.0)
    order = greedy(only)
    return np.concatenate([sites[order], np.setdiff1d(sites, sites[order])])


def covered_people(problem: Problem, sites: Ints) -> float:
    """Return the people whom the kept sites and some others reach."""
    kept = np.flatnonzero(problem.has_state("kept"))
    return float(problem.weight[problem.reached(np.concatenate([kept, sites]))].sum())

"""The p-center problem (Hakimi 1964): the longest time of anybody to the nearest site is as short as possible."""

import numpy as np

from geoservice.analysis.siting.coverage import by_people, mclp, with_forced
from geoservice.analysis.siting.median import nearest_times
from geoservice.analysis.siting.problem import SECONDS, Limits, Problem, limits_of
from geoservice.analysis.siting.reduction import reduce
from geoservice.analysis.siting.set_cover import cover_all
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.errors import Infeasible
from geoservice.geo import Ints
from geoservice.progress import Progress, quiet


def p_center(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Solution:
    """Return the sites with the shortest longest time, by a search over times with set covering (Minieka 1970).

    Parameters
    ----------
    problem : Problem
        Points without people do not count.
    sites, budget, seconds, progress
        As in :func:`geoservice.analysis.siting.coverage.mclp`; the time limit is for each set covering problem.

    Returns
    -------
    Solution
        The objective is the longest time, in the unit of the pairs, of people whom any candidate reaches; those whom none
        reaches are in ``unreachable``.

    Raises
    ------
    Infeasible
        The sites cannot reach everybody whom the candidates reach; ``points`` are those that the best choice leaves out.
    """
    limits = limits_of(problem, sites, budget)
    times = _times(problem)
    if not len(times):
        return solution("p_center", problem, np.flatnonzero(problem.has_state("forced")), 0.0, 0.0, "greedy", exact=True)
    best, proven = _bisect(problem, limits, times, seconds, progress)
    if best is None:
        raise _too_few(problem, limits, seconds, progress)
    best = by_people(problem.within(int(_longest(problem, best))), best)
    longest = _longest(problem, best)
    return solution("p_center", problem, best, longest, min(proven, longest), "solver")


def _times(problem: Problem) -> Ints:
    """Return the distinct times that can be the longest one, ascending: none is below the best time of each point."""
    people = problem.weight > 0
    nearest = np.full(problem.points, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(nearest, problem.pairs.point, problem.pairs.ms)
    reached = people & problem.reached()
    if not reached.any():
        return np.empty(0, np.int64)
    used = reached[problem.pairs.point] & (problem.pairs.ms >= nearest[reached].max())
    return np.unique(problem.pairs.ms[used]).astype(np.int64)


def _bisect(problem: Problem, limits: Limits, times: Ints, seconds: float, progress: Progress) -> tuple[Ints | None, float]:
    """Return the best choice, None for none, and the time below which none exists."""
    best, _ = _cover(problem, limits, int(times[-1]), seconds, progress)
    if best is None:
        return None, float(times[-1])
    low, proven, high = 0, 0, _position(problem, times, best)
    while low < high:
        progress("center", 1.0 - (high - low) / len(times))
        middle = (low + high) // 2
        chosen, is_proven = _cover(problem, limits, int(times[middle]), seconds, progress)
        if chosen is not None:
            best, high = chosen, _position(problem, times, chosen)
        else:
            low = middle + 1
            proven = low if is_proven else proven  # what no choice does within a time, none does within a shorter one
    progress("center", 1.0)
    return best, float(times[proven])


def _position(problem: Problem, times: Ints, sites: Ints) -> int:
    return int(np.searchsorted(times, _longest(problem, sites)))


def _cover(problem: Problem, limits: Limits, time: int, seconds: float, progress: Progress) -> tuple[Ints | None, bool]:
    """Return a choice that reaches within a time everybody who can be reached; else None, and whether there is proof."""
    by_cost = bool(np.isfinite(limits.budget))
    near = problem.within(time)
    if not near.reached()[problem.reached() & (problem.weight > 0)].all():
        return None, True
    if not by_cost:
        near = Problem(near.pairs, near.weight, None, None, near.state)
    reduced = reduce(near, limits, 1, timed=False)

    def stages(_stage: str, _fraction: float) -> None:
        progress("covering", 0.5)  # it can cancel

    most = reduced.budget * (1 + 1e-12) if by_cost else float(reduced.sites)
    cover = cover_all(reduced, seconds, stages, most=most, sites=reduced.sites)
    if cover is None:
        return None, True
    if cover.cost <= most and len(cover.rows) <= reduced.sites:
        return with_forced(problem, reduced, cover.rows), True
    return None, cover.exact or cover.bound > most


def _longest(problem: Problem, sites: Ints) -> float:
    people = (problem.weight > 0) & problem.reached()
    return float(nearest_times(problem, sites, np.iinfo(np.int32).max)[people].max())


def _too_few(problem: Problem, limits: Limits, seconds: float, progress: Progress) -> Infeasible:
    budget = None if np.isinf(limits.budget) else limits.budget
    best = mclp(problem, limits.sites, budget=budget, seconds=seconds, progress=progress)
    everybody = float(problem.weight[problem.reached()].sum())
    if best.bound >= everybody * (1 - 1e-12):
        return Infeasible("sites: no choice that reaches everybody was found within the time limit", best.unserved.tolist())
    limit = f"{limits.sites} sites" if budget is None else f"a budget of {budget:g}"
    message = (
        f"sites: {limit} reach at most {best.bound:.0f} of the {everybody:.0f} people within reach of the candidates; "
        "allow more sites, or a longer time"
    )
    return Infeasible(message, best.unserved.tolist())

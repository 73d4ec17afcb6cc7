"""The p-median problem (Hakimi 1964; ReVelle & Swain 1970): least travel time of all people together."""

import numpy as np

from geoservice.analysis.siting.coverage import with_forced
from geoservice.analysis.siting.location import choose
from geoservice.analysis.siting.problem import SECONDS, Problem, limits_of
from geoservice.analysis.siting.reduction import reduce
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.errors import ParameterError
from geoservice.geo import Int32s, Ints
from geoservice.progress import Progress, quiet

LARGEST_TIME = 2**30
"""Times and the time of people beyond reach are below this."""


def default_beyond(problem: Problem) -> int:
    """Return the time charged to people out of reach by default: twice the longest time of a pair."""
    return max(2 * int(problem.pairs.ms.max(initial=0)), 1)


def checked_beyond(problem: Problem, beyond: int | None) -> int:
    """Return the time charged to people out of reach; raises :class:`ParameterError` if it is below a time of a pair."""
    longest = int(problem.pairs.ms.max(initial=0))
    value = default_beyond(problem) if beyond is None else beyond
    if not longest <= value < 2 * LARGEST_TIME:
        raise ParameterError(
            f"beyond: got {value}, allowed are {longest} (the longest time of a pair) to {2 * LARGEST_TIME - 1}"
        )
    return value


def p_median(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
    beyond: int | None = None,
) -> Solution:
    """Return the sites with the least sum of people x time to the nearest open site.

    Parameters
    ----------
    problem : Problem
    sites, budget, seconds, progress
        As in :func:`mclp`.
    beyond : int, optional
        Time that counts for people whom no open site reaches; by default twice the longest time of a pair. With the longest
        time alone nobody would be worse off out of reach than at its edge.

    Returns
    -------
    Solution
        The objective is the sum, kept sites counted; the bound is the least that any choice has.

    Raises
    ------
    ParameterError
        A limit is out of bounds.

    Examples
    --------
    >>> from geoservice.analysis.travel_pairs import TravelPairs
    >>> rows = TravelPairs(np.array([0, 2, 4]), np.array([0, 1, 0, 1], np.int32), np.array([0, 10, 10, 0], np.int32))
    >>> best = p_median(Problem(rows, np.array([3.0, 1.0])), 1)
    >>> best.sites.tolist(), best.objective
    ([0], 10.0)
    """
    charged = checked_beyond(problem, beyond)
    reduced = reduce(problem, limits_of(problem, sites, budget), charged, timed=True)
    choice = choose(reduced, seconds, progress)
    chosen = with_forced(problem, reduced, choice.rows)
    total = float(problem.weight @ nearest_times(problem, chosen, charged))
    return solution("p_median", problem, chosen, total, min(choice.bound, total), choice.stage, exact=choice.exact)


def nearest_times(problem: Problem, sites: Ints, beyond: int) -> Int32s:
    """Return the time of each point to the nearest of the kept sites and some others; shape ``(points,)``."""
    nearest = np.full(problem.points, beyond, np.int32)
    for site in (*np.flatnonzero(problem.has_state("kept")), *sites):
        row = problem.row(int(site))
        points = problem.pairs.point[row]
        nearest[points] = np.minimum(nearest[points], problem.pairs.ms[row])
    return nearest

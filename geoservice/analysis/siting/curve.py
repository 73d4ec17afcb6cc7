"""How far more sites go: people covered by number of sites, and the trade-off of coverage and fairness."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting.coverage import covered_people, with_forced
from geoservice.analysis.siting.greedy import best_greedy, order_of, ranking
from geoservice.analysis.siting.median import checked_beyond, nearest_times
from geoservice.analysis.siting.problem import Problem, limits_of
from geoservice.analysis.siting.reduction import reduce
from geoservice.analysis.siting.swap import swap_search
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Floats, Int32s, Ints
from geoservice.progress import Progress, quiet

_SCALE = 1_000_000


@dataclass(frozen=True)
class Curve:
    """People covered after each further site of one greedy order, and the most that any choice of as many sites covers.

    ``sites`` are candidates, shape ``(n,)``; ``covered`` and ``bound``, shape ``(n + 1,)``, begin with the kept and forced
    sites alone.
    """

    sites: Ints
    covered: Floats
    bound: Floats


def coverage_curve(problem: Problem, sites: int, *, limit: int | None = None, progress: Progress = quiet) -> Curve:
    """Return the coverage by number of sites, up to ``sites`` beside the kept ones; it ends where nobody is left to reach.

    Examples
    --------
    >>> rows = TravelPairs(np.array([0, 2, 4, 5]), np.array([0, 1, 1, 2, 3], np.int32), np.zeros(5, np.int32))
    >>> curve = coverage_curve(Problem(rows, np.array([10.0, 20.0, 30.0, 5.0])), 3)
    >>> curve.sites.tolist(), curve.covered.tolist(), curve.bound.tolist()
    ([1, 0, 2], [0.0, 50.0, 60.0, 65.0], [0.0, 50.0, 65.0, 65.0])
    """
    problem = problem if limit is None else problem.within(limit)
    reduced = reduce(problem, limits_of(problem, sites, None), 1, timed=False)
    ranked = ranking(reduced, progress)
    first = covered_people(problem, np.flatnonzero(problem.has_state("forced")))
    covered, bound = (np.concatenate([[first], first + part]) for part in (ranked.saved, ranked.bound))
    return Curve(reduced.site[ranked.rows], covered, np.maximum(bound, covered))


@dataclass(frozen=True)
class Tradeoff:
    """A choice that no other one on the curve beats in both coverage and fairness.

    ``covered`` are the people within the limit. ``severity``, 0 to 1, is the mean square of the time above the limit as a
    share of the most that it can be (the severity of Foster, Greer & Thorbecke 1984): it weighs those far away most.
    ``excess`` is the mean time above the limit.
    """

    sites: Ints
    covered: float
    severity: float
    excess: float


def fairness_curve(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    beyond: int | None = None,
    progress: Progress = quiet,
    limit: int,
    steps: int = 6,
) -> list[Tradeoff]:
    """Return choices from most coverage to least severity of the times above the limit.

    Each is the greedy choice, improved by exchanges, for one weighting of the two; there is no proof that no better one exists.

    Parameters
    ----------
    problem : Problem
        With pairs beyond the limit, since the time of people who are not covered counts.
    sites, budget, beyond, progress
        As in :func:`geoservice.analysis.siting.median.p_median`.
    limit : int
        Time up to which people are covered.
    steps : int
        Number of weightings, from 2.
    """
    charged = checked_beyond(problem, beyond)
    if steps < 2:
        raise ParameterError(f"steps: got {steps}, allowed are 2 and above")
    if not 0 <= limit < charged:
        raise ParameterError(f"limit: got {limit}, allowed are 0 to {charged - 1}")
    choices = []
    for step, share in enumerate(np.linspace(0.0, 1.0, steps)):
        progress("fairness", step / steps)
        choices.append(_choice(problem, sites, budget, limit, charged, float(share)))
    progress("fairness", 1.0)
    return _undominated(choices)


def _choice(problem: Problem, sites: int | None, budget: float | None, limit: int, beyond: int, share: float) -> Tradeoff:
    indptr, point, ms = problem.pairs
    cost = _cost(ms, limit, beyond, share)
    weighted = Problem(TravelPairs(indptr, point, cost), problem.weight, problem.cost, None, problem.state)
    reduced = reduce(weighted, limits_of(problem, sites, budget), _SCALE, timed=True)
    rows = swap_search(reduced, best_greedy(reduced))
    chosen = with_forced(problem, reduced, order_of(reduced, rows))
    nearest = nearest_times(problem, chosen, beyond)
    above = np.maximum(nearest.astype(float) - limit, 0.0)
    total = max(float(problem.weight.sum()), 1e-300)
    covered = float(problem.weight[nearest <= limit].sum())
    severity = float(problem.weight @ (above / (beyond - limit)) ** 2) / total
    return Tradeoff(chosen, covered, severity, float(problem.weight @ above) / total)


def _cost(ms: Int32s, limit: int, beyond: int, share: float) -> Int32s:
    """Return a cost of each time: 0 within the limit, at most ``_SCALE`` beyond reach."""
    above = np.clip((ms.astype(float) - limit) / (beyond - limit), 0.0, 1.0)
    cost: Int32s = np.rint(_SCALE * np.where(ms > limit, 1 - share + share * above**2, 0.0)).astype(np.int32)
    return cost


def _undominated(choices: list[Tradeoff]) -> list[Tradeoff]:
    """Return the choices that none beats, by descending coverage."""
    ordered = sorted(choices, key=lambda choice: (-choice.covered, choice.severity))
    kept: list[Tradeoff] = []
    for choice in ordered:
        if not kept or choice.severity < kept[-1].severity:
            kept.append(choice)
    return kept

"""How far more sites go: people covered by number of sites."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting.coverage import covered_people
from geoservice.analysis.siting.greedy import ranking
from geoservice.analysis.siting.problem import Problem, limits_of
from geoservice.analysis.siting.reduction import reduce
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet


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
    >>> from geoservice.analysis.travel_pairs import TravelPairs
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

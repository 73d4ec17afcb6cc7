"""The result of a siting model, with a proven bound of what any choice can reach."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting.problem import Problem
from geoservice.geo import Floats, Ints

PROVEN_GAP = 1e-9


@dataclass(frozen=True)
class Solution:
    """The chosen sites and how good they are.

    Attributes
    ----------
    model : str
    sites : int64 array
        Candidates that are open beside the kept ones, in the order in which they gain most (forced ones first in ``mclp`` and
        ``p_median``).
    objective : float
        People covered, weighted time, largest time, or number (cost) of sites, as the model says.
    bound : float
        No choice within the limits is better than this.
    gap : float
        ``|bound - objective| / |objective|``; 0 if both are 0.
    proven : bool
        Whether the choice is proven to be the best.
    stage : str
        The stage that found it: ``greedy``, ``swap``, ``bound`` or ``solver``.
    closed : int64 array
        Closable sites that close.
    unreachable : int64 array
        Points with people that no candidate reaches, whether it opens or not.
    unserved : int64 array
        Points with people that some candidate reaches, but no open site.
    load : float64 array, shape (candidates,), optional
        People assigned to each open site, in the capacitated models.
    """

    model: str
    sites: Ints
    objective: float
    bound: float
    gap: float
    proven: bool
    stage: str
    closed: Ints
    unreachable: Ints
    unserved: Ints
    load: Floats | None = None

    def open_sites(self, problem: Problem) -> Ints:
        """Return all open candidates: the kept ones and the chosen ones, ascending."""
        return np.union1d(np.flatnonzero(problem.has_state("kept")), self.sites)


def relative_gap(objective: float, bound: float) -> float:
    """Return the relative distance of an objective and its bound.

    >>> relative_gap(90.0, 99.0), relative_gap(0.0, 0.0)
    (0.1, 0.0)
    """
    difference = abs(bound - objective)
    return 0.0 if difference == 0 else difference / max(abs(objective), 1e-300)


def solution(
    model: str, problem: Problem, sites: Ints, objective: float, bound: float, stage: str, *, exact: bool = False
) -> Solution:
    """Return the solution with its gap and the points that are not served; ``exact`` if a solver has proven it."""
    gap = relative_gap(objective, bound)
    if exact or gap <= PROVEN_GAP:
        bound, gap = objective, 0.0
    people = problem.weight > 0
    reachable = problem.reached()
    open_sites = np.union1d(np.flatnonzero(problem.has_state("kept")), sites)
    return Solution(
        model=model,
        sites=np.asarray(sites, np.int64),
        objective=objective,
        bound=bound,
        gap=gap,
        proven=gap == 0,
        stage=stage,
        closed=np.setdiff1d(np.flatnonzero(problem.has_state("closable")), sites),
        unreachable=np.flatnonzero(people & ~reachable),
        unserved=np.flatnonzero(people & reachable & ~problem.reached(open_sites)),
    )

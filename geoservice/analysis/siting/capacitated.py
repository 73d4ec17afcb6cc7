"""Coverage and p-median with capacities: a site serves no more people than it can (Current & Storbeck 1988).

The people of a point may go to several sites. What a set of sites is worth is then submodular, as it is the value of an
assignment, so the greedy method has the guarantee and the bounds that it has without capacities.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting.allocation import Allocation
from geoservice.analysis.siting.coverage import by_people
from geoservice.analysis.siting.lagrangian import cheapest_rows
from geoservice.analysis.siting.location import choose
from geoservice.analysis.siting.median import checked_beyond
from geoservice.analysis.siting.problem import SECONDS, Limits, Problem, limits_of
from geoservice.analysis.siting.reduction import reduce
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.analysis.siting.solver import solve
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet

MAX_SWAP_EVALUATIONS = 200
MAX_PAIRS = 300_000
"""With more pairs the solver would not come to a better bound in minutes."""


class _Choice(NamedTuple):
    sites: Ints
    worth: float
    bound: float
    stage: str
    exact: bool


def capacitated_mclp(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    limit: int | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Solution:
    """Return the sites that serve most people within reach and within capacity.

    Parameters
    ----------
    problem : Problem
        With capacities, of kept sites too.
    sites, budget, limit, seconds, progress
        As in :func:`geoservice.analysis.siting.coverage.mclp`.

    Returns
    -------
    Solution
        The objective are the people served; ``load`` has them by site.

    Examples
    --------
    >>> from geoservice.analysis.travel_pairs import TravelPairs
    >>> rows = TravelPairs(np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), np.zeros(3, np.int32))
    >>> best = capacitated_mclp(Problem(rows, np.array([10.0, 20.0]), capacity=np.array([12.0, 15.0])), 1)
    >>> best.sites.tolist(), best.objective
    ([1], 15.0)
    """
    problem = problem if limit is None else problem.within(limit)
    allocation, limits = Allocation.of(problem, 1, timed=False), limits_of(problem, sites, budget)
    unlimited = choose(reduce(problem, limits, 1, timed=False), 0.0, progress)
    ceiling = float(problem.weight.sum()) - unlimited.bound
    choice = _choose(problem, allocation, limits, ceiling, seconds, progress)
    return _solution("capacitated_mclp", problem, allocation, choice, choice.worth, max(choice.bound, choice.worth))


def capacitated_p_median(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    beyond: int | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Solution:
    """Return the sites with the least sum of people x time, no site serving more people than it can.

    Parameters
    ----------
    problem : Problem
        With capacities, of kept sites too.
    sites, budget, beyond, seconds, progress
        As in :func:`geoservice.analysis.siting.median.p_median`; people for whom there is no capacity count as out of reach.

    Returns
    -------
    Solution
        The objective is the sum; ``load`` has the people served by site.
    """
    charged = checked_beyond(problem, beyond)
    allocation, limits = Allocation.of(problem, charged, timed=True), limits_of(problem, sites, budget)
    unlimited = choose(reduce(problem, limits, charged, timed=True), 0.0, progress)
    everything = float(problem.weight.sum()) * charged
    choice = _choose(problem, allocation, limits, everything - unlimited.bound, seconds, progress)
    value, bound = everything - choice.worth, everything - max(choice.bound, choice.worth)
    return _solution("capacitated_p_median", problem, allocation, choice, value, bound)


def _solution(model: str, problem: Problem, allocation: Allocation, choice: _Choice, value: float, bound: float) -> Solution:
    found = solution(model, problem, by_people(problem, choice.sites), value, bound, choice.stage, exact=choice.exact)
    load = allocation.load(found.open_sites(problem))
    return Solution(**{**vars(found), "load": load})


def _choose(
    problem: Problem, allocation: Allocation, limits: Limits, ceiling: float, seconds: float, progress: Progress
) -> _Choice:
    search = _Search(problem, allocation, limits, progress)
    search.greedy()
    greedy = search.worth
    bound = min(search.bound(), ceiling)
    search.swap()
    sites, stage = np.array(search.sites, np.int64), "swap" if search.worth > greedy else "greedy"
    choice = _Choice(sites, search.worth, max(bound, search.worth), stage, exact=False)
    if seconds <= 0 or bound <= search.worth * (1 + 1e-12) or len(allocation.site) > MAX_PAIRS:
        return choice
    return _solved(problem, allocation, limits, choice, seconds, progress)


class _Search:
    """A choice of candidates beside the kept ones, and upper bounds of what each further one is worth."""

    def __init__(self, problem: Problem, allocation: Allocation, limits: Limits, progress: Progress) -> None:
        self.allocation, self.limits, self.progress = allocation, limits, progress
        self.kept, self.cost = np.flatnonzero(problem.has_state("kept")), problem.costs
        self.forced = {int(site) for site in np.flatnonzero(problem.has_state("forced"))}
        self.sites = sorted(self.forced)
        self.upper: Floats = allocation.alone()
        self.upper[np.concatenate([self.kept, np.array(self.sites, np.int64)])] = 0.0
        self.worth = self._value(self.sites)

    def _value(self, sites: list[int]) -> float:
        return self.allocation.value(np.concatenate([self.kept, np.array(sites, np.int64)]))

    @property
    def _left(self) -> float:
        return float(self.limits.budget - self.cost[self.sites].sum()) * (1 + 1e-12)

    def greedy(self) -> None:
        """Add the site that is worth most until a limit is met; values of earlier stages bound later ones (Minoux 1978)."""
        while len(self.sites) < self.limits.sites:
            self.progress("greedy", len(self.sites) / self.limits.sites)
            if (best := self._best()) < 0:
                return
            self.worth += float(self.upper[best])
            self.sites.append(best)
            self.upper[best] = 0.0

    def _best(self) -> int:
        fresh: set[int] = set()
        while True:
            open_to_choice = np.where(self.cost <= self._left, self.upper, 0.0)
            best = int(np.argmax(open_to_choice))
            if open_to_choice[best] <= 1e-9 * max(self.worth, 1e-300):
                return -1
            if best in fresh:
                return best
            self.upper[best] = min(max(self._value([*self.sites, best]) - self.worth, 0.0), float(self.upper[best]))
            fresh.add(best)

    def bound(self) -> float:
        """Return the most that any choice within the limits is worth."""
        forced = float(self.cost[sorted(self.forced)].sum())
        limits = (self.limits.sites - len(self.forced), self.limits.budget - forced)
        return self.worth - cheapest_rows(-self.upper, self.cost, *limits)[0]

    def swap(self) -> None:
        """Exchange sites while that is worth more, up to a number of evaluations."""
        left, improved = MAX_SWAP_EVALUATIONS, True
        while improved and left > 0:
            improved = False
            for out in [site for site in self.sites if site not in self.forced]:
                for new in np.argsort(-self.allocation.alone(), kind="stable"):
                    if left <= 0:
                        return
                    if int(new) in self.sites or new in self.kept or self.cost[new] - self.cost[out] > self._left:
                        continue
                    left -= 1
                    self.progress("swap", 1 - left / MAX_SWAP_EVALUATIONS)
                    sites = [int(new) if site == out else site for site in self.sites]
                    if (worth := self._value(sites)) > self.worth * (1 + 1e-9):
                        self.sites, self.worth, improved = sites, worth, True
                        break


def _solved(
    problem: Problem, allocation: Allocation, limits: Limits, choice: _Choice, seconds: float, progress: Progress
) -> _Choice:
    free, fixed = ~problem.has_state("kept"), problem.has_state("kept", "forced")
    program = allocation.program(free, fixed, problem.costs, *limits)
    answer = solve(program, seconds, progress)
    if answer.values is not None:
        sites = np.flatnonzero((answer.values[: problem.candidates] > 0.5) & free)
        worth = allocation.value(np.concatenate([np.flatnonzero(~free), sites]))
        is_within = len(sites) <= limits.sites and float(problem.costs[sites].sum()) <= limits.budget * (1 + 1e-12)
        if not is_within:  # by a rounding error of the solver
            answer = replace(answer, finished=False)
        elif worth > choice.worth * (1 + 1e-12):
            choice = choice._replace(sites=sites, worth=worth, stage="solver")
    return choice._replace(bound=max(min(choice.bound, -answer.bound), choice.worth), exact=answer.finished)

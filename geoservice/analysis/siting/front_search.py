"""The fairest choice of sites that covers at least so many people, and the most that any choice covers.

Both are read off one reduced problem in which a time costs more the further it is beyond the limit: the square of the steps
beyond it, and ``TIE`` for not being covered at all. The fairest choice with a least coverage is found by the epsilon-constraint
method (Haimes, Lasdon & Wismer 1971): its bound charges a price for each person not covered, and the solver searches what the
bound leaves open. Since people covered count a little in the cost, no other choice is better in one and as good in the other.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy import sparse

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.coverage import covered_people
from geoservice.analysis.siting.greedy import best_greedy
from geoservice.analysis.siting.lagrangian import Relaxation, relax
from geoservice.analysis.siting.location import MAX_SOLVER_PAIRS, Choice, choose, latest_times
from geoservice.analysis.siting.problem import Limits, Problem
from geoservice.analysis.siting.radius_formulation import fixed_cost, levels_of, radius_program, start_values
from geoservice.analysis.siting.reduction import Reduced, merge_points, reduce, restrict, without_dominated
from geoservice.analysis.siting.solver import Program, rows_of, solve, stacked
from geoservice.analysis.siting.swap import swap_search
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.progress import Progress

SCALE = 2**29
"""Cost of a person out of reach of every site, at most; smaller costs are whole numbers too."""
TIE = 5_000
"""Cost of a person who is not covered, whatever the time: some 1/100 000 of the largest."""
_DEAREST = 2**30
_ITERATIONS = 300
"""Iterations of the bound of each point: later ones raise it little, and the solver goes on from there."""
_EXACT = 1e-9


class FrontChoice(NamedTuple):
    """Rows of a search, the people they cover, their cost, a lower bound of it at this coverage, and whether it is proven."""

    rows: Ints
    covered: float
    cost: float
    bound: float
    exact: bool


@dataclass(frozen=True)
class StepCosts:
    """Costs of times: ``unit`` for the square of the steps beyond the limit that were begun, at most ``most`` steps."""

    limit: int
    step: int
    most: int

    @property
    def unit(self) -> int:
        """Return the cost of one step beyond the limit."""
        return SCALE // self.most**2

    def steps(self, ms: "Int32s") -> "Int32s":
        """Return the steps beyond the limit that were begun.

        >>> StepCosts(10, 5, 3).steps(np.array([9, 10, 11, 16, 90], np.int32)).tolist()
        [0, 0, 1, 2, 3]
        """
        steps: Int32s = np.clip(-(-(ms.astype(np.int64) - self.limit) // self.step), 0, self.most).astype(np.int32)
        return steps

    def costs(self, ms: "Int32s") -> "Int32s":
        """Return the cost of each time."""
        steps = self.steps(ms).astype(np.int64)
        costs: Int32s = np.where(steps > 0, TIE + self.unit * steps**2, 0).astype(np.int32)
        return costs


class FrontSearch:
    """Choices within some limits, remembered as they are met."""

    def __init__(self, problem: Problem, limits: Limits, costs: StepCosts, progress: Progress) -> None:
        indptr, point, ms = problem.pairs
        timed = Problem(TravelPairs(indptr, point, costs.costs(ms)), problem.weight, problem.cost, None, problem.state)
        self.problem = reduce(timed, limits, TIE + costs.unit * costs.most**2, timed=True)
        self.progress = progress
        self.people = float(problem.weight.sum())
        settled = covered_people(problem.within(costs.limit), np.flatnonzero(problem.has_state("forced")))
        open_points = float(self.problem.weight[self.problem.base > 0].sum())
        self.never = max(self.people - settled - open_points, 0.0)
        self.known: list[FrontChoice] = []

    def covered(self, rows: Ints) -> float:
        """Return the people whom some rows cover, with the kept and forced sites."""
        return self.people - self.never - float(self.problem.weight[self.problem.nearest(rows) > 0].sum())

    def met(self, rows: Ints) -> FrontChoice:
        """Remember a choice, and return it."""
        rows = np.asarray(rows, np.int64)
        self.known.append(FrontChoice(rows, self.covered(rows), self.problem.value(rows), -np.inf, exact=False))
        return self.known[-1]

    def priced(self, price: int) -> Reduced:
        """Return the problem in which each person who is not covered costs so much more."""
        p = self.problem
        ms, base = (np.where(times > 0, times + price, 0).astype(np.int32) for times in (p.pairs.ms, p.base))
        return replace(p, pairs=p.pairs._replace(ms=ms), base=base, constant=p.constant + price * self.never)

    def most_covered(self, seconds: float) -> Choice:
        """Return the choice that covers most people; ``value`` and ``bound`` are those not covered."""
        p = self.problem
        pairs = kernels.rows_within(*p.pairs, 0)
        untimed = TravelPairs(pairs[0], pairs[1], np.empty(0, np.int32))
        base = (p.base > 0).astype(np.int32)
        plain = replace(p, site=np.arange(p.rows), pairs=untimed, base=base, constant=self.never)
        plain = merge_points(without_dominated(merge_points(plain)))
        choice = choose(plain, seconds, self.progress)
        return choice._replace(rows=plain.site[choice.rows])

    def fairest(self, seconds: float) -> FrontChoice:
        """Return the choice of least cost."""
        choice = choose(self.problem, seconds, self.progress)
        met = self.met(choice.rows)
        exact = choice.exact or met.cost - choice.bound <= _EXACT * met.cost
        return met._replace(bound=choice.bound, exact=exact)

    def sketch(self, prices: list[int]) -> None:
        """Meet greedy choices at some prices, improved by exchanges."""
        for price in prices:
            priced = self.priced(price)
            self.met(swap_search(priced, best_greedy(priced, self.progress), self.progress))

    def best_known(self, least: float) -> FrontChoice:
        """Return the cheapest choice met that covers so many people; ``least`` is below the most that was met."""
        return min((c for c in self.known if c.covered >= least), key=lambda c: c.cost)

    def cheapest(self, least: float, price: int, seconds: float) -> FrontChoice:
        """Return the cheapest choice that covers at least so many people.

        ``price`` is what its bound charges for each person who is not covered; any is valid, the slope of the front is best.
        """
        price = int(np.clip(price, 0, _DEAREST))
        priced = self.priced(price)
        relaxation = relax(priced, swap_search(priced, self.best_known(least).rows, self.progress), self.progress, _ITERATIONS)
        self.met(swap_search(priced, relaxation.rows, self.progress))
        known, allowance = self.best_known(least), price * (self.people - least)
        known = known._replace(bound=min(relaxation.bound - allowance, known.cost), exact=False)
        if known.cost - known.bound <= _EXACT * max(known.cost, 1e-300):
            return known._replace(exact=True)
        relaxation = replace(relaxation, rows=known.rows, value=known.cost + allowance)
        return known if seconds <= 0 else self._solved(known, least, price, relaxation, seconds)

    def _solved(self, known: FrontChoice, least: float, price: int, relaxation: Relaxation, seconds: float) -> FrontChoice:
        """Return the choice after the solver has searched what the bound leaves open."""
        opened, closed = relaxation.fixed(self.priced(price))
        left = restrict(self.problem, opened, closed)
        if not left.rows or left.sites < 1:  # every other choice costs more
            return self._better(known, np.flatnonzero(opened), least)._replace(exact=True)
        if left.size > MAX_SOLVER_PAIRS:
            return known
        latest = np.maximum(latest_times(left, relaxation) - price, 0.0)
        program = self._program(left, latest, least)
        answer = solve(program, seconds, self.progress, self._start(known.rows, opened, left, latest, len(program.cost)))
        if answer.infeasible:  # the bound leaves no better choice
            return known._replace(bound=known.cost, exact=True)
        best = known
        if answer.values is not None:
            rows = np.concatenate([np.flatnonzero(opened), left.site[rows_of(answer.values, left.rows)]])
            if not self._is_allowed(rows, least):  # by a rounding error of the solver
                answer = replace(answer, finished=False)
            best = self._better(known, rows, least)
        bound = max(known.bound, min(answer.bound + fixed_cost(left, latest), best.cost))
        return best._replace(bound=bound, exact=answer.finished)

    def _is_allowed(self, rows: Ints, least: float) -> bool:
        return self.problem.is_within_limits(rows) and self.covered(rows) >= least - _EXACT * self.people

    def _better(self, known: FrontChoice, rows: Ints, least: float) -> FrontChoice:
        if not self._is_allowed(rows, least) or self.problem.value(rows) >= known.cost:
            return known
        return self.met(rows)._replace(bound=known.bound)

    def _program(self, left: Reduced, latest: Floats, least: float) -> Program:
        """Return the program of the least cost with one more row: the people who are not covered."""
        program, levels = radius_program(left, latest), levels_of(left, latest)
        first = np.flatnonzero(levels.time == 0)
        coverable = np.zeros(len(left.weight), np.bool_)
        coverable[levels.point[first]] = True
        always = self.never + float(left.weight[(left.base > 0) & ~coverable].sum())
        columns = left.rows + first
        weight = left.weight[levels.point[first]]
        row = stacked([(np.zeros(len(first), np.int64), columns, weight)], (1, len(program.cost)))
        most = self.people - least - always + _EXACT * self.people
        return replace(
            program,
            matrix=sparse.csr_array(sparse.vstack([program.matrix, row])),
            lower=np.append(program.lower, -np.inf),
            upper=np.append(program.upper, most),
        )

    def _start(self, rows: Ints, opened: Bools, left: Reduced, latest: Floats, columns: int) -> Floats | None:
        """Return the values of the program for a known choice, None if the bound has fixed other rows."""
        chosen, fixed = set(rows.tolist()), set(np.flatnonzero(opened).tolist())
        own = np.array([n for n, row in enumerate(left.site.tolist()) if row in chosen], np.int64)
        holds = fixed <= chosen and len(own) + len(fixed) == len(chosen)
        return start_values(left, latest, own, columns) if holds else None

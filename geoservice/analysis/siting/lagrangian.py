"""Bounds of the least weighted time by Lagrangian relaxation, and the sites that they fix.

Each point pays a price to be served (Cornuejols, Fisher & Nemhauser 1977). For given prices the best sites are those with
the lowest reduced costs, and the value is a bound for every choice; the prices are improved by a subgradient method (Held,
Wolfe & Crowder 1974). The best prices give the bound of the linear relaxation. A site whose use would raise the bound above
a known choice can be left out, and one whose absence would can be fixed (Beasley 1993).
"""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.reduction import Reduced
from geoservice.analysis.siting.swap import swap_search
from geoservice.geo import Bools, Floats, Ints
from geoservice.progress import Progress, quiet

ITERATIONS = 1000
_MAX_WORK = 1e9
"""TravelPairs visited in all iterations together; large problems have fewer iterations."""
_IMPROVED, _IMPROVED_LARGE, _LARGE = 20, 4, 1_000_000
"""Number of times that the choice behind the bound is improved by exchanges, and the same with more pairs than that."""
_PATIENCE = 12
_LEAST_STEP = 1e-4
_TOLERANCE = 1e-11


@dataclass(frozen=True)
class Relaxation:
    """A lower bound of the cost, the prices that give it, their reduced costs, and the best choice that was met."""

    bound: float
    price: Floats
    reduced: Floats
    rows: Ints
    value: float

    def fixed(self, problem: Reduced) -> tuple[Bools, Bools]:
        """Return the rows that every better choice than ``value`` opens, and those that none does; shapes ``(rows,)``."""
        nobody = np.zeros(problem.rows, np.bool_)
        slack = self.value - self.bound + 1e-9 * max(abs(self.value), 1.0)
        if np.isfinite(problem.budget):  # whatever else is open, such a row raises the bound by its own reduced cost
            return nobody, (self.reduced > slack) | (problem.cost > problem.budget * (1 + 1e-12))
        order = np.argsort(self.reduced, kind="stable")
        chosen = nobody.copy()
        chosen[order[: problem.sites]] = True
        if problem.sites >= problem.rows or problem.sites < 1:
            return nobody, ~chosen
        last, following = self.reduced[order[problem.sites - 1]], self.reduced[order[problem.sites]]
        opened = chosen & (min(following, 0.0) - self.reduced > slack)
        closed = ~chosen & (self.reduced - min(last, 0.0) > slack)
        return opened, closed


def cheapest_rows(reduced: Floats, cost: Floats, sites: int, budget: float) -> tuple[float, Ints]:
    """Return a lower bound of the sum of reduced costs within the limits, and the rows behind it.

    With a budget it is the larger of the bounds by number alone and by budget alone, of which the last row counts in part.

    >>> cheapest_rows(np.array([-3.0, -5.0, 1.0]), np.ones(3), 1, np.inf)[0]
    -5.0
    """
    negative = np.flatnonzero(reduced < 0)
    if len(negative) > sites:
        negative = negative[np.argpartition(reduced[negative], sites)[:sites]] if sites else negative[:0]
    by_number = float(reduced[negative].sum())
    if not np.isfinite(budget):
        return by_number, negative
    by_budget, rows = _fractional(reduced, cost, budget)
    return (by_budget, rows) if by_budget > by_number else (by_number, negative)


def _fractional(reduced: Floats, cost: Floats, budget: float) -> tuple[float, Ints]:
    rows = np.flatnonzero((reduced < 0) & (cost <= budget * (1 + 1e-12)))
    with np.errstate(divide="ignore"):
        rows = rows[np.argsort(reduced[rows] / cost[rows], kind="stable")]
    spent = np.cumsum(cost[rows])
    whole = int(np.searchsorted(spent, budget * (1 + 1e-12), side="right"))
    total = float(reduced[rows[:whole]].sum())
    if whole < len(rows):
        left = budget - (spent[whole - 1] if whole else 0.0)
        total += float(reduced[rows[whole]] * max(left, 0.0) / cost[rows[whole]])
    return total, rows[:whole]


def relax(problem: Reduced, rows: Ints, progress: Progress = quiet, iterations: int = ITERATIONS) -> Relaxation:
    """Return the best bound after some iterations from a known choice of rows.

    Parameters
    ----------
    problem : Reduced
    rows : int64 array
        A choice within the limits, as good as is known.
    progress : function
    iterations : int
        At most this many; fewer if the bound meets the choice or stops to rise.
    """
    iterations = int(min(iterations, max(_MAX_WORK / max(problem.size, 1), 30)))
    search, improved = _Search(problem, rows), _IMPROVED if problem.size <= _LARGE else _IMPROVED_LARGE
    for iteration in range(iterations):
        if iteration % 8 == 0:
            progress("bound", iteration / iterations)
        search.evaluate(improve=iteration % max(iterations // improved, 1) == 0)
        if not search.move():
            break
    progress("bound", 1.0)
    return Relaxation(min(search.best, search.value), search.best_price, search.best_reduced, search.rows, search.value)


class _Search:
    """The state of the subgradient method."""

    def __init__(self, problem: Reduced, rows: Ints) -> None:
        self.problem, self.rows, self.value = problem, np.asarray(rows, np.int64), problem.value(rows)
        self.ceiling = problem.weight * problem.base
        self.price = self.best_price = _first_prices(problem, rows)
        self.best, self.best_reduced = -np.inf, np.zeros(problem.rows)
        self.chosen: Ints = self.rows
        self.step, self.stale = 1.0, 0

    def evaluate(self, *, improve: bool) -> None:
        """Evaluate the bound at the present prices, and from time to time the choice that belongs to them."""
        p = self.problem
        reduced = kernels.reduced_costs(*p.pairs, p.weight, self.price)
        least, self.chosen = cheapest_rows(reduced, p.cost, p.sites, p.budget)
        self.bound = p.constant + float(self.price.sum()) + least
        self.stale = 0 if self.bound > self.best + 1e-5 * max(self.value - self.best, 0.0) else self.stale + 1
        if self.bound > self.best:
            self.best, self.best_price, self.best_reduced = self.bound, self.price, reduced
        if p.is_within_limits(self.chosen):
            self._take(swap_search(p, self.chosen) if improve else self.chosen)

    def _take(self, rows: Ints) -> None:
        if (value := self.problem.value(rows)) < self.value:
            self.value, self.rows = value, np.asarray(rows, np.int64)

    def move(self) -> bool:
        """Move the prices along the subgradient; False if the bound cannot rise any more."""
        if self.value - self.best <= _TOLERANCE * max(abs(self.value), 1e-300):
            return False
        if self.stale > _PATIENCE:
            self.step, self.stale = self.step / 2, 0
            self.price, self.bound = self.best_price, self.best
            limits = (self.problem.cost, self.problem.sites, self.problem.budget)
            self.chosen = cheapest_rows(self.best_reduced, *limits)[1]
        count = np.zeros(len(self.price))
        kernels.served_count(self.chosen, *self.problem.pairs, self.problem.weight, self.price, count)
        direction = 1.0 - count
        # a price at its ceiling cannot rise, since the point may as well stay unserved
        direction[(self.price >= self.ceiling) & (direction > 0)] = 0.0
        norm = float(direction @ direction)
        if norm == 0 or self.step < _LEAST_STEP:
            return False
        self.price = np.clip(self.price + self.step * (self.value - self.bound) / norm * direction, 0.0, self.ceiling)
        return True


def _first_prices(problem: Reduced, rows: Ints) -> Floats:
    """Return prices between the costs of the nearest and the second nearest site of each point."""
    nearest, second = problem.base.copy(), problem.base.copy()
    owner = np.full(len(nearest), -1, np.int32)
    for slot, row in enumerate(rows):
        kernels.open_row(row, slot, *problem.pairs, nearest, second, owner)
    return problem.weight * (nearest + (second - nearest) / 2.0)

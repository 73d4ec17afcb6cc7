"""Greedy choice of sites, one at a time, with lazy evaluation and upper bounds from submodularity.

The people covered, and the weighted time saved, are submodular in the set of sites: a site never saves more when others are
open already. The greedy choice of p sites therefore saves at least 1 - 1/e of the most that p sites can save (Nemhauser,
Wolsey & Fisher 1978; Cornuejols, Fisher & Nemhauser 1977), savings of an earlier stage bound those of a later one (Minoux
1978), and a choice S with savings f(S) bounds the best choice of p sites by f(S) plus the p largest savings after S.
"""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.reduction import Reduced
from geoservice.geo import Floats, Int32s, Ints
from geoservice.progress import Progress, quiet


class Ranking(NamedTuple):
    """Rows in the order of the greedy method, what is saved after each, and upper bounds of what as many sites can save."""

    rows: Ints
    saved: Floats
    bound: Floats


def greedy(problem: Reduced, progress: Progress = quiet, *, by_ratio: bool = False, start: Ints | None = None) -> Ints:
    """Return rows within the limits, those of ``start`` first, then each the one that saves most.

    ``by_ratio`` takes the one that saves most by cost, for budgets (Khuller, Moss & Naor 1999).
    """
    rows = [] if start is None else [int(row) for row in start]
    nearest, left = problem.nearest(np.array(rows, np.int64)), problem.budget - float(problem.cost[rows].sum())
    upper = kernels.gains(*problem.pairs, problem.weight, nearest)
    total = max(min(problem.sites, problem.rows), 1)
    while len(rows) < problem.sites:
        progress("greedy", len(rows) / total)
        row = _next(problem, nearest, upper, left, by_ratio)
        if row < 0:
            break
        rows.append(row)
        left -= float(problem.cost[row])
    progress("greedy", 1.0)
    return np.array(rows, np.int64)


def _next(problem: Reduced, nearest: Int32s, upper: Floats, left: float, by_ratio: bool) -> int:
    """Return the best row and open it; -1 if none saves anything."""
    row = int(
        kernels.best_candidate(*problem.pairs, problem.weight, nearest, upper, problem.cost, left + 1e-9 * abs(left), by_ratio)
    )
    if row >= 0:
        kernels.lower_base(*problem.pairs, np.array([row]), nearest)
        upper[row] = 0.0
    return row


def best_greedy(problem: Reduced, progress: Progress = quiet) -> Ints:
    """Return the better of the greedy choices by savings and, if costs differ under a budget, by savings per cost."""
    choices = [greedy(problem, progress)]
    if np.isfinite(problem.budget) and len(problem.cost) and np.ptp(problem.cost) > 0:
        choices.append(greedy(problem, progress, by_ratio=True))
    return min(choices, key=problem.value)


def ranking(problem: Reduced, progress: Progress = quiet) -> Ranking:
    """Return the greedy order up to the number of sites, and upper bounds of what 1, 2, ... sites can save.

    Costs and the budget do not count. The bound of k sites is the least over all stages S of f(S) plus the k largest savings
    after S. Shapes ``(picks,)``.
    """
    nearest, saved = problem.base.copy(), [0.0]
    rows: list[int] = []
    most = min(problem.sites, problem.rows)
    bound = np.full(most, np.inf)
    for stage in range(most + 1):
        progress("curve", stage / (most + 1))
        exact = kernels.gains(*problem.pairs, problem.weight, nearest)
        bound = np.minimum(bound, saved[-1] + np.cumsum(np.sort(exact)[::-1][:most]))
        best = int(np.argmax(exact)) if stage < most else -1
        if best < 0 or exact[best] <= 0:
            break
        kernels.lower_base(*problem.pairs, np.array([best]), nearest)
        rows.append(best)
        saved.append(saved[-1] + float(exact[best]))
    progress("curve", 1.0)
    return Ranking(np.array(rows, np.int64), np.array(saved[1:]), bound[: len(rows)])


def order_of(problem: Reduced, rows: Ints) -> Ints:
    """Return some rows in greedy order: each is the one of them that saves most after those before it."""
    nearest, remaining = problem.base.copy(), [int(row) for row in rows]
    ordered: list[int] = []
    while remaining:
        saved = [kernels.gain(row, *problem.pairs, problem.weight, nearest) for row in remaining]
        ordered.append(remaining.pop(int(np.argmax(saved))))
        kernels.lower_base(*problem.pairs, np.array(ordered[-1:]), nearest)
    return np.array(ordered, np.int64)

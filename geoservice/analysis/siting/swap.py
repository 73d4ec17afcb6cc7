"""Vertex substitution: exchange an open site for a closed candidate while that saves time or reaches more people.

Teitz & Bart (1968); one pass over a candidate's points gives the profit of its exchange with every open site (Whitaker 1983;
Resende & Werneck 2007). The first exchange that pays is made, so the method ends at a choice that no single exchange improves.
"""

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.greedy import greedy
from geoservice.analysis.siting.reduction import Reduced
from geoservice.geo import Floats, Int32s, Ints
from geoservice.progress import Progress, quiet

MAX_SWAPS = 2000
_BLOCK = 512
_LEAST = 1e-10
"""Share of the total cost that an exchange must save, so that rounding cannot make it go round in circles."""


class _Open:
    """The open rows, and the nearest and second nearest of each point."""

    def __init__(self, problem: Reduced, rows: Ints) -> None:
        self.problem, self.rows = problem, rows.copy()
        self.assign()

    def assign(self) -> None:
        """Assign the points to the open rows."""
        p = self.problem
        self.nearest, self.second = p.base.copy(), p.base.copy()
        self.owner: Int32s = np.full(len(p.base), -1, np.int32)
        for slot, row in enumerate(self.rows):
            kernels.open_row(row, slot, *p.pairs, self.nearest, self.second, self.owner)
        self.loss: Floats = kernels.losses(p.weight, self.nearest, self.second, self.owner, len(self.rows))
        self.closed = np.ones(p.rows, np.bool_)
        self.closed[self.rows] = False
        self.slot_cost = p.cost[self.rows]
        self.spare = p.budget - float(self.slot_cost.sum()) + 1e-9 * (abs(p.budget) if np.isfinite(p.budget) else 0.0)

    def swap(self, begin: int, stop: int, least: float) -> tuple[int, int]:
        """Make the first exchange that pays with the candidates from ``begin`` to ``stop``; returns them, -1 for none."""
        p = self.problem
        times = (self.nearest, self.second, self.owner, self.loss)
        costs = (p.cost, self.slot_cost, self.spare)
        row, slot = kernels.first_swap(*p.pairs, p.weight, *times, self.closed, begin, stop, *costs, least)
        if row >= 0:
            self.rows[slot] = row
            self.assign()
        return int(row), int(slot)


def swap_search(problem: Reduced, rows: Ints, progress: Progress = quiet) -> Ints:
    """Return rows that no exchange of one site improves, starting from ``rows``; sites are added where the limits allow it."""
    if not len(rows):
        return rows
    state = _Open(problem, rows)
    least = _LEAST * float(problem.weight @ problem.base)
    at, unchanged, swaps = 0, 0, 0
    while unchanged < problem.rows and swaps < MAX_SWAPS:
        progress("swap", min(max(unchanged / problem.rows, swaps / MAX_SWAPS), 1.0))
        stop = min(at + _BLOCK, problem.rows)
        row, _ = state.swap(at, stop, least)
        if row >= 0:
            swaps, unchanged, at = swaps + 1, 0, row + 1
        else:
            unchanged, at = unchanged + stop - at, stop
        at = 0 if at >= problem.rows else at
    progress("swap", 1.0)
    return greedy(problem, start=state.rows) if len(state.rows) < problem.sites else state.rows

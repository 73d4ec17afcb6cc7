"""Bounds and better covers by Lagrangian relaxation of set covering (Beasley 1990; Caprara, Fischetti & Toth 1999).

Each point pays a price to be served. For given prices the rows with a negative reduced cost are the best, and the value is a
bound for every cover. Rows in the order of their reduced costs also make better covers than rows in the order of their costs.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.reduction import Reduced
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet

_ITERATIONS = 600
_MAX_WORK = 5e8
_PATIENCE = 20
_EVERY = 20
_LEAST_STEP = 1e-4


class CoverBound(NamedTuple):
    """A lower bound of the cost of any cover, the reduced cost of each row behind it, and the best cover that was met."""

    bound: float
    reduced: Floats
    rows: Ints


def cover_bound(
    problem: Reduced,
    rows: Ints,
    first_price: Floats,
    complete: Callable[[Floats], Ints],
    is_enough: Callable[[float, float], bool],
    progress: Progress = quiet,
) -> CoverBound:
    """Return the best bound after some iterations from a known cover.

    Parameters
    ----------
    problem : Reduced
        Of coverage.
    rows : int64 array
        A cover.
    first_price : float64 array, shape (points,)
        Prices to begin with.
    complete : function
        Returns a cover for given costs of rows.
    is_enough : function
        Whether the search can end, from the bound and the cost of the best cover.
    progress : function
    """
    iterations = int(min(_ITERATIONS, max(_MAX_WORK / max(problem.size, 1), 20)))
    price, best, best_price, best_reduced = first_price, -np.inf, first_price, problem.cost
    value, step, stale = float(problem.cost[rows].sum()), 1.0, 0
    for iteration in range(iterations):
        if iteration % _EVERY == 0:
            progress("bound", iteration / iterations)
        reduced = problem.cost + kernels.reduced_costs(*problem.pairs, problem.weight, price)
        bound = float(price.sum() + np.minimum(reduced, 0.0).sum())
        stale = 0 if bound > best + 1e-5 * abs(value - best) else stale + 1
        if bound > best:
            best, best_price, best_reduced = bound, price, reduced
        if iteration % _EVERY == 0 and float(problem.cost[other := complete(np.maximum(reduced, 0.0) + 1e-9)].sum()) < value:
            rows, value = other, float(problem.cost[other].sum())
        if step < _LEAST_STEP or is_enough(best, value):
            break
        if stale > _PATIENCE:
            step, stale, price, reduced, bound = step / 2, 0, best_price, best_reduced, best
        count = np.zeros(len(price))
        kernels.served_count(np.flatnonzero(reduced < 0), *problem.pairs, problem.weight, np.ones(len(price)), count)
        direction = 1.0 - count
        norm = float(direction @ direction)
        if norm == 0:
            break
        price = np.maximum(price + step * 1.05 * max(value - bound, 1e-9) / norm * direction, 0.0)
    progress("bound", 1.0)
    return CoverBound(best, best_reduced, rows)

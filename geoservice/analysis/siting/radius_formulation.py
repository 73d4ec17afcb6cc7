"""The choice of sites as a mixed-integer program with one variable for each point and distinct time.

Variable ``z`` of a point and its k-th time is 1 if no site within that time is open; the objective adds the step to the next
time. This has as many entries as there are pairs, and few variables where times repeat (Cornuejols, Nemhauser & Wolsey 1980;
Elloumi 2010; Garcia, Labbe & Marin 2011). In coverage each point has one time, and it is the usual program of Church &
ReVelle (1974). Prices of the Lagrangian relaxation limit the time at which a better choice can serve a point; later times
are left out.
"""

from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting.reduction import Reduced
from geoservice.analysis.siting.solver import Program, stacked
from geoservice.geo import Bools, Floats, Int32s, Ints


class Levels(NamedTuple):
    """TravelPairs sorted by point and time, the level of each pair, and the point and time of each level."""

    site: Ints
    level: Ints
    point: Ints
    time: Ints


def radius_program(problem: Reduced, latest: Floats) -> Program:
    """Return the program; its first columns are the rows of the problem. The cost lacks what no choice changes.

    ``latest`` are the times, shape ``(points,)``, beyond which no better choice serves a point; a point with a base above its
    ``latest`` has to be served.
    """
    levels = levels_of(problem, latest)
    count, sites = len(levels.point), problem.rows
    last = np.ones(count, np.bool_)
    last[:-1] = levels.point[1:] != levels.point[:-1]
    first = np.ones(count, np.bool_)
    first[1:] = last[:-1]
    must = last & (problem.base[levels.point] > latest[levels.point])
    following = np.where(last, problem.base[levels.point], np.append(levels.time[1:], 0))
    step = problem.weight[levels.point] * (following - levels.time)
    return _program(problem, levels, first, must, np.where(must, 0.0, step), sites, count)


def levels_of(problem: Reduced, latest: Floats) -> Levels:
    """Return the levels of a problem up to the latest time of each point, as :func:`radius_program` has them."""
    site = np.repeat(np.arange(problem.rows), np.diff(problem.pairs.indptr))
    point = problem.pairs.point.astype(np.int64)
    time = problem.pairs.ms.astype(np.int64) if len(problem.pairs.ms) else np.zeros(len(point), np.int64)
    used = time <= latest[point]
    site, point, time = site[used], point[used], time[used]
    order = np.lexsort((time, point))
    site, point, time = site[order], point[order], time[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (point[1:] != point[:-1]) | (time[1:] != time[:-1])
    return Levels(site, np.cumsum(new) - 1, point[new], time[new])


def _program(problem: Reduced, levels: Levels, first: Bools, must: Bools, step: Floats, sites: int, count: int) -> Program:
    level = np.arange(count)
    further = np.flatnonzero(~first)
    parts = [
        (levels.level, levels.site, np.ones(len(levels.site))),
        (level[~must], sites + level[~must], np.ones(int((~must).sum()))),
        (further, sites + further - 1, -np.ones(len(further))),
        (np.full(sites, count), np.arange(sites), np.ones(sites)),
    ]
    rows, upper = count + 1, np.append(np.full(count, np.inf), float(problem.sites))
    if np.isfinite(problem.budget):
        parts.append((np.full(sites, rows), np.arange(sites), problem.cost))
        rows, upper = rows + 1, np.append(upper, problem.budget)
    lower = np.full(rows, -np.inf)
    lower[:count] = np.where(first, 1.0, 0.0)
    columns = sites + count
    return Program(
        np.append(np.zeros(sites), step),
        stacked(parts, (rows, columns)),
        lower,
        upper,
        np.ones(columns),
        np.arange(columns) < sites,
    )


def fixed_cost(problem: Reduced, latest: Floats) -> float:
    """Return the part of the cost that the program lacks: the first time of each point, or its base if nothing serves it."""
    levels = levels_of(problem, latest)
    first = np.asarray(problem.base, float).copy()
    points, index = np.unique(levels.point, return_index=True)
    first[points] = levels.time[index]
    return problem.constant + float(problem.weight @ first)


def start_values(problem: Reduced, latest: Floats, rows: Ints, columns: int) -> Floats:
    """Return the values of the columns for a known choice of rows; shape ``(columns,)``."""
    levels, values = levels_of(problem, latest), np.zeros(columns)
    nearest: Int32s = problem.nearest(rows)
    values[rows] = 1.0
    values[problem.rows :] = nearest[levels.point] > levels.time
    return values

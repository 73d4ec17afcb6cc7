"""The location set covering problem (Toregas et al. 1971), the same with backup coverage, and covering with few sites."""

from dataclasses import dataclass, replace

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.cover_bound import CoverBound, cover_bound
from geoservice.analysis.siting.coverage import by_people, with_forced
from geoservice.analysis.siting.problem import SECONDS, Limits, Problem, read_only
from geoservice.analysis.siting.reduction import Reduced, reduce
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.analysis.siting.solver import Program, rows_of, solve, stacked
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet

_NO_LIMIT = Limits(2**31, np.inf)


@dataclass(frozen=True)
class Cover:
    """Rows that serve all points, their cost, a lower bound of it, the stage, and whether the solver has proven it."""

    rows: Ints
    cost: float
    bound: float
    stage: str
    exact: bool


def lscp(problem: Problem, *, limit: int | None = None, seconds: float = SECONDS, progress: Progress = quiet) -> Solution:
    """Return the fewest (or cheapest) sites that cover everybody whom any candidate reaches.

    Parameters
    ----------
    problem : Problem
        With ``cost``, the sum of costs is least; otherwise the number of sites beside the kept ones.
    limit, seconds, progress
        As in :func:`geoservice.analysis.siting.coverage.mclp`.

    Returns
    -------
    Solution
        People whom no candidate reaches are in ``unreachable``.

    Examples
    --------
    >>> from geoservice.analysis.travel_pairs import TravelPairs
    >>> rows = TravelPairs(np.array([0, 2, 4, 5]), np.array([0, 1, 1, 2, 2], np.int32), np.zeros(5, np.int32))
    >>> cover = lscp(Problem(rows, np.array([1.0, 1.0, 1.0, 1.0])))
    >>> cover.sites.tolist(), cover.objective, cover.unreachable.tolist()
    ([0, 1], 2.0, [3])
    """
    problem = problem if limit is None else problem.within(limit)
    reduced = reduce(problem, _limits(problem), 1, timed=False)
    cover = cover_all(reduced, seconds, progress)
    assert cover is not None  # the number of sites is not limited
    forced = float(problem.costs[problem.has_state("forced")].sum())
    chosen = by_people(problem, with_forced(problem, reduced, cover.rows))
    return solution("lscp", problem, chosen, cover.cost + forced, cover.bound + forced, cover.stage, exact=cover.exact)


def _limits(problem: Problem) -> Limits:
    """Return limits that the forced candidates leave open."""
    return Limits(_NO_LIMIT.sites + problem.candidates, _NO_LIMIT.budget)


def cover_all(
    problem: Reduced, seconds: float, progress: Progress = quiet, *, most: float = np.inf, sites: int | None = None
) -> Cover | None:
    """Return the cheapest rows that serve all points of a reduced problem of coverage; None if ``sites`` rows cannot.

    The search ends as soon as a cover costs at most ``most``, or none can.
    """
    small = _without_implied(problem)
    count = problem.rows if sites is None else sites
    greedy = _greedy_cover(small, small.cost, progress)

    def is_enough(bound: float, cost: float) -> bool:
        return _whole(small, bound) > most or cost <= max(_whole(small, bound) * (1 + 1e-12), most if most < np.inf else 0.0)

    relaxed = cover_bound(
        small, greedy, _first_price(small), lambda cost: _greedy_cover(small, cost, quiet), is_enough, progress
    )
    rows, bound = relaxed.rows, _whole(small, relaxed.bound)
    stage = "greedy" if len(rows) == len(greedy) and (rows == greedy).all() else "bound"
    cover = Cover(rows, _cost(problem, rows), min(bound, _cost(problem, rows)), stage, exact=False)
    if seconds <= 0 or cover.bound > most or (len(rows) <= count and is_enough(relaxed.bound, cover.cost)):
        return cover
    return _solved_cover(small, cover, relaxed, count, seconds, progress)


def _cost(problem: Reduced, rows: Ints) -> float:
    return float(problem.cost[rows].sum())


def _whole(problem: Reduced, bound: float) -> float:
    """Return a bound rounded up if all costs are whole numbers."""
    whole = bool((problem.cost == np.round(problem.cost)).all())
    return float(np.ceil(bound - 1e-6)) if whole and np.isfinite(bound) else bound


def _without_implied(problem: Reduced) -> Reduced:
    """Return the problem without the points that are served whenever another one is."""
    start, site = kernels.transposed(problem.pairs.indptr, problem.pairs.point, len(problem.weight))
    none = np.empty(0, np.int32)
    # a point is implied by one whose candidates are among its own: "dominated" with rows and columns exchanged, reversed
    implied = kernels.implied_points(start, site, problem.pairs.indptr, problem.pairs.point)
    number = np.where(implied, -1, np.cumsum(~implied) - 1).astype(np.int32)
    pairs = TravelPairs(*kernels.renumbered_rows(problem.pairs.indptr, problem.pairs.point, none, number))
    return replace(problem, pairs=pairs, weight=np.ones(int((~implied).sum())), base=problem.base[~implied])


def _greedy_cover(problem: Reduced, cost: Floats, progress: Progress) -> Ints:
    """Return a cover, each row serving most points by cost that are left (Chvatal 1979), without rows that turn out idle."""
    nearest, cost = problem.base.copy(), read_only(cost)
    rows: list[int] = []
    upper = kernels.gains(*problem.pairs, problem.weight, nearest)
    while True:
        progress("greedy", 1.0 - float(nearest.mean()) if len(nearest) else 1.0)
        row = int(kernels.best_candidate(*problem.pairs, problem.weight, nearest, upper, cost, np.inf, True))
        if row < 0:
            return _without_idle(problem, np.array(rows, np.int64))
        kernels.lower_base(*problem.pairs, np.array([row]), nearest)
        upper[row] = 0.0
        rows.append(row)


def _without_idle(problem: Reduced, rows: Ints) -> Ints:
    count = np.zeros(len(problem.weight), np.int64)
    for row in rows:
        count[_points(problem, row)] += 1
    used = []
    for row in rows[np.argsort(-problem.cost[rows], kind="stable")]:
        points = _points(problem, row)
        if (count[points] > 1).all():
            count[points] -= 1
        else:
            used.append(row)
    return rows[np.isin(rows, used)]


def _points(problem: Reduced, row: int) -> Ints:
    points: Ints = problem.pairs.point[problem.pairs.indptr[row] : problem.pairs.indptr[row + 1]].astype(np.int64)
    return points


def _first_price(problem: Reduced) -> Floats:
    """Return prices that no row's points exceed together: the least share of the cost of a row that serves each point."""
    size = np.diff(problem.pairs.indptr)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(size > 0, problem.cost / size, np.inf)
    price = np.full(len(problem.weight), np.inf)
    np.minimum.at(price, problem.pairs.point, np.repeat(share, size))
    return price


def _program(problem: Reduced, count: int) -> Program:
    """Return the set covering program with at most ``count`` columns at 1; its columns are the rows of the problem."""
    site = np.repeat(np.arange(problem.rows), np.diff(problem.pairs.indptr))
    points, one = len(problem.weight), np.ones(problem.rows)
    parts = [(problem.pairs.point, site, np.ones(len(site))), (np.full(problem.rows, points), np.arange(problem.rows), one)]
    matrix = stacked(parts, (points + 1, problem.rows))
    lower, upper = np.append(np.ones(points), 0.0), np.append(np.full(points, np.inf), count)
    return Program(problem.cost, matrix, lower, upper, one, one.astype(bool))


def _solved_cover(
    problem: Reduced, cover: Cover, relaxed: CoverBound, count: int, seconds: float, progress: Progress
) -> Cover | None:
    """Return the cover after the solver has searched the rows that a better one can have; None if ``count`` rows cannot."""
    is_free = len(cover.rows) <= count  # else any cover with fewer rows will do, and no row can be left out
    slack = cover.cost - relaxed.bound + 1e-9 * max(cover.cost, 1.0)
    useful = np.flatnonzero(relaxed.reduced <= slack) if is_free else np.arange(problem.rows)
    useful = np.union1d(useful, cover.rows)
    left = replace(
        problem,
        site=useful,
        pairs=TravelPairs(*kernels.useful_rows(*problem.pairs, useful, problem.weight, problem.base)),
        cost=problem.cost[useful],
    )
    start = np.isin(useful, cover.rows).astype(float) if is_free else None
    answer = solve(_program(left, count), seconds, progress, start)
    if answer.infeasible:
        return None
    if answer.values is not None:
        rows = useful[rows_of(answer.values, left.rows)]
        if not is_free or _cost(problem, rows) < cover.cost:
            cover = replace(cover, rows=rows, cost=_cost(problem, rows), stage="solver")
    bound = min(max(cover.bound, _whole(problem, answer.bound)), cover.cost)
    return replace(cover, bound=bound, exact=answer.finished)

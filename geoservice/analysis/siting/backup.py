"""Set covering with backup coverage (Daskin & Stern 1981; Hogan & ReVelle 1986): few sites, many people reached twice."""

import numpy as np

from geoservice.analysis.siting.coverage import by_people, mclp
from geoservice.analysis.siting.problem import SECONDS, Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.analysis.siting.solver import Program, solve, stacked
from geoservice.errors import Infeasible, ParameterError
from geoservice.geo import Floats, Ints
from geoservice.progress import Progress, quiet


def lscp_b(
    problem: Problem,
    sites: int | None = None,
    *,
    limit: int | None = None,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Solution:
    """Return sites that cover everybody whom any candidate reaches, and as many people as possible twice.

    Parameters
    ----------
    problem : Problem
        Costs do not count.
    sites : int, optional
        Number of sites beside the kept ones; by default the fewest that cover everybody.
    limit, seconds, progress
        As in :func:`geoservice.analysis.siting.coverage.mclp`.

    Returns
    -------
    Solution
        The objective are the people within reach of two open sites or more.

    Raises
    ------
    Infeasible
        Fewer sites than are needed.
    """
    problem = problem if limit is None else problem.within(limit)
    fewest = lscp(Problem(problem.pairs, problem.weight, None, None, problem.state), seconds=seconds, progress=progress)
    if sites is None:
        sites = round(fewest.objective)
    if sites < fewest.objective:
        left = mclp(problem, sites, seconds=seconds, progress=progress).unserved.tolist()
        if sites < fewest.bound:
            known = f"allowed are {fewest.bound:.0f} and above, which cover everybody within reach"
            raise Infeasible(f"sites: got {sites}, {known}", left)
        raise Infeasible(
            f"sites: got {sites}; a cover with {fewest.objective:.0f} is known, and none with fewer was found", left
        )
    if seconds <= 0:
        raise ParameterError("seconds: got 0, backup coverage needs the solver; allowed are numbers above 0")
    return _solved(problem, fewest, sites, seconds, progress)


def backed_up(problem: Problem, sites: Ints) -> float:
    """Return the people within reach of two of the kept sites and some others."""
    return float(problem.weight[_times_covered(problem, sites) >= 2].sum())


def _times_covered(problem: Problem, sites: Ints) -> Ints:
    kept = np.flatnonzero(problem.has_state("kept"))
    count = np.zeros(problem.points, np.int64)
    for site in (*kept, *sites):
        count[problem.pairs.point[problem.row(int(site))]] += 1
    return count


def _solved(problem: Problem, fewest: Solution, sites: int, seconds: float, progress: Progress) -> Solution:
    kept = _times_covered(problem, np.empty(0, np.int64))
    points = np.flatnonzero((problem.weight > 0) & problem.reached() & (kept < 2))
    program = _program(problem, points, kept[points], sites)
    start = np.zeros(len(program.cost))
    start[fewest.sites] = 1.0
    start[problem.candidates :] = _times_covered(problem, fewest.sites)[points] >= 2
    answer = solve(program, seconds, progress, start)
    chosen, stage = fewest.sites, fewest.stage
    if answer.values is not None:
        found = np.flatnonzero((answer.values[: problem.candidates] > 0.5) & ~problem.has_state("kept"))
        if backed_up(problem, found) >= backed_up(problem, chosen):
            chosen, stage = found, "solver"
    chosen = by_people(problem, chosen)
    value = backed_up(problem, chosen)
    bound = float(problem.weight[kept >= 2].sum()) - answer.bound
    everybody = float(problem.weight[problem.reached()].sum())
    return solution("lscp_b", problem, chosen, value, max(min(bound, everybody), value), stage, exact=answer.finished)


def _program(problem: Problem, points: Ints, kept: Ints, sites: int) -> Program:
    """Return the program: a column for each candidate, and one for each point that is 1 if it is covered twice."""
    number = np.full(problem.points, -1, np.int64)
    number[points] = np.arange(len(points))
    site = np.repeat(np.arange(problem.candidates), np.diff(problem.pairs.indptr))
    free = ~problem.has_state("kept")
    used = (number[problem.pairs.point] >= 0) & free[site]
    m, n = problem.candidates, len(points)
    forced = np.flatnonzero(problem.has_state("forced"))
    parts = [
        (number[problem.pairs.point[used]], site[used], np.ones(int(used.sum()))),
        (np.arange(n), m + np.arange(n), -np.ones(n)),
        (np.full(int(free.sum()), n), np.flatnonzero(free), np.ones(int(free.sum()))),
        (n + 1 + np.arange(len(forced)), forced, np.ones(len(forced))),
    ]
    rows = n + 1 + len(forced)
    lower: Floats = np.concatenate([1.0 - kept, [0.0], np.ones(len(forced))])
    upper = np.full(rows, np.inf)
    upper[n] = sites
    limit = np.concatenate([free.astype(float), np.ones(n)])
    cost = np.concatenate([np.zeros(m), -problem.weight[points]])
    return Program(cost, stacked(parts, (rows, m + n)), lower, upper, limit, np.arange(m + n) < m)

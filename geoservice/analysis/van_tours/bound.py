"""A lower bound of the driving of all tours to some stops, where there are too many tours to list."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.geo import Bools, Floats, Ints


def assignment_bound(problem: TourProblem, stops: Sequence[int]) -> float:
    """Return minutes of driving in a cycle below which no tours to the stops can be, for any number of stops.

    Tours of each period are bounded by themselves, with the assignment relaxation of vehicle routing (Laporte, Mercure & Nobert
    1986): every stop has one way in and one way out, every tour one way out of some base and one into some base, but ways
    need not be connected. The tours of a period are at least as many as the stays at its stops fill days.

    Parameters
    ----------
    problem : TourProblem
    stops : sequence of int
        Stops that are visited.

    Examples
    --------
    >>> drive = np.array([[0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> assignment_bound(TourProblem(drive, [30, 30], [1, 2], [9.0, 5.0], [1], days=2, day=100), [0, 1])
    80.0
    """
    served = np.zeros(problem.stops, np.bool_)
    served[list(stops)] = True
    classes = [np.flatnonzero(served & (problem.period == period)) for period in problem.periods]
    bounds = (problem.cycle // period * _class_bound(problem, c) for period, c in zip(problem.periods, classes, strict=True))
    return float(sum(bounds))


def _class_bound(problem: TourProblem, stops: Ints) -> float:
    if not len(stops):
        return 0.0
    usable = problem.visitable()[:, stops]
    ways = problem.drive.astype(float)
    ways[ways < 0] = np.inf
    place = problem.bases + stops
    out = np.where(usable, ways[: problem.bases][:, place], np.inf).min(axis=0)
    home = np.where(usable, ways[place][:, : problem.bases].T, np.inf).min(axis=0)
    between = _between(problem, stops, usable, ways)
    tours = int(np.ceil(problem.stay[stops].sum() / problem.day))
    return _assignment(between, out, home, tours)


def _between(problem: TourProblem, stops: Ints, usable: Bools, ways: Floats) -> Floats:
    """Return the ways between stops that one tour can have: from one base to both, with both stays, within a day."""
    place = problem.bases + stops
    least = np.full((len(stops), len(stops)), np.inf)
    for base in range(problem.bases):
        both = usable[base][:, None] & usable[base][None, :]
        whole = ways[base, place][:, None] + ways[np.ix_(place, place)] + ways[place, base][None, :]
        stays = problem.stay[stops][:, None] + problem.stay[stops][None, :]
        least = np.where(both & (whole + stays <= problem.day), np.minimum(least, ways[np.ix_(place, place)]), least)
    np.fill_diagonal(least, np.inf)
    return least


def _assignment(between: Floats, out: Floats, home: Floats, tours: int) -> float:
    """Return the least sum of one way out of every place and one into it: ``n`` stops, then ``n`` bases, used by ``tours``."""
    n = len(out)
    ways = np.full((2 * n, 2 * n), np.inf)
    ways[:n, :n], ways[n:, :n], ways[:n, n:] = between, out, home[:, None]
    idle = np.arange(n + min(tours, n), 2 * n)
    ways[np.ix_(idle, idle)] = 0.0
    row, column = linear_sum_assignment(ways)
    return float(ways[row, column].sum())

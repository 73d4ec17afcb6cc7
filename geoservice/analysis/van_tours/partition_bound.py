"""A lower bound of driving from all tours that fit into a day: the linear relaxation of set partitioning.

Balinski & Quandt, "On an integer program for a delivery problem", Operations Research 12, 1964. It is close to the least
driving where tours have few stops, which is so where stays are long.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from geoservice.analysis.siting.solver import Program, solve
from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.geo import Ints

MAX_STATES = 60_000
"""Sets of stops with a last one that are looked at; with more of them there is no such bound."""


class _Tour(NamedTuple):
    """A base, the stops of a tour as bits, and its driving in a cycle."""

    base: int
    stops: int
    driving: int


def partition_bound(problem: TourProblem, stops: Sequence[int]) -> float | None:
    """Return minutes of driving in a cycle below which no tours to the stops can be; None if there are too many tours.

    Parameters
    ----------
    problem : TourProblem
    stops : sequence of int
        Stops that are visited.

    Examples
    --------
    >>> drive = np.array([[0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> partition_bound(TourProblem(drive, [30, 30], [1, 2], [9.0, 5.0], [1], days=2, day=100), [0, 1])
    80.0
    """
    columns: list[_Tour] = []
    states = 0
    for base in range(problem.bases):
        for period in problem.periods:
            own = np.array([s for s in stops if problem.period[s] == period], np.int64)
            best: dict[int, int] = {}
            for mask, driving in _tours(problem, base, own):
                best[mask] = min(best.get(mask, driving), driving)
                states += 1
                if states > MAX_STATES:
                    return None
            bits = [1 << list(stops).index(s) for s in own.tolist()]
            times = problem.cycle // period
            columns += [_Tour(base, _spread(mask, bits), driving * times) for mask, driving in best.items()]
    return _relaxation(problem, stops, columns)


def _spread(mask: int, bits: list[int]) -> int:
    """Return bits of a class of stops as bits of all stops."""
    return sum(bit for i, bit in enumerate(bits) if mask >> i & 1)


def _tours(problem: TourProblem, base: int, stops: Ints) -> Iterator[tuple[int, int]]:
    """Yield sets of stops that fit into a day of a base, as bits, with the driving over one last stop."""
    usable = problem.visitable()[base][stops]
    place = (problem.bases + stops).tolist()
    drive, stay = problem.drive.tolist(), problem.stay[stops].tolist()
    layer = {(1 << i, i): drive[base][p] for i, p in enumerate(place) if usable[i]}
    while layer:
        following: dict[tuple[int, int], int] = {}
        for (mask, last), driven in layer.items():
            stayed = sum(stay[i] for i in range(len(place)) if mask >> i & 1)
            home = drive[place[last]][base]
            if driven + stayed + home > problem.day:
                continue
            yield mask, driven + home
            for i, p in enumerate(place):
                way = drive[place[last]][p]
                if usable[i] and not mask >> i & 1 and way >= 0:
                    key = (mask | 1 << i, i)
                    following[key] = min(following.get(key, driven + way), driven + way)
        layer = following


def _relaxation(problem: TourProblem, stops: Sequence[int], columns: Sequence[_Tour]) -> float:
    """Return the least driving of parts of tours that visit every stop once and fit into the days of the vans."""
    if not stops:
        return 0.0
    visits = np.array([[column.stops >> i & 1 for column in columns] for i in range(len(stops))], float)
    times = np.array([problem.cycle / problem.period[stops[(c.stops & -c.stops).bit_length() - 1]] for c in columns])
    days = np.array([[c.base == base for c in columns] for base in range(problem.bases)]) * times
    most = problem.vans * problem.days * problem.cycle
    program = Program(
        cost=np.array([c.driving for c in columns], float),
        matrix=sparse.csr_array(np.vstack([visits, days])),
        lower=np.concatenate([np.ones(len(stops)), np.zeros(problem.bases)]),
        upper=np.concatenate([np.ones(len(stops)), most]),
        limit=np.ones(len(columns)),
        whole=np.zeros(len(columns), np.bool_),
    )
    answer = solve(program, seconds=3600)
    assert answer.finished, "a linear program of this size ends"
    return float(np.ceil(round(answer.bound, 6) - 1e-5))  # driving is in whole minutes

"""All tours that fit into a day: the best choice of them by set partitioning, and a lower bound of driving.

Balinski & Quandt, "On an integer program for a delivery problem", Operations Research 12, 1964. It is close to the least
driving where tours have few stops, which is so where stays are long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from geoservice.analysis.siting.solver import Program, rows_of, solve
from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.analysis.van_tours.routing import Route
from geoservice.geo import Ints

MAX_STATES = 60_000
"""Sets of stops with a last one that are looked at; with more of them there is no such bound."""
MAX_COLUMNS = 8_000
"""With more tours the solver might take minutes."""
SECONDS = 60.0


class _Tour(NamedTuple):
    """A base, the period, the stops of a tour as bits and in their best order, and its driving in a cycle."""

    base: int
    period: int
    stops: int
    driving: int
    order: tuple[int, ...]


@dataclass(frozen=True)
class DayTours:
    """All tours to some stops that fit into a day, each in its best order.

    Attributes
    ----------
    problem : TourProblem
    stops : sequence of int
        Stops that are visited.
    tours : sequence of _Tour

    Examples
    --------
    >>> drive = np.array([[0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> tours = DayTours.of(TourProblem(drive, [30, 30], [1, 1], [9.0, 5.0], [1], days=1, day=100), [0, 1])
    >>> tours.best_routes(), tours.least_driving()
    ([Route(base=0, period=1, stops=(0, 1))], 40.0)
    """

    problem: TourProblem
    stops: Sequence[int]
    tours: Sequence[_Tour]

    @classmethod
    def of(cls, problem: TourProblem, stops: Sequence[int]) -> "DayTours | None":
        """Return the tours to some stops; None if there are too many."""
        tours = _enumerated(problem, stops)
        return None if tours is None else cls(problem, stops, tours)

    def best_routes(self) -> list[Route] | None:
        """Return the routes that drive least; None if there are too many tours for it, or the solver does not end in time."""
        if not self.stops or len(self.tours) > MAX_COLUMNS:
            return None
        answer = solve(self._program(whole=True), seconds=SECONDS)
        if answer.values is None or not answer.finished:
            return None
        chosen = [self.tours[c] for c in rows_of(answer.values, len(self.tours))]
        return sorted(Route(tour.base, tour.period, tour.order) for tour in chosen)

    def least_driving(self) -> float:
        """Return minutes of driving in a cycle below which no tours to the stops can be."""
        if not self.stops:
            return 0.0
        answer = solve(self._program(whole=False), seconds=3600)
        assert answer.finished, "a linear program of this size ends"
        return float(np.ceil(round(answer.bound, 6) - 1e-5))  # driving is in whole minutes

    def _program(self, *, whole: bool) -> Program:
        """Return the choice of tours that visit every stop once and fit into the days of the vans, with least driving."""
        problem, columns = self.problem, self.tours
        visits = np.array([[column.stops >> i & 1 for column in columns] for i in range(len(self.stops))], float)
        times = np.array([problem.cycle // column.period for column in columns])
        days = np.array([[c.base == base for c in columns] for base in range(problem.bases)]) * times
        most = problem.vans * problem.days * problem.cycle
        return Program(
            cost=np.array([c.driving for c in columns], float),
            matrix=sparse.csr_array(np.vstack([visits, days])),
            lower=np.concatenate([np.ones(len(self.stops)), np.zeros(problem.bases)]),
            upper=np.concatenate([np.ones(len(self.stops)), most]),
            limit=np.ones(len(columns)),
            whole=np.full(len(columns), whole),
        )


def _enumerated(problem: TourProblem, stops: Sequence[int]) -> list[_Tour] | None:
    """Return all tours to some of the stops, each in its best order; None if there are too many."""
    columns: list[_Tour] = []
    states = 0
    for base in range(problem.bases):
        for period in problem.periods:
            own = np.array([s for s in stops if problem.period[s] == period], np.int64)
            best: dict[int, tuple[int, tuple[int, ...]]] = {}
            for mask, tour in _tours(problem, base, own):
                best[mask] = min(best.get(mask, tour), tour)
                states += 1
                if states > MAX_STATES:
                    return None
            bits = [1 << list(stops).index(s) for s in own.tolist()]
            times = problem.cycle // period
            for mask, (driving, path) in best.items():
                order = tuple(int(own[i]) for i in path)
                columns.append(_Tour(base, period, _spread(mask, bits), driving * times, order))
    return columns


def _spread(mask: int, bits: list[int]) -> int:
    """Return bits of a class of stops as bits of all stops."""
    return sum(bit for i, bit in enumerate(bits) if mask >> i & 1)


def _tours(problem: TourProblem, base: int, stops: Ints) -> Iterator[tuple[int, tuple[int, tuple[int, ...]]]]:
    """Yield sets of stops that fit into a day of a base, as bits, with the driving and the order over one last stop."""
    usable = problem.visitable()[base][stops]
    place = (problem.bases + stops).tolist()
    drive, stay = problem.drive.tolist(), problem.stay[stops].tolist()
    layer: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {
        (1 << i, i): (drive[base][p], (i,)) for i, p in enumerate(place) if usable[i]
    }
    while layer:
        following: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        for (mask, last), (driven, path) in layer.items():
            stayed = sum(stay[i] for i in range(len(place)) if mask >> i & 1)
            home = drive[place[last]][base]
            if driven + stayed + home > problem.day:
                continue
            yield mask, (driven + home, path)
            for i, p in enumerate(place):
                way = drive[place[last]][p]
                if usable[i] and not mask >> i & 1 and way >= 0:
                    key, longer = (mask | 1 << i, i), (driven + way, (*path, i))
                    following[key] = min(following.get(key, longer), longer)
        layer = following

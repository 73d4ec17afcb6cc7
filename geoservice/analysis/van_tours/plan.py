"""The tours of a problem: routes, the days on which vans drive them, and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geoservice.analysis.van_tours.bound import assignment_bound
from geoservice.analysis.van_tours.day_tours import DayTours
from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.analysis.van_tours.routing import SEARCH, Route, find_routes
from geoservice.analysis.van_tours.schedule import Slot, assign_slots
from geoservice.progress import Progress, quiet


@dataclass(frozen=True)
class Visit:
    """A visit of a tour: the stop, the driving time to it, and arrival and departure in minutes after the start of the day."""

    stop: int
    driving: int
    arrive: int
    leave: int


@dataclass(frozen=True)
class Tour:
    """A tour of a day that a van of a base drives every ``period`` weeks, on one weekday.

    ``van`` counts the vans of the base from 0, ``weekday`` from Monday as 0, ``week`` is the first one, from 0. ``back`` is the
    time at which the van is at its base again, in minutes after the start of the day, ``driving`` the minutes on the road.
    """

    base: int
    van: int
    weekday: int
    week: int
    period: int
    visits: Sequence[Visit]
    back: int
    driving: int


@dataclass(frozen=True)
class TourPlan:
    """All tours of a cycle.

    Attributes
    ----------
    tours : sequence of Tour
        By base, van, weekday and first week.
    too_far : tuple of int
        Stops that no base can visit within a day, or to which there is no way.
    no_time : tuple of int
        Stops for which the vans have no time left.
    cycle : int
        Weeks after which everything repeats.
    driving : int
        Minutes on the road in a cycle.
    bound : float
        No tours that visit the same stops as often drive fewer minutes in a cycle.
    """

    tours: Sequence[Tour]
    too_far: tuple[int, ...]
    no_time: tuple[int, ...]
    cycle: int
    driving: int
    bound: float

    @property
    def proven(self) -> bool:
        """Whether no tours to the same stops can be shorter."""
        return self.driving <= self.bound + 1e-6


def plan_tours(problem: TourProblem, search: int = SEARCH, progress: Progress = quiet) -> TourPlan:
    """Return tours that visit most people, and of those with least driving the shortest that the search finds.

    Every stop is visited once in its period or not at all. A tour is repeated as a whole: all its stops have one period. The
    result depends on nothing but the arguments.

    Parameters
    ----------
    problem : TourProblem
    search : int
        Length of the search, in rejected moves.
    progress : function
        Called with the stage ``tours`` and a fraction; an exception in it cancels.

    Examples
    --------
    >>> drive = np.array([[0, 10, 20], [10, 0, 10], [20, 10, 0]])
    >>> plan = plan_tours(TourProblem(drive, [30, 30], [2, 2], [9.0, 5.0], [1], days=1, day=100))
    >>> [(v.stop, v.arrive, v.leave) for v in plan.tours[0].visits], plan.tours[0].back, plan.proven
    ([(1, 20, 50), (0, 60, 90)], 100, True)
    """
    visitable = np.flatnonzero(problem.visitable().any(axis=0)).tolist()
    routes = find_routes(problem, search, progress)
    served = sorted(stop for route in routes for stop in route.stops)
    day_tours = DayTours.of(problem, served)
    best = day_tours.best_routes() if day_tours else None
    if best is not None and _driving(problem, best) < _driving(problem, routes):
        routes = best
    slots = assign_slots(problem, routes)
    tours = sorted((_tour(problem, route, slot) for route, slot in zip(routes, slots, strict=True)), key=_order)
    return TourPlan(
        tours=tours,
        too_far=tuple(s for s in range(problem.stops) if s not in visitable),
        no_time=tuple(s for s in range(problem.stops) if s in visitable and s not in served),
        cycle=problem.cycle,
        driving=sum(tour.driving * (problem.cycle // tour.period) for tour in tours),
        bound=day_tours.least_driving() if day_tours else assignment_bound(problem, served),
    )


def _driving(problem: TourProblem, routes: Sequence[Route]) -> int:
    """Return the minutes of driving of routes in a cycle."""
    return sum(
        int(problem.drive[a, b]) * (problem.cycle // route.period)
        for route in routes
        for a, b in pairwise([route.base, *(problem.bases + s for s in route.stops), route.base])
    )


def _order(tour: Tour) -> tuple[int, int, int, int]:
    return tour.base, tour.van, tour.weekday, tour.week


def _tour(problem: TourProblem, route: Route, slot: Slot) -> Tour:
    place, minute, driving = route.base, 0, 0
    visits = []
    for stop in route.stops:
        leg = int(problem.drive[place, problem.bases + stop])
        arrive = minute + leg
        place, minute, driving = problem.bases + stop, arrive + int(problem.stay[stop]), driving + leg
        visits.append(Visit(stop, leg, arrive, minute))
    home = int(problem.drive[place, route.base])
    return Tour(route.base, slot.van, slot.weekday, slot.week, route.period, visits, minute + home, driving + home)

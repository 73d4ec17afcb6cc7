"""Routes of the tours by OR-Tools (Perron & Furnon, routing library): insertion, local search and guided local search.

The search is deterministic: it ends after a number of rejected moves, not after a time.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.geo import Ints
from geoservice.progress import Progress, quiet

_A_DAY = 86_400
SEARCH = 2000
"""Rejected moves after which the search ends: seconds for dozens of stops."""


class Route(NamedTuple):
    """A tour from a base every ``period`` weeks, with its stops in order."""

    base: int
    period: int
    stops: tuple[int, ...]


class _Vehicle(NamedTuple):
    """A tour that may be driven: the base, the weeks after which it is repeated, and how often it is driven in a cycle."""

    base: int
    period: int
    times: int


def find_routes(problem: TourProblem, search: int = SEARCH, progress: Progress = quiet) -> list[Route]:
    """Return the routes that serve most people, and of those with the least driving that is found, in a fixed order.

    Parameters
    ----------
    problem : TourProblem
    search : int
        Rejected moves after which the search ends.
    progress : function
        Called with the stage ``tours`` and a fraction; an exception in it cancels.
    """
    visitable = problem.visitable()
    stops = np.flatnonzero(visitable.any(axis=0))
    vehicles = list(_vehicles(problem, stops))
    progress("tours", 0.0)
    if not vehicles:
        return []
    model = _Model(problem, stops, vehicles)
    routes = model.solve(search, progress)
    progress("tours", 1.0)
    return sorted(routes)


def _vehicles(problem: TourProblem, stops: Ints) -> Iterator[_Vehicle]:
    """Yield as many tours as days allow or stops may need."""
    for base in range(problem.bases):
        for period in problem.periods:
            most = int(problem.vans[base]) * problem.days * period
            own = int((problem.period[stops] == period).sum())
            for _ in range(min(most, own)):
                yield _Vehicle(base, period, problem.cycle // period)


class _Model:
    """The routing model of OR-Tools; its nodes are the bases, then ``stops``."""

    def __init__(self, problem: TourProblem, stops: Ints, vehicles: Sequence[_Vehicle]) -> None:
        self.problem, self.stops, self.vehicles = problem, stops, vehicles
        bases = [v.base for v in vehicles]
        self.manager = pywrapcp.RoutingIndexManager(problem.bases + len(stops), len(vehicles), bases, bases)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._add_driving()
        self._add_stops()
        self._add_days()

    def _add_driving(self) -> None:
        """Set the cost, minutes of driving in a cycle, and the length of the day."""
        problem = self.problem
        place = np.concatenate([np.arange(problem.bases), problem.bases + self.stops])
        drive = problem.drive[np.ix_(place, place)]
        drive = np.where(drive < 0, problem.day + 1, drive)  # longer than any day, so never driven
        stay = np.concatenate([np.zeros(problem.bases, np.int64), problem.stay[self.stops]])
        frequencies = sorted({v.times for v in self.vehicles})
        costs = {times: self.routing.RegisterTransitMatrix((drive * times).tolist()) for times in frequencies}
        for number, vehicle in enumerate(self.vehicles):
            self.routing.SetArcCostEvaluatorOfVehicle(costs[vehicle.times], number)
        elapsed = self.routing.RegisterTransitMatrix((drive + stay[:, None]).tolist())
        self.routing.AddDimension(elapsed, 0, problem.day, True, "time")

    def _add_stops(self) -> None:
        """Allow each stop the tours of its period, or none, at a cost of more than all driving for each person."""
        problem = self.problem
        all_driving = problem.day * problem.cycle * problem.days * int(problem.vans.sum()) + 1
        for node, stop in enumerate(self.stops.tolist(), problem.bases):
            index = self.manager.NodeToIndex(node)
            people = 1 + round(float(problem.people[stop]))
            self.routing.AddDisjunction([index], all_driving * people)
            own = [n for n, v in enumerate(self.vehicles) if v.period == problem.period[stop]]
            self.routing.VehicleVar(index).SetValues([-1, *own])

    def _add_days(self) -> None:
        """Limit the tours of a base to the days of its vans; by period alone their number does so already."""
        if len(self.problem.periods) < 2:
            return
        solver = self.routing.solver()
        for base in range(self.problem.bases):
            days = int(self.problem.vans[base]) * self.problem.days * self.problem.cycle
            own = [(n, v.times) for n, v in enumerate(self.vehicles) if v.base == base]
            if sum(times for _, times in own) > days:
                solver.Add(solver.Sum([self.routing.ActiveVehicleVar(n) * times for n, times in own]) <= days)

    def solve(self, search: int, progress: Progress) -> list[Route]:
        """Return the routes of the best solution; no stop at all is one, so there always is a solution."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.seconds = _A_DAY  # never reached: without a limit of its kind the library warns
        self.routing.AddSearchMonitor(self.routing.solver().FailuresLimit(search))
        raised = self._listen(search, progress)
        assignment = self.routing.SolveWithParameters(parameters)
        if raised:
            raise raised[0]
        assert assignment is not None, "dropping every stop is a solution"
        return [route for number in range(len(self.vehicles)) if (route := self._route(assignment, number)).stops]

    def _listen(self, search: int, progress: Progress) -> list[BaseException]:
        """Report progress at every solution; the list gets the exception that stopped the search."""
        raised: list[BaseException] = []

        def listen() -> None:
            try:
                progress("tours", min(self.routing.solver().Failures() / search, 1.0))
            except BaseException as error:  # noqa: BLE001 - raised again by solve, outside the solver's own code
                raised.append(error)
                self.routing.CancelSearch()

        self.routing.AddAtSolutionCallback(listen)
        return raised

    def _route(self, assignment: Any, number: int) -> Route:
        stops = []
        index = assignment.Value(self.routing.NextVar(self.routing.Start(number)))
        while not self.routing.IsEnd(index):
            stops.append(int(self.stops[self.manager.IndexToNode(index) - self.problem.bases]))
            index = assignment.Value(self.routing.NextVar(index))
        vehicle = self.vehicles[number]
        return Route(vehicle.base, vehicle.period, tuple(stops))

"""The van, weekday and first week of each tour."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geoservice.analysis.van_tours.problem import TourProblem
from geoservice.analysis.van_tours.routing import Route


class Slot(NamedTuple):
    """A van of a base, a weekday from Monday as 0, and the first week of a tour, from 0."""

    van: int
    weekday: int
    week: int


def assign_slots(problem: TourProblem, routes: Sequence[Route]) -> list[Slot]:
    """Return a slot for each route, in the order of the routes; no van has two tours on one day.

    The most frequent tours are placed first. Since each period divides the longer ones, a weekday of a van then has either no
    room for a period or the whole room of one of its tours, so whatever fits by number fits. The first van is used first, its
    weeks are filled evenly, and weekdays from Monday on.

    Raises
    ------
    AssertionError
        There are more tours than days, which :func:`find_routes` does not return.
    """
    busy = np.zeros((problem.bases, int(problem.vans.max()), problem.days, problem.cycle), np.bool_)
    slots: dict[int, Slot] = {}
    for index in sorted(range(len(routes)), key=lambda i: (routes[i].period, i)):
        route = routes[index]
        of_base = busy[route.base, : problem.vans[route.base]]
        slot = min(_free(of_base, route.period), key=lambda s: (s.van, _load(of_base[s.van], s.week, route.period), s))
        of_base[slot.van, slot.weekday, slot.week :: route.period] = True
        slots[index] = slot
    return [slots[i] for i in range(len(routes))]


def _free(busy: "np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]", period: int) -> list[Slot]:
    vans, days, _ = busy.shape
    slots = [Slot(van, day, week) for van in range(vans) for day in range(days) for week in range(period)]
    free = [s for s in slots if not busy[s.van, s.weekday, s.week :: period].any()]
    assert free, "more tours than days"
    return free


def _load(busy: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", week: int, period: int) -> int:
    """Return the tours of a van in the weeks of a tour."""
    return int(busy[:, week::period].sum())

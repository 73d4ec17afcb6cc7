"""Choices of sites between the most people in time and the least time beyond it, with the margins between neighbours."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geoservice.analysis.siting.fairness import Front, FrontPoint, fairness_front
from geoservice.analysis.siting.margins import Margin, surface_margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.solution import Solution, solution
from geoservice.demand import Quantity
from geoservice.geo import Bools, Ints
from geoservice.layer import Label
from geoservice.progress import Progress
from geoservice.siting.inputs import SitingInputs
from geoservice.siting.ranked import closed_stations, explained, ranked_sites
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import FrontSites

MINUTE = 60_000
"""Times beyond the minutes of a request count in minutes begun, ms."""
MEASURE = Label(
    zh="超时分钟数（均方根，越远权重越大）", en="Minutes beyond the time (root mean square: those far away count most)"
)
"""What fairness is measured by."""
_NONE = np.empty(0, np.int64)


def choose_fairly(
    inputs: SitingInputs, near: Problem, request: SitingRequest, beyond: int, progress: Progress
) -> tuple[Solution, list[FrontSites]]:
    """Return the choice that reaches most people, and all choices of the front of coverage and fairness.

    ``near`` has the pairs within the minutes of the request, ``beyond`` is the time of people out of reach in ms.
    """
    assert request.minutes is not None  # checked
    front = fairness_front(
        inputs.problem,
        request.sites,
        limit=request.minutes * MINUTE,
        budget=request.budget,
        beyond=beyond,
        step=MINUTE,
        seconds=request.seconds,
        progress=progress,
    )
    solutions = [_solution(near, point, front) for point in front.points]
    return solutions[0], _with_margins(inputs, near, request, beyond, front.points, solutions)


def _solution(near: Problem, point: FrontPoint, front: Front) -> Solution:
    is_most = point is front.points[0]
    bound = max(front.bound, point.covered)
    return solution("mclp", near, point.sites, point.covered, bound, "front", exact=is_most and front.proven)


def _with_margins(
    inputs: SitingInputs,
    near: Problem,
    request: SitingRequest,
    beyond: int,
    points: Sequence[FrontPoint],
    solutions: Sequence[Solution],
) -> list[FrontSites]:
    margin = surface_margin(inputs.arrays.surface, Quantity("persons", request.group))
    kept = float(near.weight[near.reached(np.flatnonzero(near.has_state("kept")))].sum())
    choices, before = [], None
    for point, chosen in zip(points, solutions, strict=True):
        picks = explained(inputs, near, point.sites, request, beyond)
        if before is not None:  # people alone decide the first choice only
            picks = [replace(p, rival=-1, difference=np.nan, difference_margin=np.nan) for p in picks]
        reached = near.reached(chosen.open_sites(near)) & (near.weight > 0)
        difference, of_difference = _difference(near, before, reached, margin)
        choice = FrontSites(
            point=point,
            sites=ranked_sites(inputs, near, chosen, picks, kept),
            closed=closed_stations(inputs, chosen),
            reached=float(near.weight[reached].sum()),
            margin=np.nan if margin is None else margin(_points(reached), _NONE),
            difference=difference,
            difference_margin=of_difference,
        )
        choices.append(choice)
        before = reached
    return choices


def _difference(near: Problem, before: Bools | None, reached: Bools, margin: Margin | None) -> tuple[float, float]:
    """Return the people whom a choice reaches more than the next one, and the margin of that."""
    if before is None:
        return np.nan, np.nan
    more, fewer = _points(before & ~reached), _points(reached & ~before)
    difference = float(near.weight[more].sum() - near.weight[fewer].sum())
    return difference, np.nan if margin is None else margin(more, fewer)


def _points(chosen: Bools) -> Ints:
    return np.flatnonzero(chosen)

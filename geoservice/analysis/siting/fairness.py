"""The front of coverage and fairness: choices of sites that no other choice beats in both.

Fairness is measured by the severity of Foster, Greer & Thorbecke (1984) of the times beyond the limit: the mean square of the
time by which people are beyond it, of those whom any candidate or kept site reaches. It weighs those far away most.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from geoservice.analysis.siting.coverage import by_people, with_forced
from geoservice.analysis.siting.front_search import FrontChoice, FrontSearch, StepCosts
from geoservice.analysis.siting.median import checked_beyond, nearest_times
from geoservice.analysis.siting.problem import SECONDS, Problem, limits_of
from geoservice.analysis.siting.solution import PROVEN_GAP, relative_gap
from geoservice.errors import ParameterError
from geoservice.geo import Ints
from geoservice.progress import Progress, quiet

POINTS = 7
"""Points of a front, by default."""
MOST_STEPS = 20_000
_SKETCHES = 6
_LEAST_PART = 1e-3
"""Part of the front's range of coverage between two points that is not searched further."""


@dataclass(frozen=True)
class FrontPoint:
    """A choice of sites on the front.

    Attributes
    ----------
    sites : int64 array
        Candidates that are open beside the kept ones, in the order in which they reach most people.
    covered : float
        People within the limit.
    severity : float
        Mean square of the steps beyond the limit as a share of the most that they can be, 0 to 1; 0 within the limit.
    far : float
        The same as a time: the root of the mean square of the time beyond the limit.
    excess : float
        Mean time beyond the limit.
    gap : float
        The severity of a choice that covers as many can be lower by this share at most; 0 if proven.
    proven : bool
        Whether no choice is better in coverage or severity without being worse in the other.
    """

    sites: Ints
    covered: float
    severity: float
    far: float
    excess: float
    gap: float
    proven: bool


@dataclass(frozen=True)
class Front:
    """Points by descending coverage and severity, the most that any choice covers, and whether the first point does."""

    points: tuple[FrontPoint, ...]
    bound: float
    proven: bool


class _Part(NamedTuple):
    """A part of the front between two neighbours, in which coverage from ``upper`` on is known to have no further point."""

    high: FrontChoice
    low: FrontChoice
    upper: float

    @property
    def width(self) -> float:
        return self.upper - self.low.covered


def fairness_front(
    problem: Problem,
    sites: int | None = None,
    *,
    budget: float | None = None,
    beyond: int | None = None,
    limit: int,
    step: int = 1,
    points: int = POINTS,
    seconds: float = SECONDS,
    progress: Progress = quiet,
) -> Front:
    """Return the front from the most people covered to the least severity of times beyond the limit.

    The first point covers as many as :func:`geoservice.analysis.siting.coverage.mclp`; of such choices it is the fairest.

    Parameters
    ----------
    problem : Problem
        With pairs beyond the limit, since the time of people who are not covered counts.
    sites, budget, beyond
        As in :func:`geoservice.analysis.siting.median.p_median`.
    limit : int
        Time up to which people are covered.
    step : int
        Time beyond the limit counts in steps of this, those begun included. Few steps are solved sooner.
    points : int
        Most points, from 2. They are spread over the coverage; between two of them there can be more.
    seconds : float
        Time limit of the solver for all points together; 0 leaves it out, and few points are then proven.
    progress : function
        Called with the stage ``fairness``; an exception in it cancels.

    Raises
    ------
    ParameterError
        A limit is out of bounds.

    Examples
    --------
    >>> from geoservice.analysis.travel_pairs import TravelPairs
    >>> rows = TravelPairs(np.array([0, 2, 4]), np.array([0, 1, 0, 1], np.int32), np.array([0, 90, 20, 20], np.int32))
    >>> front = fairness_front(Problem(rows, np.array([10.0, 5.0])), 1, limit=10, beyond=100, step=10)
    >>> [(p.sites.tolist(), p.covered, round(p.far, 1), p.proven) for p in front.points]
    [([0], 10.0, 46.2, True), ([1], 0.0, 10.0, True)]
    """
    charged = checked_beyond(problem, beyond)
    if points < 2:
        raise ParameterError(f"points: got {points}, allowed are 2 and above")
    if not 0 <= limit < charged:
        raise ParameterError(f"limit: got {limit}, allowed are 0 to {charged - 1}")
    least_step = -(-(charged - limit) // MOST_STEPS)
    if step < 1 or step < least_step:
        raise ParameterError(f"step: got {step}, allowed are {least_step} and above")
    costs = StepCosts(limit, step, -(-(charged - limit) // step))
    problem = replace(problem, weight=np.where(problem.reached(), problem.weight, 0.0))  # no choice changes the others
    done = [0]

    def report(_stage: str, _fraction: float) -> None:
        progress("fairness", min(done[0] / (points + 3), 1.0))

    def count() -> None:
        done[0] += 1

    search = FrontSearch(problem, limits_of(problem, sites, budget), costs, report)
    choices, bound, exact = _front(search, points, seconds, count)
    progress("fairness", 1.0)
    return Front(tuple(_point(problem, search, costs, charged, choice) for choice in choices), bound, exact)


def _front(
    search: FrontSearch, points: int, seconds: float, count: Callable[[], None]
) -> tuple[list[FrontChoice], float, bool]:
    """Return the choices of the front, the most people covered, and whether the first is proven to cover them."""
    share, tiny = seconds / points, 1e-9 * search.people
    most = search.most_covered(share)
    covers = search.met(most.rows)
    is_most = most.exact or most.value - most.bound <= tiny
    bound = covers.covered if is_most else max(search.people - most.bound, covers.covered)
    count()
    low = search.fairest(share)
    search.sketch(_prices(covers, low))
    count()
    high = search.cheapest(covers.covered - tiny, _slope(covers, low), share)
    high = high._replace(exact=high.exact and is_most)
    count()
    if high.covered - low.covered <= tiny:
        return [high if high.cost <= low.cost else low], bound, is_most
    front = _between(search, high, low, points, share, count)
    return _undominated(search, front), bound, is_most


def _between(
    search: FrontSearch, high: FrontChoice, low: FrontChoice, points: int, seconds: float, count: Callable[[], None]
) -> list[FrontChoice]:
    """Return the ends and the choices between them; the widest part of the front is cut first."""
    front, parts = [high, low], [_Part(high, low, high.covered)]
    least = _LEAST_PART * (high.covered - low.covered)
    for _ in range(points):  # some find nothing new
        if len(front) == points:
            break
        part = parts.pop(int(np.argmax([p.width for p in parts])))
        if part.width <= least:
            break
        middle = part.low.covered + part.width / 2
        choice = search.cheapest(middle, _slope(part.high, part.low), seconds)
        count()
        if choice.covered >= part.high.covered - 1e-9 * search.people:  # nothing between the middle and the upper end
            parts.append(part._replace(upper=middle))
            continue
        front.append(choice)
        parts += [_Part(part.high, choice, part.upper), _Part(choice, part.low, middle if choice.exact else choice.covered)]
    return front


def _slope(high: FrontChoice, low: FrontChoice) -> int:
    """Return the cost that one more person covered takes between two choices."""
    people = high.covered - low.covered
    return int(min(max((high.cost - low.cost) / people, 0.0), 2**30)) if people > 0 else 0


def _prices(high: FrontChoice, low: FrontChoice) -> list[int]:
    """Return prices around the slope of the front, and one that coverage alone decides."""
    slope = max(_slope(high, low), 1)
    return [min(slope * 4**power // 8, 2**30) for power in range(_SKETCHES - 1)] + [2**30]


def _undominated(search: FrontSearch, front: list[FrontChoice]) -> list[FrontChoice]:
    """Return the choices that none beats, by descending coverage; others that were met replace unproven ones."""
    tiny = 1e-9 * search.people
    kept: list[FrontChoice] = []
    for found in sorted(front, key=lambda c: (-c.covered, c.cost)):
        better = found if found.exact else search.best_known(found.covered)
        choice = better._replace(bound=found.bound) if better.cost < found.cost else found
        if not kept or (choice.cost < kept[-1].cost and choice.covered < kept[-1].covered - tiny):
            kept.append(choice)
    return kept


def _point(problem: Problem, search: FrontSearch, costs: StepCosts, beyond: int, choice: FrontChoice) -> FrontPoint:
    sites = by_people(problem.within(costs.limit), with_forced(problem, search.problem, choice.rows))
    nearest = nearest_times(problem, sites, beyond)
    steps = costs.steps(nearest).astype(float)
    people = max(search.people, 1e-300)
    square = float(problem.weight @ steps**2) / people
    gap = relative_gap(choice.cost, choice.bound)
    proven = choice.exact or gap <= PROVEN_GAP
    return FrontPoint(
        sites,
        covered=float(problem.weight[nearest <= costs.limit].sum()),
        severity=square / costs.most**2,
        far=costs.step * square**0.5,
        excess=float(problem.weight @ np.maximum(nearest.astype(float) - costs.limit, 0.0)) / people,
        gap=0.0 if proven else gap,
        proven=proven,
    )

"""Tours against brute force on tiny instances, and what holds for all of them."""

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.analysis.van_tours.bound import assignment_bound
from geoservice.analysis.van_tours.day_tours import DayTours
from geoservice.analysis.van_tours.plan import TourPlan, plan_tours
from geoservice.analysis.van_tours.problem import NO_WAY, TourProblem
from geoservice.errors import ParameterError


def partitions(stops: list[int]) -> Iterator[list[list[int]]]:
    """Yield every way to split stops into tours, without an order."""
    if not stops:
        yield []
        return
    first, *others = stops
    for rest in partitions(others):
        yield [[first], *rest]
        for i, part in enumerate(rest):
            yield [*rest[:i], [first, *part], *rest[i + 1 :]]


def shortest(problem: TourProblem, stops: list[int]) -> "dict[int, int]":
    """Return the minutes of driving of the best order of a tour, by the bases that can drive it within a day."""
    best = {}
    for base in range(problem.bases):
        for order in permutations(stops):
            places = [base, *(problem.bases + s for s in order), base]
            legs = [int(problem.drive[a, b]) for a, b in pairwise(places)]
            if min(legs) >= 0 and sum(legs) + int(problem.stay[list(stops)].sum()) <= problem.day:
                best[base] = min(best.get(base, sum(legs)), sum(legs))
    return best


def brute_force(problem: TourProblem) -> "tuple[int, int]":
    """Return the most people (and one a stop) that tours can serve, and the least driving of a cycle with them."""
    best = (-1, 0)
    for mask in range(2**problem.stops):
        stops = [s for s in range(problem.stops) if mask >> s & 1]
        people = sum(1 + round(float(problem.people[s])) for s in stops)
        if people < best[0]:
            continue
        for parts in partitions(stops):
            if any(len({int(problem.period[s]) for s in part}) > 1 for part in parts):
                continue
            for driving in assignments(problem, parts):
                if (people, -driving) > (best[0], -best[1]):
                    best = (people, driving)
    return best


def assignments(problem: TourProblem, parts: list[list[int]]) -> Iterator[int]:
    """Yield the driving of every choice of bases for some tours that leaves no base without days."""

    def choose(rest: list[list[int]], days: list[int], driving: int) -> Iterator[int]:
        if not rest:
            yield driving
            return
        times = problem.cycle // int(problem.period[rest[0][0]])
        for base, minutes in shortest(problem, rest[0]).items():
            if days[base] >= times:
                left = [d - times * (b == base) for b, d in enumerate(days)]
                yield from choose(rest[1:], left, driving + times * minutes)

    yield from choose(parts, [int(v) * problem.days * problem.cycle for v in problem.vans], 0)


def least_times(drive: "np.ndarray[tuple[int, int], np.dtype[np.int64]]") -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Return the least times over any places (Floyd and Warshall)."""
    ways = np.where(drive < 0, 10_000, drive)
    np.fill_diagonal(ways, 0)
    for via in range(len(ways)):
        ways = np.minimum(ways, ways[:, [via]] + ways[[via], :])
    return np.where(ways >= 10_000, NO_WAY, ways)


@st.composite
def problems(draw: st.DrawFn, most: int = 4) -> TourProblem:
    stops, bases = draw(st.integers(1, most)), draw(st.integers(1, 2))
    size = bases + stops
    minutes = st.integers(0, 60) | st.just(NO_WAY)
    drive = draw(st.lists(st.lists(minutes, min_size=size, max_size=size), min_size=size, max_size=size))
    chain = draw(st.sampled_from([(1,), (2,), (1, 2), (1, 3), (1, 2, 4)]))
    return TourProblem(
        drive=least_times(np.array(drive)),
        stay=np.array(draw(st.lists(st.integers(1, 90), min_size=stops, max_size=stops))),
        period=np.array(draw(st.lists(st.sampled_from(chain), min_size=stops, max_size=stops))),
        people=np.array(draw(st.lists(st.integers(0, 500), min_size=stops, max_size=stops)), float),
        vans=np.array(draw(st.lists(st.integers(1, 2), min_size=bases, max_size=bases))),
        days=draw(st.integers(1, 3)),
        day=draw(st.integers(60, 240)),
    )


def served(problem: TourProblem, plan: TourPlan) -> int:
    stops = [v.stop for tour in plan.tours for v in tour.visits]
    return sum(1 + round(float(problem.people[s])) for s in stops)


@settings(max_examples=60)
@given(problems())
def test_tours_equal_brute_force_on_tiny_instances(problem: TourProblem) -> None:
    plan = plan_tours(problem, search=20_000)  # ways of 0 minutes can trap the default search beside the optimum
    people, driving = brute_force(problem)
    assert (served(problem, plan), plan.driving) == (people, driving)
    stops = sorted(v.stop for tour in plan.tours for v in tour.visits)
    assert assignment_bound(problem, stops) <= plan.bound <= driving


@settings(max_examples=60)
@given(problems(most=9))
def test_what_holds_for_all_tours(problem: TourProblem) -> None:
    plan = plan_tours(problem, search=50)
    visited = [v.stop for tour in plan.tours for v in tour.visits]
    assert sorted([*visited, *plan.too_far, *plan.no_time]) == list(range(problem.stops))
    assert set(plan.too_far) == set(np.flatnonzero(~problem.visitable().any(axis=0)).tolist())
    days = set()
    for tour in plan.tours:
        assert 0 < tour.back <= problem.day
        assert 0 <= tour.van < problem.vans[tour.base]
        assert 0 <= tour.weekday < problem.days
        assert 0 <= tour.week < tour.period
        place, minute = tour.base, 0
        for visit in tour.visits:
            assert problem.period[visit.stop] == tour.period
            there = problem.bases + visit.stop
            assert 0 <= visit.driving == problem.drive[place, there]
            assert visit.arrive == minute + visit.driving
            assert visit.leave == visit.arrive + problem.stay[visit.stop]
            place, minute = there, visit.leave
        assert tour.back == minute + problem.drive[place, tour.base]
        assert tour.driving == tour.back - int(problem.stay[[v.stop for v in tour.visits]].sum())
        for week in range(tour.week, plan.cycle, tour.period):
            day = (tour.base, tour.van, tour.weekday, week)
            assert day not in days  # a van has one tour a day
            days.add(day)
    assert plan.driving == sum(t.driving * (plan.cycle // t.period) for t in plan.tours) >= plan.bound


def circle(stops: int, **options: object) -> TourProblem:
    """Return stops at equal angles around a base, 20 minutes away."""
    angle = 2 * np.pi * np.arange(stops) / stops
    xy = np.vstack([[0, 0], 20 * np.column_stack([np.cos(angle), np.sin(angle)])])
    drive = np.ceil(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) - 1e-9)
    settings: dict[str, Any] = {
        "drive": drive, "stay": np.full(stops, 60), "period": np.full(stops, 2), "people": np.arange(stops, 0, -1.0) * 10,
        "days": 5, "day": 300,
    }  # fmt: skip
    return TourProblem(vans=np.array([1]), **{**settings, **options})


def test_equal_input_gives_equal_tours() -> None:
    assert plan_tours(circle(12), search=300) == plan_tours(circle(12), search=300)


def test_stops_with_fewest_people_are_dropped_where_time_is_short() -> None:
    plan = plan_tours(circle(9, days=1, period=np.ones(9)), search=500)
    assert [sorted(v.stop for v in t.visits) for t in plan.tours] == [[0, 1, 2]]
    assert plan.no_time == (3, 4, 5, 6, 7, 8)
    assert plan.too_far == ()


def test_the_weeks_of_a_van_are_filled_evenly() -> None:
    plan = plan_tours(circle(12, day=200), search=500)
    assert len(plan.tours) >= 6
    weeks = np.bincount([t.week for t in plan.tours], minlength=2)
    assert abs(int(weeks[0]) - int(weeks[1])) <= 1


def test_the_bound_is_reached_where_stops_need_a_tour_each() -> None:
    problem = circle(3, day=110)
    plan = plan_tours(problem, search=100)
    assert (plan.driving, plan.bound, plan.proven) == (120, 120.0, True)
    nothing = DayTours.of(problem, [])
    assert nothing is not None
    assert nothing.least_driving() == assignment_bound(problem, []) == 0


def test_progress_is_reported_and_cancels() -> None:
    stages: list[tuple[str, float]] = []

    def progress(stage: str, fraction: float) -> None:
        stages.append((stage, fraction))
        if len(stages) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan_tours(circle(12), progress=progress)
    assert {stage for stage, _ in stages} == {"tours"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stay": np.zeros(3)}, "stay, people: allowed are minutes from 1"),
        ({"period": np.array([2, 3, 3])}, r"period: got \[2, 3\], allowed are"),
        ({"period": np.array([5, 5, 5])}, r"period: got \[5\]"),
        ({"people": np.zeros(2)}, "people: got shape"),
        ({"days": 8}, "days, day: got 8 and 300"),
        ({"stay": np.ones(4)}, "drive: got shape"),
        ({"drive": np.array([[0, 1, 9, 9], [1, 0, 1, 9], [9, 1, 0, 9], [9, 9, 9, 0]])}, "drive: a detour over a third place"),
    ],
    ids=["stay", "chain", "period", "people", "days", "shape", "detour"],
)
def test_a_wrong_problem_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        circle(3, **options)

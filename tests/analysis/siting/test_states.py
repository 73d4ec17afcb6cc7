"""Kept, forced, closable and free candidates, limits, and people whom nobody can reach."""

import numpy as np
import pytest

from geoservice.analysis.siting.backup import lscp_b
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import Infeasible, ParameterError

from .problems import problem_of

# four villages along a road, ten minutes from one to the next; nobody reaches the fifth
ROAD = np.array([[0, 10, 20, 30, -1], [10, 0, 10, 20, -1], [20, 10, 0, 10, -1], [30, 20, 10, 0, -1]])
PEOPLE = np.array([40.0, 10.0, 10.0, 40.0, 5.0])


def road(*state: str, **columns: object) -> Problem:
    return problem_of(ROAD, PEOPLE, state=state or None, **columns)


def test_a_kept_site_stays_open_and_is_not_counted() -> None:
    found = mclp(road("kept", "free", "free", "free"), 1, limit=10)
    assert (found.sites.tolist(), found.objective) == ([2], 100.0)
    assert found.open_sites(road("kept", "free", "free", "free")).tolist() == [0, 2]


def test_a_forced_site_opens_and_is_counted() -> None:
    found = mclp(road("free", "free", "forced", "free"), 1, limit=10)
    assert (found.sites.tolist(), found.objective, found.proven) == ([2], 60.0, True)


def test_a_closable_site_closes_if_another_is_better() -> None:
    found = p_median(road("free", "closable", "closable", "free"), 2, beyond=100)
    assert (sorted(found.sites.tolist()), found.closed.tolist()) == ([0, 3], [1, 2])


def test_people_out_of_reach_are_listed_apart_from_those_not_served() -> None:
    found = mclp(road(), 1, limit=0)
    assert (found.unreachable.tolist(), found.unserved.tolist()) == ([4], [1, 2, 3])


def test_a_budget_counts_instead_of_a_number() -> None:
    costs = np.array([5.0, 3.0, 3.0, 5.0])
    found = mclp(road(cost=costs), budget=6.0, limit=0)
    assert (found.objective, found.proven) == (40.0, True)
    assert mclp(road(cost=costs), budget=10.0, limit=0).sites.tolist() in ([0, 3], [3, 0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "sites, budget: got neither"),
        ({"sites": 0}, r"sites: got 0, allowed are 1 \(the forced candidates\) and above"),
        ({"budget": 0.5}, r"budget: got 0\.5, allowed are 1 \(the cost of the forced candidates\) and above"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        mclp(road("forced", "free", "free", "free"), **arguments)  # type: ignore[arg-type]  # numbers of both kinds


def test_too_few_sites_say_whom_they_leave_out() -> None:
    with pytest.raises(Infeasible, match="sites: 1 sites reach at most 60 of the 100 people") as refused:
        p_center(road().within(10), 1)
    assert refused.value.points in ((0,), (3,))
    with pytest.raises(Infeasible, match="sites: got 1, allowed are 2 and above"):
        lscp_b(road(), 1, limit=10)


def test_a_cover_leaves_out_only_whom_nobody_reaches() -> None:
    found = lscp(road(), limit=10)
    assert (found.objective, found.unreachable.tolist(), found.unserved.tolist()) == (2.0, [4], [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": np.array([1.0, -1.0])}, "weight: allowed are finite numbers from 0"),
        ({"state": ["open"]}, "state: allowed is one of free, kept, closable, forced for each of 1 candidates"),
        ({"cost": np.array([np.nan])}, "cost: allowed is one number from 0 for each of 1 candidates"),
        ({"capacity": np.array([1.0, 2.0])}, "capacity: allowed is one number"),
        ({"pairs": TravelPairs(np.array([0, 2]), np.array([1, 1]), np.array([1, 1]))}, "row 0 must have ascending, distinct"),
        ({"pairs": TravelPairs(np.array([0, 3]), np.array([0, 1]), np.array([1, 1]))}, "indptr must ascend from 0"),
        ({"pairs": TravelPairs(np.array([0, 2]), np.array([0, 1]), np.array([1, -1]))}, "got the time -1"),
        ({"pairs": TravelPairs(np.array([0, 2]), np.array([0, 1]), np.array([1]))}, "got 2 points and 1 times"),
    ],
)
def test_a_wrong_problem_is_refused(change: dict[str, object], message: str) -> None:
    right = {"pairs": TravelPairs(np.array([0, 2]), np.array([0, 1]), np.array([1, 1])), "weight": np.ones(2)}
    with pytest.raises(ParameterError, match=message):
        Problem(**(right | change))  # type: ignore[arg-type]  # what is tested


def test_beyond_is_at_least_the_longest_time() -> None:
    with pytest.raises(ParameterError, match=r"beyond: got 29, allowed are 30 \(the longest time of a pair\)"):
        p_median(road(), 1, beyond=29)

"""Sequential fill and the best assignment: conservation, examples by hand, brute force and linear programming."""

import itertools

import numpy as np
import pytest
from capacity_instances import instances
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from geoservice.analysis.capacity import (
    TravelPairs,
    difference,
    minimum_cost_assignment,
    nearest_pairs,
    nearest_station,
    optimum,
    processing_order,
    sequential_fill,
)
from geoservice.errors import ParameterError

MINUTE = 60_000


def line():
    """Stations A, B with 10 places each; 10 persons near A, 10 between the two, whom A and B reach; B reaches no others."""
    pairs = TravelPairs.of(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([2, 1, 3]) * MINUTE, 2)
    return pairs, np.array([10.0, 10.0]), np.array([10.0, 10.0])


@given(instances(), st.randoms(use_true_random=False))
def test_people_are_conserved_and_capacities_kept(instance, random):
    pairs, demand, capacity = instance
    order = np.array(random.sample(range(pairs.stations), pairs.stations))
    for found in (sequential_fill(pairs, demand, capacity, order), minimum_cost_assignment(pairs, demand, capacity)):
        assert (found.persons >= -1e-12).all()
        assert (found.assigned <= capacity + 1e-9).all()
        served = np.bincount(pairs.point, found.persons, len(demand))
        assert served + found.unmet == pytest.approx(demand)
        assert found.assigned.sum() + found.unmet.sum() == pytest.approx(demand.sum())
        reached = np.isin(np.arange(len(demand)), pairs.point)
        assert found.turned_away.sum() == pytest.approx(found.unmet[reached].sum())


@given(instances(), st.booleans())
def test_the_optimum_is_that_of_linear_programming(instance, at_once):
    """Most people first: then with this number of people, the fewest person-minutes; also if it begins with few pairs."""
    pairs, demand, capacity = instance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum, "FEW_PAIRS", 1000 if at_once else 0)
        patch.setattr(optimum, "NEARLY_MS", 0)
        found = minimum_cost_assignment(pairs, demand, capacity)
    n = len(pairs.point)
    if not n:
        assert found.assigned.sum() == 0
        return
    rows = [*(pairs.point == p for p in range(len(demand))), *(pairs.station == s for s in range(pairs.stations))]
    limits = {"A_ub": np.array(rows, float), "b_ub": np.concatenate([demand, capacity])}
    most = -linprog(-np.ones(n), **limits).fun
    assert found.assigned.sum() == pytest.approx(most, abs=1e-6)
    least = linprog(pairs.ms / MINUTE, **limits, A_eq=np.ones((1, n)), b_eq=[most]).fun
    assert found.person_minutes == pytest.approx(least, abs=1e-5)


@settings(max_examples=30)
@given(instances(), st.integers(0, 2**31))
def test_the_sequential_fill_is_that_of_band_by_band(instance, seed):
    """Each station takes whole bands while there is room, and the same share of every point of the last."""
    pairs, demand, capacity = instance
    order = np.random.default_rng(seed).permutation(pairs.stations)
    waiting, expected = demand.copy(), np.zeros((pairs.stations, len(demand)))
    for s in order:
        left = capacity[s]
        ms = {int(p): int(t) for p, t, own in zip(pairs.point, pairs.ms, pairs.station, strict=True) if own == s}
        for minute in sorted({-(-t // MINUTE) for t in ms.values()}):
            members = [p for p, t in ms.items() if -(-t // MINUTE) == minute]
            people = sum(waiting[p] for p in members)
            share = min(1.0, left / people) if people else 0.0
            for p in members:
                expected[s, p] = waiting[p] * share
                waiting[p] -= expected[s, p]
            left -= people * share
    found = sequential_fill(pairs, demand, capacity, order)
    assert found.persons == pytest.approx(expected[pairs.station, pairs.point])


@given(instances())
def test_no_order_serves_more_than_the_optimum(instance):
    pairs, demand, capacity = instance
    best = minimum_cost_assignment(pairs, demand, capacity)
    for order in itertools.permutations(range(pairs.stations)):
        found = sequential_fill(pairs, demand, capacity, np.array(order))
        assert found.assigned.sum() <= best.assigned.sum() + 1e-6
        if found.assigned.sum() == pytest.approx(best.assigned.sum(), abs=1e-9):
            assert found.person_minutes >= best.person_minutes - 1e-6


def test_the_order_of_stations_decides_how_many_are_served():
    pairs, demand, capacity = line()
    a_first, b_first = (sequential_fill(pairs, demand, capacity, np.array(o)) for o in ([0, 1], [1, 0]))
    # A takes those between first, who are nearer, and B is left without people
    assert (a_first.assigned.tolist(), a_first.unmet.tolist(), a_first.turned_away.tolist()) == ([10, 0], [10, 0], [10, 0])
    assert (b_first.assigned.tolist(), b_first.unmet.tolist()) == ([10, 10], [0, 0])
    best = minimum_cost_assignment(pairs, demand, capacity)
    assert (best.assigned.tolist(), best.load.tolist(), best.person_minutes) == ([10, 10], [100, 100], 50)
    change = difference(best, a_first)
    assert (change.served, change.person_minutes, change.assigned.tolist()) == (10, 40, [0, 10])
    assert change.unmet.tolist() == [-10, 0]
    assert change.moved == 20, "ten go to B, ten get a place"
    assert a_first.unmet_by_region(np.array([0, 1], np.int32), 2).tolist() == [10, 0]


def test_orders_of_processing():
    pairs, demand, capacity = line()
    assert processing_order("people", pairs, demand, capacity).tolist() == [0, 1]
    assert processing_order("capacity", pairs, demand, np.array([1.0, 2.0])).tolist() == [1, 0]
    assert processing_order("capacity", pairs, demand, capacity).tolist() == [0, 1], "of equal ones the lower first"
    assert processing_order("priority", pairs, demand, capacity, np.array([2.0, 1.0])).tolist() == [1, 0]


@given(instances(), st.integers(1, 3))
def test_nearest_pairs_are_those_of_sorting_each_point(instance, k):
    pairs = instance.pairs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoservice.analysis.capacity.pairs.TOGETHER", 2)
        found = nearest_pairs(pairs, k)
    everything = sorted(zip(pairs.point.tolist(), pairs.ms.tolist(), pairs.station.tolist(), strict=True))
    expected = [p for _, group in itertools.groupby(everything, key=lambda x: x[0]) for p in list(group)[:k]]
    assert sorted(zip(found.point.tolist(), found.ms.tolist(), found.station.tolist(), strict=True)) == expected
    nearest = nearest_station(pairs, len(instance.demand))
    first = {point: station for point, _, station in reversed(everything)}
    assert nearest.tolist() == [first.get(p, -1) for p in range(len(nearest))]


def test_demand_is_rounded_to_the_unit():
    pairs = TravelPairs.of(np.array([0]), np.array([0]), np.array([1]), 1)
    found = minimum_cost_assignment(pairs, np.array([2.34567]), np.array([1.23456]))
    assert found.demand[0] == pytest.approx(2.346)
    assert found.assigned[0] == pytest.approx(1.234), "capacity is rounded down"


def test_impossible_arguments_are_refused():
    pairs, demand, capacity = line()
    for bad in ((demand, capacity[:1]), (demand[:1], capacity), (-demand, capacity), (demand, np.array([1, np.nan]))):
        with pytest.raises(ParameterError):
            minimum_cost_assignment(pairs, *bad)
    with pytest.raises(ParameterError, match="each of 2 stations once"):
        sequential_fill(pairs, demand, capacity, np.array([0, 0]))
    with pytest.raises(ParameterError, match="'priority' with a number"):
        processing_order("priority", pairs, demand, capacity)
    with pytest.raises(ParameterError, match="k: got 0"):
        nearest_pairs(pairs, 0)
    with pytest.raises(ParameterError, match="unit: got 0"):
        minimum_cost_assignment(pairs, demand, capacity, 0)

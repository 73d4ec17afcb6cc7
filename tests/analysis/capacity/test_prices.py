"""Prices of places: what they are in an example, and that pairs are found for whatever is no optimum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.analysis.capacity import TravelPairs, minimum_cost_assignment, nearest_pairs, optimum
from geoservice.analysis.capacity.prices import improving_pairs, place_prices


def test_a_place_costs_what_its_holder_saves_by_it() -> None:
    """Two points, one place at the near station A: the holder would need 70 more at B, the other 10 more."""
    pairs = TravelPairs.of(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([10, 20, 30, 90]), 2)
    flow, units, places = np.array([0, 1, 1, 0]), np.ones(2, np.int64), np.array([1, 5])
    assert place_prices(pairs, flow, units, places, 1000).tolist() == [70, 0]
    assert improving_pairs(pairs, pairs, flow, units, places).tolist() == []
    swapped = np.array([1, 0, 0, 1])
    few = TravelPairs.of(np.array([0, 1]), np.array([0, 1]), np.array([10, 90]), 2)
    assert improving_pairs(pairs, few, swapped[[0, 3]], units, places).tolist() == [2], "the holder of A may go to B, too"


def test_a_place_costs_the_way_saved_if_there_is_no_other() -> None:
    pairs = TravelPairs.of(np.array([0, 0]), np.array([0, 1]), np.array([10, 20]), 1)
    assert place_prices(pairs, np.array([1, 0]), np.ones(2, np.int64), np.array([1]), 1000).tolist() == [990]


@st.composite
def tight_instances(draw):
    """Up to ten stations and 60 points in a plane; all places together are from half to one and a half times the people."""
    r = np.random.default_rng(draw(st.integers(0, 2**31)))
    stations, points = draw(st.integers(2, 10)), draw(st.integers(1, 60))
    at, home = r.random((stations, 2)), r.random((points, 2))
    ms = (np.hypot(*(at[:, None] - home[None]).transpose(2, 0, 1)) * 1000).astype(int)
    station, point = (a.ravel() for a in np.indices((stations, points)))
    near = (ms < draw(st.integers(300, 1500))).ravel()
    demand = r.integers(0, 9, points).astype(float)
    share = r.dirichlet(np.ones(stations)) * draw(st.floats(0.5, 1.5))
    return TravelPairs.of(station[near], point[near], ms.ravel()[near], stations), demand, np.floor(share * demand.sum())


@given(tight_instances(), st.integers(1, 20), st.sampled_from([0, 50]))
def test_few_pairs_at_first_lead_to_the_optimum_of_all(instance, sampled, nearly) -> None:
    pairs, demand, capacity = instance
    every = minimum_cost_assignment(pairs, demand, capacity)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("FEW_PAIRS", 0), ("SAMPLED", sampled), ("NEARLY_MS", nearly)):
            patch.setattr(optimum, name, value)
        few = minimum_cost_assignment(pairs, demand, capacity)
    assert few.assigned.sum() == pytest.approx(every.assigned.sum())
    assert few.person_minutes == pytest.approx(every.person_minutes)


@given(tight_instances(), st.integers(1, 3))
def test_what_is_no_optimum_is_improved_by_a_pair(instance, k) -> None:
    """Prices at full stations are not unique, so a pair may also be found where it does not help; none may be missed."""
    pairs, demand, capacity = instance
    units, places = (np.rint(a).astype(np.int64) for a in (demand, capacity))
    chosen = nearest_pairs(pairs, k)
    near, every = (minimum_cost_assignment(p, demand, capacity, 1.0) for p in (chosen, pairs))
    better = improving_pairs(pairs, chosen, np.rint(near.persons).astype(np.int64), units, places)
    if not len(better):
        assert near.assigned.sum() == pytest.approx(every.assigned.sum())
        assert near.person_minutes == pytest.approx(every.person_minutes)

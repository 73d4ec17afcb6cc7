"""What must hold for any instance."""

import numpy as np
import pytest
from access_instances import instances, pairs_of
from hypothesis import given, settings

from geoservice.analysis.accessibility import (
    balanced,
    binary,
    enhanced_two_step,
    gaussian,
    huff_three_step,
    modified_huff_three_step,
    power,
    stepped,
    three_step,
    two_step,
)

few = settings(max_examples=60)
DECAY = gaussian(30.5)
"""Above 0 at all times of the instances."""
METHODS = (enhanced_two_step, three_step, huff_three_step, modified_huff_three_step, balanced)


def served(x):
    """Return the supply of the stations that somebody reaches."""
    return x.supply[(np.isfinite(x.minutes) & (x.demand > 0)).any(axis=1)].sum()


@few
@given(instances())
def test_one_step_is_the_plain_index(x):
    assert enhanced_two_step(*x[:3], stepped((12,), (0.7,))) == pytest.approx(two_step(*x[:3], 12))


@few
@given(instances())
def test_demand_times_index_is_the_supply_reached(x):
    for index in (two_step(*x[:3], 30), enhanced_two_step(*x[:3], DECAY), three_step(*x[:3], DECAY)):
        assert (x.demand * index).sum() == pytest.approx(served(x))
    chosen = huff_three_step(*x[:3], DECAY)  # nobody chooses a station without supply, whose index adds nothing
    assert (x.demand * chosen).sum() == pytest.approx(served(x))


@few
@given(instances())
def test_balanced_indices_add_up_to_the_levels_of_service(x):
    """Paez et al. (2019): the demand of stations is the persons who reach one, and levels of service are given out once."""
    weights = np.where(np.isfinite(x.minutes), DECAY(np.where(np.isfinite(x.minutes), x.minutes, 0)), 0)
    total = weights.sum(axis=0)
    users = (weights / np.where(total > 0, total, 1)) @ x.demand
    assert users.sum() == pytest.approx(x.demand[total > 0].sum())
    level = np.where(users > 0, x.supply / np.where(users > 0, users, 1), 0)
    assert balanced(*x[:3], DECAY).sum() == pytest.approx(level.sum())


@few
@given(instances())
def test_the_modified_index_hands_out_less_the_farther_people_are(x):
    index = modified_huff_three_step(*x[:3], DECAY)
    assert (x.demand * index).sum() <= served(x) * (1 + 1e-9)
    near = modified_huff_three_step(*x[:3], binary(60))
    assert (x.demand * near).sum() == pytest.approx(served(x))


def test_one_station_leaves_no_choice():
    pairs, demand, supply = pairs_of([[3.0, 9.0, np.inf, 20.0]]), np.array([5.0, 7.0, 9.0, 2.0]), np.array([30.0])
    expected = enhanced_two_step(pairs, demand, supply, DECAY)
    for method in (three_step, huff_three_step):
        assert method(pairs, demand, supply, DECAY) == pytest.approx(expected)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
def test_like_places_have_like_indices(method):
    """Four points around four stations, each next to one and opposite one: the same index by symmetry."""
    minutes = np.array([[1.0, 5, 9, 5], [5, 1, 5, 9], [9, 5, 1, 5], [5, 9, 5, 1]])
    index = method(pairs_of(minutes), np.full(4, 10.0), np.full(4, 20.0), power(1))
    assert index == pytest.approx(np.full(4, index[0]))
    assert index[0] > 0


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.__name__)
@few
@given(x=instances())
def test_twice_the_supply_doubles_the_index_and_twice_the_demand_halves_it(method, x):
    index = method(*x[:3], DECAY)
    assert method(x.pairs, x.demand, 2 * x.supply, DECAY) == pytest.approx(2 * index)
    assert method(x.pairs, 2 * x.demand, x.supply, DECAY) == pytest.approx(index / 2)


@few
@given(instances())
def test_a_nearer_station_never_lowers_potential_access(x):
    from geoservice.analysis.accessibility import hansen

    near = np.where(np.isfinite(x.minutes), x.minutes / 2, np.inf)
    before = hansen(x.pairs, len(x.demand), x.supply, DECAY)
    assert (hansen(pairs_of(near), len(x.demand), x.supply, DECAY) >= before - 1e-9).all()

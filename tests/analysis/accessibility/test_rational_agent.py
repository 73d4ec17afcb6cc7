"""The rational agent access model: an equilibrium, and that of the convex program whose solution it is."""

from importlib import import_module

import numpy as np
import pytest
from access_instances import instances, pairs_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from geoservice.analysis.accessibility import rational_agent
from geoservice.errors import ParameterError


def costs_of_the_program(x, tau):
    """Return the least cost of each point from the program of Beckmann et al. (1956), solved densely; NaN out of reach."""
    keep = x.supply > 0
    minutes = x.minutes[keep]
    reached = np.isfinite(minutes).any(axis=0)
    people = np.where(reached, x.demand, 0)
    capacity = x.supply[keep] * (people.sum() / x.supply[keep].sum())
    station, point = np.nonzero(np.isfinite(minutes) & (people > 0))
    travel = minutes[station, point] / tau

    def loads(flow):
        return np.bincount(station, flow, len(capacity))

    found = minimize(
        lambda flow: (loads(flow) ** 2 / (2 * capacity)).sum() + flow @ travel,
        np.zeros(len(station)) + people[point] / np.bincount(point, minlength=len(people))[point],
        jac=lambda flow: (loads(flow) / capacity)[station] + travel,
        bounds=[(0, None)] * len(station),
        constraints=[{"type": "eq", "fun": lambda f, i=i: f[point == i].sum() - people[i]} for i in np.flatnonzero(people > 0)],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    cost = np.min(np.where(np.isfinite(minutes), (loads(found.x) / capacity)[:, None] + minutes / tau, np.inf), axis=0)
    return np.where(reached, cost, np.nan)


@settings(max_examples=25)
@given(instances(), st.sampled_from([10.0, 60.0]))
def test_equals_the_convex_program(x, tau):
    keep = x.supply > 0
    assume((np.isfinite(x.minutes[keep]).any(axis=0) & (x.demand > 0)).any())
    np.testing.assert_allclose(rational_agent(*x[:3], tau, 1e-9), costs_of_the_program(x, tau), rtol=1e-3, atol=1e-3)


def test_the_costs_of_two_stations_in_use_are_equal():
    """100 persons at the first station and 60 min from it the second, each with half of the supply, tau 60 min."""
    pairs = pairs_of([[0.0], [60.0]])
    # x at the first: x / 50 = (100 - x) / 50 + 1, so x = 75
    assert rational_agent(pairs, np.array([100.0]), np.array([3.0, 3.0]), tau=60) == pytest.approx([1.5])


def test_everybody_stays_where_changing_costs_more():
    pairs = pairs_of([[0.0, np.inf], [200.0, 0.0]])
    # 20 and 80 persons, mean load 50: 20 / 50 is less than 80 / 50 + 200 / 60
    assert rational_agent(pairs, np.array([20.0, 80.0]), np.ones(2)) == pytest.approx([0.4, 1.6])


def test_like_places_have_like_costs():
    minutes = np.array([[1.0, 5, 9, 5], [5, 1, 5, 9], [9, 5, 1, 5], [5, 9, 5, 1]])
    cost = rational_agent(pairs_of(minutes), np.full(4, 10.0), np.full(4, 20.0), 60, 1e-9)
    assert cost == pytest.approx(np.full(4, 1 + 1 / 60))


@settings(max_examples=30)
@given(instances(), st.floats(0.5, 20))
def test_the_unit_of_the_supply_does_not_matter(x, unit):
    cost = rational_agent(*x[:3], 30, 1e-9)
    np.testing.assert_allclose(rational_agent(x.pairs, x.demand, x.supply * unit, 30, 1e-9), cost, rtol=1e-6)


def test_points_without_demand_have_the_cost_of_one_more_person():
    pairs = pairs_of([[0.0, 30.0, np.inf]])
    assert rational_agent(pairs, np.array([5.0, 0.0, 3.0]), np.ones(1)) == pytest.approx([1, 1.5, np.nan], nan_ok=True)


def test_the_search_says_when_it_did_not_end(monkeypatch):
    monkeypatch.setattr(import_module("geoservice.analysis.accessibility.rational_agent"), "_SWEEPS", 2)
    r = np.random.default_rng(3)
    pairs = pairs_of(r.uniform(0, 30, (5, 40)))
    with pytest.raises(ParameterError, match=r"tolerance: got 1e-12, reached is .* after 2 rounds"):
        rational_agent(pairs, r.uniform(1, 9, 40), r.uniform(1, 9, 5), 60, 1e-12)

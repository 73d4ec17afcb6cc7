"""Every index against its formula in loops or dense arrays, on small random instances."""

import numpy as np
import pytest
from access_instances import instances
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.analysis.accessibility import (
    balanced,
    cumulative_opportunities,
    enhanced_two_step,
    exponential,
    gaussian,
    hansen,
    huff_three_step,
    logistic,
    minutes_to_nth,
    modified_huff_three_step,
    power,
    stepped,
    three_step,
    two_step,
)

DECAYS = {
    "stepped": stepped((5, 12, 25), (1, 0.6, 0.2)),
    "gaussian": gaussian(20),
    "wide": gaussian(25, 8),
    "power": power(1.5),
    "exponential": exponential(0.1),
    "logistic": logistic(15, 0.3),
    "callable": lambda minutes: 1 / (2 + minutes),
}
decays = st.sampled_from(sorted(DECAYS)).map(DECAYS.get)
few = settings(max_examples=60)


def dense(minutes, decay):
    """Return the weights of all pairs, 0 out of reach."""
    return np.where(np.isfinite(minutes), decay(np.where(np.isfinite(minutes), minutes, 0)), 0)


def ratio(a, b):
    return a / b if b > 0 else 0.0


def floating_catchments(weights, choice, demand, supply, decayed=True):
    """Return the index of people who choose stations in some shares, by loops over stations and points."""
    stations, points = weights.shape
    index = np.zeros(points)
    for j in range(stations):
        users = sum(demand[i] * choice[j, i] * (weights[j, i] if decayed else 1) for i in range(points))
        for i in range(points):
            index[i] += choice[j, i] * weights[j, i] * ratio(supply[j], users)
    return index


def shares(attraction):
    total = attraction.sum(axis=0)
    return np.array([[ratio(a, t) for a, t in zip(row, total, strict=True)] for row in attraction])


@few
@given(instances(), decays)
def test_two_steps(x, decay):
    weights = dense(x.minutes, decay)
    expected = floating_catchments(weights, np.ones(weights.shape), x.demand, x.supply)
    np.testing.assert_allclose(enhanced_two_step(*x[:3], decay), expected, rtol=1e-9, atol=1e-12)
    within = (x.minutes <= 12).astype(float)
    expected = floating_catchments(within, within, x.demand, x.supply)
    np.testing.assert_allclose(two_step(*x[:3], 12), expected, rtol=1e-9, atol=1e-12)


@few
@given(instances(), decays)
def test_three_steps(x, decay):
    weights = dense(x.minutes, decay)
    expected = floating_catchments(weights, shares(weights), x.demand, x.supply)
    np.testing.assert_allclose(three_step(*x[:3], decay), expected, rtol=1e-9, atol=1e-12)


@few
@given(instances(), decays, st.sampled_from([0.0, 0.5, 1.0]))
def test_huff(x, decay, exponent):
    weights = dense(x.minutes, decay)
    choice = shares(weights * x.supply[:, None] ** exponent)
    expected = floating_catchments(weights, choice, x.demand, x.supply)
    np.testing.assert_allclose(huff_three_step(*x[:3], decay, exponent), expected, rtol=1e-9, atol=1e-12)
    expected = floating_catchments(weights, choice, x.demand, x.supply, decayed=False)
    np.testing.assert_allclose(modified_huff_three_step(*x[:3], decay, exponent), expected, rtol=1e-9, atol=1e-12)


@few
@given(instances(), decays)
def test_balanced(x, decay):
    weights = dense(x.minutes, decay)
    of_point, of_station = shares(weights), shares(weights.T).T
    level = [ratio(s, d) for s, d in zip(x.supply, of_point @ x.demand, strict=True)]
    np.testing.assert_allclose(balanced(*x[:3], decay), of_station.T @ level, rtol=1e-9, atol=1e-12)


@few
@given(instances(), decays)
def test_opportunities(x, decay):
    expected = [sum(x.supply * dense(x.minutes, decay)[:, i]) for i in range(len(x.demand))]
    assert hansen(x.pairs, len(x.demand), x.supply, decay) == pytest.approx(expected)
    expected = [x.supply[x.minutes[:, i] <= 9].sum() for i in range(len(x.demand))]
    assert cumulative_opportunities(x.pairs, len(x.demand), x.supply, 9).tolist() == expected


@few
@given(instances(), st.integers(1, 4))
def test_minutes_to_the_nth_station(x, nth):
    ranked = np.sort(x.minutes, axis=0)
    expected = ranked[nth - 1] if nth <= len(ranked) else np.full(len(x.demand), np.inf)
    np.testing.assert_allclose(minutes_to_nth(x.pairs, len(x.demand), nth), np.where(np.isinf(expected), np.nan, expected))

"""Connectivity, inequality, variation, entropy and distance of flows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.migration import (
    aggregate_variation,
    connectivity,
    entropy,
    independent_flows,
    inequality,
    mean_distance,
    median_distance,
    origin_entropy,
    variation,
    variation_in,
    variation_out,
)
from geoservice.errors import ParameterError

HYP = np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])
HYP2 = np.array([[0.0, 20, 20], [30, 0, 50], [20, 20, 0]])
squares = st.integers(3, 6).flatmap(lambda n: arrays(float, (n, n), elements=st.integers(1, 1000).map(float)))
INDICES = (
    connectivity,
    inequality,
    variation,
    aggregate_variation,
    entropy,
    lambda f: mean_distance(f, np.abs(np.subtract.outer(np.arange(len(f)) ** 2.0, np.arange(len(f)) ** 2.0))),
)


def test_documented_values_of_the_r_package():
    np.testing.assert_allclose(variation_in(HYP), [0.2, 0.5, 1 / 3])
    np.testing.assert_allclose(variation_in(HYP2), [0.2, 0, 0.4285714], rtol=1e-6)
    np.testing.assert_allclose(variation_out(HYP2), [0, 0.25, 0])
    assert aggregate_variation(HYP) == pytest.approx(1 / 3)
    assert aggregate_variation(HYP2) == pytest.approx(0.375)


@pytest.mark.reference
def test_korea(korea):
    """Values of migest 2.0 (Abel): index_connectivity, index_distance."""
    flows, distances = korea[2020][:2]
    assert connectivity(flows) == 1
    assert inequality(flows) == pytest.approx(0.541, abs=5e-4)
    assert inequality(flows, independent_flows(flows)) == pytest.approx(0.281, abs=5e-4)
    assert aggregate_variation(flows) == pytest.approx(3.43, abs=5e-3)
    means = [115, 115, 116, 116, 115, 115, 114, 115, 113]
    for year, mean in zip(range(2012, 2021), means, strict=True):
        assert mean_distance(*korea[year][:2]) == pytest.approx(mean, abs=0.5)
    pairs = ~np.eye(17, dtype=bool)
    median = median_distance(flows, distances)
    assert flows[pairs & (distances < median)].sum() < flows[pairs].sum() / 2 <= flows[pairs & (distances <= median)].sum()


@settings(deadline=None, max_examples=50)
@given(squares)
def test_independent_flows_have_the_same_totals(flows):
    fitted, pairs = independent_flows(flows), ~np.eye(len(flows), dtype=bool)
    np.testing.assert_allclose(fitted.sum(axis=0), (flows * pairs).sum(axis=0), rtol=1e-7)
    np.testing.assert_allclose(fitted.sum(axis=1), (flows * pairs).sum(axis=1), rtol=1e-7)
    assert (fitted[~pairs] == 0).all()


@settings(deadline=None)
@given(squares, st.data())
def test_relabelled_regions_have_the_same_indices(flows, data):
    order = np.array(data.draw(st.permutations(range(len(flows)))))
    relabelled = flows[np.ix_(order, order)]
    for index in INDICES[:-1]:
        assert index(relabelled) == pytest.approx(index(flows))
    np.testing.assert_allclose(origin_entropy(relabelled), origin_entropy(flows)[order])
    distances = np.abs(np.subtract.outer(order, order)) + 1.0
    straight = np.abs(np.subtract.outer(np.arange(len(flows)), np.arange(len(flows)))) + 1.0
    for distance in (mean_distance, median_distance):
        assert distance(relabelled, distances) == pytest.approx(distance(flows, straight))


@given(squares)
def test_shares_are_between_0_and_1(flows):
    for index in (connectivity(flows), inequality(flows), entropy(flows), *origin_entropy(flows)):
        assert -1e-12 <= index <= 1 + 1e-12


def test_extremes():
    one = np.zeros((3, 3))
    one[0, 1] = 7
    assert entropy(one) == 0
    assert inequality(one) == pytest.approx(5 / 6)
    assert connectivity(one) == pytest.approx(1 / 6)
    assert entropy(np.ones((3, 3))) == pytest.approx(1)
    assert inequality(np.ones((3, 3))) == 0
    for index in INDICES[1:]:
        assert np.isnan(index(np.zeros((3, 3))))


def test_rectangular_matrices():
    flows = np.array([[4.0, 0], [0, 0], [2, 5]])
    assert connectivity(flows) == 0.5
    assert connectivity(flows, threshold=np.full((3, 2), 3.0)) == pytest.approx(2 / 6)
    assert mean_distance(flows, np.array([[1.0, 2], [3, 4], [5, 6]])) == pytest.approx((4 + 10 + 30) / 11)
    assert median_distance(flows, np.array([[1.0, 2], [3, 4], [5, 6]])) == 5
    np.testing.assert_allclose(independent_flows(flows), np.outer([4, 0, 7], [6, 5]) / 11, atol=1e-9)
    assert variation_in(flows)[1] == pytest.approx(np.std([0, 0, 5]) / np.mean([0, 0, 5]))


def test_replays_are_the_last_axis():
    flows = np.random.default_rng(1).normal(100, 60, (4, 4, 3))
    lengths = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0) ** 2))
    for function in (*INDICES, variation_in, variation_out, origin_entropy, lambda f: median_distance(f, lengths)):
        each = np.stack([function(flows[:, :, i]) for i in range(3)], axis=-1)
        np.testing.assert_allclose(function(flows), each)


def test_wrong_arguments_are_refused():
    with pytest.raises(ParameterError, match=r"distances must have the shape \(3, 3\)"):
        mean_distance(HYP, np.ones((3, 2)))
    with pytest.raises(ParameterError, match="6 are not"):
        mean_distance(HYP, np.full((3, 3), np.nan))
    with pytest.raises(ParameterError, match="non-negative estimates of noisy flows"):
        independent_flows(-HYP)
    with pytest.raises(ParameterError, match="they add up to 0"):
        inequality(HYP, np.zeros((3, 3)))

"""Properties that define the indices of inequality, on random values and weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.analysis.inequality_indices import (
    concentration_index,
    fgt,
    fractional_ranks,
    gini,
    palma,
    theil,
    theil_decomposition,
)

INDICES = (gini, theil, palma)
people = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 9), st.integers(0, 3)), min_size=2, max_size=12).map(np.array)
"""Minutes, persons and region of each entry."""


def columns(drawn):
    return drawn[:, 0].astype(float), drawn[:, 1].astype(float), drawn[:, 2].astype(np.int32)


def persons(values, weights):
    """One entry for each person."""
    return np.repeat(values, weights.astype(int))


@pytest.mark.parametrize("index", INDICES)
@given(drawn=people, factor=st.sampled_from([0.5, 3.0, 60.0]))
def test_the_unit_of_the_values_does_not_matter(index, drawn, factor):
    x, w, _ = columns(drawn)
    assert index(factor * x, w) == pytest.approx(index(x, w), abs=1e-9)


@pytest.mark.parametrize("index", INDICES)
@given(drawn=people, copies=st.integers(2, 5))
def test_copies_of_the_population_are_as_unequal(index, drawn, copies):
    x, w, _ = columns(drawn)
    assert index(np.tile(x, copies), np.tile(w, copies)) == pytest.approx(index(x, w), abs=1e-9)
    assert index(x, copies * w) == pytest.approx(index(x, w), abs=1e-9)


@pytest.mark.parametrize("index", INDICES)
@given(drawn=people)
def test_a_weight_is_a_number_of_persons(index, drawn):
    x, w, _ = columns(drawn)
    everybody = persons(x, w)
    assert index(everybody, np.ones(len(everybody))) == pytest.approx(index(x, w), abs=1e-9)


@pytest.mark.parametrize("index", [gini, theil])
@given(drawn=people, part=st.sampled_from([0.1, 0.5, 0.9]))
def test_a_transfer_from_more_to_less_reduces_inequality(index, drawn, part):
    """Pigou-Dalton: half of the difference makes both equal, less keeps their order."""
    x = persons(*columns(drawn)[:2])
    low, high = x.argmin(), x.argmax()
    moved = part * (x[high] - x[low]) / 2
    closer = x.copy()
    closer[low], closer[high] = x[low] + moved, x[high] - moved
    ones = np.ones(len(x))
    if x[low] < x[high]:
        assert index(closer, ones) < index(x, ones) - 1e-12
    else:
        assert index(x, ones) == pytest.approx(0, abs=1e-12)


@given(drawn=people)
def test_gini_is_half_the_relative_mean_difference(drawn):
    x = persons(*columns(drawn)[:2])
    assert gini(x, np.ones(len(x))) == pytest.approx(np.abs(x[:, None] - x).mean() / (2 * x.mean()))


@given(drawn=people)
def test_the_parts_of_theil_add_up(drawn):
    x, w, region = columns(drawn)
    parts = theil_decomposition(x, w, region)
    assert parts.total == pytest.approx(theil(x, w), abs=1e-12)
    assert parts.between + parts.within == pytest.approx(parts.total, abs=1e-9)
    means = np.array([np.average(x[region == r], weights=w[region == r]) for r in region])
    assert parts.between == pytest.approx(theil(means, w), abs=1e-9), "everybody has the mean of the region"


@given(drawn=people)
def test_concentration_ranked_by_the_value_is_gini(drawn):
    x, w, rank = columns(drawn)
    assert concentration_index(x, w, x) == pytest.approx(gini(x, w), abs=1e-9)
    assert concentration_index(x, w, -x) == pytest.approx(-gini(x, w), abs=1e-9)
    assert abs(concentration_index(x, w, rank.astype(float))) <= gini(x, w) + 1e-9
    assert concentration_index(x, w, np.zeros(len(x))) == pytest.approx(0, abs=1e-12), "all are equal in rank"


@given(drawn=people)
def test_concentration_is_twice_the_covariance_with_the_rank_over_the_mean(drawn):
    x, w, rank = columns(drawn)
    ranks = fractional_ranks(rank.astype(float), w)
    covariance = np.cov(x, ranks, aweights=w, ddof=0)[0, 1]
    assert concentration_index(x, w, rank.astype(float)) == pytest.approx(2 * covariance / np.average(x, weights=w), abs=1e-9)


@given(drawn=people, standard=st.integers(1, 70))
def test_fgt_0_is_the_share_beyond_and_the_orders_are_means(drawn, standard):
    x = persons(*columns(drawn)[:2])
    ones, gap = np.ones(len(x)), np.maximum(x / standard - 1, 0)
    assert fgt(x, ones, standard, 0) == pytest.approx(np.mean(x > standard))
    assert fgt(x, ones, standard, 1) == pytest.approx(gap.mean())
    assert fgt(x, ones, standard, 2) == pytest.approx((gap**2).mean())


@given(drawn=people, standard=st.integers(1, 70), alpha=st.sampled_from([0, 1, 2]))
def test_fgt_of_all_is_the_mean_of_the_regions(drawn, standard, alpha):
    x, w, region = columns(drawn)
    parts = [(w[region == r].sum(), fgt(x[region == r], w[region == r], standard, alpha)) for r in np.unique(region)]
    assert fgt(x, w, standard, alpha) == pytest.approx(sum(n * v for n, v in parts) / w.sum())


@given(drawn=people)
def test_palma_counts_persons_of_the_lowest_four_and_the_highest_tenth(drawn):
    x = np.sort(np.repeat(persons(*columns(drawn)[:2]), 10))
    n = len(x) // 10
    assert palma(x, np.ones(len(x))) == pytest.approx(x[9 * n :].sum() / x[: 4 * n].sum())

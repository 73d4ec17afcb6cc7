"""Indices of many regions: equal to those of each alone, with derivatives that equal differences of the indices."""

from functools import partial

import numpy as np
import pytest

from geoservice.analysis.inequality_indices import (
    Distributions,
    concentration_index,
    fgt,
    fgt_index,
    gini,
    gini_index,
    mean_index,
    palma,
    palma_index,
    theil,
    theil_between,
    theil_decomposition,
    theil_index,
)
from geoservice.errors import ParameterError

PAIRS = {
    "gini": (gini_index, gini),
    "theil": (theil_index, theil),
    "palma": (palma_index, palma),
    "mean": (mean_index, lambda x, w: np.average(x, weights=w)),
    **{
        f"fgt {a}": (partial(fgt_index, standard=20.0, alpha=a), partial(fgt, standard=20.0, alpha=a))
        for a in (0, 1, 2)
    },
}  # fmt: skip
REGIONS = 4


@pytest.fixture
def entries():
    """Values with ties, weights of which some are negative, as estimates with noise are, and regions; nobody is in region 2."""
    r = np.random.default_rng(3)
    value, weight = r.integers(1, 40, 120).astype(float), r.normal(20, 12, 120)
    return value, weight, r.choice([0, 1, 3], 120).astype(np.int32)


@pytest.mark.parametrize("name", PAIRS)
def test_each_region_is_as_it_is_alone(entries, name):
    value, weight, region = entries
    index, alone = PAIRS[name]
    found = index(Distributions.of(value, weight, region, REGIONS)).value
    assert np.isnan(found[2])
    for r in (0, 1, 3):
        assert found[r] == pytest.approx(alone(value[region == r], weight[region == r]))


@pytest.mark.parametrize("name", PAIRS)
def test_a_derivative_is_the_change_by_a_little_more_weight(entries, name):
    value, weight, region = entries
    index, _ = PAIRS[name]
    d = Distributions.of(value, weight, region, REGIONS)
    found = index(d)
    for entry in (0, 7, 60, 119):
        at = d.order[entry]
        changed = [index(d.weighted(weight + step * (np.arange(120) == at))).value for step in (1e-4, -1e-4)]
        change = (changed[0] - changed[1])[region[at]] / 2e-4
        assert found.derivative[entry] == pytest.approx(change, rel=1e-4, abs=1e-9)


def test_the_part_between_has_its_derivative_and_is_that_of_the_decomposition():
    r = np.random.default_rng(4)
    value, weight, region = r.integers(1, 40, 80).astype(float), r.uniform(1, 30, 80), r.integers(0, 4, 80).astype(np.int32)
    whole = np.array([0, 0, 1, -1])
    d = Distributions.of(value, weight, region, 4)
    found = theil_between(d, whole, 2)
    first = region <= 1
    assert found.value[0] == pytest.approx(theil_decomposition(value[first], weight[first], region[first]).between)
    assert found.value[1] == pytest.approx(0, abs=1e-12), "one part only"
    for entry in (0, 3, 30, 79):
        at = d.order[entry]
        changed = [theil_between(d.weighted(weight + s * (np.arange(80) == at)), whole, 2).value for s in (1e-4, -1e-4)]
        own = whole[region[at]]
        change = 0.0 if own < 0 else (changed[0] - changed[1])[own] / 2e-4
        assert found.derivative[entry] == pytest.approx(change, rel=1e-4, abs=1e-9)


def test_nobody_or_no_time_at_all_has_no_index():
    nobody, at_the_station = (np.array([5.0]), np.array([0.0])), (np.zeros(2), np.ones(2))
    for index in (gini, theil, palma):
        assert np.isnan(index(*nobody))
        assert np.isnan(index(*at_the_station))
    assert np.isnan(concentration_index(*nobody, np.zeros(1)))


def test_impossible_arguments_are_refused():
    one = np.ones(1)
    with pytest.raises(ParameterError, match=r"shapes \(1,\) and \(2,\)"):
        gini(one, np.ones(2))
    with pytest.raises(ParameterError, match="negative or missing"):
        theil(-one, one)
    with pytest.raises(ParameterError, match="standard 0"):
        fgt(one, one, 0, 1)
    with pytest.raises(ParameterError, match="rank_by"):
        concentration_index(one, one, np.array([np.nan]))

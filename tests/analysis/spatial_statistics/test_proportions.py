"""Smoothed proportions: against the beta-binomial distribution, and whether intervals hold the true proportions."""

import numpy as np
import pytest
from scipy.stats import beta

from geoservice.analysis.spatial_statistics.proportions import smoothed_proportions
from geoservice.analysis.spatial_statistics.rates import empirical_bayes
from geoservice.errors import ParameterError


@pytest.mark.parametrize(("mean", "deviation"), [(0.88, 0.05), (0.6, 0.08), (0.9, 0.0), (0.97, 0.02)])
def test_intervals_hold_the_true_proportions(mean: float, deviation: float) -> None:
    draw = np.random.default_rng(2)
    held = []
    for _ in range(60):
        n = draw.integers(12, 200, 40)
        size = mean * (1 - mean) / max(deviation, 1e-6) ** 2 - 1
        true = draw.beta(mean * size, (1 - mean) * size, 40)
        low, high = smoothed_proportions(draw.binomial(n, true), n).interval(0.9)
        held.append(((low <= true) & (true <= high)).mean())
    assert np.mean(held) > 0.86
    assert np.mean(held) < 0.96 or deviation == 0


def test_with_a_known_prior_the_mean_is_that_of_the_beta_binomial() -> None:
    draw = np.random.default_rng(1)
    prior = beta(36, 4)
    n = np.full(20_000, 50)
    events = draw.binomial(n, prior.rvs(20_000, random_state=draw))
    assert smoothed_proportions(events, n).rate == pytest.approx((events + 36) / (50 + 40), abs=0.006)


def test_differences_near_the_top_are_no_chance() -> None:
    """Of 1 000 eligible each, 85 and 93 % differ by six standard errors; taken as Poisson counts they are drawn together."""
    found = smoothed_proportions([850.0, 930.0, 900.0, 890.0], [1000.0] * 4)
    assert (found.share > 0.85).all()
    assert (empirical_bayes([850.0, 930.0, 900.0, 890.0], [1000.0] * 4).share < 0.2).all()


def test_none_or_all_is_not_certain() -> None:
    for events, end in ((0.0, 0), (50.0, 1)):
        found = smoothed_proportions([events, events], [50.0, 50.0])
        assert found.rate.tolist() == [end, end]
        low, high = found.interval(0.9)
        assert (high - low > 0.002).all()


def test_a_unit_without_a_base_has_none() -> None:
    found = smoothed_proportions([5.0, np.nan, 0.0], [10.0, 10.0, 0.0])
    assert np.isnan(found.rate).tolist() == [False, True, True]
    assert np.isnan(found.interval().low).tolist() == [False, True, True]


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ParameterError, match="shape"):
        smoothed_proportions([1.0], [1.0, 2.0])

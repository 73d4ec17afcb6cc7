import numpy as np
import pytest

from geoservice.analysis.migration import (
    effectiveness,
    gini_total,
    in_migrants,
    index_margin,
    mean_distance,
    net_migrants,
    system_effectiveness,
)
from geoservice.demand import Z90
from geoservice.errors import ParameterError

FLOWS = np.array([[0.0, 400, 300], [250, 0, 500], [350, 600, 0]])


def noise(sigma, replays=4000, seed=1):
    return np.random.default_rng(seed).normal(0, sigma, (3, 3, replays))


def test_the_margin_of_a_sum_is_that_of_independent_noise():
    margins = index_margin(in_migrants, FLOWS, noise(10))
    np.testing.assert_allclose(margins, Z90 * 10 * np.sqrt(2), rtol=0.05)
    np.testing.assert_allclose(index_margin(net_migrants, FLOWS, noise(10)), Z90 * 20, rtol=0.05)


def test_ninety_percent_of_noisy_ratios_are_within_their_margins():
    margin = index_margin(system_effectiveness, FLOWS, noise(10))
    values = system_effectiveness(FLOWS[..., None] + noise(10, seed=2))
    inside = np.abs(values - system_effectiveness(FLOWS)) <= margin
    assert inside.mean() == pytest.approx(0.9, abs=0.02)


def test_margins_have_the_shape_of_the_index_and_grow_with_the_noise():
    distances = np.abs(np.subtract.outer(np.arange(3.0), np.arange(3.0)))
    for index, shape in ((effectiveness, (3,)), (gini_total, ()), (lambda f: mean_distance(f, distances), ())):
        small, large = (index_margin(index, FLOWS, noise(s)) for s in (1, 10))
        assert small.shape == shape
        assert (small < large).all()


def test_blocks_of_replays_give_the_same_margin(monkeypatch):
    together = index_margin(gini_total, FLOWS, noise(10, 50))
    monkeypatch.setattr("geoservice.analysis.migration.margin._BLOCK", 20)
    np.testing.assert_allclose(index_margin(gini_total, FLOWS, noise(10, 50)), together)


def test_wrong_noise_is_refused():
    with pytest.raises(ParameterError, match=r"it is \(3, 3\)"):
        index_margin(gini_total, FLOWS, FLOWS)

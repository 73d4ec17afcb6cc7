"""Numbers of the literature."""

import numpy as np
import pytest
from access_instances import pairs_of

from geoservice.analysis.accessibility import (
    balanced,
    cumulative_opportunities,
    enhanced_two_step,
    gaussian,
    power,
    stepped,
    two_step,
)

FAR = np.inf


def test_two_step_of_luo_and_wang():
    """Luo and Wang (2003), figure 3: 11 tracts of one person, two physicians; 8 tracts are within 30 min of the first, 4 of the
    second, and one of them is within 30 min of both."""
    minutes = [[20.0] * 8 + [45.0] * 3, [40.0] * 7 + [25.0] * 4]
    index = two_step(pairs_of(minutes), np.ones(11), np.ones(2), 30)
    assert np.sort(index).tolist() == [0.125] * 7 + [0.25] * 3 + [0.375]
    assert index[7] == 0.375


def test_gravity_of_luo_and_wang():
    """Luo and Wang (2003), equation of the gravity model with competition, three places and two physicians."""
    pairs = pairs_of([[10.0, 10.0, 10.0], [10.0, 10.0, 20.0]])
    first, second = (enhanced_two_step(pairs, np.ones(3), np.ones(2), power(beta)) for beta in (1, 2))
    assert first.round(4).tolist() == [0.7333, 0.7333, 0.5333]
    assert second.round(4).tolist() == [0.7778, 0.7778, 0.4444]


def test_weights_of_luo_and_qi():
    """Luo and Qi (2009): zones of 10, 20 and 30 min with slow decay 1, 0.68, 0.22, which they read off a Gaussian curve."""
    pairs = pairs_of([[5.0, 15.0, 25.0, 35.0]])
    index = enhanced_two_step(pairs, np.full(4, 10.0), np.array([19.0]), stepped((10, 20, 30), (1, 0.68, 0.22)))
    assert index == pytest.approx([1.0, 0.68, 0.22, 0.0])


def test_gaussian_of_dai():
    """Dai (2010): weight 1 at no distance and 0 at the limit; half way (exp(-1/8) - exp(-1/2)) / (1 - exp(-1/2))."""
    assert gaussian(30)(np.array([0.0, 15.0, 30.0, 31.0])) == pytest.approx([1, 0.70137, 0, 0], abs=1e-5)


def test_demand_is_not_inflated_in_the_balanced_index():
    """Paez et al. (2019), one station's people counted at two: 2SFCA inflates demand, the balanced method does not."""
    pairs = pairs_of([[5.0, FAR], [5.0, 5.0]])
    demand, supply = np.array([100.0, 100.0]), np.array([10.0, 15.0])
    # stations serve 50 and 150 persons: levels of service .2 and .1, of which the second is divided between two points
    assert balanced(pairs, demand, supply, power(1)) == pytest.approx([0.25, 0.05])


def test_cumulative_opportunities_include_the_limit():
    assert cumulative_opportunities(pairs_of([[15.0, 15.1]]), 2, np.array([7.0]), 15).tolist() == [7.0, 0.0]

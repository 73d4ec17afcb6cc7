"""The delta method has the margins of sums and ratios, which are known otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from toy_district import make_surface

from geoservice.demand import DeltaMethod, Quantity, Shares, region_sums

PERSONS = Quantity("persons")


@pytest.fixture(scope="module")
def surface():
    """Thirty leaves of two points, unequal in weight, with noise and stated errors."""
    r = np.random.default_rng(6)
    made = make_surface(*r.uniform(0, 2000, (2, 30)), r.integers(5, 60, 30).astype(float), np.zeros(30), noise=2.0)
    share = r.uniform(0.1, 0.9, 30)
    return replace(
        made,
        point_leaf=np.repeat(np.arange(30, dtype=np.int32), 2),
        point_weight=np.column_stack([share, 1 - share]).ravel(),
        deviations={PERSONS: r.uniform(1, 5, 30)},
    )


def test_the_derivative_one_gives_the_margin_of_the_sum(surface):
    region = np.random.default_rng(7).integers(0, 3, 60).astype(np.int32)
    found = DeltaMethod.of(surface, region, 4, np.arange(60)).margins(PERSONS, np.ones((1, 60)))[0]
    assert found == pytest.approx(region_sums(surface, region, 4).margin(PERSONS))
    assert found[3] == 0


def test_the_derivative_of_a_ratio_gives_the_margin_of_the_ratio(surface):
    bare = replace(surface, deviations={}, point_weight=np.tile([1.0, 0.0], 30))
    region, inside = np.zeros(60, np.int32), np.arange(60) % 3 == 0
    part, total = region_sums(bare, np.where(inside, 0, -1).astype(np.int32), 1), region_sums(bare, region, 1)
    value, margin = Shares(part, total).ratio(PERSONS)
    derivative = 100 * (inside - value[0] / 100) / total.value(PERSONS)[0]
    found = DeltaMethod.of(bare, region, 1, np.arange(60)).margins(PERSONS, np.stack([0 * derivative, derivative]))
    assert found[0] == 0
    assert found[1] == pytest.approx(margin, rel=1e-5)


def test_unknown_errors_have_no_margin(surface):
    found = DeltaMethod.of(surface, np.zeros(60, np.int32), 1, np.arange(60)).margins(
        Quantity("persons", "old"), np.ones((2, 60))
    )
    assert found.shape == (2, 1)
    assert np.isnan(found).all()

"""Sums that follow points which move between regions equal new sums."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.demand import ChangedSums, region_sums

from .test_sums import HOUSEHOLDS, MIGRANTS, PERSONS, surface


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.floats(0, 1))
def test_they_equal_sums_formed_anew(seed: int, regions: int, part: float) -> None:
    draw = np.random.default_rng(seed)
    made = surface(leaves=12, points=4, replays=50, seed=seed)
    before = draw.integers(-1, regions, len(made.point_leaf)).astype(np.int32)
    after = np.where(draw.random(len(before)) < part, draw.integers(-1, regions, len(before)), before).astype(np.int32)
    point = np.flatnonzero(np.isin(made.point_leaf, made.point_leaf[before != after]))
    removed, added = (region_sums(made, region[point], regions, point) for region in (before, after))
    changed = ChangedSums.of(region_sums(made, before, regions), np.arange(regions), removed, added)
    expected = region_sums(made, after, regions)
    np.testing.assert_allclose(changed.noise, expected.noise, atol=1e-4)
    for quantity in (PERSONS, HOUSEHOLDS, MIGRANTS):
        np.testing.assert_allclose(changed.value(quantity), expected.value(quantity), atol=1e-9)
        np.testing.assert_allclose(changed.placement(quantity), expected.placement(quantity), atol=1e-6)
        np.testing.assert_allclose(changed.margin(quantity), expected.margin(quantity), rtol=1e-4, atol=1e-3)


def test_some_regions_can_be_chosen_and_repeated() -> None:
    made = surface()
    before = (np.arange(len(made.point_leaf)) // 6).astype(np.int32)
    empty = region_sums(made, np.empty(0, np.int32), 2, np.empty(0, np.int64))
    changed = ChangedSums.of(region_sums(made, before, 3), np.array([2, 2]), empty, empty)
    assert changed.value(PERSONS) == pytest.approx(region_sums(made, before, 3).value(PERSONS)[[2, 2]])

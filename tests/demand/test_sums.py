"""Sums over regions: values, margins, and what adds up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.demand import DemandSurface, Quantity, Shares, region_sums, threshold_sums
from geoservice.demand.surface import Z90

PERSONS, HOUSEHOLDS, MIGRANTS = Quantity("persons"), Quantity("households"), Quantity("persons", "migrant")


def surface(leaves: int = 6, points: int = 3, replays: int = 4000, seed: int = 1, scale: float = 2.0) -> DemandSurface:
    """Leaves of independent noise with variance 1, so that margins are known by hand."""
    draw = np.random.default_rng(seed)
    values = {q: draw.uniform(20, 60, leaves) for q in (PERSONS, HOUSEHOLDS, MIGRANTS)}
    return DemandSurface(
        ids=[str(i) for i in range(leaves)],
        geometry=np.array([b""] * leaves, object),
        values=values,
        positive=values,
        noise=draw.normal(size=(leaves, replays)).astype(np.float32),
        scales={PERSONS: np.array([scale, 0.0]), HOUSEHOLDS: np.array([1.0, 0.0]), MIGRANTS: np.array([0.0, scale])},
        deviations={},
        point_leaf=np.repeat(np.arange(leaves, dtype=np.int32), points),
        point_weight=np.full(leaves * points, 1 / points),
        point_lon=np.zeros(leaves * points),
        point_lat=np.zeros(leaves * points),
        description={},
    )


def whole(made: DemandSurface) -> np.ndarray:
    return np.zeros(len(made.point_leaf), np.int32)


def test_a_region_of_whole_leaves_has_their_sum_and_their_noise_alone() -> None:
    made = surface()
    sums = region_sums(made, whole(made), 1)
    assert sums.value(PERSONS)[0] == pytest.approx(made.values[PERSONS].sum())
    assert sums.placement(PERSONS)[0] == pytest.approx(0, abs=1e-9)
    assert sums.margin(PERSONS)[0] == pytest.approx(Z90 * 2 * np.sqrt(6), rel=0.05)


def test_a_leaf_that_is_cut_adds_the_uncertainty_of_where_people_are() -> None:
    made = surface()
    region = np.full(len(made.point_leaf), -1, np.int32)
    region[0] = 0
    sums = region_sums(made, region, 1)
    assert sums.value(PERSONS)[0] == pytest.approx(made.values[PERSONS][0] / 3)
    assert sums.placement(PERSONS)[0] > 0
    assert sums.margin(PERSONS)[0] > Z90 * 2 / 3


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_parts_add_up_to_the_whole(seed: int, regions: int) -> None:
    made = surface(seed=seed, replays=8)
    region = np.random.default_rng(seed).integers(0, regions, len(made.point_leaf)).astype(np.int32)
    parts = region_sums(made, region, regions)
    assert parts.value(PERSONS).sum() == pytest.approx(made.values[PERSONS].sum())
    assert parts.noise.sum(axis=0) == pytest.approx(region_sums(made, whole(made), 1).noise[0], abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 5))
def test_rising_limits_equal_sums_made_one_by_one(seed: int, regions: int, bands: int) -> None:
    made = surface(seed=seed, replays=8)
    draw = np.random.default_rng(seed)
    region = draw.integers(-1, regions, len(made.point_leaf)).astype(np.int32)
    band = draw.integers(0, bands + 1, len(made.point_leaf)).astype(np.int32)
    together = threshold_sums(made, region, regions, band, bands)
    for b in range(bands):
        alone = region_sums(made, np.where(band <= b, region, -1).astype(np.int32), regions)
        assert together.value(PERSONS)[b::bands] == pytest.approx(alone.value(PERSONS))
        assert together.margin(PERSONS)[b::bands] == pytest.approx(alone.margin(PERSONS), rel=1e-4)


def test_the_share_of_the_whole_is_certain() -> None:
    made = surface()
    sums = region_sums(made, whole(made), 1)
    value, margin = Shares(sums, sums).ratio(PERSONS)
    assert (value[0], margin[0]) == (100, pytest.approx(0, abs=1e-6))


def test_a_share_has_the_margin_of_the_delta_method() -> None:
    made = surface()
    half = np.where(made.point_leaf < 3, 0, -1).astype(np.int32)
    part, every = region_sums(made, half, 1), region_sums(made, whole(made), 1)
    value, margin = Shares(part, every).ratio(PERSONS)
    share, total = value[0] / 100, every.value(PERSONS)[0]
    by_hand = Z90 * 2 * np.sqrt(3 * (1 - share) ** 2 + 3 * share**2) / total
    assert margin[0] == pytest.approx(100 * by_hand, rel=0.06)


def test_a_share_of_nobody_has_no_value() -> None:
    made = surface()
    nobody = replace(made, values={q: -v for q, v in made.values.items()})
    sums = region_sums(nobody, whole(made), 1)
    assert np.isnan(Shares(sums, sums).ratio(PERSONS)[0][0])


def test_a_difference_adds_the_variances_of_independent_shares() -> None:
    made = surface()
    half = np.where(made.point_leaf < 3, 0, -1).astype(np.int32)
    part, every = region_sums(made, half, 1), region_sums(made, whole(made), 1)
    value, margin = Shares(part, every).difference(MIGRANTS, PERSONS)
    (a, wide_a), (b, wide_b) = Shares(part, every).ratio(MIGRANTS), Shares(part, every).ratio(PERSONS)
    assert value == pytest.approx(a - b)
    assert margin[0] == pytest.approx(np.hypot(wide_a[0], wide_b[0]), rel=1e-6)


def test_public_figures_without_stated_errors_have_no_margin() -> None:
    made = replace(surface(replays=0), scales={})
    assert np.isnan(region_sums(made, whole(made), 1).margin(PERSONS)[0])


def test_stated_errors_of_a_population_file_add_up_in_squares() -> None:
    made = replace(surface(replays=0), scales={}, deviations={PERSONS: np.full(6, 3.0)})
    assert region_sums(made, whole(made), 1).margin(PERSONS)[0] == pytest.approx(Z90 * 3 * np.sqrt(6))


def test_no_regions_give_no_sums() -> None:
    made = surface()
    assert region_sums(made, np.full(len(made.point_leaf), -1, np.int32), 0).value(PERSONS).tolist() == []

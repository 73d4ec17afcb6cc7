"""Changes of shares: their margins against the spread of draws of the whole model, noise and places."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.demand import DemandSurface, ShareChanges, Shares, Sums, region_sums
from geoservice.demand.surface import Z90

from .test_sums import PERSONS, surface


def sums_at(made: DemandSurface, is_in: np.ndarray) -> Sums:
    return region_sums(made, np.where(is_in, 0, -1).astype(np.int32), 1)


def parts(seed: int, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which points are in the part before and after."""
    draw = np.random.default_rng(seed)
    return draw.random(points) < 0.5, draw.random(points) < 0.5


def change_of(made: DemandSurface, before: np.ndarray, after: np.ndarray) -> ShareChanges:
    total = sums_at(made, np.ones(len(before), bool))
    return ShareChanges(sums_at(made, after & ~before), sums_at(made, before & ~after), total, np.zeros(1, np.int64))


@given(st.integers(0, 2**32 - 1))
def test_the_value_is_the_difference_of_two_shares(seed: int) -> None:
    made = surface(seed=seed)
    before, after = parts(seed, len(made.point_leaf))
    total = sums_at(made, np.ones(len(before), bool))
    shares = [Shares(sums_at(made, which), total).ratio(PERSONS)[0][0] for which in (before, after)]
    assert change_of(made, before, after).value(PERSONS)[0] == pytest.approx(shares[1] - shares[0])


@pytest.mark.parametrize("seed", range(5))
def test_the_margin_is_the_spread_of_noise_and_of_places(seed: int) -> None:
    """Draws people of each leaf, in as many groups as the surface says, onto its points, and noise from the replays."""
    made = surface(seed=seed, replays=20_000)
    before, after = parts(seed, len(made.point_leaf))
    draw, leaves, points = np.random.default_rng(seed), made.leaves, 3
    people, draws = made.values[PERSONS], 20_000
    groups = np.round(people**2 / made.location_variance(PERSONS)).astype(int)
    made._location_variance[PERSONS] = people**2 / groups
    sign = after.astype(float) - before
    moved = np.zeros(draws)
    for leaf in range(leaves):
        where = draw.multinomial(groups[leaf], [1 / points] * points, draws)
        moved += people[leaf] / groups[leaf] * (where @ sign[leaf * points : (leaf + 1) * points])
    noise = 2 * made.noise
    share = np.array([sign[leaf * points : (leaf + 1) * points].mean() for leaf in range(leaves)])
    total = people.sum() + noise.sum(axis=0)
    drawn = 100 * (moved + share @ noise) / total
    assert change_of(made, before, after).margin(PERSONS)[0] == pytest.approx(Z90 * drawn.std(), rel=0.05)


def test_errors_stated_in_a_file_count_by_what_changes() -> None:
    made = replace(surface(), scales={}, deviations={PERSONS: np.full(6, 5.0)})
    inside = np.zeros(18, bool)
    before, after = inside.copy(), inside.copy()
    after[:3] = True  # the whole first leaf
    people = made.values[PERSONS]
    share = people[0] / people.sum()
    coefficients = np.where(np.arange(6) == 0, 1.0, 0.0) - share
    expected = 100 * Z90 * np.sqrt((coefficients**2 * 25).sum()) / people.sum()
    assert change_of(made, before, after).margin(PERSONS)[0] == pytest.approx(expected)


def test_what_does_not_change_has_no_margin_and_nobody_has_no_share() -> None:
    made = surface()
    before, _ = parts(1, len(made.point_leaf))
    assert (change_of(made, before, before).value(PERSONS), change_of(made, before, before).margin(PERSONS)) == (0, 0)
    empty = replace(made, values={PERSONS: -made.values[PERSONS]})
    assert np.isnan(change_of(empty, before, ~before).value(PERSONS)).all()
    unknown = replace(made, scales={})
    assert np.isnan(change_of(unknown, before, ~before).margin(PERSONS)).all()

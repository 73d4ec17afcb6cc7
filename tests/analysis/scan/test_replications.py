"""Random maps under the null hypothesis."""

from typing import Any

import numpy as np
import pytest

from geoservice.analysis.scan.counts import checked_counts
from geoservice.analysis.scan.options import Options
from geoservice.analysis.scan.replications import NullMaps

from .maps import Array, Map, random_map


def null_maps(at: Map, noise: float, model: Any = "poisson", seed: int = 1) -> NullMaps:
    options = Options(model, "high", 0.5, "circle", 0.5, 9, seed, "none", 2.0, 1)
    tables = {"cases": at.cases, "population": at.population, "noise_sd": np.full(at.cases.shape, noise)}
    return NullMaps.of(checked_counts(at.x, at.y, tables, options), seed)


def draws(null: NullMaps, number: int = 2000) -> Array:
    return np.array([null.draw(r).ravel() * null.unit for r in range(number)])


def test_poisson_maps_are_multinomial() -> None:
    null = null_maps(random_map(1, cases=80), 0.0)
    drawn, share = draws(null), null.measure.ravel() / null.measure.sum()
    assert (drawn.sum(axis=1) == 80).all()
    assert drawn.mean(axis=0) == pytest.approx(80 * share, abs=0.2)
    assert drawn.var(axis=0) == pytest.approx(80 * share * (1 - share), abs=0.5)


def test_bernoulli_maps_draw_persons_without_replacement() -> None:
    at = random_map(2, cases=300)
    at = at._replace(population=np.maximum(np.ceil(at.population / 10), at.cases))
    null = null_maps(at, 0.0, "bernoulli")
    drawn, persons = draws(null), null.measure.ravel()
    share = persons / persons.sum()
    assert (drawn.sum(axis=1) == null.cases).all()
    assert (drawn <= persons).all()
    rest = (persons.sum() - null.cases) / (persons.sum() - 1)
    assert drawn.var(axis=0) == pytest.approx(null.cases * share * (1 - share) * rest, rel=0.2, abs=0.05)


def test_noise_is_normal_and_keeps_the_total() -> None:
    """Given a sum of zero, noise of variance v has the variance v (1 - v / sum of v), here 9 (1 - 1 / 39)."""
    null = null_maps(random_map(3, cases=80), 3.0)
    noise = draws(null) - draws(null_maps(random_map(3, cases=80), 0.0))
    assert np.abs(noise.sum(axis=1)).max() < 0.05
    variance = null.noise_sd.ravel() ** 2 if null.noise_sd is not None else np.empty(0)
    assert noise.var(axis=0) == pytest.approx(variance * (1 - variance / variance.sum()), rel=0.15)
    assert noise.mean(axis=0) == pytest.approx(0, abs=0.35)
    assert null.unit == 2.0**-10


def test_two_places_at_a_point_have_the_noise_of_both() -> None:
    null = null_maps(random_map(3), 3.0)
    assert null.noise_sd is not None
    assert sorted(set(null.noise_sd.ravel().round(6))) == [3.0, round(3 * 2**0.5, 6)]


def test_a_map_depends_on_seed_and_number_only() -> None:
    at = random_map(4)
    one, two = null_maps(at, 1.0), null_maps(at, 1.0)
    two.draw(5)
    assert (one.draw(7) == two.draw(7)).all()
    assert (one.draw(7) != one.draw(8)).any()
    assert (one.draw(7) != null_maps(at, 1.0, seed=2).draw(7)).any()


def test_sums_of_many_cases_fit() -> None:
    at = random_map(5)
    null = null_maps(at._replace(cases=at.cases * 1e7), 1000.0)
    assert null.unit == 1.0
    assert np.abs(np.cumsum(null.draw(1).astype(np.int64))).max() < 2**31

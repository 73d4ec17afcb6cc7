"""Draws of the errors of sums have the variance that margins state, and the covariance of the surface."""

import numpy as np
import pytest

from geoservice.demand import REPLAYS, DemandSurface, Quantity, region_sums
from geoservice.demand.replays import error_draws

A, B = Quantity("persons"), Quantity("persons", "migrant")


def surface(replays: int = REPLAYS, weight: float = 1.0) -> DemandSurface:
    n = 400
    noise = np.random.default_rng(2).standard_normal((n, replays)).astype(np.float32)
    values = {A: np.full(n, 100.0), B: np.full(n, 40.0)}
    return DemandSurface(
        ids=[str(i) for i in range(n)],
        geometry=np.array([b""] * n, object),
        values=values,
        positive=values,
        noise=noise,
        scales={A: np.array([3.0, 0.0, 4.0]), B: np.array([3.0, 1.0, 0.0])} if replays else {},
        deviations={},
        point_leaf=np.repeat(np.arange(n, dtype=np.int32), 2),
        point_weight=np.tile([weight, 1 - weight], n),
        point_lon=np.zeros(2 * n),
        point_lat=np.zeros(2 * n),
        description={},
    )


def first_points(s: DemandSurface):
    return region_sums(s, np.where(np.arange(800) % 2 == 0, np.arange(800) // 2, -1).astype(np.int32), 400)


def test_the_spread_of_the_draws_is_that_of_the_margin() -> None:
    sums = first_points(surface())
    draws = error_draws(sums, A)
    assert draws.std() == pytest.approx(5.0, rel=0.02)
    assert np.sqrt((draws**2).mean()) * 1.645 == pytest.approx(sums.margin(A).mean(), rel=0.03)


def test_draws_of_two_quantities_have_their_covariance() -> None:
    sums = first_points(surface())
    a, b = error_draws(sums, A), error_draws(sums, B, 1)
    assert (a * b).mean() == pytest.approx(9.0, rel=0.05)


def test_a_part_of_a_leaf_has_errors_of_location_too() -> None:
    whole, half = first_points(surface()), first_points(surface(weight=0.5))
    assert error_draws(half, A).std() > error_draws(whole, A).std()
    assert np.sqrt((error_draws(half, A) ** 2).mean()) * 1.645 == pytest.approx(half.margin(A).mean(), rel=0.03)


def test_a_surface_without_noise_has_no_draws() -> None:
    assert error_draws(first_points(surface(0)), A).shape == (400, 0)

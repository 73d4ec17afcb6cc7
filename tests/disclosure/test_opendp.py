"""The pinned OpenDP: its discrete Gaussian returns integers and has the cost of zero-concentrated differential privacy."""

import pytest


def test_a_draw_of_sigma_2_costs_an_eighth() -> None:
    dp = pytest.importorskip("opendp.prelude")
    dp.enable_features("contrib")
    noisy = dp.m.make_gaussian(dp.atom_domain(T=int), dp.absolute_distance(T=int), scale=2.0)
    assert noisy.map(1) == pytest.approx(1 / (2 * 2.0**2))
    assert isinstance(noisy(5), int)

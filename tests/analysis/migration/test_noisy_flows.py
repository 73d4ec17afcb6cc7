"""Gravity models of noisy estimates: sums are kept, and the noise of a fit is that of fits to noisy flows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.migration import fit_gravity, noisy_excess, nonnegative_flows, propagated_noise
from geoservice.errors import ParameterError


@given(arrays(float, (3, 5), elements=st.floats(-1000, 1000, allow_subnormal=False)))
def test_origins_keep_their_sums_without_negative_flows(flows):
    result = nonnegative_flows(flows)
    assert (result >= 0).all()
    assert result.sum(axis=1) == pytest.approx(np.maximum(flows.sum(axis=1), 0), abs=1e-6)
    order = np.argsort(flows, axis=1)
    assert (np.diff(np.take_along_axis(result, order, axis=1), axis=1) >= 0).all()


def test_the_noise_of_a_fit_is_that_of_fits_to_noisy_flows():
    random = np.random.default_rng(4)
    distances = random.uniform(1, 9, (7, 4))
    flows = np.round(np.outer(random.uniform(200, 900, 7), random.uniform(1, 3, 4)) / distances)
    noise = random.normal(0, 0.1, (7, 4, 20))
    fit = fit_gravity(flows, distances)
    again = [fit_gravity(flows + noise[:, :, k], distances) for k in range(20)]
    residuals = np.array([noise[:, :, k] - (f.fitted - fit.fitted) for k, f in enumerate(again)])
    power = np.array([f.coefficients["distance"] - fit.coefficients["distance"] for f in again])
    propagated = propagated_noise(fit, noise)
    assert propagated.residual == pytest.approx(np.sqrt((residuals**2).mean(axis=0)).ravel(), rel=1e-3)
    assert propagated.covariance[0, 0] == pytest.approx((power**2).mean(), rel=1e-3)


def test_shapes_must_agree():
    fit = fit_gravity(np.full((3, 4), 9.0), None, same=False)
    with pytest.raises(ParameterError, match=r"shape \(3, 4\)"):
        noisy_excess(fit, np.ones((4, 3)), np.ones((3, 4, 2)))

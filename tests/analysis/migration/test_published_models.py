"""Gravity and radiation models of published data: Austria 2006, Korea 2012-2020."""

import numpy as np
import pytest

from geoservice.analysis.migration import common_part, fit_gravity, radiation_flows

pytestmark = pytest.mark.reference
# sizes of the states in the tests of spint (Oshan), whose estimates are expected below
DEPARTURES = np.array([4320, 21478, 30500, 5012, 8811, 11349, 6021, 4477, 2275.0])
ARRIVALS = np.array([5452, 27169, 28710, 4354, 9069, 8577, 4963, 3923, 2026.0])


@pytest.mark.parametrize("family", ["poisson", "quasi_poisson"])
def test_doubly_constrained_exponential_model_of_austria(austria, family):
    fit = fit_gravity(austria.flows, austria.distances, "doubly", "exponential", family)
    assert fit.model.pairs.sum() == 72
    assert fit.constant == pytest.approx(6.20471518, abs=5e-9)
    assert fit.coefficients["distance"] == pytest.approx(-0.00791533, abs=5e-9)
    # The published 9360.482092 is 2 sum y ln(y / mu), without the sum of y - mu, one iteration before convergence.
    assert fit.deviance == pytest.approx(9360.482092, abs=5e-4)
    assert fit.deviance == pytest.approx(9360.482486421, abs=1e-8)
    assert fit.d2 == pytest.approx(0.946661921, abs=5e-9)
    origins = [0, 1.5449095, 2.4414292, 0.69924374, 0.94869185, 1.28967637, 0.74270015, 1.19468573, 0.98874193]
    destinations = [0, 1.49709841, 2.18492741, 0.18784818, 0.66434515, 0.74264938, 0.21334535, 0.66765781, 0.39986094]
    np.testing.assert_allclose(fit.origin_effects, origins, atol=1e-7)
    np.testing.assert_allclose(fit.destination_effects, destinations, atol=1e-7)


def test_other_constraints_of_austria(austria):
    kwargs = {"decay": "exponential", "family": "poisson", "origins": DEPARTURES, "destinations": ARRIVALS}
    production = fit_gravity(austria.flows, austria.distances, "production", **kwargs)
    assert production.coefficients["distance"] == pytest.approx(-0.00727113, abs=5e-9)
    assert production.coefficients["destination_size"] == pytest.approx(0.89278717, abs=5e-9)
    assert production.constant == pytest.approx(-1.11700938, abs=5e-9)
    assert production.aic == pytest.approx(15882.651018, abs=1e-5)
    attraction = fit_gravity(austria.flows, austria.distances, "attraction", **kwargs)
    assert attraction.coefficients["distance"] == pytest.approx(-0.00693755, abs=5e-9)
    free = fit_gravity(austria.flows, austria.distances, "none", **kwargs)
    assert list(free.coefficients.values()) == pytest.approx([-7.95447436, 0.863867812, 0.880474585, -0.00620544765], rel=1e-8)
    assert free.aic == pytest.approx(20395.085389, abs=1e-5)
    errors = [0.0755583451, 0.00516838440, 0.00478122141, 5.18488192e-05]
    assert list(free.standard_errors.values()) == pytest.approx(errors, rel=1e-4)


def test_doubly_constrained_power_model_of_austria(austria):
    assert fit_gravity(austria.flows, austria.distances).coefficients["distance"] == pytest.approx(-1.2641, abs=5e-5)


def test_decay_of_korea(korea):
    """Values of migest 2.0 (Abel), index_distance."""
    decay = [-0.844, -0.856, -0.877, -0.893, -0.886, -0.904, -0.906, -0.903, -0.920]
    for year, expected in zip(range(2012, 2021), decay, strict=True):
        fit = fit_gravity(*korea[year][:2], family="poisson")
        assert fit.coefficients["distance"] == pytest.approx(expected, abs=5e-4)


def test_radiation_model_of_austria(austria):
    arrivals = austria.destinations
    flows = radiation_flows(austria.origins, arrivals, arrivals, austria.distances, normalised=False)
    assert np.corrcoef(flows.ravel(), austria.flows.ravel())[0, 1] == pytest.approx(0.937, abs=5e-4)
    assert common_part(austria.flows, flows) == pytest.approx(0.717, abs=5e-4)

import numpy as np
import pytest
from scipy.integrate import quad

from geoservice.analysis.migration import excess_flows, fit_gravity, residuals
from geoservice.analysis.migration.family import anscombe
from geoservice.errors import ParameterError


def flows_without_excess(seed, alpha=0.0, n=20):
    random = np.random.default_rng(seed)
    distances = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) + 1.0
    means = 3000 / distances * np.exp(random.normal(0, 0.5, n))[:, None]
    means = means * random.gamma(1 / alpha, alpha, means.shape) if alpha else means
    return random.poisson(means).astype(float), distances


@pytest.mark.parametrize("alpha", [0.0, 0.4])
@pytest.mark.parametrize("y", [0.0, 2.0, 7.0, 40.0])
def test_anscombe_residuals_equal_the_integral(alpha, y):
    area = quad(lambda t: (t + alpha * t * t) ** (-1 / 3), 7, y)[0]
    assert anscombe(np.array([y]), np.array([7.0]), alpha)[0] == pytest.approx(area / (7 + alpha * 49) ** (1 / 6))


@pytest.mark.parametrize("family", ["poisson", "negative_binomial"])
@pytest.mark.parametrize("kind", ["pearson", "deviance", "anscombe"])
def test_standardised_residuals_are_nearly_normal(family, kind):
    flows, distances = flows_without_excess(1, 0.2 if family == "negative_binomial" else 0.0)
    values = residuals(fit_gravity(flows, distances, family=family), kind)
    values = values[~np.isnan(values)]
    assert len(values) == 20 * 19
    assert values.mean() == pytest.approx(0, abs=0.2)  # those of a skewed distribution are a little below 0
    assert values.std() == pytest.approx(1, abs=0.12)


def test_deviance_is_the_sum_of_squared_residuals():
    for family in ("poisson", "negative_binomial"):
        fit = fit_gravity(*flows_without_excess(2, 0.3), family=family)
        assert np.nansum(residuals(fit, standardised=False) ** 2) == pytest.approx(fit.deviance)


@pytest.mark.parametrize("family", ["poisson", "quasi_poisson", "negative_binomial"])
def test_planted_excess_is_found_and_nothing_else(family):
    flows, distances = flows_without_excess(3)
    flows[2, 9] *= 3
    flows[15, 4] *= 3
    excess = excess_flows(fit_gravity(flows, distances, family=family), 0.01)
    assert set(zip(excess.origin.tolist(), excess.destination.tolist(), strict=True)) == {(2, 9), (15, 4)}
    assert (excess.flow > 2 * excess.expected).all()
    assert excess.flow.tolist() == [flows[i, j] for i, j in zip(excess.origin, excess.destination, strict=True)]
    assert (np.diff(excess.z) <= 0).all()
    assert (excess.p <= 0.01).all()


def test_flows_below_the_model_are_no_excess():
    flows, distances = flows_without_excess(4)
    flows[2, 9] = 0
    assert len(excess_flows(fit_gravity(flows, distances), 0.01).p) == 0


@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_few_of_many_random_systems_have_an_excess(alpha):
    family = "negative_binomial" if alpha else "quasi_poisson"
    found = [len(excess_flows(fit_gravity(*flows_without_excess(s, alpha), family=family)).p) > 0 for s in range(30)]
    assert np.mean(found) < 0.2


def test_noise_of_the_flows_hides_a_small_excess():
    flows, distances = flows_without_excess(5)
    flows[2, 9] *= 2
    fit = fit_gravity(flows, distances)
    assert (2, 9) in zip(*excess_flows(fit)[:2], strict=True)
    assert len(excess_flows(fit, noise=np.full((20, 20), flows[2, 9])).p) == 0
    same, quiet = excess_flows(fit), excess_flows(fit, noise=np.zeros((20, 20)))
    np.testing.assert_array_equal(same.z, quiet.z)


def test_wrong_arguments_are_refused():
    fit = fit_gravity(*flows_without_excess(6))
    with pytest.raises(ParameterError, match="level must be between 0 and 1; it is 5"):
        excess_flows(fit, 5)
    with pytest.raises(ParameterError, match=r"the shape \(20, 20\) of the flows"):
        excess_flows(fit, noise=np.zeros(20))

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import nbinom, poisson

from geoservice.analysis.migration import fit_gravity
from geoservice.errors import ParameterError

CONSTRAINTS = ["none", "production", "attraction", "doubly"]


def system(seed, n=7, m=5, same=False, alpha=0.0):
    """Return flows of a gravity model with known parameters: power -1.3, and distances and sizes."""
    random = np.random.default_rng(seed)
    here = random.random((n, 2)) * 100
    there = here if same else random.random((m, 2)) * 100
    distances = np.linalg.norm(here[:, None] - there, axis=2) + (0 if same else 1)
    origins, destinations = (np.exp(random.normal(4, 0.7, k)) for k in (n, len(there)))
    with np.errstate(divide="ignore"):
        means = np.outer(origins, destinations) * np.where(distances > 0, distances, np.inf) ** -1.3
    if alpha:
        means = means * random.gamma(1 / alpha, alpha, means.shape)
    return random.poisson(means).astype(float), distances, origins, destinations


def dense(flows, distances, constraint, origins, destinations):
    """Return the design matrix with a column for each effect, the flows, and the pairs, all of them in one column."""
    i, j = np.indices(flows.shape).reshape(2, -1)
    columns = [np.ones(flows.size)]
    if constraint in {"production", "doubly"}:
        columns += [i == k for k in range(1, len(flows))]
    else:
        columns.append(np.log(origins)[i])
    if constraint in {"attraction", "doubly"}:
        columns += [j == k for k in range(1, flows.shape[1])]
    else:
        columns.append(np.log(destinations)[j])
    return np.column_stack([*columns, np.log(distances).ravel()]).astype(float), flows.ravel()


def dense_fit(x, y, alpha=0.0):
    """Return coefficients, means and the inverse information matrix by textbook IRLS with dense columns."""
    eta = np.log((y + y.mean()) / 2)
    for _ in range(100):
        mu = np.exp(eta)
        w = mu / (1 + alpha * mu)
        beta = np.linalg.solve((x.T * w) @ x, (x.T * w) @ (eta + (y - mu) / mu))
        eta = x @ beta
    mu = np.exp(eta)
    return beta, mu, np.linalg.inv((x.T * (mu / (1 + alpha * mu))) @ x)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("shape", [(7, 5), (5, 7)])
def test_equals_a_dense_fit(constraint, shape):
    flows, distances, origins, destinations = system(1, *shape)
    fit = fit_gravity(flows, distances, constraint, family="poisson", origins=origins, destinations=destinations)
    x, y = dense(flows, distances, constraint, origins, destinations)
    beta, mu, inverse = dense_fit(x, y)
    np.testing.assert_allclose(fit.fitted.ravel(), mu, rtol=1e-8)
    assert fit.coefficients["distance"] == pytest.approx(beta[-1], rel=1e-8)
    assert fit.constant == pytest.approx(beta[0], abs=1e-7)
    assert fit.standard_errors["distance"] == pytest.approx(np.sqrt(inverse[-1, -1]), rel=1e-6)
    scores = x * (y - mu)[:, None]
    assert fit.robust_errors["distance"] == pytest.approx(np.sqrt((inverse @ scores.T @ scores @ inverse)[-1, -1]), rel=1e-6)
    hat = mu * np.einsum("ip,pq,iq->i", x, inverse, x)
    np.testing.assert_allclose(fit.leverage.ravel(), hat, rtol=1e-6)
    assert fit.parameters == x.shape[1]
    assert fit.log_likelihood == pytest.approx(poisson.logpmf(y, mu).sum())
    assert fit.aic == pytest.approx(2 * x.shape[1] - 2 * poisson.logpmf(y, mu).sum())
    equal = np.full(len(y), y.mean())
    assert fit.pseudo_r2 == pytest.approx(1 - poisson.logpmf(y, mu).sum() / poisson.logpmf(y, equal).sum())
    assert fit.srmse == pytest.approx(np.sqrt(((y - mu) ** 2).mean()) / y.mean())
    assert fit.common_part == pytest.approx(2 * np.minimum(y, mu).sum() / (y.sum() + mu.sum()))


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_quasi_poisson_has_the_same_estimates_and_wider_errors(constraint):
    flows, distances, origins, destinations = system(2, alpha=0.3)
    kwargs = {"constraint": constraint, "origins": origins, "destinations": destinations}
    plain = fit_gravity(flows, distances, family="poisson", **kwargs)
    quasi = fit_gravity(flows, distances, family="quasi_poisson", **kwargs)
    assert quasi.coefficients == plain.coefficients
    pearson = ((flows - plain.fitted) ** 2 / plain.fitted).sum() / (flows.size - plain.parameters)
    assert quasi.dispersion == pytest.approx(pearson)
    assert quasi.standard_errors["distance"] == pytest.approx(plain.standard_errors["distance"] * np.sqrt(pearson))
    assert np.isnan(quasi.aic)
    assert np.isnan(quasi.pseudo_r2)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_negative_binomial_has_the_largest_likelihood(constraint):
    flows, distances, origins, destinations = system(3, alpha=0.3)
    fit = fit_gravity(flows, distances, constraint, family="negative_binomial", origins=origins, destinations=destinations)
    x, y = dense(flows, distances, constraint, origins, destinations)

    def likelihood(parameters):
        mu, size = np.exp(x @ parameters[:-1]), np.exp(-parameters[-1])
        return nbinom.logpmf(y, size, size / (size + mu)).sum()

    beta, _, inverse = dense_fit(x, y, fit.solution.alpha)
    best = np.append(beta, np.log(fit.solution.alpha))
    assert fit.coefficients["distance"] == pytest.approx(beta[-1], rel=1e-6)
    assert fit.standard_errors["distance"] == pytest.approx(np.sqrt(inverse[-1, -1]), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(likelihood(best), rel=1e-9)
    search = minimize(lambda p: -likelihood(p), best, method="BFGS")
    assert -search.fun <= fit.log_likelihood + 1e-5
    assert fit.parameters == x.shape[1] + 1


def test_negative_binomial_finds_no_dispersion_in_flows_that_have_less_than_poisson():
    flows, distances, *_ = system(4)
    smooth = fit_gravity(flows, distances, family="poisson").fitted
    fit = fit_gravity(smooth, distances, family="negative_binomial")
    assert fit.solution.alpha == pytest.approx(1e-6)
    assert fit.coefficients["distance"] == pytest.approx(fit_gravity(smooth, distances).coefficients["distance"], abs=1e-6)


sizes = st.tuples(st.integers(0, 10_000), st.integers(4, 7), st.integers(4, 7), st.booleans())


@settings(deadline=None, max_examples=30)
@given(sizes, st.sampled_from(["power", "exponential"]), st.sampled_from(["poisson", "quasi_poisson"]))
def test_constrained_fits_reproduce_the_margins(size, decay, family):
    flows, distances, *_ = system(*size[:3], same=size[3], alpha=0.5)
    for constraint, axes in (("production", [1]), ("attraction", [0]), ("doubly", [0, 1])):
        fit = fit_gravity(flows, distances, constraint, decay, family, same=size[3])
        for axis in axes:
            np.testing.assert_allclose(fit.fitted.sum(axis=axis), flows.sum(axis=axis), rtol=1e-6, atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.data())
def test_relabelled_regions_have_the_same_fit(seed, data):
    flows, distances, *_ = system(seed, same=True)
    order = np.array(data.draw(st.permutations(range(len(flows)))))
    swap = np.ix_(order, order)
    fit, relabelled = fit_gravity(flows, distances), fit_gravity(flows[swap], distances[swap])
    np.testing.assert_allclose(relabelled.fitted, fit.fitted[swap], rtol=1e-6, atol=1e-6)


def test_finds_the_parameters_that_made_the_flows():
    flows, distances, origins, destinations = system(5, 40, 30)
    fit = fit_gravity(flows, distances, "none", family="poisson", origins=origins, destinations=destinations)
    expected = {"constant": 0, "origin_size": 1, "destination_size": 1, "distance": -1.3}
    for name, value in expected.items():
        assert fit.coefficients[name] == pytest.approx(value, abs=4 * fit.standard_errors[name])


def test_regions_without_migrants_have_fit_0_and_no_effect():
    flows, distances, *_ = system(6)
    flows[2], flows[:, 3] = 0, 0
    fit = fit_gravity(flows, distances)
    assert (fit.fitted[2] == 0).all()
    assert (fit.fitted[:, 3] == 0).all()
    assert np.isnan(fit.origin_effects[2])
    rest = fit_gravity(np.delete(np.delete(flows, 2, 0), 3, 1), np.delete(np.delete(distances, 2, 0), 3, 1))
    assert fit.coefficients["distance"] == pytest.approx(rest.coefficients["distance"])
    assert fit.parameters == rest.parameters == 6 + 4


def test_separate_groups_of_regions_are_fitted_together():
    first, near, *_ = system(7, 6, 5)
    second, far, *_ = system(8, 6, 5)
    flows, distances, pairs = np.zeros((12, 10)), np.ones((12, 10)), np.zeros((12, 10), bool)
    flows[:6, :5], flows[6:, 5:], distances[:6, :5], distances[6:, 5:] = first, second, near, far
    pairs[:6, :5] = pairs[6:, 5:] = True
    fit = fit_gravity(flows, distances, pairs=pairs)
    np.testing.assert_allclose(fit.fitted.sum(axis=0), flows.sum(axis=0))
    np.testing.assert_allclose(fit.fitted.sum(axis=1), flows.sum(axis=1))
    assert fit.parameters == 1 + 12 + 10 - 2
    assert fit.leverage.sum() == pytest.approx(fit.parameters)


def test_flows_whose_best_fit_is_0_converge():
    """All arrivals of the first destination are from the first origin, whose other flows are 0: no finite effects fit that."""
    flows, distances, *_ = system(10, 8, 6)
    pairs = np.ones((8, 6), bool)
    flows[0, 1:], flows[1:, 0], pairs[1:, 0] = 0, 0, False
    fit = fit_gravity(flows, distances, pairs=pairs)
    np.testing.assert_allclose(fit.fitted.sum(axis=1), flows.sum(axis=1), rtol=1e-6)
    assert fit.fitted[0, 1:].sum() < 1e-6 * flows.sum()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.3, 1), st.sampled_from(["poisson", "negative_binomial"]))
def test_sparse_flows_of_large_dispersion_are_fitted(seed, share, family):
    flows, distances, *_ = system(seed, 9, 8, alpha=2.0)
    flows *= np.random.default_rng(seed).random(flows.shape) < share
    fit = fit_gravity(flows, distances, family=family)
    assert np.isfinite(fit.fitted).all()
    assert fit.deviance <= fit.null_deviance * (1 + 1e-9)


@pytest.mark.parametrize("family", ["poisson", "negative_binomial"])
def test_a_fit_that_does_not_converge_is_refused(family, monkeypatch):
    flows, distances, *_ = system(11, alpha=0.5)
    monkeypatch.setattr("geoservice.analysis.migration.irls.LIMIT", 2)
    above = f"{(flows > 0).sum()} of 35 flows above 0 it has too few data"
    with pytest.raises(ParameterError, match=above):
        fit_gravity(flows, distances, family=family)


def test_exact_flows_are_fitted_exactly_whatever_the_unit():
    _, distances, origins, destinations = system(9)
    flows = np.outer(origins, destinations) * np.exp(-distances / 30)
    for unit in (1.0, 1000.0):
        fit = fit_gravity(flows, distances * unit, decay="exponential")
        assert fit.coefficients["distance"] == pytest.approx(-1 / 30 / unit)
        assert fit.deviance == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flows": -np.ones((7, 5))}, "finite numbers of at least 0"),
        ({"flows": np.zeros((7, 5))}, "no migrants"),
        ({"flows": np.ones((7, 5, 2))}, "two matrices of the same shape"),
        ({"distances": np.ones((7, 4))}, r"the shape \(7, 5\) of the flows"),
        ({"distances": np.zeros((7, 5))}, "distances must be above 0"),
        ({"distances": np.full((7, 5), np.nan)}, "distances must be finite"),
        ({"distances": np.full((7, 5), 3.0)}, "distance does not vary"),
        ({"distances": np.exp(np.add.outer(np.arange(7.0), np.arange(5.0)))}, "distance does not vary"),
        ({"constraint": "none", "origins": np.ones(6)}, "each of the 7 origins"),
        ({"constraint": "none", "origins": np.zeros(7)}, "origin sizes must be above 0"),
        ({"constraint": "none", "origins": np.full(7, 2.0)}, "cannot be told apart"),
        ({"pairs": np.zeros((7, 5), bool)}, "no migrants"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    flows, distances, *_ = system(1)
    with pytest.raises(ParameterError, match=message):
        fit_gravity(**({"flows": flows, "distances": distances} | change))


@pytest.mark.parametrize(("n", "m", "same"), [(3000, 34, False), (500, 500, True)])
def test_large_doubly_constrained_models_take_a_few_seconds(n, m, same):
    flows, distances, *_ = system(1, n, m, same, alpha=0.5)
    start = time.process_time()
    fit = fit_gravity(flows, distances)
    assert time.process_time() - start < 15  # 1 s if nothing else runs
    np.testing.assert_allclose(fit.fitted.sum(axis=0), flows.sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(fit.fitted.sum(axis=1), flows.sum(axis=1), rtol=1e-6)

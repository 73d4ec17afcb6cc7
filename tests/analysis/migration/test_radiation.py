import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.migration import radiation_flows
from geoservice.errors import ParameterError


def brute_force(departures, masses, opportunities, distances, same):
    """Return the formula of Simini et al. (2012) by loops; distances from an origin must differ."""
    n, m = distances.shape
    flows = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            if same and i == j:
                continue
            s = sum(opportunities[k] for k in range(m) if distances[i, k] < distances[i, j] and not (same and k == i))
            flows[i, j] = masses[i] * opportunities[j] / ((masses[i] + s) * (masses[i] + opportunities[j] + s))
    return flows * departures[:, None]


def system(seed, n, m, same):
    random = np.random.default_rng(seed)
    here = random.random((n, 2))
    there = here if same else random.random((m, 2))
    masses = random.uniform(1, 100, n)
    distances = np.linalg.norm(here[:, None] - there, axis=2)
    return random.uniform(0, 100, n), masses, masses if same else random.uniform(1, 100, m), distances


sizes = st.tuples(st.integers(0, 10_000), st.integers(2, 8), st.integers(2, 8), st.booleans())


@given(sizes)
def test_equals_brute_force(size):
    arguments = system(*size)
    got = radiation_flows(*arguments, same=size[3], normalised=False)
    np.testing.assert_allclose(got, brute_force(*arguments, size[3]), rtol=1e-9)


@given(sizes)
def test_all_who_leave_arrive(size):
    departures, masses, opportunities, distances = system(*size)
    flows = radiation_flows(departures, masses, opportunities, distances, same=size[3])
    np.testing.assert_allclose(flows.sum(axis=1), departures)
    assert (flows >= 0).all()


@given(sizes)
def test_the_normalised_form_divides_by_the_share_of_masses_elsewhere(size):
    """Masucci et al. (2013), equation 6: the shares of a finite system add up to 1 - m / M."""
    departures, masses, opportunities, distances = system(size[0], size[1], size[1], True)
    plain = radiation_flows(departures, masses, opportunities, distances, normalised=False)
    normalised = radiation_flows(departures, masses, opportunities, distances)
    np.testing.assert_allclose(normalised, plain / (1 - masses / masses.sum())[:, None])


@settings(deadline=None)
@given(arrays(float, (5, 2), elements=st.integers(0, 2).map(float)), st.permutations(range(5)))
def test_equal_distances_do_not_depend_on_the_order(points, order):
    masses = np.arange(1.0, 6)
    distances = np.abs(points[:, None] - points).sum(axis=2)
    flows = radiation_flows(masses, masses, masses, distances)
    swap = np.ix_(order, order)
    np.testing.assert_allclose(radiation_flows(*(masses[list(order)],) * 3, distances[swap]), flows[swap])
    np.testing.assert_allclose(flows.sum(axis=1), masses)


def test_by_hand():
    flows = radiation_flows(
        np.array([100.0]), np.array([10.0]), np.array([10.0, 20, 0]), np.array([[1.0, 5, 2]]), same=False, normalised=False
    )
    assert flows.tolist() == [[pytest.approx(100 * 10 * 10 / (10 * 20)), pytest.approx(100 * 10 * 20 / (20 * 40)), 0]]


def test_origins_without_mass_send_all_to_the_nearest_and_nobody_goes_nowhere():
    distances = np.array([[1.0, 2], [1, 2]])
    flows = radiation_flows(np.array([8.0, 8]), np.array([0.0, 5]), np.array([3.0, 9]), distances, same=False)
    assert flows[0].tolist() == [8, 0]
    nowhere = radiation_flows(np.array([8.0, 8]), np.array([1.0, 5]), np.zeros(2), distances, same=False)
    assert (nowhere == 0).all()


def test_wrong_arguments_are_refused():
    departures, masses, opportunities, distances = system(1, 3, 2, False)
    with pytest.raises(ParameterError, match="3 departures, 3 masses and 2 opportunities are needed"):
        radiation_flows(departures, masses, masses, distances)
    with pytest.raises(ParameterError, match="masses must be finite"):
        radiation_flows(departures, -masses, opportunities, distances)
    with pytest.raises(ParameterError, match="distances must be finite"):
        radiation_flows(departures, masses, opportunities, distances * np.nan)

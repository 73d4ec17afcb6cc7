from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_maps import grid_weights, irregular_weights, random_weights

from geoservice.analysis.spatial_statistics.getis_ord import general_g, local_g, local_g_many, local_g_permutations
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError

MAPS = settings(deadline=None, max_examples=40)


def reordered(weights: Weights, order: np.ndarray) -> Weights:
    matrix = weights.matrix[order][:, order]
    return Weights.from_csr(matrix.indptr, matrix.indices, matrix.data)


def test_six_points_as_published(six_points) -> None:
    """PySAL, esda.getisord: G .55709779, z of G_Local for point 0 (binary, row-standardised) and of G*."""
    values, weights = six_points
    assert general_g(values, weights).g == pytest.approx(0.55709779, abs=5e-9)
    binary = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
    assert local_g(values, weights, star=False) == pytest.approx(binary, abs=5e-8)
    star = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert local_g(values, weights, star=True) == pytest.approx(star, abs=5e-9)
    standardised = [-0.62074534, -0.01780611, 1.31558703, -0.12824171, 0.28843496, 1.77833941]
    got = local_g(values, weights.row_standardised(), star=False, binary_variance=True)
    assert got == pytest.approx(standardised, abs=5e-9)


def test_sids_as_spdep(sids, sids_weights) -> None:
    """R package spdep 1.2-7: localG with styles W and B alike, with include.self, and globalG.test with style B."""
    gi = [-1.540369657210, -0.913439543827, -1.953855132052, -1.848885736050, 3.513483784859]
    for weights in (sids_weights, sids_weights.row_standardised()):
        assert local_g(sids.SIDR74, weights, star=False)[:5] == pytest.approx(gi, rel=1e-11)
    star = [-1.69909282117, -1.43555225687, -1.92214755341, -1.55305999680, 4.25177256882]
    assert local_g(sids.SIDR74, sids_weights, star=True)[:5] == pytest.approx(star, rel=1e-11)
    g = general_g(sids.SIDR74, sids_weights)
    assert g.g == pytest.approx(5.45094457013e-02, rel=1e-11)
    assert (g.expected, g.variance) == pytest.approx((4.66666666667e-02, 8.43062360916e-06), rel=1e-11)
    assert (g.z, g.p / 2) == pytest.approx((2.701096679, 0.00345556228), rel=1e-8)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("star", [False, True])
def test_equals_esda_on_irregular_maps(seed, star) -> None:
    getisord = pytest.importorskip("esda.getisord")
    W = pytest.importorskip("libpysal.weights").W
    weights = irregular_weights(200, seed)
    values = np.random.default_rng(seed).gamma(1, 1, 200)
    rows = {i: weights.indices[weights.indptr[i] : weights.indptr[i + 1]].tolist() for i in range(200)}
    theirs = getisord.G_Local(values, W(rows, silence_warnings=True), transform="B", star=star, permutations=0)
    assert local_g(values, weights, star=star) == pytest.approx(theirs.Zs, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("star", [False, True])
def test_z_has_the_moments_of_all_permutations(star) -> None:
    """Unequal weights, every arrangement of the values: the lag's mean and standard deviation by enumeration."""
    values, weights = np.array([1.0, 2.0, 4.0, 7.0, 11.0, 3.5]), random_weights(6, 5, 0.5)
    matrix = (weights.with_self() if star else weights).matrix.toarray()
    z = local_g(values, weights, star=star)
    for i in range(6):
        others = range(6) if star else [j for j in range(6) if j != i]
        lags = [matrix[i, list(others)] @ values[list(order)] for order in permutations(others)]
        assert z[i] == pytest.approx((matrix[i] @ values - np.mean(lags)) / np.std(lags))


@MAPS
@given(st.integers(0, 2**32), st.integers(3, 30), st.booleans(), st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_z_does_not_change_with_unit_zero_and_order(seed, n, star, shift, scale) -> None:
    r = np.random.default_rng(seed)
    weights, values = random_weights(n, seed), r.normal(size=n)
    z = local_g(values, weights, star=star)
    assert local_g(values * scale + shift, weights, star=star) == pytest.approx(z, rel=1e-6, abs=1e-6, nan_ok=True)
    assert local_g(-values, weights, star=star) == pytest.approx(-z, nan_ok=True)
    assert local_g(values, weights.row_standardised(), star=False) == pytest.approx(
        local_g(values, weights, star=False), nan_ok=True
    )
    order = r.permutation(n)
    assert local_g(values[order], reordered(weights, order), star=star) == pytest.approx(z[order], nan_ok=True)


@MAPS
@given(st.integers(0, 2**32), st.integers(4, 25), st.booleans())
def test_units_without_value_are_left_out(seed, n, star) -> None:
    r = np.random.default_rng(seed)
    weights, values = random_weights(n, seed), r.normal(size=(n, 3))
    values[r.random((n, 3)) < 0.3] = np.nan
    z = local_g_many(values, weights, star=star)
    for column in range(3):
        known = np.isfinite(values[:, column])
        alone = local_g(values[known, column], weights.subset(known), star=star)
        assert z[known, column] == pytest.approx(alone, nan_ok=True)
        assert np.isnan(z[~known, column]).all()


@pytest.mark.parametrize("values", [np.full(9, 0.1), np.full(9, np.nan), np.r_[1.0, 2.0, np.full(7, np.nan)], np.full(9, 1e9)])
def test_z_and_p_are_missing_where_nothing_varies(values) -> None:
    for star in (False, True):
        z, p = local_g_permutations(values, grid_weights(3, 3), star=star, permutations=9, seed=0)
        assert np.isnan(z).all()
        assert np.isnan(p).all()
    assert np.isnan(general_g(values, grid_weights(3, 3)).z)


def test_all_units_neighbours_is_not_defined() -> None:
    weights = Weights.distance_band(np.arange(5.0), np.zeros(5), 10.0)
    for star in (False, True):
        z, p = local_g_permutations(np.arange(5.0), weights, star=star, permutations=9, seed=0)
        assert np.isnan(z).all()
        assert np.isnan(p).all()


def test_islands() -> None:
    weights, values = Weights.from_csr([0, 1, 2, 2, 2], [1, 0]), np.array([1.0, 5.0, 2.0, 8.0])
    assert np.isnan(local_g(values, weights, star=False)).tolist() == [False, False, True, True]
    z, p = local_g_permutations(values, weights, star=True, permutations=99, seed=0)
    assert z[2:] == pytest.approx((values[2:] - values.mean()) / values.std())
    assert p[2:].tolist() == [1.0, 1.0]


def test_a_planted_cluster_is_significant_and_others_are_not() -> None:
    values = np.random.default_rng(0).normal(size=(20, 20))
    values[3:7, 3:7] += 3
    z, p = local_g_permutations(values.ravel(), grid_weights(20, 20), star=True, permutations=999, seed=1)
    inside = np.zeros((20, 20), bool)
    inside[4:6, 4:6] = True
    assert (z.reshape(20, 20)[inside] > 5).all()
    assert (p.reshape(20, 20)[inside] == 0.002).all()
    assert np.mean(p.reshape(20, 20)[10:] < 0.05) < 0.12


def test_values_must_fit_the_weights() -> None:
    with pytest.raises(ParameterError, match=r"shape \(3, 1\); with weights of 9 units"):
        local_g(np.zeros(3), grid_weights(3, 3), star=True)
    with pytest.raises(ParameterError, match=r"shape \(3,\); weights of 9 units"):
        general_g(np.zeros(3), grid_weights(3, 3))

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_maps import grid_weights, irregular_weights, random_weights

from geoservice.analysis.spatial_statistics.moran import (
    HIGH_HIGH,
    HIGH_LOW,
    LOW_HIGH,
    LOW_LOW,
    UNDEFINED,
    global_moran,
    local_moran,
    moran_rates,
)
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError

CC89 = Path("/usr/lib/R/site-library/spData/weights/ncCC89.gal")


def test_sids_as_published(sids, sids_weights) -> None:
    """PySAL esda.Moran of SIDR74, one-sided p under normality; Moran_Rate of SID79 over BIR79."""
    weights = sids_weights.row_standardised()
    moran = global_moran(sids.SIDR74, weights)
    assert moran.i == pytest.approx(0.24772519320480135, abs=1e-16)
    assert moran.p_normal / 2 == pytest.approx(5.7916539e-05, abs=5e-13)
    assert moran_rates(sids.SID79, sids.BIR79, weights).i == pytest.approx(0.16622343552567395, abs=1e-15)


def test_sids_as_spdep(sids, sids_weights) -> None:
    """R package spdep 1.2-7: moran.test of SIDR74 under randomisation, two-sided; localmoran divides by n, not n - 1."""
    weights = sids_weights.row_standardised()
    moran = global_moran(sids.SIDR74, weights)
    assert moran.z_randomisation == pytest.approx(3.942847479, abs=5e-10)
    assert moran.p_randomisation == pytest.approx(8.05198659e-05, abs=5e-14)
    local = local_moran(sids.SIDR74, weights, 9, 0).i[:3] * 100 / 99
    assert local == pytest.approx([0.631074878637, 0.662309673859, 0.261127313493], rel=1e-11)


@pytest.mark.skipif(not CC89.exists(), reason="the neighbours of Cressie and Chan (1989) come with Debian's r-cran-spdata")
def test_empirical_bayes_index_as_spdep(sids) -> None:
    """EBImoran.mc in the manual of spdep: .25789, county seats within 30 miles, two islands."""
    lines = CC89.read_text(encoding="ascii").split("\n")[1:201]
    position = {code: i for i, code in enumerate(sids.FIPS)}
    rows = {
        position[a.split()[0]]: [position[c] for c in b.split() if c in position]
        for a, b in zip(*[iter(lines)] * 2, strict=True)
    }
    near = [sorted(rows[i]) for i in range(100)]
    weights = Weights.from_csr(np.cumsum([0] + [len(r) for r in near]), [j for r in near for j in r])
    assert weights.islands.sum() == 2
    assert moran_rates(sids.SID74, sids.BIR74, weights).i == pytest.approx(0.25789, abs=5e-6)


@pytest.mark.parametrize("seed", range(3))
def test_equals_esda_on_irregular_maps(seed) -> None:
    esda = pytest.importorskip("esda")
    W = pytest.importorskip("libpysal.weights").W
    weights = irregular_weights(150, seed)
    values = np.random.default_rng(seed).gamma(1, 1, 150)
    rows = {i: weights.indices[weights.indptr[i] : weights.indptr[i + 1]].tolist() for i in range(150)}
    theirs = esda.Moran(values, W(rows, silence_warnings=True), permutations=0)
    moran = global_moran(values, weights.row_standardised())
    expected = (theirs.I, theirs.EI, theirs.z_norm, theirs.p_norm, theirs.z_rand, theirs.p_rand)
    assert moran == pytest.approx(expected, rel=1e-9)
    local = local_moran(values, weights.row_standardised(), 9, seed)
    theirs = esda.Moran_Local(values, W(rows, silence_warnings=True), permutations=0)
    assert local.i == pytest.approx(theirs.Is, rel=1e-10, abs=1e-12)
    assert local.quadrant.tolist() == theirs.q.tolist()


def test_moments_are_those_of_all_permutations_of_a_large_sample() -> None:
    """z of 1 500 random arrangements has mean 0 and variance 1, within 5 standard errors; unequal weights."""
    r, weights = np.random.default_rng(1), random_weights(12, 4)
    values = r.gamma(1, 1, 12)
    z = np.array([global_moran(r.permutation(values), weights).z_randomisation for _ in range(1500)])
    assert abs(z.mean()) < 5 / np.sqrt(1500)
    assert abs(z.var() - 1) < 5 * np.sqrt(((z**2).var()) / 1500)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(4, 25), st.floats(-100, 100), st.floats(0.1, 10))
def test_does_not_change_with_unit_zero_and_order(seed, n, shift, scale) -> None:
    r = np.random.default_rng(seed)
    weights, values = random_weights(n, seed), r.normal(size=n)
    moran = global_moran(values, weights)
    assert global_moran(values * scale + shift, weights) == pytest.approx(moran, rel=1e-6, abs=1e-6, nan_ok=True)
    order = r.permutation(n)
    matrix = weights.matrix[order][:, order]
    again = Weights.from_csr(matrix.indptr, matrix.indices, matrix.data)
    assert global_moran(values[order], again) == pytest.approx(moran, rel=1e-6, abs=1e-6, nan_ok=True)
    local, local_again = local_moran(values, weights, 9, 0), local_moran(values[order], again, 9, 0)
    assert local_again.i == pytest.approx(local.i[order], rel=1e-6, abs=1e-6, nan_ok=True)
    assert local_again.quadrant.tolist() == local.quadrant[order].tolist()


def test_quadrants_of_planted_patterns() -> None:
    values = np.zeros((9, 9))
    values[0:3, 0:3] = 5
    values[6:9, 6:9] = -5
    values[1, 1] = -4
    values[7, 7] = 4
    local = local_moran(values.ravel(), grid_weights(9, 9).row_standardised(), 999, 0)
    quadrant, p = local.quadrant.reshape(9, 9), local.p.reshape(9, 9)
    assert (quadrant[0, 0], quadrant[8, 8], quadrant[1, 1], quadrant[7, 7]) == (HIGH_HIGH, LOW_LOW, LOW_HIGH, HIGH_LOW)
    assert (p[1, 1], p[7, 7]) == (0.002, 0.002)


def test_units_without_value_are_left_out() -> None:
    r, weights = np.random.default_rng(3), irregular_weights(60, 3).row_standardised()
    values = r.normal(size=60)
    values[::7] = np.nan
    known = np.isfinite(values)
    part = weights.subset(known)
    assert global_moran(values, weights) == pytest.approx(global_moran(values[known], part), rel=1e-9)
    local, alone = local_moran(values, weights, 99, 5), local_moran(values[known], part, 99, 5)
    assert all(np.array_equal(a[known], b, equal_nan=True) for a, b in zip(local, alone, strict=True))
    assert np.isnan(local.i[~known]).all()
    assert np.isnan(local.p[~known]).all()
    assert (local.quadrant[~known] == UNDEFINED).all()


@pytest.mark.parametrize("values", [np.full(9, 0.1), np.full(9, np.nan), np.r_[1.0, 2.0, np.full(7, np.nan)]])
def test_not_defined_where_nothing_varies(values) -> None:
    assert np.isnan(global_moran(values, grid_weights(3, 3))).all()
    local = local_moran(values, grid_weights(3, 3), 9, 0)
    assert np.isnan(local.i).all()
    assert np.isnan(local.p).all()
    assert (local.quadrant == UNDEFINED).all()


def test_a_map_of_islands_has_no_moran() -> None:
    weights = Weights.from_csr(np.zeros(6, int), [])
    assert np.isnan(global_moran(np.arange(5.0), weights)).all()
    assert (local_moran(np.arange(5.0), weights, 9, 0).quadrant == UNDEFINED).all()


def test_all_units_neighbours_have_one_possible_i() -> None:
    weights = Weights.distance_band(np.arange(6.0), np.zeros(6), 10.0)
    moran = global_moran(np.arange(6.0) ** 2, weights)
    assert moran.i == pytest.approx(moran.expected)
    assert np.isnan([moran.z_normal, moran.z_randomisation]).all()


def test_a_unit_at_the_mean_has_p_1() -> None:
    """Its neighbours have the two highest of eight values, but its I is 0 in every permutation."""
    weights = Weights.from_csr([0, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 0, 0, 0, 0, 0, 0, 0])
    local = local_moran([0.0, 9.0, 8.0, -6.0, -5.0, -4.0, -2.0, 0.0], weights, 999, 0)
    assert (local.i[0], local.p[0]) == (0.0, 1.0)


def test_units_without_base_are_left_out(sids, sids_weights) -> None:
    base = sids.BIR74.to_numpy(float).copy()
    base[:10] = 0.0
    kept = base > 0
    expected = moran_rates(sids.SID74[kept], base[kept], sids_weights.subset(kept))
    assert moran_rates(sids.SID74, base, sids_weights) == expected


def test_values_must_fit_the_weights() -> None:
    with pytest.raises(ParameterError, match="weights of 9 units"):
        global_moran(np.zeros(3), grid_weights(3, 3))

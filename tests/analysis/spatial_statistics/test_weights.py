from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from random_maps import grid_weights, irregular_weights, random_weights, squares

from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import BadGeometry, ParameterError


def neighbours(weights: Weights) -> list[list[int]]:
    return [weights.indices[a:b].tolist() for a, b in zip(weights.indptr[:-1], weights.indptr[1:], strict=True)]


def test_queen_and_rook_on_a_grid() -> None:
    queen = np.diff(grid_weights(4, 5).indptr).reshape(4, 5)
    assert queen[0, 0] == 3
    assert queen[0, 2] == 5
    assert queen[1, 2] == 8
    rook = np.diff(Weights.contiguity(squares(4, 5), rook=True).indptr).reshape(4, 5)
    assert (rook[0, 0], rook[0, 2], rook[1, 2]) == (2, 3, 4)


@pytest.mark.parametrize("rook", [False, True])
def test_borders_digitised_twice_are_common_within_the_tolerance(rook: bool) -> None:
    """Two districts drawn from different sources: other vertices, gaps and overlaps of up to 0.8 m."""
    y = np.arange(0.0, 1001.0, 50.0)
    wave = 0.4 * np.sin(y)
    left = shapely.polygons(np.r_[np.c_[wave, y], [[-900.0, 1000.0], [-900.0, 0.0]]])
    right = shapely.polygons(np.r_[np.c_[-wave[::3], y[::3]], [[900.0, 1000.0], [900.0, 0.0]]])
    far = shapely.box(902, 0, 1800, 1000)
    assert neighbours(Weights.contiguity(np.array([left, right, far]), rook=rook)) == [[1], [0], []]
    assert neighbours(Weights.contiguity(np.array([left, right, far]), rook=rook, tolerance=3.0)) == [[1], [0, 2], [1]]


def test_an_enclave_touches_only_what_surrounds_it() -> None:
    hole = shapely.box(400, 400, 600, 600)
    around = shapely.difference(shapely.box(0, 0, 1000, 1000), hole)
    shapes = np.array([around, hole, shapely.box(1000, 0, 2000, 1000), None, shapely.Polygon()])
    for rook in (False, True):
        weights = Weights.contiguity(shapes, rook=rook)
        assert neighbours(weights) == [[1, 2], [0], [0], [], []]
        assert weights.islands.tolist() == [False, False, False, True, True]


def test_county_borders_are_those_of_the_published_list(sids, sids_weights) -> None:
    libpysal = pytest.importorskip("libpysal")
    lines = (Path(libpysal.__file__).parent / "examples" / "sids2" / "sids2.gal").read_text().split("\n")[1:]
    position = {code: i for i, code in enumerate(sids.FIPS)}
    for code, line in zip(lines[0:200:2], lines[1:200:2], strict=True):
        row = position[code.split()[0]]
        assert neighbours(sids_weights)[row] == sorted(position[name] for name in line.split())


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(3, 40), st.data())
def test_nearest_and_band_equal_brute_force(seed, n, data) -> None:
    xy = np.random.default_rng(seed).uniform(0, 1000, (n, 2))
    distance = np.hypot(*(xy[:, None] - xy[None]).T)
    k, metres = data.draw(st.integers(1, n - 1)), data.draw(st.floats(1, 1500))
    np.fill_diagonal(distance, np.inf)
    assert neighbours(Weights.nearest(*xy.T, k)) == [sorted(np.argsort(row)[:k].tolist()) for row in distance]
    assert neighbours(Weights.distance_band(*xy.T, metres)) == [np.flatnonzero(row <= metres).tolist() for row in distance]


def test_points_at_one_place_have_k_neighbours_but_not_themselves() -> None:
    weights = Weights.nearest(np.zeros(5), np.zeros(5), 2)
    assert np.diff(weights.indptr).tolist() == [2] * 5
    assert not (weights.rows == weights.indices).any()


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_matrix_operations_equal_dense_ones(seed, n) -> None:
    weights = random_weights(n, seed)
    dense = weights.matrix.toarray()
    total = dense.sum(axis=1, keepdims=True)
    values = np.random.default_rng(seed).normal(size=(n, 3))
    assert np.allclose(weights.row_standardised().matrix.toarray(), dense / np.where(total, total, 1))
    assert np.allclose(weights.lag(values), dense @ values)
    assert np.array_equal(weights.with_self().matrix.toarray(), dense + np.eye(n))
    assert np.array_equal(weights.with_self().without_self().matrix.toarray(), dense)
    assert np.array_equal(weights.islands, dense.sum(axis=1) == 0)
    s1, s2 = ((dense + dense.T) ** 2).sum() / 2, ((dense.sum(axis=0) + dense.sum(axis=1)) ** 2).sum()
    assert np.allclose(weights.sums, (dense.sum(), s1, s2))


def test_weights_of_a_unit_on_itself_stay() -> None:
    weights = Weights.from_csr([0, 1, 2], [0, 0], [0.3, 0.7])
    assert weights.with_self().matrix.toarray().tolist() == [[0.3, 0.0], [0.7, 1.0]]
    assert weights.islands.tolist() == [True, False]


def test_a_subset_of_standardised_rows_is_standardised() -> None:
    keep = np.array([True] * 30 + [False] * 10)
    binary = irregular_weights(40, 1)
    again = binary.row_standardised().subset(keep)
    assert np.allclose(again.matrix.toarray(), binary.subset(keep).row_standardised().matrix.toarray())
    assert set(binary.subset(keep).data) == {1.0}


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(2, 20))
def test_islands_get_their_nearest_unit_both_ways(seed, n) -> None:
    r = np.random.default_rng(seed)
    x, y = r.uniform(0, 1000, (2, n))
    weights = Weights.distance_band(x, y, 150.0)
    attached, islands = weights.attach_islands(x, y)
    before, after = weights.matrix.toarray(), attached.matrix.toarray()
    for i in np.flatnonzero(weights.islands):
        distance = np.hypot(x - x[i], y - y[i])
        distance[i] = np.inf
        before[i, distance.argmin()] = before[distance.argmin(), i] = 1.0
    assert np.array_equal(after, before)
    assert islands.tolist() == np.flatnonzero(weights.islands).tolist()
    assert not attached.islands.any()


def test_one_unit_stays_an_island() -> None:
    weights, islands = Weights.from_csr([0, 0], []).attach_islands(np.zeros(1), np.zeros(1))
    assert weights.islands.tolist() == [True]
    assert islands.tolist() == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([0, 1], [1]), "indices from 1 to 1; 1 units"),
        (([0, 2, 1], [0, 1]), "indptr"),
        (([0, 2, 2], [1, 1]), "twice"),
        (([0, 1, 1], [1], [-1.0]), "negative"),
        (([0, 1, 1], [1], [np.nan]), "not finite"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows, message) -> None:
    with pytest.raises(ParameterError, match=message):
        Weights.from_csr(*rows)


def test_parameters_out_of_bounds_are_refused() -> None:
    x = np.array([0.0, 1.0])
    with pytest.raises(ParameterError, match="is 2; with 2 units"):
        Weights.nearest(x, x, 2)
    with pytest.raises(ParameterError, match=r"is 0\.0 m"):
        Weights.distance_band(x, x, 0.0)
    with pytest.raises(ParameterError, match=r"-1\.0 m"):
        Weights.contiguity(squares(1, 2), tolerance=-1.0)
    with pytest.raises(BadGeometry, match="1 of 2 points"):
        Weights.nearest(np.array([0.0, np.nan]), x, 1)
    with pytest.raises(BadGeometry, match="the first is number 1"):
        Weights.distance_band(x, x, 0.1).attach_islands(x, np.array([0.0, np.inf]))

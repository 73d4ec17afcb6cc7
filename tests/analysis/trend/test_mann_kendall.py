import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, norm, theilslopes

from geoservice.analysis.trend import mann_kendall, sen_slope
from geoservice.errors import ParameterError

series = st.lists(st.integers(0, 6), min_size=2, max_size=14)


def brute_force(values):
    """Return S and its variance (Kendall 1975, p. 55) by loops over pairs and over groups of ties."""
    n = len(values)
    s = sum(np.sign(values[j] - values[i]) for i in range(n) for j in range(i + 1, n))
    sizes = [values.count(v) for v in set(values)]
    return s, (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in sizes)) / 18


def test_a_rise_without_ties_by_hand():
    test = mann_kendall(np.array([[10.0, 12, 11, 15, 18, 17, 20, 25]]))  # 26 pairs rise, 2 fall
    assert test.s == 24
    assert test.variance == pytest.approx(8 * 7 * 21 / 18)
    assert test.z == pytest.approx(23 / np.sqrt(8 * 7 * 21 / 18))
    assert test.tau == pytest.approx(24 / 28)
    assert test.p == pytest.approx(2 * norm.sf(23 / np.sqrt(8 * 7 * 21 / 18)))


def test_ties_by_hand():
    test = mann_kendall(np.array([[1.0, 1, 2, 2, 2, 3]]))  # 11 pairs rise, 4 are ties: 1 of twos, 3 of threes
    assert test.s == 11
    assert test.variance == pytest.approx((6 * 5 * 17 - 2 * 1 * 9 - 3 * 2 * 11) / 18)
    assert test.z == pytest.approx(10 / np.sqrt(426 / 18))


@given(series)
def test_equals_brute_force(values):
    test = mann_kendall(np.array([values], float))
    s, variance = brute_force(values)
    assert (test.s[0], test.variance[0]) == (s, pytest.approx(variance))


@given(series)
def test_tau_equals_scipy(values):
    test = mann_kendall(np.array([values], float))
    expected = kendalltau(np.arange(len(values)), values).statistic
    assert test.tau[0] == pytest.approx(expected, nan_ok=True)


@given(series)
def test_a_reversed_series_has_the_opposite_trend(values):
    test = mann_kendall(np.array([values, values[::-1]], float))
    assert test.s[0] == -test.s[1]
    assert test.p[0] == test.p[1]


@given(series, st.sets(st.integers(0, 20)))
def test_missing_periods_are_left_out(values, gaps):
    with_gaps = np.insert(np.array(values, float), [g for g in gaps if g <= len(values)], np.nan)
    for a, b in zip(mann_kendall(np.array([values], float)), mann_kendall(with_gaps[None]), strict=True):
        np.testing.assert_allclose(a, b)


def test_constant_and_empty_series_have_no_trend():
    test = mann_kendall(np.array([[2.0, 2, 2], [np.nan, np.nan, np.nan]]))
    assert test.p.tolist() == [1, 1]
    assert np.isnan(test.tau).all()


@given(series)
def test_slope_equals_scipy(values):
    assert sen_slope(np.array([values], float))[0] == pytest.approx(theilslopes(values).slope)


def test_slope_with_unequal_times_and_gaps():
    values = np.array([[0.0, 10, np.nan, 70], [np.nan, np.nan, np.nan, 1]])
    assert sen_slope(values, np.array([2000.0, 2005, 2010, 2020])).tolist() == [
        pytest.approx(3.5),
        pytest.approx(np.nan, nan_ok=True),
    ]


def test_many_series_at_once_equal_one_at_a_time():
    values = np.random.default_rng(3).integers(0, 9, (50, 12)).astype(float)
    together = mann_kendall(values)
    for i in range(50):
        assert [f[i] for f in together] == [f[0] for f in mann_kendall(values[i : i + 1])]


def test_wrong_shapes_and_times_are_refused():
    with pytest.raises(ParameterError, match=r"\(series, periods\); the shape is \(3,\)"):
        mann_kendall(np.zeros(3))
    with pytest.raises(ParameterError, match="2 ascending numbers"):
        sen_slope(np.zeros((1, 2)), np.array([1.0, 1.0]))

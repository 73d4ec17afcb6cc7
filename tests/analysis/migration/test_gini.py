import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geoservice.analysis.migration import (
    gini_columns,
    gini_exchange,
    gini_in,
    gini_out,
    gini_rows,
    gini_standardised,
    gini_total,
    gini_weighted,
)
from geoservice.errors import ParameterError

HYP = np.array([[0.0, 10, 10], [20, 0, 20], [30, 30, 0]])  # migration.hyp of the R package migration.indices (Daróczi)
HYP2 = np.array([[0.0, 20, 20], [30, 0, 50], [20, 20, 0]])
squares = st.integers(3, 6).flatmap(lambda n: arrays(float, (n, n), elements=st.integers(0, 1000).map(float)))


@pytest.mark.parametrize(
    ("index", "hyp", "hyp2"),
    [
        (lambda f: gini_total(f, corrected=False), 0.2222222, 0.1875),
        (gini_total, 0.2666667, 0.225),
        (gini_rows, 0, 0.02083333),
        (gini_columns, 0.05555556, 0.04166667),
        (gini_exchange, 0.05555556, 0.04166667),
        (lambda f: gini_standardised(f, "rows"), 0, 11.11111),
        (lambda f: gini_standardised(f, "columns"), 25, 22.22222),
        (lambda f: gini_standardised(f, "exchange"), 25, 22.22222),
        (gini_in, [0.2, 0.5, 0.3333333], [0.2, 0, 0.4285714]),
        (lambda f: gini_in(f, corrected=False), [0.1, 0.25, 0.1666667], [0.1, 0, 0.2142857]),
        (gini_out, [0, 0, 0], [0, 0.25, 0]),
        (lambda f: gini_out(f, corrected=False), [0, 0, 0], [0, 0.125, 0]),
        (lambda f: gini_weighted(f).inward, 0.1222222, 0.05238095),
        (lambda f: gini_weighted(f).outward, 0, 0.02083333),
        (lambda f: gini_weighted(f).mean, 0.06111111, 0.03660714),
    ],
)
def test_documented_values_of_the_r_package(index, hyp, hyp2):
    np.testing.assert_allclose(index(HYP), hyp, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(index(HYP2), hyp2, rtol=1e-6, atol=1e-8)


@pytest.mark.reference
def test_korea_2020(korea):
    """Values of migest 2.0 (Abel), index_connectivity."""
    flows = korea[2020].flows
    assert gini_total(flows) == pytest.approx(0.709, abs=5e-4)
    assert gini_standardised(flows, "rows") == pytest.approx(4.93, abs=5e-3)
    assert gini_standardised(flows, "columns") == pytest.approx(5.17, abs=5e-3)
    np.testing.assert_allclose(gini_weighted(flows), [0.0389, 0.0370, 0.0379], atol=6e-5)


def brute_force(flows):
    """Return the total, rows, columns and exchange indices (Plane and Mulligan 1997) by loops over pairs of pairs."""
    n = len(flows)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    total, rows, columns, exchange = (
        sum(abs(flows[p] - flows[q]) for p in pairs for q in pairs if related(p, q))
        for related in (
            lambda p, q: True,
            lambda p, q: p[0] == q[0],
            lambda p, q: p[1] == q[1],
            lambda p, q: p == q[::-1],
        )
    )
    divisor = 2 * len(pairs) * sum(flows[p] for p in pairs)
    return [np.nan if divisor == 0 else v / divisor for v in (total, rows, columns, exchange)]


@given(squares)
def test_equals_brute_force(flows):
    got = [gini_total(flows, corrected=False), gini_rows(flows), gini_columns(flows), gini_exchange(flows)]
    np.testing.assert_allclose(got, brute_force(flows), atol=1e-12)


@given(squares)
def test_is_between_0_and_1(flows):
    for index in (gini_total(flows), gini_in(flows), gini_out(flows), gini_rows(flows), gini_columns(flows)):
        values = np.atleast_1d(index)
        values = values[~np.isnan(values)]
        assert ((values >= -1e-12) & (values <= 1 + 1e-12)).all()


@settings(deadline=None)
@given(squares, st.data())
def test_relabelled_regions_have_the_same_indices(flows, data):
    order = data.draw(st.permutations(range(len(flows))))
    relabelled = flows[np.ix_(order, order)]
    for index in (gini_total, gini_rows, gini_columns, gini_exchange):
        np.testing.assert_allclose(index(relabelled), index(flows))
    np.testing.assert_allclose(gini_in(relabelled), gini_in(flows)[order])
    np.testing.assert_allclose(gini_weighted(relabelled), gini_weighted(flows))


def test_one_flow_has_index_1_and_equal_flows_0():
    one = np.zeros((4, 4))
    one[0, 1] = 7
    assert gini_total(one) == pytest.approx(1)
    assert gini_in(one)[1] == gini_out(one)[0] == pytest.approx(1)
    assert gini_total(np.ones((4, 4))) == gini_exchange(np.ones((4, 4))) == 0


def test_rectangular_matrices():
    flows = np.array([[4.0, 0], [0, 0], [2, 5]])
    assert gini_in(flows).tolist() == pytest.approx([(4 + 2 + 2) * 2 / (2 * 2 * 6), 1])
    assert gini_total(flows, corrected=False) == pytest.approx(np.abs(np.subtract.outer(flows, flows)).sum() / (2 * 6 * 11))
    np.testing.assert_allclose(gini_weighted(flows, weights="own").inward, (gini_in(flows) * [6, 5] / 11).mean())
    with pytest.raises(ParameterError, match="opposite direction needs arrivals and departures"):
        gini_weighted(flows)
    with pytest.raises(ParameterError, match="exchange Gini index needs"):
        gini_exchange(flows)


def test_replays_are_the_last_axis():
    flows = np.random.default_rng(1).normal(100, 30, (4, 4, 3))
    for function in (
        gini_total,
        gini_in,
        gini_out,
        gini_rows,
        gini_columns,
        gini_exchange,
        lambda f: gini_standardised(f, "exchange"),
        lambda f: np.array(gini_weighted(f)),
    ):
        each = np.stack([function(flows[:, :, i]) for i in range(3)], axis=-1)
        np.testing.assert_allclose(function(flows), each)

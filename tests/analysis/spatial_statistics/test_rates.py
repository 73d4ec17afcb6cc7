import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_maps import grid_weights, random_weights
from scipy import stats

from geoservice.analysis.spatial_statistics.rates import (
    empirical_bayes,
    exact_interval,
    raw_rates,
    spatial_empirical_bayes,
    standardised_rates,
)
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.errors import ParameterError


@st.composite
def counts(draw, least=1):
    n = draw(st.integers(least, 20))
    r = np.random.default_rng(draw(st.integers(0, 2**32)))
    base = r.lognormal(4, 1.5, n)
    return r.poisson(base * r.gamma(2, 0.05, n)).astype(float), base


def test_sids_as_published(sids) -> None:
    """Marshall's rates in esda and in R, spdep 1.2-7: EBest of SID74 over BIR74."""
    smoothed = empirical_bayes(sids.SID74, sids.BIR74)
    assert smoothed.rate[:5].round(7).tolist() == [0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349]
    spdep = [0.00169729733086, 0.00170537768084, 0.00177308702207, 0.00201286808422, 0.00353491314916]
    assert smoothed.rate[:5] == pytest.approx(spdep, rel=1e-11)


def test_local_sids_as_spdep(sids, sids_weights) -> None:
    """R package spdep 1.2-7: EBlocal of SID74 over BIR74 with common borders."""
    expected = [0.000992227550852, 0.001263902932255, 0.000974025974026, 0.000760456273764, 0.005015388122649]
    assert spatial_empirical_bayes(sids.SID74, sids.BIR74, sids_weights).rate[:5] == pytest.approx(expected, rel=1e-11)


def test_equals_esda(sids, sids_weights) -> None:
    smoothing = pytest.importorskip("esda.smoothing")
    e, b = sids.SID79.to_numpy(float), sids.BIR79.to_numpy(float)
    assert empirical_bayes(e, b).rate == pytest.approx(smoothing.Empirical_Bayes(e, b).r.ravel(), rel=1e-12)
    assert standardised_rates(e, b) == pytest.approx(smoothing.assuncao_rate(e, b), rel=1e-12)
    # the documented example of esda.smoothing.assuncao_rate
    rates = standardised_rates([30, 25, 25, 15, 33, 21, 30, 20], [100, 100, 110, 90, 100, 90, 110, 90])
    assert rates[:4] == pytest.approx([1.03843594, -0.04099089, -0.56250375, -1.73061861], abs=5e-9)


@settings(deadline=None)
@given(counts())
def test_smoothed_rates_are_between_the_raw_and_the_reference(data) -> None:
    e, b = data
    for smoothed in (empirical_bayes(e, b), spatial_empirical_bayes(e, b, random_weights(len(e), 1))):
        low, high = np.minimum(e / b, smoothed.reference), np.maximum(e / b, smoothed.reference)
        assert (smoothed.rate >= low - 1e-12).all()
        assert (smoothed.rate <= high + 1e-12).all()
        assert ((smoothed.share >= 0) & (smoothed.share < 1)).all()
        for level in (0.9, 0.95):
            interval = smoothed.interval(level)
            assert (interval.low <= smoothed.rate).all()
            assert (interval.high >= smoothed.rate).all()
        wide = smoothed.interval(0.99)
        assert (wide.low <= interval.low).all()
        assert (wide.high >= interval.high).all()


@settings(deadline=None)
@given(counts(2), st.integers(0, 2**32))
def test_spatial_rates_equal_a_loop(data, seed) -> None:
    e, b = data
    b[0] = 0.0
    weights = random_weights(len(e), seed, 0.2)
    smoothed = spatial_empirical_bayes(e, b, weights)
    for i in range(1, len(e)):
        near = sorted({i, *weights.indices[weights.indptr[i] : weights.indptr[i + 1]].tolist()} - {0})
        alone = near == [i]
        near = list(range(1, len(e))) if alone else near
        m = e[near].sum() / b[near].sum()
        between = max((b[near] * (e[near] / b[near] - m) ** 2).sum() / b[near].sum() - m / b[near].mean(), 0.0)
        share = between / (between + m / b[i]) if m else 0.0
        assert smoothed.global_reference[i] == alone
        assert smoothed.rate[i] == pytest.approx(share * e[i] / b[i] + (1 - share) * m, rel=1e-6, abs=1e-9)
    assert np.isnan(smoothed.rate[0])


def test_the_interval_is_that_of_the_gamma_posterior_where_the_reference_is_known_well() -> None:
    """With 20 000 units A and m are known: the limits are quantiles of gamma(e + m^2 / A, b + m / A)."""
    r = np.random.default_rng(4)
    b = np.full(20_000, 500.0)
    e = r.poisson(r.gamma(4, 0.005, 20_000) * b).astype(float)
    interval = empirical_bayes(e, b).interval(0.9)
    m = e.sum() / b.sum()
    between = (e / b).var() - m / 500
    for tail, limit in ((0.05, interval.low), (0.95, interval.high)):
        expected = stats.gamma.ppf(tail, e[:50] + m**2 / between, scale=1 / (500 + m / between))
        assert limit[:50] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.3, 0.6])
def test_intervals_hold_the_true_rates(spread) -> None:
    """Simulated maps, rates that vary by none to 60 %: 85 % or more within the 90 % intervals, 91 within the 95 %."""
    r, inside = np.random.default_rng(7), np.zeros((2, 2))
    weights = grid_weights(7, 7)
    for _ in range(60):
        base = r.lognormal(6, 0.8, 49)
        true = r.gamma(1 / spread**2, 0.02 * spread**2, 49) if spread else np.full(49, 0.02)
        events = r.poisson(true * base).astype(float)
        for row, smoothed in enumerate((empirical_bayes(events, base), spatial_empirical_bayes(events, base, weights))):
            for column, level in enumerate((0.9, 0.95)):
                low, high = smoothed.interval(level)
                inside[row, column] += ((low <= true) & (true <= high)).mean() / 60
    assert (inside[:, 0] > 0.85).all()
    assert (inside[:, 1] > 0.91).all()
    if spread >= 0.3:
        assert (inside[:, 0] < 0.96).all()


def test_no_events_at_all() -> None:
    """The rule of three: the upper limit of no events in 1 000 is 3.69 / 1 000 with a tail of 2.5 %."""
    smoothed = empirical_bayes(np.zeros(4), [100.0, 200.0, 300.0, 400.0])
    assert smoothed.rate.tolist() == [0.0] * 4
    low, high = smoothed.interval(0.95)
    assert low.tolist() == [0.0] * 4
    assert high == pytest.approx([-np.log(0.025) / 1000] * 4)


def test_units_without_base_have_no_rate_and_change_no_other() -> None:
    e, b = np.array([3.0, 5.0, 1.0, 4.0, 9.0]), np.array([10.0, 40.0, 0.0, np.nan, 30.0])
    kept = [0, 1, 4]
    weights = Weights.distance_band(np.arange(5.0), np.zeros(5), 4.0)
    for smoothed in (empirical_bayes(e, b), spatial_empirical_bayes(e, b, weights)):
        for values in (smoothed.rate, smoothed.variance, smoothed.reference, *smoothed.interval()):
            assert np.isnan(values).tolist() == [False, False, True, True, False]
        assert smoothed.rate[kept] == pytest.approx(empirical_bayes(e[kept], b[kept]).rate)
    for values in (raw_rates(e, b), standardised_rates(e, b), *exact_interval(e, b), *exact_interval(e, b, kind="proportion")):
        assert np.isnan(values).tolist() == [False, False, True, True, False]


def test_negative_estimates_are_no_events() -> None:
    e, b = np.array([-2.0, 5.0, 4.0]), np.array([10.0, 40.0, 30.0])
    assert np.array_equal(empirical_bayes(e, b).rate, empirical_bayes(np.maximum(e, 0), b).rate)
    assert exact_interval(e, b).low[0] == 0.0


@settings(deadline=None)
@given(st.integers(0, 300), st.floats(0.01, 1000), st.sampled_from([0.9, 0.95, 0.998]))
def test_intervals_of_counts_are_garwood(events, base, level) -> None:
    low, high = exact_interval([float(events)], [base], level=level)
    tail = (1 - level) / 2
    assert stats.poisson.cdf(events, high[0] * base) == pytest.approx(tail, rel=1e-6)
    if events:
        assert stats.poisson.sf(events - 1, low[0] * base) == pytest.approx(tail, rel=1e-6)
    else:
        assert low[0] == 0


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_intervals_of_proportions_are_clopper_pearson(size, data) -> None:
    members = data.draw(st.integers(0, size))
    low, high = exact_interval([float(members)], [float(size)], kind="proportion")
    expected = stats.binomtest(members, size).proportion_ci(0.95, method="exact")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-9)


def test_more_members_than_the_base_are_all_of_it() -> None:
    ours, full = (exact_interval([m], [10.0], kind="proportion") for m in (12.0, 10.0))
    assert (ours.low[0], ours.high[0]) == (full.low[0], 1.0)


def test_shapes_and_levels_are_checked() -> None:
    with pytest.raises(ParameterError, match=r"events have shape \(2,\) and bases \(3,\)"):
        empirical_bayes(np.zeros(2), np.ones(3))
    with pytest.raises(ParameterError, match=r"level of an interval is 95"):
        exact_interval([1.0], [1.0], level=95)
    with pytest.raises(ParameterError, match=r"shape \(2,\); weights of 9 units"):
        spatial_empirical_bayes(np.ones(2), np.ones(2), grid_weights(3, 3))

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geoservice.analysis.spatial_statistics.funnel import (
    ABOVE_95,
    ABOVE_998,
    BELOW_95,
    BELOW_998,
    INSIDE,
    TAILS,
    UNDEFINED,
    FunnelLimits,
    overdispersion,
    proportion_funnel,
    proportion_limits,
    ratio_funnel,
    ratio_limits,
)
from geoservice.errors import ParameterError

SIZES = st.lists(st.floats(0.05, 1e5), min_size=1, max_size=8).map(lambda s: np.array(sorted(s)))


def lines(limits: FunnelLimits) -> list[np.ndarray]:
    return [limits.low_998, limits.low_95, limits.high_95, limits.high_998]


def published(distribution, size: float, tail: float) -> float:
    """Return the limit of Spiegelhalter (2005), appendix A.1.1, from scipy's distribution of the counts."""
    r = float(distribution.ppf(tail))
    alpha = (distribution.cdf(r) - tail) / (distribution.cdf(r) - distribution.cdf(r - 1))
    return (r - alpha) / size


@pytest.mark.parametrize("size", [5, 40, 1000])
@pytest.mark.parametrize("target", [0.1, 0.5, 0.97])
def test_limits_are_those_of_the_paper_and_half_a_count(size, target) -> None:
    expected = np.array([published(stats.binom(size, target), size, tail) for tail in TAILS])
    got = np.ravel(lines(proportion_limits([size], target, half_count=False)))
    assert got == pytest.approx(np.r_[np.clip(expected[:2], 0, target), np.clip(expected[2:], target, 1)], abs=1e-9)
    moved = np.ravel(lines(proportion_limits([size], target)))
    assert moved == pytest.approx(np.clip(expected + 0.5 / size, 0, 1), abs=1e-9)
    expected = np.array([published(stats.poisson(size * target), size, tail) for tail in TAILS])
    got = np.ravel(lines(ratio_limits([size], target, half_count=False)))
    assert got == pytest.approx(np.maximum(expected, [0, 0, target, target]), abs=1e-9)


@pytest.mark.parametrize("expected", [0.7, 3.0, 12.0, 250.0])
def test_beyond_a_limit_is_a_mid_p_below_its_tail(expected) -> None:
    counts = np.arange(int(expected * 2 + 15))
    law = stats.poisson(expected)
    classes = ratio_limits(np.full(len(counts), expected)).classes(counts / expected)
    above, below = law.sf(counts) + law.pmf(counts) / 2, law.cdf(counts - 1) + law.pmf(counts) / 2
    by_hand = (above < 0.025).astype(int) + (above < 0.001) - (below < 0.025) - (below < 0.001)
    assert classes.tolist() == by_hand.tolist()


@settings(deadline=None)
@given(SIZES, st.floats(0.001, 0.999), st.floats(1, 5))
def test_limits_contain_the_target_and_are_nested(sizes, target, dispersion) -> None:
    for limits, largest in (
        (proportion_limits(sizes, target, dispersion=dispersion), 1.0),
        (ratio_limits(sizes, target, dispersion=dispersion), np.inf),
    ):
        low_998, low_95, high_95, high_998 = lines(limits)
        assert ((low_998 >= 0) & (low_998 <= low_95) & (low_95 <= target)).all()
        assert ((target <= high_95) & (high_95 <= high_998) & (high_998 <= largest)).all()


@settings(deadline=None)
@given(st.floats(20, 1e5), st.floats(0.05, 0.95))
def test_limits_narrow_with_size(size, target) -> None:
    sizes = size / min(target, 1 - target) * np.array([1.0, 2.0, 8.0])
    for limits in (proportion_limits(sizes, target), ratio_limits(sizes, target)):
        low_998, low_95, high_95, high_998 = lines(limits)
        assert (np.diff(high_95 - low_95) < 0).all()
        assert (np.diff(high_998 - low_998) < 0).all()


@settings(deadline=None)
@given(st.floats(0.02, 0.98), st.floats(0.3, 5000))
def test_limits_of_failures_mirror_those_of_successes(target, size) -> None:
    """Only with half a count added, and at whole sizes."""
    whole = np.ceil(size)
    successes, failures = proportion_limits([whole], target), proportion_limits([whole], 1 - target)
    assert np.ravel(lines(successes)) == pytest.approx(1 - np.ravel(lines(failures))[::-1], abs=1e-7)


def test_large_limits_are_those_of_the_normal_distribution() -> None:
    limits = proportion_limits([1e6], 0.3, dispersion=4.0)
    wide = stats.norm.isf(np.array([0.025, 0.001])) * 2 * np.sqrt(0.3 * 0.7 / 1e6)
    assert np.r_[limits.high_95, limits.high_998] - 0.3 == pytest.approx(wide, rel=2e-3)


def test_sizes_between_whole_ones_have_limits_between_theirs() -> None:
    for limits in (proportion_limits([50.0, 50.4, 51.0], 0.3), ratio_limits([50.0, 50.4, 51.0])):
        for line in lines(limits):
            assert min(line[0], line[2]) - 1e-3 <= line[1] <= max(line[0], line[2]) + 1e-3


def test_shares_of_false_alarms() -> None:
    """Poisson counts at the target: 2.5 % and .1 % are beyond each limit, on average over the steps of the counts."""
    counts, means = np.arange(400.0), np.linspace(15, 200, 300)[:, None]
    classes, probability = ratio_limits(means).classes(counts / means), stats.poisson.pmf(counts, means)
    beyond = [classes == BELOW_998, classes <= BELOW_95, classes >= ABOVE_95, classes == ABOVE_998]
    shares = [(probability * c).sum(axis=1).mean() for c in beyond]
    assert shares == pytest.approx([0.001, 0.025, 0.025, 0.001], rel=0.05)


def test_overdispersion_widens_the_limits_by_its_root() -> None:
    r = np.random.default_rng(1)
    expected = np.full(400, 200.0)
    observed = r.poisson(expected * r.gamma(50, 1 / 50, 400)).astype(float)  # variance 200 (1 + 200 / 50): 5 times chance
    observed[:4] = 900.0  # units far off do not widen the limits
    plain, plain_class = ratio_funnel(observed, expected, target=1.0)
    wide, wide_class = ratio_funnel(observed, expected, target=1.0, overdispersed=True)
    assert plain.dispersion == 1.0
    assert 2.5 < wide.dispersion < 5.0  # winsorised scores vary less
    assert wide.high_95 - 1 == pytest.approx((plain.high_95 - 1) * np.sqrt(wide.dispersion))
    assert np.mean(plain_class != INSIDE) > 0.3
    assert np.mean(wide_class != INSIDE) < 0.15
    assert (wide_class[:4] == ABOVE_998).all()


def test_no_overdispersion_is_below_chance() -> None:
    assert overdispersion(np.linspace(-0.1, 0.1, 50)) == 1.0
    assert overdispersion([]) == 1.0
    assert overdispersion([np.nan, 9.0]) == 1.0


def test_classes() -> None:
    limits, classes = proportion_funnel([500, 540, 560, 460, 440, 0, 5, np.nan], [1000] * 5 + [0, np.nan, 10], target=0.5)
    assert classes.tolist() == [INSIDE, ABOVE_95, ABOVE_998, BELOW_95, BELOW_998, UNDEFINED, UNDEFINED, UNDEFINED]
    assert np.isnan(limits.low_95).tolist() == [False] * 5 + [True, True, False]
    assert limits.classes(limits.high_998).tolist()[:5] == [ABOVE_95] * 5  # on the limit is inside it


def test_the_target_is_the_rate_of_all_units() -> None:
    limits, _ = proportion_funnel([10, 30, 7], [100, 100, 0])
    assert limits.target == pytest.approx(0.2)
    assert ratio_funnel([10, 30], [20, 20])[0].target == pytest.approx(1.0)


def test_parameters_out_of_bounds_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"proportions is 1\.5"):
        proportion_limits([10.0], 1.5)
    with pytest.raises(ParameterError, match=r"ratios is 0\.0"):
        ratio_limits([10.0], 0.0)
    with pytest.raises(ParameterError, match=r"dispersion is 0\.5"):
        ratio_limits([10.0], dispersion=0.5)

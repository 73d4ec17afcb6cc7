import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from geoservice.analysis.spatial_statistics.false_discovery import benjamini_hochberg, benjamini_yekutieli, significant
from geoservice.errors import ParameterError

P = st.lists(st.floats(0, 1) | st.just(np.nan), max_size=30).map(np.array)


@settings(deadline=None)
@given(P)
def test_equals_scipy(p) -> None:
    tested = p[~np.isnan(p)]
    for ours, method in ((benjamini_hochberg, "bh"), (benjamini_yekutieli, "by")):
        adjusted = ours(p)
        assert np.array_equal(np.isnan(adjusted), np.isnan(p))
        if len(tested):
            assert adjusted[~np.isnan(p)] == pytest.approx(false_discovery_control(tested, method=method))


@settings(deadline=None)
@given(P)
def test_keeps_the_order_of_p_and_does_not_lower_it(p) -> None:
    tested = np.sort(p[~np.isnan(p)])
    hochberg, yekutieli = benjamini_hochberg(tested), benjamini_yekutieli(tested)
    for adjusted in (hochberg, yekutieli):
        assert (np.diff(adjusted) >= 0).all()
        assert (adjusted >= tested * (1 - 1e-12)).all()
        assert (adjusted <= 1).all()
    assert (yekutieli >= hochberg * (1 - 1e-12)).all()


@settings(deadline=None)
@given(P, st.floats(0.001, 0.999))
def test_significant_tests_are_those_of_the_step_up_procedure(p, level) -> None:
    """Benjamini and Hochberg (1995): the largest k with p(k) <= k q / m, by a loop."""
    tested = np.sort(p[~np.isnan(p)])
    largest = max([k for k in range(1, len(tested) + 1) if tested[k - 1] * len(tested) / k <= level], default=0)
    accepted = significant(benjamini_hochberg(p), level)
    assert accepted.sum() >= largest  # equal values beyond the k-th have the same adjusted value
    assert set(p[accepted]) == set(tested[:largest])


def test_share_of_false_discoveries() -> None:
    """1 000 tests of which 900 are of nothing: false discoveries are a tenth or less, 200 times over."""
    r, false = np.random.default_rng(0), []
    for _ in range(200):
        p = np.r_[r.uniform(0, 1, 900), r.uniform(0, 1e-4, 100)]
        accepted = significant(benjamini_hochberg(p), 0.1)
        false.append(accepted[:900].sum() / accepted.sum())
    assert 0.08 < np.mean(false) < 0.1


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"from 0\.5 to 1\.5"):
        benjamini_hochberg([0.5, 1.5])
    with pytest.raises(ParameterError, match="is 0; it must be"):
        significant([0.5], 0)

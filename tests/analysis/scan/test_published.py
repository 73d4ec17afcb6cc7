"""Numbers that SaTScan published."""

import numpy as np
import pytest

from geoservice.analysis.scan import scan
from geoservice.analysis.scan.kernels import Statistic, log_likelihood_ratio


@pytest.mark.parametrize(("cases", "expected", "ratio"), [(10, 1.0, 14.060436), (2, 1.0, 0.386720)])
def test_poisson_ratio(cases: float, expected: float, ratio: float) -> None:
    """The test of PoissonLikelihoodCalculation in SaTScan 10: brain cancer in New Mexico, 1 175 cases."""
    statistic = Statistic(1175.0, 1175.0, False, 1, 2.0)
    assert log_likelihood_ratio(statistic, float(cases), expected) == pytest.approx(ratio, rel=1e-5)


def test_a_bernoulli_cluster() -> None:
    """SaTScan Tutorial 2 (birth defects in New York State, 2005), second cluster: 141 of 3 172 births, 24 940 of 1 237 189."""
    x = np.array([0.0, 50_000, 90_000])
    cases, births = np.array([141.0, 12_000, 12_799]), np.array([3172.0, 617_000, 617_017])
    cluster, *_ = scan(x, x, cases, births, model="bernoulli", direction="high", replications=0, seed=1)
    assert cluster.members.tolist() == [0]
    assert cluster.expected == pytest.approx(63.94, abs=0.005)
    assert cluster.observed_expected == pytest.approx(2.21, abs=0.005)
    assert cluster.relative_risk == pytest.approx(2.21, abs=0.005)
    assert cluster.llr == pytest.approx(35.526304, abs=5e-7)


@pytest.mark.parametrize(
    ("statistic", "scan_direction"), [(Statistic(100.0, 400.0, b, d, 2.0), d) for b in (False, True) for d in (1, -1)]
)
def test_a_ratio_counts_in_its_direction_only(statistic: Statistic, scan_direction: int) -> None:
    high, low = (log_likelihood_ratio(statistic, c, 80.0) for c in (40.0, 8.0))
    assert (high > 0, low > 0) == (scan_direction > 0, scan_direction < 0)

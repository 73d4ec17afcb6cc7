"""Noise: the seeded table is the discrete Gaussian, and OpenDP's accounting equals ours."""

from fractions import Fraction

import numpy as np
import pytest

from geoservice.disclosure.sampler import BITS, OpenDPSampler, SeededSampler, _table, scale_for

VARIANCES = [Fraction(1), Fraction(1, 3), Fraction(49, 5), Fraction(11025)]


@pytest.mark.parametrize("variance", VARIANCES)
def test_the_table_holds_the_probabilities_of_the_discrete_gaussian(variance: Fraction) -> None:
    high, low, reach = _table(variance)
    edges = [(int(h) << 63) | int(lo) for h, lo in zip(high, low, strict=True)]
    probability = np.diff([0, *edges, 1 << BITS]).astype(float) / 2**BITS
    k = np.arange(-reach, reach + 1)
    exact = np.exp(-(k**2) / (2 * float(variance)))
    assert probability == pytest.approx(exact / exact.sum(), rel=1e-9, abs=1e-30)


def test_variance_and_zero_of_sigma_1() -> None:
    """Canonne, Kamath and Steinke (2020): variance .9999998 and P(0) .3989423 at sigma 1."""
    high, low, reach = _table(Fraction(1))
    edges = [(int(h) << 63) | int(lo) for h, lo in zip(high, low, strict=True)]
    probability = np.diff([0, *edges, 1 << BITS]).astype(float) / 2**BITS
    k = np.arange(-reach, reach + 1)
    assert (k**2 * probability).sum() == pytest.approx(0.9999998, abs=1e-7)
    assert probability[reach] == pytest.approx(0.3989423, abs=1e-7)


@pytest.mark.parametrize("sampler", [SeededSampler(1), OpenDPSampler()], ids=["seeded", "OpenDP"])
@pytest.mark.parametrize(("sensitivity", "rho"), [(1, Fraction(1, 2)), (7, Fraction(1, 10))])
def test_noise_has_the_variance_that_is_paid_for(sampler: OpenDPSampler, sensitivity: int, rho: Fraction) -> None:
    n, counts = 20_000, np.full(20_000, 1000)
    noise = sampler.measure(counts, sensitivity, rho) - counts
    variance = float(sensitivity**2 / (2 * rho))
    assert abs(noise.mean()) < 5 * np.sqrt(variance / n)
    assert noise.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / n))


@pytest.mark.parametrize("rho", [Fraction(1, 7), Fraction(3, 1000), Fraction(2)])
def test_the_scale_is_never_below_what_rho_asks_for(rho: Fraction) -> None:
    scale = Fraction(scale_for(7, rho))
    assert Fraction(49) / (2 * scale**2) <= rho
    assert Fraction(49) / (2 * scale**2) == pytest.approx(rho, rel=1e-12)


def test_opendp_adds_the_costs_of_a_path_up_to_rho() -> None:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    parts = [Fraction(4, 100), Fraction(8, 100), Fraction(18, 100), Fraction(70, 100)]
    queries = [dp.m.make_gaussian(*space, scale=scale_for(1, p)) for p in parts]
    book = dp.c.make_adaptive_composition(
        *space, dp.zero_concentrated_divergence(), d_in=1.0, d_mids=[q.map(1.0) for q in queries]
    )
    assert book.map(1.0) == pytest.approx(1.0, rel=1e-9)
    answers = book([10, 20])
    assert all(len(answers(q)) == 2 for q in queries)
    with pytest.raises(dp.OpenDPException):
        answers(queries[0])


def test_the_same_seed_gives_the_same_noise() -> None:
    first, second = (SeededSampler(7).measure(np.zeros(50, np.int64), 1, Fraction(1, 9)) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_no_counts_give_no_noise() -> None:
    assert OpenDPSampler().measure(np.zeros(0, np.int64), 1, Fraction(1)).tolist() == []

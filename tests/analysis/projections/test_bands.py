from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.analysis.projections.backcast import BackcastErrors, age_quantities, backcast_errors, mean_errors
from geoservice.analysis.projections.band_basis import STATEMENTS
from geoservice.analysis.projections.cohort_ratios import Mothers
from geoservice.analysis.projections.error_model import backcast_model, conformal_quantile, literature_model
from geoservice.analysis.projections.hamilton_perry import project
from geoservice.analysis.projections.input_noise import margin_replays, noise_variance, projection_replays
from geoservice.analysis.projections.literature_errors import literature_half_width
from geoservice.analysis.projections.prediction_bands import log_spread, prediction_band
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.ratios import fit_ratios
from geoservice.errors import ParameterError

AGES = AgeGroups(15, 60)
FIT = partial(fit_ratios, ages=AGES, years=15, mothers=Mothers(0, 15, 44))
YEARS = np.array([0.0, 5.0, 15.0, 30.0, 45.0])


def history(seed, dates=6, areas=60, spread=0.1):
    """Areas of 500 to 50 000 people, whose cohorts change at random about a common ratio."""
    r = np.random.default_rng(seed)
    states = [r.lognormal(7.0, 1.0, (areas, 1, 1)) * r.uniform(0.5, 1.5, (areas, 2, len(AGES)))]
    for _ in range(dates - 1):
        before, after = states[-1], np.empty_like(states[-1])
        after[..., 1:] = np.concatenate([before[..., :-2], before[..., -2:].sum(axis=-1, keepdims=True)], axis=-1)
        after[..., 1:] *= np.array([1.0, 1.0, 0.95, 0.6]) * np.exp(r.normal(0, spread, after[..., 1:].shape))
        after[..., 0] = 0.4 * after[:, :1, 1:3].sum(axis=-1) * np.exp(r.normal(0, spread, (areas, 2)))
        states.append(after)
    return np.array(states)


def test_backcast_equals_projections_one_by_one() -> None:
    dates = history(1, dates=5, areas=3)
    weights = np.stack([np.ones((2, 5)), np.arange(10.0).reshape(2, 5)])
    errors = backcast_errors(dates, 15, FIT, weights)
    assert len(errors.actual) == (3 + 2 + 1) * 2 * 3
    for i in range(len(errors.actual)):
        q, a, launch, later = errors.quantity[i], errors.area[i], errors.launch[i], errors.launch[i] + errors.years[i] // 15
        path = project(dates[launch], FIT(dates[launch - 1], dates[launch]), int(errors.years[i]) // 15)
        assert errors.projected[i] == pytest.approx((path[-1, a] * weights[q]).sum())
        assert errors.actual[i] == pytest.approx((dates[later, a] * weights[q]).sum())
        assert errors.size[i] == pytest.approx(dates[launch, a].sum())


def test_mean_errors_by_hand() -> None:
    errors = backcast_errors(history(2), 15, FIT)
    chosen = (errors.quantity == 2) & (errors.years == 30)
    percent = 100 * (errors.projected / errors.actual - 1)[chosen]
    assert mean_errors(errors, 2, 30) == pytest.approx((np.abs(percent).mean(), percent.mean(), chosen.sum()))
    assert mean_errors(errors, 2, 7)[2] == 0


def test_two_dates_are_not_enough() -> None:
    with pytest.raises(ParameterError, match="2 dates"):
        backcast_errors(history(1, dates=2), 15, FIT)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32), st.sampled_from([80.0, 90.0]), st.booleans())
def test_bands_contain_the_projection_and_widen(seed, level, literature):
    dates = history(seed, dates=4, areas=12)
    model = literature_model() if literature else backcast_model(backcast_errors(dates, 15, FIT))
    size = dates[-1].sum(axis=(1, 2))
    band = prediction_band(model, np.repeat(size[:, None], len(YEARS), axis=1), size, YEARS, level)
    assert (band.low <= band.central).all()
    assert (band.central <= band.high).all()
    assert (np.diff(band.high / band.central, axis=1) > 0).all()
    assert band.high[:, 0] == pytest.approx(size)
    wide = prediction_band(model, band.central, size, YEARS, 90.0)
    assert (wide.high >= band.high - 1e-9).all()


@pytest.mark.parametrize("level", [80.0, 90.0])
def test_backcast_bands_cover_what_follows(level) -> None:
    """Errors of the past dates of a random county cover the next date at the stated level."""
    quantities = age_quantities(2, len(AGES))
    hits = []
    for seed in range(6):
        dates = history(seed, dates=7)
        known, actual = dates[:-1], np.einsum("asg,qsg->qa", dates[-1], quantities)
        model = backcast_model(backcast_errors(known, 15, FIT))
        path = project(known[-1], FIT(known[-2], known[-1]), 1)[1]
        for q, projected in enumerate(np.einsum("asg,qsg->qa", path, quantities)):
            band = prediction_band(model, projected[:, None], known[-1].sum(axis=(1, 2)), np.array([15.0]), level, q)
            hits.append((band.low[:, 0] <= actual[q]) & (actual[q] <= band.high[:, 0]))
    assert 100 * np.mean(hits) == pytest.approx(level, abs=3)


def comparisons(size, years, log_error):
    """Errors of a total, from three launch dates so that the literature has no say."""
    size, years, log_error = (np.asarray(x, float) for x in (size, years, log_error))
    n = len(size)
    zero, launch = np.zeros(n, np.int64), np.arange(n) % 3
    return BackcastErrors(
        zero, zero, launch, years.astype(np.int64), size, size * 1e6, size * 1e6 * np.exp(log_error), zero + 1.0
    )


def test_a_class_with_few_areas_takes_the_smaller_ones() -> None:
    """Twenty areas of 1 000, twelve of 5 000 and three of 20 000 people: the last class is joined with the second alone."""
    size = np.repeat([1000.0, 5000.0, 20000.0], [20, 12, 3])
    model = backcast_model(comparisons(size, np.full(35, 5), np.repeat([0.3, 0.2, 0.1], [20, 12, 3])), (2000.0, 10000.0))
    assert model.comparisons[0, :, 0].tolist() == [20, 12, 15]
    assert model.half_width[1, 0, :, 0] == pytest.approx([0.3, 0.2, 0.2], abs=1e-6)
    few = backcast_model(comparisons(size[20:], np.full(15, 5), np.repeat([0.2, 0.1], [12, 3])), (2000.0, 10000.0))
    assert few.comparisons[0, :, 0].tolist() == [15, 12, 15]


def test_widths_do_not_fall_with_the_horizon() -> None:
    errors = comparisons(np.full(60, 1000.0), np.repeat([5, 10], 30), np.repeat([0.2, 0.1], 30))
    assert backcast_model(errors).half_width[0, 0, 0] == pytest.approx([0.2, 0.2], abs=1e-6)


def test_quantiles_allow_for_few_comparisons() -> None:
    """Of ten errors the eighth is exceeded by three of eleven exchangeable ones, the ninth by two: 82 %."""
    errors = np.arange(1.0, 11.0)
    assert [conformal_quantile(errors, level) for level in (70.0, 80.0, 90.0, 95.0)] == [8, 9, 10, 10]


def test_few_launch_dates_keep_the_width_of_the_literature() -> None:
    errors = backcast_errors(history(4, dates=6, spread=0.001), 15, FIT)
    model, sizes = backcast_model(errors), np.array([1000.0])
    assert model.basis == "short_backcast"
    assert model.widths(90.0, 0, sizes, np.array([15.0, 30.0])).max() < 0.05  # four and three launch dates
    assert model.widths(90.0, 0, sizes, np.array([45.0]))[0, 0] == pytest.approx(literature_half_width(90.0, 1000.0, 45.0))
    long = replace(errors, **{f: getattr(errors, f)[errors.years < 45] for f in errors.__dataclass_fields__})
    assert backcast_model(long).basis == "backcast"


def test_beyond_the_last_horizon_widths_are_proportional() -> None:
    model = backcast_model(backcast_errors(history(5), 15, FIT))
    at_60, at_120 = model.widths(80.0, 1, np.array([5000.0]), np.array([60.0, 120.0]))[0]
    assert at_120 == pytest.approx(2 * at_60)
    assert model.widths(80.0, 1, np.array([5000.0]), np.array([7.5]))[0, 0] == pytest.approx(
        model.widths(80.0, 1, np.array([5000.0]), np.array([15.0]))[0, 0] / 2
    )
    with pytest.raises(ParameterError, match="allowed are 80, 90"):
        model.widths(95.0, 0, np.array([5000.0]), YEARS)


def test_small_counts_of_the_literature_have_their_chance() -> None:
    size, central = np.array([4000.0]), np.array([[25.0, 25.0]])
    band = prediction_band(literature_model(), central, size, np.array([0.0, 10.0]))
    width = np.log(band.high / central)[0]
    assert width == pytest.approx([0.0, np.hypot(0.3711, 1.6449 / 5)], abs=1e-4)


def test_noise_widens_a_band_of_the_literature_and_bounds_that_of_a_backcast() -> None:
    r = np.random.default_rng(1)
    central, size, years = np.array([[9000.0]]), np.array([9000.0]), np.array([10.0])
    replays = central[..., None] * np.exp(r.normal(0, 0.3, 2000))
    noise = log_spread(replays, central, 90.0)
    assert noise[0, 0] == pytest.approx(1.645 * 0.3, rel=0.05)
    plain, noisy = (
        np.log(prediction_band(literature_model(), central, size, years, replays=x).high / central) for x in (None, replays)
    )
    assert noisy == pytest.approx(np.hypot(plain, noise))
    model = backcast_model(backcast_errors(history(6, spread=0.01), 15, FIT))
    assert np.log(prediction_band(model, central, size, years, replays=replays).high / central) == pytest.approx(noise)


def test_replays_of_margins_go_through_the_projection() -> None:
    earlier, later = history(7, dates=2, areas=4)
    margins = [np.full(p.shape, 20.0) for p in (earlier, later)]
    noise = tuple(margin_replays(m, np.random.default_rng(i), 50) for i, m in enumerate(margins))
    replays = projection_replays(earlier, later, noise, lambda a, b: project(b, FIT(a, b), 2))
    assert replays.shape == (3, 4, 2, 5, 50)
    a, b = (np.maximum(p + n[..., 7], 0) for p, n in zip((earlier, later), noise, strict=True))
    assert replays[..., 7] == pytest.approx(project(b, FIT(a, b), 2))
    assert noise_variance(noise[0]).mean() == pytest.approx((20 / 1.6449) ** 2, rel=0.1)
    with pytest.raises(ParameterError, match="expected"):
        projection_replays(earlier, later, (noise[0], noise[1][..., :9]), lambda a, b: b)


def test_statements_in_both_languages() -> None:
    assert set(STATEMENTS) == {"backcast", "short_backcast", "literature"}
    assert all(set(texts) == {"zh", "en"} for texts in STATEMENTS.values())

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.analysis.projections.cohort_ratios import Mothers
from geoservice.analysis.projections.hamilton_perry import at_years, project
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.ratios import SWANSON_LIMITS, Limits, Ratios, fit_ratios
from geoservice.errors import InputError, ParameterError

AGES = AgeGroups(5, 85)


def pyramids(seed, areas=4, sexes=2, least=50):
    r = np.random.default_rng(seed)
    return r.integers(least, 900, (2, areas, sexes, len(AGES))).astype(float)


def by_hand(earlier, later, years, steps):
    """Hamilton-Perry of one area, one cell at a time, without shrinkage and limits."""
    k, n, sexes = years // 5, 18, range(later.shape[0])
    state = later
    for _ in range(steps):
        after = np.zeros_like(state)
        for s in sexes:
            for g in range(k, n - 1):
                after[s, g] = state[s, g - k] * later[s, g] / earlier[s, g - k]
            old, old_before = (sum(p[s, g] for g in range(n - 1 - k, n)) for p in (state, earlier))
            after[s, n - 1] = old * later[s, n - 1] / old_before
        for s in sexes:
            for g in range(k):
                women, women_before = (sum(p[0, a // 5] for a in range(15 + 5 * g, 45 + 5 * g, 5)) for p in (after, later))
                after[s, g] = women * later[s, g] / women_before
        state = after
    return state


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from([5, 10, 15]), st.integers(0, 3), st.sampled_from([1, 2]))
def test_equals_a_loop_over_cells(seed, years, steps, sexes):
    earlier, later = pyramids(seed, sexes=sexes)
    projection = project(later, fit_ratios(earlier, later, AGES, years, shrinkage="none", limits=None), steps)
    assert projection.shape == (steps + 1, 4, sexes, 18)
    for area in range(4):
        assert projection[-1, area] == pytest.approx(by_hand(earlier[area], later[area], years, steps))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(["empirical_bayes", "size", "none"]))
def test_a_stationary_population_stays(seed, shrinkage):
    """All ratios of a pyramid with equal groups are 1 if the open group loses as many as join it."""
    r = np.random.default_rng(seed)
    pyramid = np.repeat(r.integers(50, 900, (4, 2, 1)).astype(float), 18, axis=-1)
    pyramid[..., -1] = 0.0
    projection = project(pyramid, fit_ratios(pyramid, pyramid, AGES, 5, shrinkage=shrinkage), 3)
    if shrinkage == "none":
        assert np.abs(projection - pyramid).max() < 1e-9
    assert np.abs(projection[1] - pyramid)[..., 1:].max() < 1e-9  # shrinkage moves child ratios, which differ


def test_without_deaths_and_moves_cohorts_shift() -> None:
    values = np.ones((1, 2, 18))
    values[..., 0] = 0.0
    launch = pyramids(3, areas=1)[0]
    projection = project(launch, Ratios(values, AGES, 1, Mothers()), 17)
    assert projection[1, ..., 1:17] == pytest.approx(launch[..., :16])
    assert projection.sum(axis=(-2, -1)).ravel() == pytest.approx(np.full(18, launch.sum()))
    assert projection[17, ..., 17] == pytest.approx(launch.sum(axis=-1))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32))
def test_areas_with_equal_ratios_keep_them(seed):
    """Shrinkage and limits change nothing where areas do not differ."""
    earlier, later = pyramids(seed, areas=1)
    size = np.array([1.0, 3.0, 10.0])[:, None, None]
    together = fit_ratios(earlier * size, later * size, AGES, 5).values
    alone = fit_ratios(earlier, later, AGES, 5, shrinkage="none", limits=None).values
    assert together == pytest.approx(np.broadcast_to(alone, together.shape))


def test_ratios_of_small_areas_move_further() -> None:
    earlier = np.full((3, 1, 18), 1000.0)
    earlier[2] = 10.0
    later = earlier * np.array([1.2, 0.8, 1.2])[:, None, None]
    ratios = fit_ratios(earlier, later, AGES, 5).values[:, 0, 5]
    assert ratios[0] > 1.15
    assert 1.0 < ratios[2] < 1.1


def test_limits_relate_to_all_areas() -> None:
    earlier = np.full((20, 1, 18), 1000.0)
    later = np.full((20, 1, 18), 600.0)
    later[0], later[1] = 6000.0, 0.0
    mean = later[:, 0, 5].sum() / earlier[:, 0, 5].sum()
    for limits in (Limits(), SWANSON_LIMITS):
        ratios = fit_ratios(earlier, later, AGES, 5, shrinkage="none", limits=limits).values[:, 0, 5]
        low, high = ((1 + rate) ** 5 for rate in limits)
        assert ratios[:3] == pytest.approx([mean * high, mean * low, max(0.6, mean * low)])
    assert fit_ratios(earlier, later, AGES, 5, shrinkage="none", limits=None).values[0, 0, 5] == 6


def test_noise_adds_to_the_shrinkage() -> None:
    earlier, later = pyramids(8)
    quiet = fit_ratios(earlier, later, AGES, 5, limits=None).values
    noisy = fit_ratios(earlier, later, AGES, 5, limits=None, variances=(earlier * 0 + 1e9, later * 0 + 1e9)).values
    assert np.ptp(noisy, axis=0).max() == pytest.approx(0, abs=1e-9)
    assert np.ptp(quiet, axis=0).min() > 0.01


def test_empty_cohorts() -> None:
    """Where an area has nobody its ratio is that of all areas; where none has it is 1, and 0 for children."""
    earlier, later = pyramids(9, areas=2)
    earlier[0, :, 4] = 0
    later[0, :, 5] = 0
    ratios = fit_ratios(earlier, later, AGES, 5, shrinkage="none", limits=None).values
    assert ratios[0, :, 5] == pytest.approx(later[1, :, 5] / earlier[1, :, 4])
    assert fit_ratios(earlier * 0, later * 0, AGES, 5).values[0, 0].tolist() == [0.0] + [1.0] * 17


def test_replays_on_a_first_axis() -> None:
    earlier, later = np.moveaxis(np.stack([pyramids(s) for s in range(3)]), 1, 0)
    together = project(later, fit_ratios(earlier, later, AGES, 5), 2)
    for i in range(3):
        assert together[i] == pytest.approx(project(later[i], fit_ratios(earlier[i], later[i], AGES, 5), 2))


def test_each_step_starts_from_the_raked_numbers() -> None:
    earlier, later = pyramids(5)
    ratios = fit_ratios(earlier, later, AGES, 5)
    free = project(later, ratios, 2)
    raked = project(later, ratios, 2, controls=free[1:].sum(axis=1) * np.array([1.1, 1.3])[:, None, None])
    assert raked[1] == pytest.approx(free[1] * 1.1)
    assert raked.sum(axis=1)[2] == pytest.approx(free[2].sum(axis=0) * 1.3)
    totals = np.array([[900.0, np.nan, np.nan, np.nan]] * 2)
    assert project(later, ratios, 2, totals=totals)[:, 0].sum(axis=(1, 2))[1:] == pytest.approx([900, 900])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.integers(0, 10))
def test_single_years_are_between_the_steps(seed, year):
    earlier, later = pyramids(seed)
    projection = project(later, fit_ratios(earlier, later, AGES, 5), 2)
    value = at_years(projection, 5, np.array([float(year)]))[0]
    before, after = projection[year // 5], projection[min(year // 5 + 1, 2)]
    assert value == pytest.approx(before + (after - before) * (year % 5) / 5)


@pytest.mark.parametrize(
    ("years", "message"), [(7, "multiples of the 5 years"), (20, "born within a step of 20 years"), (90, "step of 90 years")]
)
def test_wrong_steps(years, message) -> None:
    earlier, later = pyramids(1)
    with pytest.raises(ParameterError, match=message):
        fit_ratios(earlier, later, AGES, years)


def test_wrong_pyramids() -> None:
    earlier, later = pyramids(1)
    with pytest.raises(InputError, match="18 age groups"):
        fit_ratios(earlier[..., :17], later, AGES, 5)
    with pytest.raises(InputError, match="missing or negative"):
        fit_ratios(earlier, -later, AGES, 5)
    ratios = fit_ratios(earlier, later, AGES, 5)
    with pytest.raises(ParameterError, match="-1 steps"):
        project(later, ratios, -1)
    with pytest.raises(ParameterError, match="0 to 5"):
        at_years(project(later, ratios, 1), 5, np.array([6.0]))


def test_controls_that_cannot_be_reached() -> None:
    """The first area has one group only, which cannot have more persons than its control."""
    launch = np.full((2, 2, 18), 10.0)
    launch[0] = 0
    launch[0, 1, 4] = 10.0
    ratios = Ratios(np.ones((2, 2, 18)), AGES, 1, Mothers())
    with pytest.raises(ParameterError, match="cannot be reached"):
        project(launch, ratios, 1, np.full((1, 2, 18), 10.0), np.array([[100.0, 260.0]]))

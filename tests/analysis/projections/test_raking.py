import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.analysis.projections.raking import rake
from geoservice.errors import ParameterError


def table_and_margins(seed, areas=5, ages=6):
    """A table, and the margins of another one."""
    r = np.random.default_rng(seed)
    table, other = r.uniform(1, 500, (2, areas, 2, ages))
    return table, other.sum(axis=0), other.sum(axis=(1, 2))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_margins_are_reproduced_and_odds_ratios_kept(seed):
    table, controls, totals = table_and_margins(seed)
    raked = rake(table, controls, totals)
    assert raked.converged
    assert raked.values.sum(axis=0) == pytest.approx(controls, rel=1e-8)
    assert raked.values.sum(axis=(1, 2)) == pytest.approx(totals, rel=1e-8)
    before, after = table.reshape(5, -1), raked.values.reshape(5, -1)
    odds = [(x[:-1, :-1] * x[1:, 1:]) / (x[:-1, 1:] * x[1:, :-1]) for x in (before, after)]
    assert odds[1] == pytest.approx(odds[0], rel=1e-7)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32))
def test_a_table_with_its_own_margins_is_unchanged(seed):
    table, _, _ = table_and_margins(seed)
    raked = rake(table, table.sum(axis=0), table.sum(axis=(1, 2)))
    assert raked.iterations == 0
    assert raked.values == pytest.approx(table)


def test_deming_and_stephan_minimum() -> None:
    """The raked table is that of least information gain: any small change that keeps the margins raises it."""
    table, controls, totals = table_and_margins(4)
    best = rake(table, controls, totals).values
    gain = (best * np.log(best / table)).sum()
    r = np.random.default_rng(0)
    for _ in range(50):
        a, b = r.choice(5, 2, replace=False)
        g, h = r.choice(6, 2, replace=False)
        moved = best.copy()
        step = 0.01 * moved.min()
        moved[a, 0, g] += step
        moved[b, 0, h] += step
        moved[a, 0, h] -= step
        moved[b, 0, g] -= step
        assert (moved * np.log(moved / table)).sum() > gain


def test_zeros_stay_unless_a_margin_needs_them() -> None:
    table = np.array([[[5.0, 0.0, 0.0]], [[5.0, 10.0, 0.0]], [[0.0, 0.0, 0.0]]])
    raked = rake(table, np.array([[20.0, 10.0, 6.0]]))
    assert raked.values[..., 0, :2].tolist() == [[10.0, 0.0], [10.0, 10.0], [0.0, 0.0]]
    assert raked.values[:, 0, 2].tolist() == [1.5, 4.5, 0.0]
    with_totals = rake(table, np.array([[20.0, 10.0, 0.0]]), np.array([8.0, 16.0, 6.0]))
    assert with_totals.converged
    assert with_totals.values[2, 0] == pytest.approx([6 * 20 / 30, 6 * 10 / 30, 0], rel=0.5)
    assert with_totals.values[:, 0, 2].tolist() == [0, 0, 0]
    assert with_totals.values.sum(axis=(1, 2)) == pytest.approx([8, 16, 6])


def test_margins_that_zeros_forbid_are_told() -> None:
    table = np.array([[[5.0, 0.0]], [[5.0, 0.0]], [[0.0, 7.0]]])
    raked = rake(table, np.array([[10.0, 20.0]]), np.array([10.0, 10.0, 10.0]))
    assert not raked.converged
    assert raked.deviation > 0.3


def test_an_area_without_a_total_takes_what_is_left() -> None:
    table, controls, totals = table_and_margins(6)
    known = totals.copy()
    known[3] = np.nan
    raked = rake(table, controls, known)
    assert raked.values.sum(axis=(1, 2)) == pytest.approx(totals, rel=1e-7)


def test_replays_on_a_first_axis() -> None:
    tables = np.stack([table_and_margins(s)[0] for s in range(3)])
    _, controls, totals = table_and_margins(9)
    together = rake(tables, controls, totals).values
    for i in range(3):
        assert together[i] == pytest.approx(rake(tables[i], controls, totals).values, rel=1e-7)


def test_wrong_margins() -> None:
    table, controls, totals = table_and_margins(2)
    with pytest.raises(ParameterError, match="scale one of them"):
        rake(table, controls, totals * 1.01)
    with pytest.raises(ParameterError, match="scale one of them"):
        rake(table, controls, np.where(np.arange(5) == 0, np.nan, totals * 2))
    with pytest.raises(ParameterError, match="controls by sex and age"):
        rake(table, controls[:, :3])
    with pytest.raises(ParameterError, match="totals of areas"):
        rake(table, controls, -totals)

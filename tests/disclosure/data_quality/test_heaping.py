"""Heaping: a planted preference is found with its size; dates and sizes without preference have none."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_register import PER_VILLAGE, TOWNSHIPS

from geoservice.disclosure.data_quality.heaping import DAYS_OF_YEAR, calendar, neighbour_means
from geoservice.disclosure.data_quality.results import is_preferred

Columns = dict[str, list[Any]]


def move(columns: Columns, share: float, to: Any) -> int:
    """Let a share of the households of the first township have moved in on another day; returns how many."""
    n = round(share * 4 * PER_VILLAGE)
    for row in np.random.default_rng(3).choice(4 * PER_VILLAGE, n, replace=False):
        columns["since"][row] = to(columns["since"][row])
    return n


def test_dates_moved_to_new_year(clean: Columns, report: Any, counts: Any) -> None:
    moved = move(clean, 0.3, lambda day: day.replace(month=1, day=1))
    before = sum(d.month == d.day == 1 for d in clean["since"])
    found = report(clean)
    (whole,) = (f for f in found.totals if f.item.id == "since_new_year")
    assert whole.rows == round(before - len(clean["since"]) / DAYS_OF_YEAR)
    assert whole.index == pytest.approx(100 * before / (len(clean["since"]) / DAYS_OF_YEAR))
    by_area = counts(found, "since_new_year")
    assert moved - 3 <= by_area[TOWNSHIPS[0]] <= moved
    assert not {a for a in by_area if a and not a.startswith(TOWNSHIPS[0])}
    assert "index" in whole.sentence("en")


def test_dates_moved_to_the_first_of_the_month(clean: Columns, report: Any, counts: Any) -> None:
    moved = move(clean, 0.5, lambda day: day.replace(month=max(day.month, 2), day=1))
    by_area = counts(report(clean), "since_first_of_month")
    assert by_area[TOWNSHIPS[0]] == pytest.approx(moved, abs=12)
    assert TOWNSHIPS[1] not in by_area


def test_years_moved_to_round_ones(clean: Columns, report: Any, counts: Any) -> None:
    clean["since"] = [d.replace(day=min(d.day, 28)) for d in clean["since"]]
    assert counts(report(clean), "since_round_year") == {}
    move(clean, 0.5, lambda day: day.replace(year=day.year // 5 * 5))
    by_area = counts(report(clean), "since_round_year")
    assert by_area[TOWNSHIPS[0]] > 60
    assert TOWNSHIPS[1] not in by_area


def test_a_trend_over_the_years_is_no_preference(clean: Columns, report: Any, counts: Any) -> None:
    """Half as many each year back: the last years are far the most frequent, and one of them ends in 0 or 5."""
    days = np.random.default_rng(5).exponential(365 / np.log(2), len(clean["id"])).astype(int)
    clean["since"] = [dt.date(2024, 9, 30) - dt.timedelta(days=int(d)) for d in days]
    for item in ("since_round_year", "since_new_year", "since_first_of_month"):
        assert counts(report(clean), item) == {}


def test_sizes_that_are_rounded(clean: Columns, report: Any, counts: Any) -> None:
    for row in range(2 * PER_VILLAGE):
        if clean["persons"][row] in {4, 6}:
            clean["persons"][row] = 5
    assert counts(report(clean), "persons_round")[TOWNSHIPS[0]] > 20


def test_without_dates_there_is_no_preference(clean: Columns, report: Any, counts: Any) -> None:
    clean["since"] = [None] * len(clean["id"])
    assert counts(report(clean), "since_new_year") == {}
    (whole,) = (f for f in report(clean).totals if f.item.id == "since_new_year")
    assert (whole.of, whole.sentence("zh")) == (0, "起始日期为 1 月 1 日：0 户中比预期约多 0 户（指数 –，无偏好时为 100）。")


def test_a_geometric_series_is_its_own_expectation() -> None:
    counts = (1000 * 0.7 ** np.arange(12)).reshape(1, 12)
    preferred = np.array([5, 10])
    assert neighbour_means(counts, preferred) == pytest.approx(counts[:, preferred].sum())


@given(st.dates(dt.date(1800, 1, 1), dt.date(2200, 12, 31)))
def test_months_and_days_are_those_of_the_calendar(day: dt.date) -> None:
    month, number = calendar(np.array([day], "datetime64[D]"))
    assert (month[0], number[0]) == (day.month, day.day)


@given(st.integers(0, 500), st.floats(0, 500))
def test_a_preferred_value_is_above_the_expected_one(observed: int, expected: float) -> None:
    if is_preferred(observed, expected):
        assert observed >= 1.25 * expected
        assert observed >= 20
    assert not is_preferred(observed, float(observed))

"""Errors of the input name what is wrong; expected cases and populations between dates."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from geoservice.analysis.scan import choose_window, expected_counts, indirect_expected, mid_year, period_population, scan
from geoservice.analysis.scan import scan_space_time as scan_periods
from geoservice.errors import BadValues, GeoserviceError, ParameterError

X = np.array([0.0, 100, 200, 300])
CASES, PEOPLE = np.array([2.0, 1, 4, 1]), np.array([10.0, 20, 30, 40])
GIVEN: dict[str, Any] = {"x": X, "y": X, "cases": CASES, "population": PEOPLE, "seed": 1, "replications": 5}
WRONG: list[tuple[dict[str, Any], type[GeoserviceError], str]] = [
    ({"model": "normal"}, ParameterError, "model: 'normal'; allowed are poisson, bernoulli"),
    ({"direction": "up"}, ParameterError, "direction"),
    ({"shape": "square"}, ParameterError, "shape"),
    ({"overlap": "some"}, ParameterError, "overlap"),
    ({"max_population": 0.6}, ParameterError, "max_population: 0.6; allowed is a share above 0 and at most 0.5"),
    ({"max_population": float("nan")}, ParameterError, "max_population"),
    ({"replications": -1}, ParameterError, "replications"),
    ({"replications": 1.5}, ParameterError, "replications"),
    ({"seed": -3}, ParameterError, "seed"),
    ({"penalty": -1.0}, ParameterError, "penalty"),
    ({"min_cases": -1.0}, ParameterError, "min_cases"),
    ({"threads": 0}, ParameterError, "threads"),
    ({"y": X[:3]}, BadValues, "y: 3 values and 4 of x"),
    ({"x": X * np.nan}, BadValues, "x: "),
    ({"x": X[:0], "y": X[:0]}, BadValues, "0 values"),
    ({"cases": CASES[:3]}, BadValues, "cases: shape (3, 1); expected (4, 1)"),
    ({"cases": CASES * np.inf}, BadValues, "cases: inf at place 0"),
    ({"cases": -CASES}, BadValues, "cases: -2 at place 0; a scan takes 0 or more; negative cases need noise_sd"),
    ({"cases": CASES / 5}, BadValues, "cases: 1.6 in all"),
    ({"cases": CASES * 2.0**28}, BadValues, "cases: 2.14748e+09 in all"),
    ({"population": -PEOPLE}, BadValues, "population: -10 at place 0"),
    ({"population": PEOPLE * 0}, BadValues, "population: zero everywhere"),
    ({"population": PEOPLE * [0, 1, 1, 1]}, BadValues, "cases: more than 0 where the population"),
    ({"expected": PEOPLE * [0, 1, 1, 1]}, BadValues, "cases: more than 0 where the population, or the expected cases, are 0"),
    ({"noise_sd": -CASES}, BadValues, "noise_sd: -2 at place 0"),
    ({"noise_sd": CASES[:2]}, BadValues, "noise_sd: shape (2, 1)"),
    ({"model": "bernoulli", "expected": PEOPLE}, BadValues, "expected: the Bernoulli model takes none"),
    ({"model": "bernoulli", "population": CASES / 2}, BadValues, "cases: more than persons"),
    ({"model": "bernoulli", "population": CASES}, BadValues, "population: 8 in all"),
    ({"model": "bernoulli", "population": PEOPLE * 1e8}, BadValues, "population: 1e+10 in all"),
]


@pytest.mark.parametrize(("change", "error", "text"), WRONG, ids=lambda v: None if isinstance(v, type) else str(v)[:40])
def test_errors_name_what_is_wrong(change: dict[str, Any], error: type[GeoserviceError], text: str) -> None:
    scan(**GIVEN)
    with pytest.raises(error) as raised:
        scan(**(GIVEN | change))
    assert text in str(raised.value)


def test_errors_of_periods() -> None:
    tables = {"cases": np.ones((4, 3)), "population": np.ones((4, 3)) * 9}
    scan_periods(**(GIVEN | tables))
    for change, text in (
        ({"cases": CASES}, "cases: shape (4,); a space-time scan takes (places, periods)"),
        ({"cases": CASES[:, None]}, "at least 2 periods"),
        ({"population": np.ones((4, 2))}, "population: shape (4, 2); expected (4, 3)"),
        ({"max_duration": 0.95}, "max_duration: 0.95"),
    ):
        with pytest.raises((BadValues, ParameterError)) as raised:
            scan_periods(**(GIVEN | tables | change))
        assert text in str(raised.value)


@pytest.mark.parametrize(
    "change", [{"candidates": ()}, {"candidates": (0.2, 0.1)}, {"candidates": (0.2, 0.7)}, {"overlap": "any"}]
)
def test_errors_of_a_choice(change: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        choose_window(**(GIVEN | change))


def test_indirect_standardisation_by_period() -> None:
    rng = np.random.default_rng(1)
    cases, people = rng.integers(0, 5, (6, 3, 4)), rng.integers(10, 90, (6, 3, 4))
    by_hand = sum(people[..., s] * cases[..., s].sum() / people[..., s].sum() for s in range(4))
    assert indirect_expected(cases, people) == pytest.approx(by_hand)
    assert indirect_expected(cases, people).sum() == pytest.approx(cases.sum())


def test_a_covariate_that_explains_a_cluster_removes_it() -> None:
    """Old people have ten times the rate and live in the east; their share explains all of the excess."""
    x = np.arange(10) * 1000.0
    people = np.column_stack([np.full(10, 1000.0), np.where(x > 5000, 1000.0, 100.0)])
    cases = people * [0.01, 0.1]
    raw, adjusted = (
        scan(x, x * 0, cases.sum(axis=1), people.sum(axis=1), expected=e, replications=99, seed=1)
        for e in (None, indirect_expected(cases, people))
    )
    assert raw[0].p == 0.01
    assert not adjusted or adjusted[0].p > 0.9


@pytest.mark.parametrize(
    ("cases", "people", "text"),
    [
        ([[1.0, 2.0]], [[1.0]], "shape"),
        ([1.0], [1.0], "shape"),
        ([[1.0, np.nan]], [[1.0, 2.0]], "not a number"),
        ([[1.0, 2.0]], [[1.0, 0.0]], "stratum 1 has 2 cases and no people"),
    ],
)
def test_errors_of_strata(cases: Any, people: Any, text: str) -> None:
    with pytest.raises(BadValues, match=text):
        indirect_expected(np.array(cases), np.array(people))


def test_errors_of_expected_counts() -> None:
    for people in ([-1.0, 2.0], [np.nan, 1.0], [0.0, 0.0]):
        with pytest.raises(BadValues, match="population"):
            expected_counts(1, np.array(people))


def test_population_of_periods_is_the_integral_of_the_interpolated_one() -> None:
    dates, people = mid_year(np.array([2000, 2003, 2010])), np.array([[100.0, 400, 50], [0, 10, 20]])
    start, end = (
        np.array([1998.0, 2000, 2002.3, 2009, 2010, 2011, 1999]),
        np.array([1999.0, 2001, 2003.9, 2012, 2010.2, 2013, 2015]),
    )
    found = period_population(dates, people, start, end)
    for place in range(2):
        for period, (a, b) in enumerate(zip(start, end, strict=True)):
            area = quad(lambda t, p=people[place]: np.interp(t, dates, p), a, b, points=[2000.5, 2003.5, 2010.5], limit=200)[0]
            assert found[place, period] == pytest.approx(area / (b - a), rel=1e-6)


def test_one_census_is_constant() -> None:
    years = np.array([1990.0, 2030])
    assert period_population(np.array([2020.5]), np.array([[7.0]]), years, years + 1).tolist() == [[7.0, 7.0]]


@pytest.mark.parametrize(
    ("dates", "people", "end"),
    [([2001.0, 2000], [[1.0, 2]], 2001.0), ([2000.0], [[1.0, 2]], 2001.0), ([2000.0], [[1.0]], 1999.0)],
)
def test_errors_of_dates(dates: Any, people: Any, end: float) -> None:
    with pytest.raises(BadValues):
        period_population(np.array(dates), np.array(people), np.array([2000.0]), np.array([end]))

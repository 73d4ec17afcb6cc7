"""The table of measures, and when a number is uncertain."""

import numpy as np
import pytest

from geoservice.errors import ReleaseError
from geoservice.measures import MEASURES, WITHOUT_MARGIN, measure_of, uncertain

NAN = float("nan")


def test_an_undeclared_measure_is_refused_and_the_declared_are_named() -> None:
    with pytest.raises(ReleaseError, match=r"measure 'x' is not declared; declared are .*'covered_share'"):
        measure_of("x")


def test_what_depends_on_streets_alone_or_is_a_rank_has_no_margin() -> None:
    without = {name for name, measure in MEASURES.items() if not measure.has_margin}
    exact = {
        "minutes",
        "longest_minutes",
        "longest_minutes_after",
        "stations",
        "stations_ready",
        "stations_unknown",
        "stations_lacking",
        "served",
        "eligible",
        "uptake_change",
        "uptake_trend",
        "projected_low",
        "projected_high",
    }
    assert {name for name in without if MEASURES[name].kind not in WITHOUT_MARGIN} == exact


def test_counts_of_people_and_of_households_have_their_units() -> None:
    for name, measure in MEASURES.items():
        assert measure.name == name
        if measure.kind == "count":
            unit = "visit" if name.endswith(("demand", "visits")) else "household" if name.endswith("households") else "person"
            assert measure.unit == unit


@pytest.mark.parametrize(
    ("kind", "value", "margin", "expected"),
    [
        ("count", 40, 39.9, False),
        ("count", 40, 40, True),
        ("count", -40, 50, True),
        ("count", -60, 50, False),
        ("count", 0, 0, False),
        ("count", 0, NAN, False),
        ("ratio", 0, 20, False),
        ("ratio", 90, 20.1, True),
        ("difference", -5, 20.1, True),
        ("difference", -5, 6, False),
        ("minutes", 10, 10, False),
        ("minutes", 10, 10.1, True),
        ("rank", 1, 5, False),
        ("ratio", NAN, NAN, False),
    ],
)
def test_uncertain(kind, value, margin, expected) -> None:
    assert bool(uncertain(kind, value, margin)) is expected
    assert uncertain(kind, np.array([value, value], float), np.array([margin, margin], float)).tolist() == [expected] * 2

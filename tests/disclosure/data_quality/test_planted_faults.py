"""Every check finds what was planted in a clean register, in the right area, and nothing in the clean one."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from made_up_register import DAY, PER_VILLAGE, TOWNSHIPS, VILLAGES

from geoservice.disclosure.data_quality import data_quality
from geoservice.disclosure.data_quality.base import CHECKS, SEVERITIES
from geoservice.disclosure.data_quality.quality_report import REGISTRY
from geoservice.errors import InputError

Columns = dict[str, list[Any]]
CLEAN_NOTES = {"precision_point", "uncertainty_0"}
"""What a report says of a register in which every point is exact."""
WHERE = 5
"""The village that faults are planted in, of the second township."""


def test_a_clean_register_has_no_problem(clean: Columns, report: Any) -> None:
    found = {f.item.id: f.rows for f in report(clean).totals if f.is_problem}
    assert set(found) == CLEAN_NOTES
    assert not report(clean).by_area


def plant(columns: Columns, n: int, **values: Any) -> None:
    """Give the first ``n`` households of a village these values; a function is called with the row's other values."""
    for row in range(WHERE * PER_VILLAGE, WHERE * PER_VILLAGE + n):
        for name, value in values.items():
            columns[name][row] = value({k: v[row] for k, v in columns.items()}) if callable(value) else value


DAY_BEFORE, DAY_AFTER = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("missing_point", {"lon": None}),
    ("missing_point", {"lon": 0.0, "lat": 0.0}),
    ("missing_point", {"lat": 91.0}),
    ("missing_persons", {"persons": None}),
    ("missing_precision", {"precision": None}),
    ("missing_registered_area", {"registered_area": None}),
    ("missing_uncertainty", {"uncertainty_m": None}),
    ("missing_since", {"since": None}),
    ("missing_groups", {"group_under_6": None}),
    ("persons_below_one", {"persons": 0, "group_under_6": 0, "group_over_65": 0}),
    ("persons_many", {"persons": 16}),
    ("group_above_persons", {"group_over_65": lambda row: row["persons"] + 1}),
    ("group_above_persons", {"group_over_65": -2}),
    ("age_groups_above_persons", {"persons": 2, "group_under_6": 1, "group_over_65": 2}),
    ("children_alone", {"group_under_6": lambda row: row["persons"], "group_over_65": 0}),
    ("since_in_future", {"since": DAY_AFTER}),
    ("since_too_early", {"since": dt.date(1900, 1, 1)}),
    ("until_before_since", {"since": dt.date(2020, 5, 5), "until": dt.date(2020, 5, 4)}),
    ("precision_unknown", {"precision": "roof"}),
    ("precision_contradiction", {"uncertainty_m": 301.0}),
    ("precision_contradiction", {"precision": "village", "uncertainty_m": 19.0}),
    ("precision_contradiction", {"uncertainty_m": -1.0}),
    ("point_outside_area", {"lat": lambda row: row["lat"] + 0.5}),
    ("home_unknown", {"registered_area": "999999"}),
    ("home_coarse", {"registered_area": "341200"}),
    ("from_other_township", {"registered_area": TOWNSHIPS[0]}),
    ("from_other_village", {"registered_area": VILLAGES[6]}),
    ("until_passed", {"until": DAY_BEFORE, "since": dt.date(2012, 3, 3)}),
    ("rounded_coordinates", {"lon": lambda row: round(row["lon"], 3), "lat": lambda row: round(row["lat"], 3)}),
    ("precision_building", {"precision": "building"}),
    ("precision_county", {"precision": "county", "uncertainty_m": 9000.0}),
    ("uncertainty_100", {"uncertainty_m": 100.5}),
    ("uncertainty_25", {"uncertainty_m": 100.0}),
    ("uncertainty_2000", {"precision": "street", "uncertainty_m": 2001.0}),
]


@pytest.mark.parametrize(("item", "values"), FAULTS)
def test_a_planted_fault_is_counted_in_its_area(
    item: str, values: dict[str, Any], clean: Columns, report: Any, counts: Any
) -> None:
    plant(clean, 7, **values)
    village = VILLAGES[WHERE]
    assert counts(report(clean), item) == {"": 7, village[:9]: 7, village: 7}


@pytest.mark.parametrize("item", ["missing_residence_area", "residence_unknown"])
def test_without_a_known_residence_a_household_counts_in_no_area(item: str, clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 7, residence_area=None if item.startswith("missing") else "340899001")
    assert counts(report(clean), item) == {"": 7}


def test_not_stated_and_not_examined_are_different(clean: Columns, report: Any) -> None:
    plant(clean, 7, registered_area=None)
    plant(clean, 3, registered_area="999999")
    (unknown,) = (f for f in report(clean).totals if f.item.id == "home_unknown")
    assert (unknown.rows, unknown.of) == (3, len(clean["id"]) - 4)


def test_the_absent_count_where_they_are_registered(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 7, registered_area=VILLAGES[0])
    assert counts(report(clean), "registered_but_absent") == {"": 7, TOWNSHIPS[0]: 7, VILLAGES[0]: 7}


def test_a_home_code_with_trailing_zeros_is_that_of_its_area(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 7, registered_area=f"{TOWNSHIPS[0]}000")
    found = report(clean)
    assert counts(found, "home_unknown") == {}
    assert counts(found, "registered_but_absent") == {"": 7, TOWNSHIPS[0]: 7}


def test_a_village_located_by_area_is_a_warning_from_a_fifth_on(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 20, precision="village", uncertainty_m=800.0)
    assert counts(report(clean), "located_by_area") == {VILLAGES[WHERE]: 20}, "the township and the register have less"


def test_households_at_one_point_in_a_crowd(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, PER_VILLAGE, lon=117.0301234, lat=30.0301234)
    assert counts(report(clean), "shared_point") == {"": 100, TOWNSHIPS[1]: 100, VILLAGES[WHERE]: 100}
    plant(clean, 1, lon=117.031)
    assert counts(report(clean), "shared_point") == {}


def test_a_group_that_an_area_did_not_fill_in(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, PER_VILLAGE, group_under_6=0)
    assert counts(report(clean), "unfilled_under_6") == {"": 100, VILLAGES[WHERE]: 100}
    assert counts(report(clean), "unfilled_over_65") == {}


def test_what_all_households_lack_is_said_once(clean: Columns, report: Any, counts: Any) -> None:
    clean["since"] = [None] * len(clean["id"])
    assert counts(report(clean), "missing_since") == {"": len(clean["id"])}


def test_a_future_day_counts_from_the_day_of_the_import(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 7, since=DAY_AFTER)
    assert counts(report(clean, loaded=DAY_AFTER), "since_in_future") == {}


def test_codes_of_other_countries_are_compared_by_the_table_of_areas(clean: Columns, report: Any, counts: Any) -> None:
    plant(clean, 7, registered_area=TOWNSHIPS[0])
    assert counts(report(clean, chinese=False), "from_other_township") == {"": 7, TOWNSHIPS[1]: 7, VILLAGES[WHERE]: 7}


def test_an_empty_register_is_an_error(clean: Columns, report: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="geoservice import households FILE"):
        report({name: [] for name in clean})


def test_checks_and_items_are_complete(clean: Columns, report: Any) -> None:
    assert tuple(name for name, _ in REGISTRY) == tuple(CHECKS)
    totals = report(clean).totals
    assert len({f.item.id for f in totals}) == len(totals)
    assert {f.item.severity for f in totals} == set(SEVERITIES)
    assert {f.item.check for f in totals} == set(CHECKS)


def test_the_table_has_every_finding_with_both_sentences(clean: Columns, report: Any) -> None:
    plant(clean, 7, persons=16)
    found = report(clean)
    rows = found.table().to_pylist()
    assert len(rows) == len(found.totals) + len(found.by_area)
    (whole,) = (r for r in rows if r["item"] == "persons_many" and not r["area"])
    assert (whole["rows"], whole["of"], whole["severity"], whole["level"]) == (7, 1200, "warning", "register")
    assert whole["zh"].startswith("7 户（0.58")
    assert whole["en"].startswith("7 households (0.58")
    assert all("{" not in r["zh"] + r["en"] for r in rows)


def test_no_argument_gives_access_to_ids() -> None:
    """The report is made from everything but the ids: without them it is the same."""
    from made_up_register import around, households, table

    columns = table(households())
    assert data_quality(columns, around()) == data_quality(columns.drop_columns(["id"]), around())

"""Pyramids: a row or a column for each age group, dates, sexes, and ages that do not fit together."""

import datetime as dt
from collections.abc import Callable

import pytest

from geoservice.errors import BadValues, InputError, MissingColumn
from geoservice.ingest import Report
from geoservice.project import Project
from geoservice.schema import TABLES

Load = Callable[..., Report]
pytestmark = pytest.mark.usefixtures("areas")


def rows(project: Project) -> list[tuple[object, ...]]:
    """Sex, ages and persons of each row."""
    columns = ("sex", "age_from", "age_to", "persons")
    return [tuple(r[c] for c in columns) for r in project.read("pyramids").to_pylist()]


def test_a_row_for_each_age_group(load: Load, project: Project) -> None:
    ages = ("0-14岁", "15—64岁", "65岁及以上")
    lines = "".join(f"340811,2020年,{s},{a},{i + 1},统计局\n" for s in "男女" for i, a in enumerate(ages))
    load("pyramids", "p.csv", "区划代码,年份,性别,年龄组,人口,来源\n" + lines)
    assert rows(project)[:3] == [("female", 0, 14, 1.0), ("female", 15, 64, 2.0), ("female", 65, None, 3.0)]
    table = project.read("pyramids")
    assert table.schema.equals(TABLES["pyramids"].arrow())
    assert set(table.column("date").to_pylist()) == {dt.date(2020, 1, 1)}


def test_first_and_last_year_in_two_columns(load: Load, project: Project) -> None:
    load("pyramids", "p.csv", "area,date,age_from,age_to,persons,moe\n340811,2020-11-01,0,14,5,1\n340811,2020-11-01,15,,9,\n")
    assert rows(project) == [("all", 0, 14, 5.0), ("all", 15, None, 9.0)]
    assert project.read("pyramids").column("persons_margin").to_pylist() == [1.0, None]


def test_a_column_for_each_age_group_and_sex(load: Load, project: Project) -> None:
    report = load("pyramids", "p.csv", "code,year,总人口,男0-14,男15+,F_0_14,F_15P\n340811,2020,26,5,6,7,8\n")
    assert rows(project) == [("female", 0, 14, 7.0), ("female", 15, None, 8.0), ("male", 0, 14, 5.0), ("male", 15, None, 6.0)]
    assert "4 columns, from 男0-14 to F_15P, are age groups: 1 rows became 4, one for each group" in report.notes


def test_a_year_in_each_header_is_the_date(load: Load, project: Project) -> None:
    load("pyramids", "p.csv", "area,pop2010_0_14,pop2010_15+,pop2020_0_14,pop2020_15+\n340811,1,2,3,4\n")
    dates = project.read("pyramids").column("date").to_pylist()
    assert [d.year for d in dates] == [2010, 2010, 2020, 2020]


def test_a_row_by_sex_with_columns_of_ages(load: Load, project: Project) -> None:
    load("pyramids", "p.csv", "area,date,sex,0-14,15-64,65+\n340811,2020,2,1,2,3\n340811,2020,M,4,5,6\n")
    assert [r[0] for r in rows(project)] == ["female"] * 3 + ["male"] * 3


def test_wider_groups_and_totals_are_left_out(load: Load, project: Project) -> None:
    body = "".join(f"340811,2020,{a},9\n" for a in ("合计", "0-4", "0-14", "5-14", "15+", "65+"))
    report = load("pyramids", "p.csv", "area,date,age,persons\n" + body)
    assert [r[1] for r in rows(project)] == [0, 5, 15]
    assert "3 rows of all ages, or of wider age groups that overlap narrower ones, were left out" in report.notes


HEAD = "area,date,sex,age,persons\n"
GOOD = "340811,2020,f,0-14,1\n340811,2020,f,15+,1\n"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (HEAD + GOOD + "999,2020,f,0+,1\n", BadValues, "row 4, column area: no area of this code is loaded, got '999'"),
        (HEAD + GOOD + "340811,soon,f,0+,1\n", BadValues, "row 4, column date: not understood, got 'soon', allowed: a year"),
        (HEAD + GOOD + "340811,2020,星,0+,1\n", BadValues, "row 4, column sex: not understood, got '星', allowed: one of"),
        (HEAD + GOOD + "340811,2020,m,young,1\n", BadValues, "row 4, column age: not understood, got 'young', allowed: an age"),
        (HEAD + GOOD + "340811,2020,m,0-900,1\n", BadValues, "row 4, column age: not understood, got '0-900'"),
        (HEAD + GOOD + "340811,2020,m,女0-14,1\n", BadValues, "row 4, column sex: not the sex of the age group"),
        (HEAD + GOOD + "340811,2020,m,0-4,-1\n", BadValues, "row 4, column persons: out of range, got '-1', allowed: a number"),
        (HEAD + GOOD + "340811,2020,m,0-4,\n", BadValues, "row 4, column persons: empty"),
        (HEAD + GOOD + "340811,2020,f,15+,2\n", BadValues, r"row 3, column area\+date\+sex\+age: duplicate key, also in row 4"),
        (HEAD + "340811,2020,f,0-4,1\n340811,2020,f,10+,1\n", BadValues, "row 2, column age: no age .* for the ages from 5"),
        (HEAD + "340811,2020,f,0-14,1\n", BadValues, "for the ages from 15, got '0-14', allowed: the ages from 0 to an open"),
        ("area,date,age_from,age_to,persons\n340811,2020,9,4,1\n", BadValues, "column age_to: below age_from, got '4'"),
        ("area,date,0-4,5-9,10+\n340811,2020,1,x,3\n", BadValues, "row 2, column 5-9: not a number, got 'x', allowed"),
        ("area,date,age\n340811,2020,0+\n", MissingColumn, r"no column matches \['persons'\]"),
        ("area,0-4,5-9,10+\n340811,1,2,3\n", MissingColumn, r"no column matches \['date'\]"),
    ],
)  # fmt: skip
def test_a_file_that_is_refused(load: Load, project: Project, text: str, kind: type[InputError], message: str) -> None:
    with pytest.raises(kind, match=message) as raised:
        load("pyramids", "p.csv", text)
    assert str(raised.value).startswith("p.csv: ")
    assert project.vintages("pyramids") == []


def test_the_rest_of_an_area_with_a_wrong_cell_is_not_loaded_in_part(load: Load, project: Project) -> None:
    text = "area,date,0-4,5-9,10+\n340811,2020,1,x,3\n340811100,2020,1,2,3\n"
    load("pyramids", "p.csv", text, accept_partial=True)
    assert set(project.read("pyramids").column("area").to_pylist()) == {"340811100"}

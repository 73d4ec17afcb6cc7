"""Periods of households and areas: rows that are not valid on the date are stored and noted, impossible ones rejected."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from few_rows import households

from geoservice.errors import BadValues, DuplicateKeys
from geoservice.ingest import Options, Report, import_file
from geoservice.project import Project
from geoservice.register import Register
from geoservice.study import Study

Load = Callable[..., Report]
AREAS = "code,name,level,valid_from,valid_to\n"


def test_households_of_another_day_are_stored_and_noted(load: Load, register: Register, areas: None) -> None:
    report = load("households", "h.csv", households("迁出日期", "2020-01-31"))
    today = dt.datetime.now(dt.UTC).date()
    assert any(n.startswith(f"1 households are not valid on {today} by since and until: they are stored") for n in report.notes)
    assert register.read_as_of("households", None).column("persons").to_pylist() == [2]
    assert sorted(register.read_as_of("households", dt.date(2020, 1, 31)).column("persons").to_pylist()) == [2, 3]


def test_the_date_is_that_of_the_study(
    load: Load, study: Study, project: Project, register: Register, areas: None, tmp_path: Path
) -> None:
    (tmp_path / "h.csv").write_text(households("迁入日期", "2020-02-01"), encoding="utf-8")
    for as_of, noted in (("2020-01-31", True), ("2020-02-01", False)):
        dated = study.model_copy(update={"as_of": dt.date.fromisoformat(as_of)})
        report = import_file(
            project, "households", tmp_path / "h.csv", Options(dry_run=True), dated, lambda _s, _f: None, register
        )
        assert any(f"not valid on {as_of}" in n for n in report.notes) == noted


def test_an_end_before_the_start_is_rejected(load: Load, areas: None) -> None:
    with pytest.raises(BadValues, match=r"column 迁出日期: before since, got \(in the rejects file\)"):
        load("households", "h.csv", households("迁入日期,迁出日期", "2020-02-01,2020-01-31"))
    with pytest.raises(BadValues, match="column valid_to: before valid_from"):
        load("areas", "a.csv", "code,name,level,valid_from,valid_to\n1,n,县,2020-02-01,2020-01-31\n")


def test_two_generations_of_a_code_may_be_in_a_file(load: Load, project: Project) -> None:
    report = load("areas", "a.csv", AREAS + "1,旧,县,,2023-12-31\n1,新,县,2024-01-01,\n2,在,县,,\n")
    assert project.areas(None, "local").column("name_zh").to_pylist() == ["新", "在"]
    assert project.areas(dt.date(2023, 12, 31), "local").column("name_zh").to_pylist() == ["旧", "在"]
    assert any(n.startswith("1 areas are not valid on") for n in report.notes)


@pytest.mark.parametrize(
    "rows", ["1,a,县,,2024-01-01\n1,b,县,2024-01-01,\n", "1,a,县,,\n1,b,县,2024-01-01,\n", "1,a,县,,\n1,b,县,,\n"]
)
def test_overlapping_generations_are_duplicate_keys(load: Load, rows: str) -> None:
    with pytest.raises(DuplicateKeys, match=r"row 2, column code_system\+code: duplicate key, also in row 3"):
        load("areas", "a.csv", AREAS + rows)


def test_households_are_located_in_areas_of_the_date(
    load: Load, register: Register, places: Callable[..., str], box: Callable[..., object]
) -> None:
    ground = box(116.9, 30.5, 117.1, 30.7)
    dates = {"old": {"valid_to": "2023-12-31"}, "new": {"valid_from": "2024-01-01", "valid_to": "9999-12-31"}}
    load("areas", "a.geojson", places(*(({"code": c, "name": c, "level": "镇", **d}, ground) for c, d in dates.items())))
    load("households", "h.csv", households("备注", ""))
    assert set(register.read("households").column("residence_area").to_pylist()) == {"new"}

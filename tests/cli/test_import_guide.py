"""geoservice import template, history and rollback."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from district import HEADER
from openpyxl import load_workbook

import geoservice

GOOD = HEADER + "KEY1,116.95,30.6,2,1\nKEY2,116.96,30.61,3,0\n"


@pytest.fixture
def loaded(cli: Any, home: Path) -> Path:
    assert cli("import", "areas", home.parent / "areas.geojson", "-C", home).code == 0
    return home


@pytest.fixture
def months(cli: Any, loaded: Path, tmp_path: Path) -> Path:
    """Return the project with two months of households, the second one in place of the first."""
    for name, rows in (("1.csv", GOOD), ("2.csv", GOOD.replace(",3,0", ",4,0"))):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    assert cli("import", "households", tmp_path / "1.csv", "-C", loaded).code == 0
    assert cli("import", "households", tmp_path / "2.csv", "--replace", "1.csv", "-C", loaded).code == 0
    return loaded


def test_a_template_has_the_groups_of_the_study_and_is_not_overwritten(cli: Any, loaded: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    assert cli("import", "template", "households", "--lang", "en", "--out", file, "-C", loaded).code == 0
    data, explained = load_workbook(file).worksheets
    assert [c.value for c in data[1]][-1] == "Under six"
    assert data.max_row == 1
    assert explained["A1"].value == "column"
    ended = cli("import", "template", "households", "--out", file, "-C", loaded)
    assert (ended.code, "t.xlsx exists already, and it may be filled in" in ended.err) == (33, True)
    assert cli("import", "template", "people", "-C", loaded).code == 30
    assert cli("import", "template", "areas", "--lang", "fr", "-C", loaded).code == 10


def test_a_template_needs_no_project(cli: Any, tmp_path: Path) -> None:
    assert cli("import", "template", "places", "--out", tmp_path / "p.xlsx", "-C", tmp_path).code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.xlsx"], "and makes none"


def test_the_history_names_files_and_the_current_vintage(cli: Any, months: Path, tmp_path: Path) -> None:
    document = json.loads(cli("import", "history", "--json", "-C", months).out)
    events = [(e["action"], e["table"], e["source"], e["number"], e["is_current"]) for e in document["events"]]
    assert events[1:] == [("import", "households", "1.csv", 1, False), ("import", "households", "2.csv", 2, True)]
    assert document["events"][2]["sha256"] == hashlib.sha256((tmp_path / "2.csv").read_bytes()).hexdigest()
    shown = cli("import", "history", "households", "-C", months).out
    lines = shown.splitlines()
    assert [line.partition("UTC  ")[2].partition(", SHA")[0] for line in lines] == [
        "import households 1.csv: vintage 1, 2 rows, 0 rejected", "import households 2.csv: vintage 2, 2 rows, 0 rejected",
    ]  # fmt: skip
    assert [line.endswith(", current") for line in lines] == [False, True]
    assert cli("import", "history", "people", "-C", months).code == 10


def test_a_rollback_is_in_the_history_and_in_the_audit_log(cli: Any, months: Path) -> None:
    ended = cli("import", "rollback", "households", "-C", months)
    assert ended.code == 0
    assert "vintage 2 of 2.csv is withdrawn; current again: 1 of 1.csv" in ended.out
    events = json.loads(cli("import", "history", "households", "--json", "-C", months).out)["events"]
    assert [(e["action"], e["is_current"]) for e in events] == [("import", True), ("import", False), ("rollback", False)]
    log = [json.loads(line) for line in cli("audit", "list", "-C", months).out.splitlines()]
    assert [(e["what"], e["status"]) for e in log] == [("import rollback", "begun"), ("import rollback", "done")]
    assert log[1]["query"] == "households 2.csv withdrawn=2"


def test_a_rollback_with_nothing_before_is_refused(cli: Any, months: Path) -> None:
    ended = cli("import", "rollback", "areas", "areas.geojson", "-C", months)
    assert (ended.code, "nothing was loaded before vintage 1 of areas.geojson" in ended.err) == (31, True)
    document = json.loads(cli("import", "rollback", "areas", "--json", "-C", months).out)
    assert (document["status"], document["refusal"]["type"]) == ("refused", "NotFound")
    assert cli("import", "rollback", "stations", "-C", months).code == 31
    assert cli("import", "rollback", "people", "-C", months).code == 10


def test_a_table_of_several_sources_needs_a_name(cli: Any, months: Path, tmp_path: Path) -> None:
    (tmp_path / "3.csv").write_text(HEADER + "KEY9,116.95,30.6,2,1\n", encoding="utf-8")
    assert cli("import", "households", tmp_path / "3.csv", "-C", months).code == 0
    ended = cli("import", "rollback", "households", "-C", months)
    assert (ended.code, "several sources are loaded, name one of 2.csv, 3.csv" in ended.err) == (10, True)
    assert cli("import", "rollback", "households", "2.csv", "-C", months).code == 0


def test_python_has_the_same(months: Path, tmp_path: Path) -> None:
    with geoservice.open_project(months) as project:
        assert project.template("stations", out=tmp_path / "s.xlsx") == tmp_path / "s.xlsx"
        preview = project.preview("households", tmp_path / "1.csv")
        assert (preview.preview is not None, preview.dry_run, preview.rows_accepted) == (True, True, 2)
        event = project.rollback("households")
        history = project.history("households")
    assert event.restored == ("1 of 1.csv",)
    assert history["action"].to_list() == ["import", "import", "rollback"]
    assert history["is_current"].to_list() == [True, False, False]

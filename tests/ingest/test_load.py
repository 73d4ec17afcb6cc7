"""Effects of an import on register and project, and its report."""

import csv
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from geoservice.errors import BadValues, InputError, MissingColumn, PersonalData, WrongPlace
from geoservice.ingest import Options, Report, import_file
from geoservice.ingest.crs import wgs84_to_bd09, wgs84_to_gcj02
from geoservice.project import Project
from geoservice.register import Register
from geoservice.study import Study
from geoservice.vintages import Source

Load = Callable[..., Report]
HEADER = "户编号,经度,纬度,人口,六岁以下,户籍地\n"
GOOD = (
    HEADER
    + '001,116.95,30.6,3,1,340811100.0\n002,117.02,３０.６,"1,0",,\n'.replace('"1,0"', "4")
    + "003,117.07,30.6,2,0,杨桥镇\n"
)


def test_households_have_keyed_hashes_and_their_lowest_area(register: Register, areas: None, load: Load) -> None:
    report = load("households", "h.csv", GOOD)
    rows = {r["id"]: r for r in register.read("households").to_pylist()}
    digests = {k: hmac.new(register.secret(), k.encode(), hashlib.sha256).digest() for k in ("001", "002", "003")}
    found = [rows[digests[k][:16]] for k in ("001", "002", "003")]
    assert [r["residence_area"] for r in found] == ["340811100", "340811101", "340811"]
    assert [r["registered_area"] for r in found] == ["340811100", None, "340811101"]
    assert [r["persons"] for r in found] == [3, 4, 2]
    assert [r["group_under_6"] for r in found] == [1, 0, 0]
    assert {r["precision"] for r in found} == {"point"}
    assert report.mapping["registered_area"] == "户籍地"
    assert any("340811100.0" in n for n in report.notes)


@pytest.mark.parametrize(("crs", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_shifted_coordinates_are_corrected(register: Register, areas: None, load: Load, crs: str, shift: Any) -> None:
    import numpy as np

    (lon,), (lat,) = shift(np.array([116.95]), np.array([30.6]))
    report = load("households", "h.csv", HEADER + f"1,{float(lon)!r},{float(lat)!r},1,0,\n", crs=crs)
    (row,) = register.read("households").to_pylist()
    assert (row["lon"], row["lat"]) == pytest.approx((116.95, 30.6), abs=1e-8)
    assert report.crs == crs


def test_the_same_file_changes_nothing_and_a_changed_one_is_a_vintage(register: Register, areas: None, load: Load) -> None:
    load("households", "h.csv", GOOD)
    before = register.digest("households")
    again = load("households", "h.csv", GOOD)
    assert again.already_loaded
    assert len(register.vintages("households")) == 1
    changed = load("households", "h.csv", GOOD.replace(",3,1,", ",5,1,") + "004,116.95,30.6,1,0,\n")
    assert changed.vintage is not None
    assert (changed.vintage.number, changed.vintage.added, changed.vintage.removed, changed.vintage.changed) == (2, 1, 0, 1)
    assert register.digest("households") != before


def test_new_areas_reload_the_same_households(
    project: Project, register: Register, areas: None, load: Load, areas_table: pa.Table
) -> None:
    good = GOOD.replace("杨桥镇", "")
    load("households", "h.csv", good)
    project.write("areas", areas_table.slice(0, 1), Source("areas.geojson", "1" * 64))
    report = load("households", "h.csv", good)
    assert not report.already_loaded
    assert set(register.read("households").column("residence_area").to_pylist()) == {"340811"}


def test_the_order_of_rows_changes_nothing(register: Register, areas: None, load: Load) -> None:
    load("households", "h.csv", GOOD)
    digest = register.digest("households")
    lines = GOOD.splitlines()
    load("households", "h.csv", "\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    assert register.digest("households") == digest


def test_a_dry_run_checks_everything_and_changes_nothing(project: Project, register: Register, areas: None, load: Load) -> None:
    def contents() -> dict[str, bytes]:
        return {p: p.read_bytes() for store in (register, project) for p in store.folder.rglob("*") if p.is_file()}

    before = contents()
    report = load("households", "h.csv", GOOD + "001,116.95,30.6,1,0,\n", dry_run=True)
    assert contents() == before
    assert report.vintage is None
    assert (report.rows_accepted, report.rows_rejected) == (2, 2)
    assert report.samples[0].reason == "duplicate key, also in row 5"


def test_good_rows_are_loaded_when_partial_loads_are_accepted(register: Register, areas: None, load: Load) -> None:
    bad = GOOD + "004,116.95,30.6,=1+1,0,\n005,116.95,30.6,2\n006,10,10,2,0,\n"
    with pytest.raises(BadValues, match=r"3 of 6 rows"):
        load("households", "h.csv", bad)
    assert register.read("households").num_rows == 0
    report = load("households", "h.csv", bad, accept_partial=True)
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (6, 3, 3)
    assert report.vintage is not None
    assert report.vintage.rejected == 3
    assert report.rejects_path is not None
    assert report.rejects_path.parent == register.folder / "rejects"
    assert report.rejects_path.stat().st_mode & 0o077 == 0
    with report.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["row"], r["column"], r["value"]) for r in rows] == [
        ("5", "人口", "'=1+1"),
        ("6", "", "005,116.95,30.6,2"),
        ("7", "经度", "10"),
    ]
    assert all(r["file"] == "h.csv" and r["reason"] and r["allowed"] for r in rows)


def test_a_rejects_workbook_has_no_formulas(areas: None, load: Load, tmp_path: Path) -> None:
    with pytest.raises(BadValues, match=r"bad\.xlsx"):
        load("households", "h.csv", GOOD + '004,116.95,30.6,"=HYPERLINK(""x"")",0,\n', rejects=tmp_path / "bad.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "bad.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[1][3] == '\'=HYPERLINK("x")'
    cells = [c for row in load_workbook(tmp_path / "bad.xlsx").active.rows for c in row]
    assert {c.data_type for c in cells} == {"s", "n"}


def test_a_mapping_is_remembered_for_the_same_headers(areas: None, load: Load) -> None:
    odd = GOOD.replace("户编号", "甲").replace("人口", "乙")
    with pytest.raises(MissingColumn, match=r"'id', 'persons'.*--map"):
        load("households", "h.csv", odd)
    load("households", "h.csv", odd, mapping={"id": "甲", "persons": "乙"})
    assert load("households", "other.csv", odd.replace("00", "10"), dry_run=True).mapping["persons"] == "乙"


def test_personal_columns_stop_the_import_until_they_are_dropped(
    project: Project, register: Register, areas: None, load: Load
) -> None:
    named = "户编号,经度,纬度,人口,六岁以下,户主\n1,116.95,30.6,3,1,王伟\n"
    with pytest.raises(PersonalData, match="--drop '户主'"):
        load("households", "h.csv", named)
    assert load("households", "h.csv", named, drop=("户主",)).rows_accepted == 1
    kept = b"".join(p.read_bytes() for store in (register, project) for p in store.folder.rglob("*") if p.is_file())
    assert "王伟".encode() not in kept


def test_addresses_and_register_keys_are_not_stored(project: Project, register: Register, areas: None, load: Load) -> None:
    report = load("households", "h.csv", "户编号,经度,纬度,人口,六岁以下,地址\nKEY-4711,116.95,30.6,3,1,杨桥镇某路12号\n")
    assert any("地址" in n for n in report.notes)
    register.close()
    kept = b"".join(p.read_bytes() for store in (register, project) for p in store.folder.rglob("*") if p.is_file())
    assert b"KEY-4711" not in kept
    assert "某路12号".encode() not in kept


def test_gcj02_read_as_wgs84_is_diagnosed(load: Load, box: Callable[..., object], places: Callable[..., str]) -> None:
    import numpy as np

    load("areas", "small.geojson", places(({"code": "1", "name": "n", "level": "村"}, box(116.95, 30.6, 116.951, 30.601))))
    lon, lat = wgs84_to_gcj02(np.linspace(116.9501, 116.9509, 9), np.full(9, 30.6005))
    body = "".join(f"{i},{x},{y},1,0,\n" for i, (x, y) in enumerate(zip(lon, lat, strict=True)))
    with pytest.raises(WrongPlace, match="--crs gcj02"):
        load("households", "h.csv", HEADER + body)
    assert load("households", "h.csv", HEADER + body, crs="gcj02").rows_accepted == 9


def test_the_tier_option_and_the_only_service_are_used(project: Project, study: Study, tmp_path: Path) -> None:
    only = study.model_copy(update={"services": study.services[:1]})
    (tmp_path / "s.csv").write_text("id,name,lon,lat,启用,start delay\nA1,站,117,30.6,停用,60\n")
    import_file(project, "stations", tmp_path / "s.csv", replace(Options(), tier="村级"), only, lambda stage, fraction: None)
    (row,) = project.read("stations").to_pylist()
    assert (row["tier"], row["services"], row["active"], row["start_delay_s"]) == ("village", ["checkup"], False, 60)


def test_areas_from_codes_alone(project: Project, load: Load) -> None:
    report = load(
        "areas", "a.csv", "区划代码,名称\n34,安徽省\n3408,安庆市\n340811,宜秀区\n340811100,大龙山镇\n", code_system="nbs"
    )
    rows = project.read("areas").to_pylist()
    assert [(r["level"], r["parent"]) for r in rows] == [
        ("province", None),
        ("city", "34"),
        ("county", "3408"),
        ("township", "340811"),
    ]
    assert {r["code_system"] for r in rows} == {"nbs"}
    assert any("no border" in n for n in report.notes)


def test_progress_goes_up_through_its_stages(
    project: Project, register: Register, areas: None, study: Study, tmp_path: Path
) -> None:
    calls: list[tuple[str, float]] = []
    (tmp_path / "h.csv").write_text(GOOD)
    import_file(project, "households", tmp_path / "h.csv", Options(), study, lambda s, f: calls.append((s, f)), register)
    stages = ["read", "check", "write"]
    assert calls == sorted(calls, key=lambda t: (stages.index(t[0]), t[1]))
    assert calls[-1] == ("write", 1.0)


def test_households_cannot_be_loaded_into_the_project(project: Project, areas: None, study: Study, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(GOOD)
    with pytest.raises(InputError, match="in the register, which is not open"):
        import_file(project, "households", tmp_path / "h.csv", Options(), study, lambda stage, fraction: None)


def test_a_loaded_register_without_its_secret_refuses_households(register: Register, areas: None, load: Load) -> None:
    load("households", "h.csv", GOOD)
    (register.folder / "secret").unlink()
    with pytest.raises(InputError, match="restore it from a backup of the register"):
        load("households", "h.csv", GOOD.replace(",3,1,", ",5,1,"))


@pytest.mark.parametrize(("period", "read"), [("2024.10", "2024-10"), ("2024-03-01", "2024-03"), ("2024.2", "2024-02")])
def test_periods_that_a_spreadsheet_changed(project: Project, areas: None, load: Load, period: str, read: str) -> None:
    load("uptake", "u.csv", f"area,period,service,served,eligible\n340811,{period},care,50,400\n")
    assert project.read("uptake").column("period").to_pylist() == [read]


@pytest.mark.parametrize(
    ("group", "read"), [("流动人口", "migrant"), ("户籍人口", "resident"), ("Migrants", "migrant"), ("", "all")]
)
def test_uptake_may_be_of_residents_and_migrants(project: Project, areas: None, load: Load, group: str, read: str) -> None:
    load("uptake", "u.csv", f"area,period,service,group,served,eligible\n340811,2024,care,{group},50,400\n")
    assert project.read("uptake").column("group").to_pylist() == [read]


@pytest.mark.parametrize(("served", "eligible"), [(1, 400), (9, 400), (391, 400), (3, 5)])
def test_uptake_of_few_persons_must_be_public_already(
    project: Project, areas: None, load: Load, served: int, eligible: int
) -> None:
    row = f"340811,2024,care,{served},{eligible}"
    with pytest.raises(BadValues, match="1 to 9 persons are served or not served"):
        load("uptake", "u.csv", f"area,period,service,served,eligible\n{row}\n")
    with pytest.raises(BadValues, match="1 to 9 persons are served or not served"):
        load("uptake", "u.csv", f"area,period,service,served,eligible,published\n{row},no\n")
    load("uptake", "u.csv", f"area,period,service,served,eligible,published\n{row},yes\n")
    assert project.read("uptake").column("served").to_pylist() == [served]


@pytest.mark.parametrize("served", [0, 10, 390, 400])
def test_uptake_of_none_or_of_many_persons_is_imported(project: Project, areas: None, load: Load, served: int) -> None:
    load("uptake", "u.csv", f"area,period,service,served,eligible\n340811,2024,care,{served},400\n")
    assert project.read("uptake").column("served").to_pylist() == [served]


@pytest.mark.parametrize("period", ["2024.1", "45292", "2024-03-15"])
def test_an_ambiguous_period_is_rejected(areas: None, load: Load, period: str) -> None:
    with pytest.raises(BadValues, match="January or October"):
        load("uptake", "u.csv", f"area,period,service,served,eligible\n340811,{period},care,50,400\n")

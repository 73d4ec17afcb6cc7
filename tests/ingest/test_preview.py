"""A preview shows how headers were understood, the first rows and what is wrong in them, and changes nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from geoservice.errors import GeoserviceError
from geoservice.ingest.preview import FAULTY, FIRST, REASONS
from geoservice.ingest.report_json import refusal_json, report_json

Load = Callable[..., Any]
STATIONS = "站点编号,站点名称,经度,纬度,类别,容量,门牌,备注\n"
HOUSEHOLDS = "户编号,经度,纬度,人口,六岁以下,说明\n"


def row(number: int, capacity: str = "500") -> str:
    return f"S{number},卫生院{number},116.95,30.6,内科{number},{capacity},8,x{number}\n"


def test_columns_and_headers_say_why_they_do_not_match(load: Load, areas: None) -> None:
    content = STATIONS + "".join(map(row, range(6)))
    report = load("stations", "s.csv", content, preview=True)
    assert type(report.refusal).__name__ == "MissingColumn"
    columns = {c.name: c for c in report.preview.columns}
    assert (columns["tier"].reason, columns["tier"].candidates, columns["tier"].is_needed) == ("values_differ", ("类别",), True)
    assert (columns["staff"].reason, columns["staff"].candidates, columns["staff"].is_needed) == ("no_header", (), False)
    assert columns["wkt"].reason == "not_needed"
    unused = {h.name: (h.reason, h.candidates) for h in report.preview.unused}
    assert unused["备注"] == ("no_column", ())
    assert unused["类别"] == ("values_differ", ("tier",))
    assert (
        report.preview.options
        == "--map 'id=站点编号' --map 'name=站点名称' --map 'capacity=容量' --map 'lon=经度' --map 'lat=纬度'"
    )


def test_headers_that_fit_equally_well_or_less_well_are_named(load: Load, areas: None) -> None:
    report = load("population", "p.csv", "编号,经度,纬度,人口,总人口\n1,116.95,30.6,3,4\n", preview=True)
    persons = next(c for c in report.preview.columns if c.name == "persons")
    assert (persons.reason, persons.candidates, persons.is_needed) == ("ambiguous", ("人口", "总人口"), True)
    assert [(h.reason, h.candidates) for h in report.preview.unused] == [("ambiguous", ("persons",))] * 2
    better = load("population", "p.csv", "编号,经度,纬度,persons,总人口\n1,116.95,30.6,3,4\n", preview=True)
    assert [(h.name, h.reason, h.candidates) for h in better.preview.unused] == [("总人口", "other_header", ("persons",))]
    left_out = load("population", "p.csv", "编号,经度,纬度,人口\n1,116.95,30.6,3\n", preview=True, mapping={"persons": ""})
    assert next(c for c in left_out.preview.columns if c.name == "persons").reason == "left_out"


def test_the_first_rows_and_those_with_errors_are_shown(load: Load, areas: None, state: Callable[[], object]) -> None:
    before = state()
    rows = [row(i, "多" if i in {2, 30} or i > 50 else "5") for i in range(80)]
    report = load(
        "stations", "s.csv", STATIONS + "".join(rows), preview=True, tier="village", mapping={"services": "备注", "tier": ""}
    )
    shown = report.preview.rows
    assert [r.row for r in shown[:FIRST]] == [2, 3, 4, 5, 6]
    assert (len(shown), shown[FIRST].row) == (FIRST + FAULTY, 7)
    faults = {r.row: [(f.column, f.value, f.reason) for f in r.faults] for r in shown}
    assert ("容量", "多", "not a number") in faults[4]
    assert shown[2].values[:2] == ("S2", "卫生院2")
    assert state() == before


def test_a_preview_of_a_good_file_ends_as_a_dry_run(load: Load, areas: None) -> None:
    content = HOUSEHOLDS + "K1,116.95,30.6,2,1,x\nK2,116.96,30.61,3,0,y\n"
    preview, tried = (load("households", "h.csv", content, **options) for options in ({"preview": True}, {"dry_run": True}))
    assert preview.expected.added == tried.expected.added == 2
    assert (preview.dry_run, preview.vintage, tried.preview) == (True, None, None)
    load("households", "h.csv", content)
    again = load("households", "h.csv", content, preview=True)
    assert (again.expected.number, len(again.preview.rows)) == (1, 2)


def test_a_sheet_is_guessed(load: Load, areas: None, tmp_path: Any) -> None:
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["某县站点"])
    sheet = book.create_sheet("名册")
    for line in (STATIONS + row(1)).splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "s.xlsx")
    report = load("stations", "s.xlsx", preview=True)
    assert (report.layer, report.preview.headers[0]) == ("名册", "站点编号")


def test_a_file_with_personal_data_shows_no_row(load: Load, areas: None) -> None:
    report = load("households", "h.csv", HOUSEHOLDS.replace("说明", "姓名") + "K1,116.95,30.6,2,1,王小明\n", preview=True)
    assert (type(report.refusal).__name__, report.preview, report.samples) == ("PersonalData", None, ())
    assert "王小明" not in json.dumps(report_json(report), ensure_ascii=False)


def test_pyramids_with_a_column_for_each_age_have_a_preview(load: Load, areas: None) -> None:
    report = load("pyramids", "p.csv", "区划代码,年份,0-14岁,15-64岁,65岁及以上\n340811,2020,10,x,5\n", preview=True)
    assert (2, "15-64岁", "x") in [(f.row, f.column, f.value) for f in report.samples]
    assert report.preview.rows[0].row == 2


def test_a_file_of_points_without_columns_has_a_preview(load: Load, areas: None) -> None:
    points = [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [116.95, 30.6]}}]
    content = json.dumps({"type": "FeatureCollection", "features": points})
    report = load("stations", "s.geojson", content, preview=True)
    assert (type(report.refusal).__name__, [len(r.values) for r in report.preview.rows]) == (
        "MissingColumn",
        [len(report.preview.headers)],
    )


SECRETS = ("K1000001", "116.9512345", "30.6054321", "三口人", "独居老人张奶奶家", "大龙山镇某村东头3号")


def household_files() -> list[tuple[str, dict[str, Any]]]:
    """Return files of households that go wrong in every way, all with the secrets in their rows."""
    key, lon, lat, persons, remark, address = SECRETS
    good = f"{key},{lon},{lat},{persons},1,{remark}{address}\n"
    return [
        (HOUSEHOLDS + good, {}),
        (HOUSEHOLDS + good + good, {}),  # a key occurs twice
        (good * 2, {}),  # no header
        (HOUSEHOLDS.replace("户编号", remark) + good, {}),  # a header as odd as a value
        (HOUSEHOLDS.replace("经度", "地点") + good, {}),  # no longitude
        (HOUSEHOLDS + good.replace(lon, "16.9512345"), {}),  # outside every area
        (HOUSEHOLDS + good + f"{key},{lon}\n", {}),  # a line with too few cells
        (HOUSEHOLDS + good, {"mapping": {"id": "无此列"}}),
        (HOUSEHOLDS.replace("说明", "户籍地代码") + good, {}),
        (HOUSEHOLDS.replace("说明", "精度") + good, {}),
    ]


@pytest.mark.parametrize("case", range(len(household_files())))
def test_no_text_of_a_household_is_in_the_document(load: Load, areas: None, case: int) -> None:
    content, options = household_files()[case]
    try:
        document = report_json(load("households", "h.csv", content, preview=True, **options))
    except GeoserviceError as error:
        document = refusal_json("households", "h.csv", error)
    text = json.dumps(document, ensure_ascii=False)
    header = content.splitlines()[0]
    assert not [s for s in SECRETS if s in text and s not in header]
    if not header.startswith(("户编号", "独居")):
        assert not [s for s in SECRETS if s in text]
    assert document["status"] == "refused"
    assert document["refusal"]["message"].keys() == {"zh", "en"}


def test_a_document_of_public_rows_has_their_values(load: Load, areas: None) -> None:
    report = load(
        "stations", "s.csv", STATIONS + row(1, "多"), preview=True, tier="village", mapping={"services": "备注", "tier": ""}
    )
    document = report_json(report)
    assert document["first_rows"][0]["values"][:2] == ["S1", "卫生院1"]
    assert ("容量", "多") in [(f["column"], f["value"]) for f in document["faults"]]
    assert {c["reason"] for c in document["columns"] if c["header"] is None} <= set(REASONS)
    assert len(document["sha256"]) == 64

"""Office workbooks: titles, merged cells, totals, several sheets, formulas that were never computed."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from geoservice.errors import InputError
from geoservice.ingest import Report
from geoservice.ingest.workbook import BATCH_ROWS
from geoservice.project import Project

Load = Callable[..., Report]
HEADER = ["站点编号", "名称", "级别", "服务项目", "经度", "纬度"]


def station(number: int, name: str = "站") -> list[Any]:
    return [f"S{number}", f"{name}{number}", "村级", "体检", 116.95, 30.6]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Workbook]:
    """Return ``book(sheets)``: writes ``s.xlsx`` with rows by sheet, and returns it, to change and save it again."""

    def go(**sheets: Sequence[Sequence[Any]]) -> Workbook:
        made = Workbook()
        made.remove(made["Sheet"])
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        made.save(tmp_path / "s.xlsx")
        return made

    return go


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Workbook], None]:
    return lambda made: made.save(tmp_path / "s.xlsx")


def names(project: Project) -> list[str]:
    return sorted(project.read("stations").column("name").to_pylist())


def test_the_sheet_with_known_headers_is_read(book: Any, load: Load, project: Project, areas: None) -> None:
    book(说明=[["本表由各乡镇填报"], ["请于月底前上报"]], 名册=[HEADER, station(1)], 空=[])
    report = load("stations", "s.xlsx")
    assert names(project) == ["站1"]
    assert any("sheet '名册' was read; other sheets: ['说明', '空']" in n for n in report.notes)


def test_a_hidden_sheet_is_read_only_by_name(book: Any, load: Load, project: Project, areas: None, save: Any) -> None:
    made = book(旧=[HEADER, station(1, "旧"), station(2, "旧")], 新=[HEADER, station(3, "新")])
    made["旧"].sheet_state = "hidden"
    save(made)
    load("stations", "s.xlsx")
    assert names(project) == ["新3"]
    load("stations", "s.xlsx", layer="旧")
    assert "旧1" in names(project)


def test_all_sheets_are_concatenated(book: Any, load: Load, project: Project, areas: None) -> None:
    book(甲镇=[HEADER, station(1)], 乙镇=[HEADER, station(2), station(3)])
    report = load("stations", "s.xlsx", layer="all")
    assert names(project) == ["站1", "站2", "站3"]
    assert any("2 sheets" in n for n in report.notes)


def test_sheets_with_different_columns_are_not_concatenated(book: Any, load: Load, areas: None) -> None:
    book(甲镇=[HEADER, station(1)], 乙镇=[[*HEADER[:5], "备注"], station(2)])
    with pytest.raises(InputError, match="乙镇"):
        load("stations", "s.xlsx", layer="all")


def test_titles_totals_and_remarks_are_skipped_and_noted(
    book: Any, load: Load, project: Project, areas: None, save: Any
) -> None:
    made = book(
        名册=[
            ["某县服务站名册"], ["填报单位：某局", None, "单位：个"], HEADER, station(1), station(2),
            ["合计", "2", None, None, None, None], [3], [], ["填表人：李某", None, None, "审核：王某"],
        ]
    )  # fmt: skip
    made["名册"].merge_cells("A1:F1")
    save(made)
    report = load("stations", "s.xlsx")
    assert names(project) == ["站1", "站2"]
    for words in ("above the header in row 3", "row(s) of totals", "below the table"):
        assert any(words in n for n in report.notes), words


@pytest.mark.parametrize("merged", [True, False])
def test_a_header_of_two_rows_is_read(book: Any, load: Load, project: Project, areas: None, save: Any, merged: bool) -> None:
    made = book(名册=[[*HEADER[:4], "坐标", None], [None, None, None, None, "经度", "纬度"], station(1)])
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1") if merged else ():
        made["名册"].merge_cells(cells)
    save(made)
    report = load("stations", "s.xlsx")
    assert names(project) == ["站1"]
    assert any(("above the header in row 2" if merged else "read from two rows") in n for n in report.notes)


def test_merged_cells_are_filled(book: Any, load: Load, project: Project, areas: None, save: Any) -> None:
    made = book(名册=[HEADER, station(1), station(2)])
    made["名册"].merge_cells("C2:C3")
    made["名册"].merge_cells("D2:D3")
    save(made)
    report = load("stations", "s.xlsx")
    assert [r["tier"] for r in project.read("stations").to_pylist()] == ["village", "village"]
    assert any("2 merged cells" in n for n in report.notes)


def test_merged_cells_are_filled_over_many_rows(book: Any, load: Load, project: Project, areas: None, save: Any) -> None:
    """A range reaches from one batch into the next, and rows below it are as they were."""
    rows = [station(i) for i in range(1, BATCH_ROWS + 12)]
    for row in rows[1 : BATCH_ROWS + 10]:
        row[2] = None
    made = book(名册=[HEADER, *rows])
    made["名册"].merge_cells(f"C2:C{BATCH_ROWS + 11}")
    save(made)
    report = load("stations", "s.xlsx")
    assert report.rows_accepted == BATCH_ROWS + 11
    assert any(f"{BATCH_ROWS + 9} merged cells" in n for n in report.notes)


def test_a_table_may_begin_anywhere(book: Any, load: Load, project: Project, areas: None, save: Any) -> None:
    empty = [None] * 3
    book(名册=[[], [], [*empty, *HEADER], [*empty, *station(1)], [*empty, *station(2), "备注"]])
    report = load("stations", "s.xlsx")
    assert names(project) == ["站1", "站2"]
    assert any("1 cells to the right of the last header were ignored" in n for n in report.notes)


def test_the_header_row_can_be_stated(book: Any, load: Load, project: Project, areas: None) -> None:
    book(名册=[HEADER, station(1), HEADER, station(2)])
    load("stations", "s.xlsx", header_row=3)
    assert names(project) == ["站2"]
    with pytest.raises(InputError, match="no header in row 9"):
        load("stations", "s.xlsx", header_row=9)


def test_a_formula_without_a_value_is_refused(book: Any, load: Load, areas: None) -> None:
    row = station(1)
    row[1] = "=A2"
    book(名册=[HEADER, row])
    with pytest.raises(InputError, match=r"名册.*B2.*formulas without values"):
        load("stations", "s.xlsx")


def test_a_repeated_column_is_noted(book: Any, load: Load, areas: None) -> None:
    book(名册=[[*HEADER, "名称"], [*station(1), "别名"]])
    report = load("stations", "s.xlsx")
    assert report.mapping["name"] == "名称"
    assert any("'名称' occurs 2 times" in n for n in report.notes)


@pytest.mark.parametrize("value", [b"", b"<v/>", b"<v />", b"<v></v>"])
def test_every_spelling_of_a_missing_formula_value(book: Any, load: Load, areas: None, tmp_path: Path, value: bytes) -> None:
    row = station(1)
    row[1] = "=A2"
    book(名册=[HEADER, row])
    with ZipFile(tmp_path / "s.xlsx") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = re.sub(rb"</f>(<v ?/>|<v></v>)?</c>", b"</f>" + value + b"</c>", members[sheet])
    with ZipFile(tmp_path / "s.xlsx", "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(InputError, match="formulas without values"):
        load("stations", "s.xlsx")

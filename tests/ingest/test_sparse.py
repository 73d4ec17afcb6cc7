"""A cell far outside the table: the right table or an error that names its place, in bounded time and memory."""

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from geoservice.errors import EmptyFile, TooLarge
from geoservice.ingest.formats import Format
from geoservice.ingest.raw_table import RawTable
from geoservice.ingest.sandbox import read_file

HEADERS, ROW = ("id", "name", "lon", "lat"), ("1", "甲站", "116.9", "30.6")
FIELDS = {name: {"names": [name]} for name in HEADERS}
Read = Callable[[Path], RawTable]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_path(path: Path) -> RawTable:
        (tmp_path / "scratch").mkdir()
        kind: Format = "csv" if path.suffix == ".csv" else "workbook"
        start = time.monotonic()
        try:
            return read_file(path, kind, tmp_path / "scratch", fields=FIELDS, seconds=120)
        finally:
            assert time.monotonic() - start < 60

    return read_path


def xlsx(path: Path, row: int, column: int, *, table: bool = True) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for n, (header, value) in enumerate(zip(HEADERS, ROW, strict=True), 1):
        if table:
            sheet.cell(1, n, header)
            sheet.cell(2, n, value)
    sheet.cell(row, column, "x")
    book.save(path)
    return path


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize(("row", "column"), [(1_048_576, 16_384), (1_048_576, 96), (50_000, 16_384), (6_104, 16_384)])
def test_a_cell_too_far_outside_is_an_error(read: Read, tmp_path: Path, row: int, column: int, table: bool) -> None:
    path = xlsx(tmp_path / "s.xlsx", row, column, table=table)
    where = f"row {row} and column {get_column_letter(column)}"
    with pytest.raises(TooLarge, match=rf"^s\.xlsx: sheet '表' extends to {where}, allowed are 100 million cells"):
        read(path)


def test_a_cell_in_the_last_column_beside_the_table_is_noted(read: Read, tmp_path: Path) -> None:
    raw = read(xlsx(tmp_path / "s.xlsx", 2, 16_384))
    assert raw.columns.to_pylist() == [dict(zip(HEADERS, ROW, strict=True))]
    assert raw.meta.notes == ["sheet '表': 1 cells to the right of the last header were ignored"]


@pytest.mark.slow
def test_a_cell_in_the_last_row_is_a_row(read: Read, tmp_path: Path) -> None:
    raw = read(xlsx(tmp_path / "s.xlsx", 1_048_576, 1))
    assert raw.rows[-1].as_py() == 1_048_576
    assert raw.columns.column("id").drop_null().to_pylist() == ["1", "x"]


def test_a_single_cell_in_the_last_column_is_not_a_table(read: Read, tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match=r"^s\.xlsx: there are no rows below the header"):
        read(xlsx(tmp_path / "s.xlsx", 1, 16_384, table=False))


SPACES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))


KIND = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/></manifest:manifest>'
)


def cell(value: str, times: int = 1) -> str:
    attributes = f'office:value-type="string" table:number-columns-repeated="{times}"'
    return f"<table:table-cell {attributes}><text:p>{value}</text:p></table:table-cell>"


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


EMPTY = '<table:table-cell table:number-columns-repeated="{}"/>'
TABLE = row(*map(cell, HEADERS)) + row(*map(cell, ROW))


def ods(path: Path, rows: str) -> Path:
    body = (
        f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml", f"<?xml version='1.0'?><office:document-content {SPACES}>{body}</office:document-content>"
        )
    return path


@pytest.mark.parametrize("empty", [row(EMPTY.format(16_384), times=1_048_574), row(cell("", 16_384), times=9)])
def test_repeated_empty_cells_of_an_ods_are_ignored(read: Read, tmp_path: Path, empty: str) -> None:
    raw = read(ods(tmp_path / "s.ods", TABLE + empty))
    assert raw.columns.to_pylist() == [dict(zip(HEADERS, ROW, strict=True))]


@pytest.mark.parametrize("times", [1_048_574, 2_000_000_000])
def test_a_filled_cell_of_an_ods_repeated_over_the_sheet_is_too_large(read: Read, tmp_path: Path, times: int) -> None:
    with pytest.raises(TooLarge, match=r"^s\.ods: a sheet is too large: allowed are 100 million cells"):
        read(ods(tmp_path / "s.ods", TABLE + row(cell("z", 16_384), times=times)))


def test_a_field_in_the_ten_thousandth_column_of_a_csv(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    far = "," * 9_996
    path.write_text(f"{','.join(HEADERS)}\n{','.join(ROW)}\n{','.join(ROW)}{far}y\n", encoding="utf-8")
    raw = read(path)
    assert raw.columns.to_pylist() == [dict(zip(HEADERS, ROW, strict=True))]
    assert [(line, reason) for line, _, reason in raw.meta.broken] == [(3, "10000 cells where the header has 4")]


def test_a_header_of_ten_thousand_columns_is_read(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    far = "," * 9_996
    path.write_text(f"{','.join(HEADERS)}{far}y\n{','.join(ROW)}{far}z\n", encoding="utf-8")
    raw = read(path)
    assert (raw.columns.num_rows, raw.columns.num_columns) == (1, 10_000)
    assert [raw.columns.column(i)[0].as_py() for i in (0, 1, 9_999)] == ["1", "甲站", "z"]

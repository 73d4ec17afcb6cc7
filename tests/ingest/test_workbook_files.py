"""Workbooks in XLS, ET and ODS, with passwords, under wrong suffixes, and files that are not workbooks."""

import io
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from stations_file import FRAME, same

from geoservice.errors import UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
FILES = Path(__file__).parent / "files"
CSV = FRAME.to_csv(index=False)


@pytest.mark.parametrize(
    ("file", "name", "note"),
    [
        ("stations.xls", "s.xls", ""),
        ("stations.xls", "s.et", ""),
        ("stations.ods", "s.ods", ""),
        ("stations.xls", "s.xlsx", "the name says .xlsx, but the content is XLS and was read as such"),
        ("stations.ods", "s.xls", "the name says .xls, but the content is ODS and was read as such"),
        ("xlsx", "s.xls", "the name says .xls, but the content is XLSX and was read as such"),
        ("xlsx", "s.et", ""),
        ("xlsx", "s.xlsm", ""),
    ],
)
def test_every_format_under_any_suffix(project: Project, load: Load, tmp_path: Path, file: str, name: str, note: str) -> None:
    if file == "xlsx":
        FRAME.to_excel(made := io.BytesIO(), sheet_name="站点", index=False)
        (tmp_path / name).write_bytes(made.getvalue())
    else:
        shutil.copy(FILES / file, tmp_path / name)
    report = load("stations", name)
    same(project, report)
    assert report.layer == "站点"
    assert [n for n in report.notes if "the name says" in n] == ([note] if note else [])


@pytest.mark.parametrize("name", ["s.xls", "s.ods"])
def test_a_sheet_is_chosen_by_name(load: Load, tmp_path: Path, name: str) -> None:
    shutil.copy(FILES / f"stations{name[1:]}", tmp_path / name)
    assert load("stations", name, layer="站点").rows_accepted == 3


@pytest.mark.parametrize("file", ["locked.xls", "locked.xlsx", "locked.ods"])
@pytest.mark.parametrize("name", ["s.xls", "s.xlsx", "s.ods", "s.et"])
def test_a_password_is_named_whatever_the_suffix(load: Load, tmp_path: Path, file: str, name: str) -> None:
    shutil.copy(FILES / file, tmp_path / name)
    with pytest.raises(
        UnreadableFile, match=f"{name}: the workbook is protected by a password; open it with the password and save"
    ):
        load("stations", name)


def zipped(*names: str) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return made.getvalue()


def compound(stream: str) -> bytes:
    """A file of Microsoft's compound format with its first bytes and the name of a stream, which is all that is checked."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(600)


SPREADSHEET = "open it in a spreadsheet program and save it as XLSX"
XML = '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", f"an HTML web page: {SPREADSHEET}"),
        (b"\xef\xbb\xbf\r\n<TABLE border=1><tr>", f"an HTML web page: {SPREADSHEET}"),
        ("<html>".encode("utf-16"), f"an HTML web page: {SPREADSHEET}"),
        (XML.encode(), f"a spreadsheet in XML of 2003: {SPREADSHEET}"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "a web archive"),
        (CSV.encode("gbk"), "text: if it is a table, give it the suffix .csv"),
        (CSV.replace(",", "\t").encode("utf-16"), "text: if it is a table, give it the suffix .csv"),
        (b"%PDF-1.7", "PDF"),
        (zipped("word/document.xml"), "a Word document"),
        (zipped("xl/workbook.bin"), "a binary workbook"),
        (zipped("s.csv"), "a ZIP archive: give it the suffix .zip"),
        (compound("WordDocument"), "a Word document"),
        (compound("PowerPoint Document"), "damaged or cut short"),
        (struct.pack("<HHHH", 0x0009, 4, 2, 16), "another format"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["s.xls", "s.xlsx"])
def test_files_that_are_not_workbooks_are_named(load: Load, name: str, content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        load("stations", name, content)


def test_a_panic_of_the_reader_is_an_error(load: Load) -> None:
    """A sheet that begins beyond the end makes the workbook library panic, which is not an Exception in Python."""
    data = bytearray((FILES / "stations.xls").read_bytes())
    data[3080] = 0xFF  # of the place of the first sheet
    with pytest.raises(UnreadableFile, match=r"failed \(PanicException\): the file is damaged"):
        load("stations", "s.xls", bytes(data))

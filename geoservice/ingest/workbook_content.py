"""What is inside a workbook's file, whatever its name: its kind, a password, formulas that were never computed."""

import mmap
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO
from xml.sax.saxutils import unescape

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.ingest.archives import check_archive

PROTECTED = "the workbook is protected by a password; open it with the password and save it without one"
_SAME = {".xls": (".xls", ".et"), ".xlsx": (".xlsx", ".xlsm", ".et"), ".ods": (".ods",)}
"""Suffixes of each kind of content."""
_STREAMS = ("Workbook", "EncryptedPackage", "WordDocument")
_OTHERS = {
    "xl/workbook.bin": "a binary workbook (XLSB): save it as XLSX",
    "word/document.xml": "a Word document: a table in it is read once it stands in a spreadsheet",
    "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers document: export it as XLSX",
}


def by_content(path: Path, scratch: Path, notes: list[str]) -> Path:
    """Return a path to the workbook whose suffix is that of its content, which is what the reader goes by.

    Raises
    ------
    TooLarge
        As :func:`geoservice.ingest.archives.check_archive`.
    UnreadableFile
        It is damaged, protected by a password, or no workbook.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    suffix = _suffix_of_zip(path) if zipped else _suffix_of_ole(path)
    named = path.suffix.lower()
    if named in _SAME[suffix] and named != ".et":
        return path
    if named not in _SAME[suffix]:
        notes.append(f"the name says {named}, the content is {suffix.removeprefix('.').upper()}, as which it was read")
    link = scratch / f"workbook{suffix}"
    link.symlink_to(path)
    return link


def _suffix_of_zip(path: Path) -> str:
    check_archive(path, "workbook")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names or "content.xml" in names:
        return ".xlsx" if "xl/workbook.xml" in names else ".ods"
    other = next((what for member, what in _OTHERS.items() if member in names), "a ZIP archive: give it the suffix .zip")
    raise UnreadableFile(f"there is no workbook in it, it is {other}")


def _suffix_of_ole(path: Path) -> str:
    """Look for the names of streams in a file of Microsoft's compound format; a workbook may hold documents of other kinds."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        there = {name for name in _STREAMS if data.find(name.encode("utf-16-le")) >= 0}
    if "Workbook" in there:
        return ".xls"
    if "EncryptedPackage" in there:
        raise UnreadableFile(PROTECTED)
    if "WordDocument" in there:
        raise UnreadableFile(f"there is no workbook in it, it is {_OTHERS['word/document.xml']}")
    return ".xls"


_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_SHEET = re.compile(rb'<sheet [^>]*name="([^"]*)"[^>]*r:id="([^"]*)"')
_TARGET = re.compile(rb"<Relationship [^>]*>")
_COLUMN, _ROW = re.compile(rb'\br="([A-Z]{2,3})\d'), re.compile(rb'\br="[A-Z]{0,3}(\d{1,7})"')
_CHUNK, _TAIL = 1 << 22, 4096
MAX_CELLS = 100_000_000
"""Places on a sheet, from its first row and column to the last ones that hold anything."""


def check_formulas(path: Path, sheets: Collection[str]) -> None:
    """Raise :class:`InputError` for a formula whose value was never computed, which reads as an empty cell."""
    for name, file in _sheets(path, sheets):
        if bare := _FORMULA.findall(file.read()):
            raise InputError(
                f"sheet {name!r}: {len(bare)} cells, the first {bare[0].decode()}, hold formulas without values; open the "
                "file in a spreadsheet and save it, or paste the values"
            )


def check_extent(path: Path, sheets: Collection[str]) -> None:
    """Raise :class:`TooLarge` for a sheet on which a cell stands so far away that the empty ones up to it do not fit.

    The reader makes a cell of every place from the first row and column to the last ones. Of an ODS it says so itself.
    """
    for name, file in _sheets(path, sheets):
        columns, last, rest = set[bytes](), b"1", b""
        while chunk := file.read(_CHUNK):
            part = rest + chunk
            columns |= set(_COLUMN.findall(part))
            last = (_ROW.findall(part[-_TAIL:]) or [last])[-1]  # rows come in their order
            rest = part[-_TAIL:]
        column = max(columns, key=lambda c: (len(c), c), default=b"Z")
        if int(last) * _number(column) > MAX_CELLS:
            raise TooLarge(
                f"sheet {name!r} reaches to row {last.decode()} and column {column.decode()}, allowed are {MAX_CELLS // 10**6} "
                "million cells, empty ones too; delete what stands far away from the table"
            )


def _number(column: bytes) -> int:
    """Return the number of a column, from 1.

    >>> _number(b"A"), _number(b"AA"), _number(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheets(path: Path, sheets: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield these sheets of an XLSX as open files; none of a workbook of another kind."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return
        named = {i: unescape(n.decode()) for n, i in _SHEET.findall(archive.read("xl/workbook.xml"))}
        for relation in _TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
            about = dict(re.findall(rb'(Id|Target)="([^"]*)"', relation))
            name = named.get(about.get(b"Id", b""))
            member = "xl/" + about.get(b"Target", b"").decode().removeprefix("/xl/")
            if name is not None and name in sheets and member in archive.namelist():
                with archive.open(member) as file:
                    yield name, file

"""Content checks of a workbook file: its true format, a password, formulas that were never computed."""

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
"""Accepted suffixes of each true format."""
_STREAMS = ("Workbook", "EncryptedPackage", "WordDocument")
_OTHERS = {
    "xl/workbook.bin": "a binary workbook (XLSB): save it as XLSX",
    "word/document.xml": "a Word document: copy its table into a spreadsheet",
    "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers document: export it as XLSX",
}


def by_content(path: Path, scratch: Path, notes: list[str]) -> Path:
    """Return a path to the workbook with the suffix of its content, by which the reader selects the format.

    Raises
    ------
    TooLarge
        As :func:`geoservice.ingest.archives.check_archive`.
    UnreadableFile
        The file is damaged, protected by a password, or not a workbook.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    suffix = _suffix_of_zip(path) if zipped else _suffix_of_ole(path)
    stated_suffix = path.suffix.lower()
    if stated_suffix in _SAME[suffix] and stated_suffix != ".et":
        return path
    if stated_suffix not in _SAME[suffix]:
        notes.append(
            f"the name says {stated_suffix}, but the content is {suffix.removeprefix('.').upper()} and was read as such"
        )
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
    raise UnreadableFile(f"the file is not a workbook but {other}")


def _suffix_of_ole(path: Path) -> str:
    """Return the suffix of a compound file by the names of its streams; a workbook may embed documents of other kinds."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        streams = {name for name in _STREAMS if data.find(name.encode("utf-16-le")) >= 0}
    if "Workbook" in streams:
        return ".xls"
    if "EncryptedPackage" in streams:
        raise UnreadableFile(PROTECTED)
    if "WordDocument" in streams:
        raise UnreadableFile(f"the file is not a workbook but {_OTHERS['word/document.xml']}")
    return ".xls"


_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_SHEET = re.compile(rb'<sheet [^>]*name="([^"]*)"[^>]*r:id="([^"]*)"')
_TARGET = re.compile(rb"<Relationship [^>]*>")
_COLUMN, _ROW = re.compile(rb'r="([A-Z]{2,3})\d'), re.compile(rb'\br="[A-Z]{0,3}(\d{1,7})"')
_CHUNK, _TAIL = 1 << 22, 4096
MAX_CELLS = 100_000_000
"""Limit of cells of a sheet, empty ones included, from the first row and column to the last used ones."""
EXTENT_LIMIT = f"allowed are {MAX_CELLS // 10**6} million cells, empty ones included; delete cells far outside the table"


Formulas = dict[str, list[str]]
"""Cells of each sheet that hold formulas without a stored value."""


def check_formulas(formulas: Formulas, sheets: Collection[str]) -> None:
    """Raise :class:`InputError` for a formula without a stored value, which would read as an empty cell."""
    for name in sheets:
        if cells := formulas.get(name):
            raise InputError(
                f"sheet {name!r}: {len(cells)} cells, the first {cells[0]}, hold formulas without "
                "values; open the file in a spreadsheet and save it, or paste the values"
            )


def scan_sheets(path: Path, sheets: Collection[str]) -> Formulas:
    """Return the formulas without values of some sheets of an XLSX, having checked that the sheets fit into memory.

    The workbook library allocates every cell from the first row and column to the last; for an ODS it checks this itself.
    Raises :class:`TooLarge` for a sheet with a cell so far out that the empty cells before it do not fit.
    """
    formulas: Formulas = {}
    for name, file in _sheets(path, sheets):
        columns, last_row, cells = set[bytes](), b"1", list[str]()
        for part in _whole_cells(file):
            columns |= set(_COLUMN.findall(part))
            last_row = (_ROW.findall(part[-_TAIL:]) or [last_row])[-1]  # rows are in order
            if b"<f" in part:
                cells += [c.decode() for c in _FORMULA.findall(part)]
        column = max(columns, key=lambda c: (len(c), c), default=b"Z")
        if int(last_row) * _column_number(column) > MAX_CELLS:
            raise TooLarge(f"sheet {name!r} extends to row {last_row.decode()} and column {column.decode()}, {EXTENT_LIMIT}")
        formulas[name] = cells
    return formulas


def _whole_cells(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the XML of a sheet in parts that end where a cell ends, if its cells are of a sane size."""
    rest = b""
    while chunk := file.read(_CHUNK):
        part = rest + chunk
        end = part.rfind(b"</c>") + len(b"</c>")
        if len(part) - end > _CHUNK:
            end = len(part)
        rest = part[end:]
        yield part[:end]
    yield rest


def _column_number(letters: bytes) -> int:
    """Return the number of a column, from 1.

    >>> _column_number(b"A"), _column_number(b"AA"), _column_number(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheets(path: Path, sheets: Collection[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and open file of these sheets of an XLSX; nothing for a workbook of another format."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return
        name_by_id = {i: unescape(n.decode()) for n, i in _SHEET.findall(archive.read("xl/workbook.xml"))}
        for relation in _TARGET.findall(archive.read("xl/_rels/workbook.xml.rels")):
            attributes = dict(re.findall(rb'(Id|Target)="([^"]*)"', relation))
            name = name_by_id.get(attributes.get(b"Id", b""))
            member = "xl/" + attributes.get(b"Target", b"").decode().removeprefix("/xl/")
            if name is not None and name in sheets and member in archive.namelist():
                with archive.open(member) as file:
                    yield name, file

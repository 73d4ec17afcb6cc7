"""Rejects file in CSV or XLSX, in which the owner can correct values; no cell can run as a formula."""

import csv
import re
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from geoservice.durable import atomic_write
from geoservice.errors import ParameterError
from geoservice.ingest.report import Reject

HEADER = ("file", "row", "column", "value", "reason", "allowed")
MAX_SHEET_ROWS = 1_048_575
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def escape_formula(text: str) -> str:
    """Return a cell text that no spreadsheet interprets as a formula; plain numbers are unchanged.

    >>> escape_formula("=1+1"), escape_formula("-5"), escape_formula("@SUM(A1)"), escape_formula("村")
    ("'=1+1", '-5', "'@SUM(A1)", '村')
    """
    risky = text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def rejects_folder(folder: Path) -> Path:
    """Return the default folder of rejects files in the folder of a store."""
    return folder / "rejects"


def write_rejects(rejects: Sequence[Reject], path: Path) -> None:
    """Write rejects to ``.csv`` (UTF-8 with byte order mark, for spreadsheets) or ``.xlsx``, readable by the owner only.

    Raises :class:`ParameterError` for another suffix.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise ParameterError(f"rejects: got {path.name!r}, allowed are names that end in .csv or .xlsx")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.touch(mode=0o600)
        (_write_csv if path.suffix.lower() == ".csv" else _write_xlsx)(rejects, temporary)


def _write_csv(rejects: Sequence[Reject], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([escape_formula(str(v)) for v in astuple(r)] for r in rejects)


def _write_xlsx(rejects: Sequence[Reject], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("rejects")
    sheet.append(HEADER)
    for r in rejects[:MAX_SHEET_ROWS]:
        cells = []
        for value in astuple(r):
            cell = WriteOnlyCell(sheet, value=value if isinstance(value, int) else _CONTROL.sub("", escape_formula(value)))
            if not isinstance(value, int):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    with path.open("wb") as file:
        book.save(file)

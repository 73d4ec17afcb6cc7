"""Rejects file in CSV or XLSX, in which the owner can correct values; no cell can run as a formula."""

import csv
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from geoservice.durable import atomic_write
from geoservice.errors import ParameterError
from geoservice.ingest.report import Reject
from geoservice.spreadsheet import escape_formula, text_cell

HEADER = ("file", "row", "column", "value", "reason", "allowed")
MAX_SHEET_ROWS = 1_048_575


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

    book = Workbook(write_only=True)
    sheet = book.create_sheet("rejects")
    sheet.append(HEADER)
    for r in rejects[:MAX_SHEET_ROWS]:
        sheet.append([value if isinstance(value, int) else text_cell(sheet, value) for value in astuple(r)])
    with path.open("wb") as file:
        book.save(file)

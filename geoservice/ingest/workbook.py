"""Workbooks (XLSX, XLSM, XLS, ET, ODS): the table on one sheet, or on all of them."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, TooLarge, UnreadableFile
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, text_schema
from geoservice.ingest.sheet_layout import HEAD, Layout, find_header, head_notes, titles_of
from geoservice.ingest.stray_rows import without_strays
from geoservice.ingest.workbook_content import EXTENT_LIMIT, PROTECTED, by_content, check_formulas, scan_sheets

ALL = "all"
"""Value in place of a sheet's name for every visible sheet."""
BATCH_ROWS = 16_384
"""Number of rows per batch: a list of Python objects takes ten times the memory of a column."""
Cell = int | float | str | bool | date | time | datetime | timedelta | None


def cell_text(value: Cell) -> str | None:
    """Return a cell as text, empty as None; integers without the decimal point that spreadsheets add.

    >>> [cell_text(v) for v in (340811100.0, 1.5, True, "", "a")]
    ['340811100', '1.5', 'true', None, 'a']
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def read_workbook(
    path: Path, sheet: str | None, fields: Fields, header_row: int | None, scratch: Path
) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata of one sheet, or of all sheets concatenated.

    Rows above the header, totals and remarks below the table are skipped and merged cells filled; both are noted.

    Parameters
    ----------
    path
    sheet
        Its name; ``all`` for every visible sheet; None for the visible one whose headers match our columns best.
    fields
        Our columns and the names files use for them.
    header_row
        Row of the header, from 1; None to detect it.
    scratch
        Folder for temporary files.

    Raises
    ------
    TooLarge, UnreadableFile
        As :func:`geoservice.ingest.workbook_content.by_content`; damaged, or protected by a password.
    InputError, EmptyFile
        No such sheet, or sheets with different headers; a formula without a value; no rows.
    """
    notes: list[str] = []
    path = by_content(path, scratch, notes)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(str(path))
        visible = [str(m.name) for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        names = [str(n) for n in book.sheet_names]
        chosen = _selected(names, visible or names, sheet)
        formulas = scan_sheets(path, chosen)
        tables = [t for n in chosen if (t := _table_of(book, n, fields, header_row)) is not None]
    except PasswordError as e:
        raise UnreadableFile(PROTECTED) from e
    except CalamineError as e:
        if "limit exceeded" in str(e):  # the library's own limit for an ODS, checked before it reads the sheet
            raise TooLarge(f"a sheet is too large: {EXTENT_LIMIT}") from e
        raise UnreadableFile("the workbook cannot be read: it is damaged or cut short") from e
    if not tables:
        raise EmptyFile("the sheet is empty")
    if sheet != ALL:
        tables = [max(tables, key=lambda t: (t.known, bool(t.batches)))]
    check_formulas(formulas, [t.sheet for t in tables])
    schema, batches, meta = _concatenated(tables, [n for n in names if n not in {t.sheet for t in tables}], sheet)
    meta.notes[:0] = notes
    return schema, batches, meta


def _selected(names: Sequence[str], visible: Sequence[str], sheet: str | None) -> Sequence[str]:
    if sheet is None or sheet == ALL:
        return visible
    if sheet not in names:
        raise InputError(f"there is no sheet {sheet!r}; sheets are {list(names)}, or all for the visible ones together")
    return [sheet]


class _Table(NamedTuple):
    """Table of one sheet: column names, its rows, how many names are known, notes, texts above."""

    sheet: str
    names: list[str]
    batches: list[pa.RecordBatch]
    known: int
    notes: list[str]
    titles: list[str]


TextRow = list[str | None]


def _table_of(book: Any, name: str, fields: Fields, header_row: int | None) -> _Table | None:
    """Return the table of one sheet; None if the sheet is empty."""
    sheet = book.get_sheet_by_name(name)
    merged = _MergedCells(sheet.merged_cell_ranges or [])
    rows = map(merged.filled, _text_rows(sheet))
    head = list(islice(rows, max(HEAD, header_row or 0) + 2))
    if not any(c is not None for row in head for c in row):
        return None
    if header_row is not None and not 1 <= header_row <= len(head):
        raise InputError(f"sheet {name!r} has {len(head)} rows, there is no header in row {header_row}")
    header = find_header(head, fields, header_row)
    first, meta = header.top + header.rows, Meta()
    outside = _OutsideCells(len(header.names))
    body = _batches(map(outside.cut, chain(head[first:], rows)), text_schema(header.names), first + 1)
    batches = [b for b in without_strays(body, Layout.of(header.names, fields), meta) if b.num_rows]
    notes = (
        [f"sheet {name!r}: {merged.count} merged cells were filled with the value of the first cell"] if merged.count else []
    )
    if outside.count:
        notes.append(f"sheet {name!r}: {outside.count} cells to the right of the last header were ignored")
    notes += [*head_notes(head, header), *meta.notes]
    known = len(guess_columns(list(dict.fromkeys(header.names)), fields))
    return _Table(name, header.names, batches, known, notes, titles_of(head, header))


def _text_rows(sheet: Any) -> Iterator[TextRow]:
    """Yield the rows of a sheet from its first cell; the library leaves out the empty columns on the left."""
    left: TextRow = [None] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield left + [c if type(c) is str and c else cell_text(c) for c in row]


def _batches(rows: Iterator[TextRow], schema: pa.Schema, first: int) -> Iterator[pa.RecordBatch]:
    """Yield rows of one width as batches with their numbers, from ``first``."""
    while chunk := list(islice(rows, BATCH_ROWS)):
        numbers = pa.array(range(first, first + len(chunk)), pa.int64())
        columns = (pa.array(column, pa.string()) for column in zip(*chunk, strict=True))
        yield pa.RecordBatch.from_arrays([numbers, *columns], schema=schema)
        first += len(chunk)


class _OutsideCells:
    """Cuts rows to the width of the header and counts the cells beyond it."""

    def __init__(self, width: int) -> None:
        self._width, self.count = width, 0

    def cut(self, row: TextRow) -> TextRow:
        """Return a row of the width of the header."""
        if len(row) == self._width:
            return row
        self.count += sum(c is not None for c in row[self._width :])
        return (row + [None] * self._width)[: self._width]


class _MergedCells:
    """Fills merged cells with the value of the first cell, row by row from the top, and counts them."""

    def __init__(self, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._ranges = deque(sorted(ranges))
        self._open: list[tuple[int, int, int, str]] = []
        self._row = self.count = 0

    def filled(self, row: TextRow) -> TextRow:
        """Return the next row, filled."""
        while self._ranges and self._ranges[0][0][0] == self._row:
            (_, left), (bottom, right) = self._ranges.popleft()
            value = row[left] if left < len(row) else None
            if value is not None:
                self._open.append((left, bottom, right, value))
        for left, _, right, value in self._open:
            for column in range(left, min(right + 1, len(row))):
                self.count += row[column] is None
                row[column] = value
        self._open = [r for r in self._open if r[1] > self._row]
        self._row += 1
        return row


def _concatenated(
    tables: Sequence[_Table], others: Sequence[str], sheet: str | None
) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    renamed: list[str] = []
    headers = clean_headers(tables[0].names, renamed)
    for table in tables[1:]:
        if clean_headers(table.names, []) != headers:
            raise InputError(
                f"sheet {table.sheet!r}: its columns {table.names} differ from {tables[0].names} of sheet {tables[0].sheet!r}; "
                "read them one at a time with --sheet NAME"
            )
    meta = Meta(layer=", ".join(t.sheet for t in tables), notes=[*renamed, *(n for t in tables for n in t.notes)])
    meta.titles = [text for t in tables for text in t.titles]
    if others and sheet is None:
        meta.notes.append(f"sheet {tables[0].sheet!r} was read; other sheets: {list(others)}; use --sheet all for all of them")
    if len(tables) > 1:
        meta.notes.append(f"{len(tables)} sheets were concatenated; rows are numbered within their sheet")
    schema = text_schema(headers)
    batches = [b.rename_columns(schema.names) for t in tables for b in t.batches]
    return schema, iter(batches), meta

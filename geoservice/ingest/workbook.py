"""Workbooks (XLSX, XLSM, XLS, ET, ODS): the table on one sheet, or on all of them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, TooLarge, UnreadableFile
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, text_schema
from geoservice.ingest.sheet_layout import Layout, find_body, find_header, head_notes, titles_of
from geoservice.ingest.workbook_content import EXTENT_LIMIT, PROTECTED, by_content, check_extent, check_formulas

ALL = "all"
"""Value in place of a sheet's name for every visible sheet."""
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
        check_extent(path, chosen)
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
        tables = [max(tables, key=lambda t: (t.known, bool(t.rows)))]
    check_formulas(path, {t.sheet for t in tables})
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
    """Table of one sheet: column names, rows of text with their numbers, how many names are known, notes, texts above."""

    sheet: str
    names: list[str]
    rows: list[list[str | None]]
    numbers: list[int]
    known: int
    notes: list[str]
    titles: list[str]


def _table_of(book: Any, name: str, fields: Fields, header_row: int | None) -> _Table | None:
    """Return the table of one sheet; None if the sheet is empty."""
    sheet = book.get_sheet_by_name(name)
    cells: list[list[str | None]] = [[cell_text(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
    notes: list[str] = []
    if filled := _fill_merged(cells, sheet.merged_cell_ranges or []):
        notes.append(f"sheet {name!r}: {filled} merged cells were filled with the value of the first cell")
    if not any(c is not None for row in cells[:50] for c in row):
        return None
    if header_row is not None and not 1 <= header_row <= len(cells):
        raise InputError(f"sheet {name!r} has {len(cells)} rows, there is no header in row {header_row}")
    header = find_header(cells, fields, header_row)
    first, width = header.top + header.rows, len(header.names)
    body = cells[first:]
    row_indexes, stray_row_notes = find_body(body, Layout.of(header.names, fields))
    if outside := sum(c is not None for i in row_indexes for c in body[i][width:]):
        notes.append(f"sheet {name!r}: {outside} cells to the right of the last header were ignored")
    rows = [(body[i] + [None] * width)[:width] for i in row_indexes]
    known_count = len(guess_columns(list(dict.fromkeys(header.names)), fields))
    notes += [*head_notes(cells, header), *stray_row_notes]
    return _Table(name, header.names, rows, [first + i + 1 for i in row_indexes], known_count, notes, titles_of(cells, header))


def _fill_merged(cells: list[list[str | None]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    """Fill every merged cell with the value of its first cell; return how many were filled."""
    count = 0
    for (top, left), (bottom, right) in ranges:
        value = cells[top][left] if top < len(cells) and left < len(cells[top]) else None
        if value is None:
            continue
        for row in cells[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                count += row[column] is None
                row[column] = value
    return count


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
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(t.numbers, pa.int64()), *(pa.array(column, pa.string()) for column in zip(*t.rows, strict=True))],
            schema=schema,
        )
        for t in tables
        if t.rows
    ]
    return schema, iter(batches), meta

"""XLSX workbooks, with guards against archives that unpack into much more than they are."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa

from geoservice.errors import EmptyFile, InputError, TooLarge, UnreadableFile
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw import Meta, text_schema

MAX_UNPACKED = 1 << 30
"""Most bytes an archive may unpack into."""
MAX_RATIO = 200
"""Most times that one member may grow, when it is over a megabyte: real sheets grow 5 to 20 times, bombs a thousand."""
Cell = int | float | str | bool | date | time | datetime | timedelta | None


def check_archive(path: Path) -> None:
    """Raise :class:`TooLarge` if an archive says or shows that it unpacks into too much; unpacks nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as e:
        raise UnreadableFile("the archive is damaged") from e
    total = sum(e.file_size for e in entries)
    if total > MAX_UNPACKED:
        raise TooLarge(f"the archive unpacks into {total >> 20} MB, allowed are {MAX_UNPACKED >> 20} MB")
    for entry in entries:
        growth = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > 1 << 20 and growth > MAX_RATIO:
            raise TooLarge(f"{entry.filename} in the archive grows {growth} times; allowed are {MAX_RATIO}")


def cell_text(value: Cell) -> str | None:
    """Return a cell as text, empty as None; whole numbers lose the point that spreadsheets give them.

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


def _sheet(names: Sequence[str], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in names:
            raise InputError(f"there is no sheet {wanted!r}; sheets are {list(names)}")
        return wanted
    return names[0]


def read_workbook(path: Path, sheet: str | None) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and how one sheet was read; rows above the header (a title) are passed over.

    Raises
    ------
    TooLarge
        As :func:`check_archive`.
    UnreadableFile, InputError, EmptyFile
        No workbook; no such sheet, or two columns of one name; no rows.
    """
    check_archive(path)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        name = _sheet([str(n) for n in book.sheet_names], sheet)
        rows: list[list[Cell]] = [list(r) for r in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    except CalamineError as e:
        raise UnreadableFile("the workbook cannot be read: it is damaged or protected") from e
    meta = Meta(layer=name)
    others = [str(n) for n in book.sheet_names if n != name]
    if others and sheet is None:
        meta.notes.append(f"sheet {name!r} was read; other sheets: {others}")
    return _table(rows, meta)


def _table(rows: list[list[Cell]], meta: Meta) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    filled = [sum(c is not None and c != "" for c in row) for row in rows[:50]]
    if not filled or not max(filled):
        raise EmptyFile("the sheet is empty")
    top = next(i for i, n in enumerate(filled) if n >= min(2, max(filled)))
    width = max(i for i, c in enumerate(rows[top]) if c not in {None, ""}) + 1
    headers = clean_headers([cell_text(c) or "" for c in rows[top][:width]])
    if top:
        meta.notes.append(f"{top} row(s) above the header in row {top + 1} were passed over")
    body = rows[top + 1 :]
    schema = text_schema(headers)
    numbers = pa.array(range(top + 2, top + 2 + len(body)), pa.int64())
    columns = [pa.array([cell_text(r[i]) if i < len(r) else None for r in body], pa.string()) for i in range(width)]
    batch = pa.RecordBatch.from_arrays([numbers, *columns], schema=schema)
    return schema, iter([batch] if body else []), meta

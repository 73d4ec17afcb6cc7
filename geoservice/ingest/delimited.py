"""Delimited text: detects encoding and delimiter, then streams text columns in constant memory."""

import codecs
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from geoservice.errors import EmptyFile, InputError, TooLarge, WrongEncoding
from geoservice.geo import Ints
from geoservice.ingest.arrow_compute import bools, has_byte
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.delimited_head import MAX_LINE, read_head
from geoservice.ingest.encodings import ALLOWED
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, text_schema
from geoservice.ingest.sheet_layout import Layout
from geoservice.ingest.stray_rows import without_strays

_CHUNK = 1 << 20
_BLOCK = 2 * MAX_LINE


def check_lines(path: Path) -> None:
    """Raise :class:`TooLarge` on the first line over :data:`MAX_LINE`; stops reading there."""
    since = line = 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            end = b"\n" if b"\n" in chunk else b"\r"  # some old programs end lines with CR alone
            first = chunk.find(end)
            if since + (len(chunk) if first < 0 else first) > MAX_LINE:
                raise TooLarge(f"{path.name}: line {line + 1} is longer than {MAX_LINE >> 20} MB; is this a text table?")
            if first < 0:
                since += len(chunk)
            else:
                line += chunk.count(end)
                since = len(chunk) - chunk.rfind(end) - 1


class _Utf8(io.RawIOBase):
    """A text file of any encoding as a stream of UTF-8 bytes; reports the share that has been read."""

    def __init__(self, path: Path, encoding: str, progress: Callable[[float], None]) -> None:
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._plain, self._encoding = encoding == "utf-8", encoding
        self._size, self._done, self._rest = max(path.stat().st_size, 1), 0, b""
        self._progress = progress

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override] # the stub wants a buffer type 3.11 cannot name
        while not self._rest:
            chunk = self._file.read(_CHUNK * 4)
            self._done += len(chunk)
            self._rest = chunk if self._plain else self._decoded(chunk)
            self._progress(self._done / self._size)
            if not chunk:
                break
        n = min(len(target), len(self._rest))
        target[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n

    def _decoded(self, chunk: bytes) -> bytes:
        try:
            return self._decoder.decode(chunk, final=not chunk).encode()
        except UnicodeDecodeError as e:
            position = self._done - len(chunk) + e.start
            raise WrongEncoding(f"byte {position} is not {self._encoding} like the text before; allowed: {ALLOWED}") from e

    def close(self) -> None:
        self._file.close()
        super().close()


def read_delimited(
    path: Path,
    progress: Callable[[float], None],
    header_row: int | None = None,
    fields: Fields | None = None,
) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata; every column is text, empty cells are null.

    The file must have passed :func:`check_lines`, which is fast and so comes first. Titles above the header, totals and remarks
    below the table are skipped as in a workbook, and noted.

    Parameters
    ----------
    path, progress
        The file; called with the fraction that has been read.
    header_row
        Row of the header, from 1; None to detect it.
    fields
        Our columns and the names files use for them.

    Raises
    ------
    TooLarge
        A line or cell exceeds the size limit.
    WrongEncoding, EmptyFile, InputError
        As :func:`read_head`; no rows below the header; an unclosed quotation mark.
    """
    head = read_head(path, header_row, fields or {})
    meta = Meta(encoding=head.encoding, delimiter=head.delimiter, notes=[*head.notes], titles=[*head.titles])
    schema, batches = _open(path, head.names, head.rows, head.lines, meta, progress)
    return schema, without_strays(batches, Layout.of(head.names, fields or {}), meta), meta


def _open(
    path: Path, names: list[str], above: int, lines: int, meta: Meta, progress: Callable[[float], None]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return schema and batches of a table whose first row comes after ``above`` rows, which take up ``lines`` lines."""

    def skip_row(row: pacsv.InvalidRow) -> Literal["skip"]:
        number = (row.number or 0) - lines + above
        if row.text.strip():
            complete = _count_complete_rows(row.text, meta.delimiter, row.expected_columns)
            if complete:
                unclosed.append(f"row {number}: {_UNCLOSED.format(complete)}")
            reason = f"{row.actual_columns} cells where the header has {row.expected_columns}"
            meta.broken.append((number, row.text[:200], reason))
        else:
            blank.append(number)
        return "skip"

    blank: list[int] = []
    unclosed: list[str] = []
    headers = clean_headers(names, meta.notes)
    try:
        reader = pacsv.open_csv(
            cast("IO[Any]", _Utf8(path, meta.encoding, progress)),
            read_options=pacsv.ReadOptions(skip_rows=lines, column_names=headers, use_threads=False, block_size=_BLOCK),
            parse_options=pacsv.ParseOptions(
                delimiter=meta.delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip_row
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(headers, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as e:
        raise _input_error(e) from e
    schema = text_schema(headers)
    return schema, _batches(reader, schema, above + 1, meta, blank, unclosed)


def _batches(
    reader: pacsv.CSVStreamingReader, schema: pa.Schema, first: int, meta: Meta, blank: list[int], unclosed: list[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches with row numbers as in the file; skipped lines count too."""
    row_number = first
    try:
        for batch in reader:
            skipped = np.array(sorted([n for n, _, _ in meta.broken] + blank), np.int64)
            numbers = np.arange(row_number, row_number + batch.num_rows, dtype=np.int64)
            numbers += np.searchsorted(skipped - np.arange(len(skipped)), numbers - 0, side="right") if len(skipped) else 0
            row_number += batch.num_rows
            _check_quotes(batch, numbers, meta.delimiter)
            if unclosed:
                raise InputError(unclosed[0])
            # not pa.array, which imports pandas first: that takes longer than reading a small file
            rows: pa.Array[Any] = pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers.data)])
            yield pa.RecordBatch.from_arrays([rows, *batch.columns], schema=schema)
    except pa.ArrowInvalid as e:
        raise _input_error(e) from e
    if unclosed:
        raise InputError(unclosed[0])


_UNCLOSED = (
    "the cell holds {} complete rows: a quotation mark is opened there and not closed; "
    'close it, or double it ("") if it is part of the text'
)


def _count_complete_rows(text: str, delimiter: str, columns: int) -> int:
    """Return how many lines of a text, except the first, are complete rows of a table with ``columns`` columns."""
    return sum(line.count(delimiter) == columns - 1 for line in text.splitlines()[1:]) if columns > 1 else 0


def _check_quotes(batch: pa.RecordBatch, rows: Ints, delimiter: str) -> None:
    """Raise :class:`InputError` for a cell that holds complete rows: its quotation mark was closed much too late."""
    last = batch.num_columns - 1
    for index, (field, column) in enumerate(zip(batch.schema, batch.columns, strict=True)):
        if not pa.types.is_string(field.type) or not has_byte(column, b"\n"):
            continue
        several = pc.fill_null(pc.match_substring(column, "\n"), False)
        for i in np.flatnonzero(bools(several)):
            text = column[int(i)].as_py()
            complete = _count_complete_rows(text, delimiter, last + 1)
            if complete and text.splitlines()[0].count(delimiter) == last - index:
                raise InputError(f"row {rows[i]}, column {field.name}: {_UNCLOSED.format(complete)}")


def _input_error(e: Exception) -> InputError:
    text = str(e)
    if "straddling" in text or "too large" in text:
        return TooLarge(f"one cell is longer than {_BLOCK >> 20} MB (an unclosed quotation mark?)")
    if "Empty CSV" in text:
        return EmptyFile("there are no rows below the header")
    return InputError(f"the text is not a table: {text.splitlines()[0][:160]}")

"""Removal of stray rows from a long text table: totals, remarks at its end, a numbering of its columns."""

import csv
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from geoservice.ingest.arrow_compute import bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.raw_table import ROW, Meta
from geoservice.ingest.sheet_layout import Layout, Row, is_below_table, is_numbering, is_total, stray_notes

_TOTAL = r"(?i)(计|总\s*数|汇\s*总|total|sum)[\s:：]*([(（].*[)）]\s*)?$"
"""End of a cell that may be the word for a total; a fast filter before :func:`is_total`."""
_MAX_CHECKED = 1000
"""Most broken lines of a file, and rows of a batch, that are checked one by one; of a larger batch at most a third."""
_WINDOW = 256
"""Number of rows at the end of a table that are checked together."""


def without_strays(batches: Iterator[pa.RecordBatch], layout: Layout, meta: Meta) -> Iterator[pa.RecordBatch]:
    """Yield batches without stray rows, and note how many were removed; the last two are delayed to the end of the input."""
    pending: list[pa.RecordBatch] = []
    first, numbering, totals = True, 0, 0
    for batch in batches:
        if first and batch.num_rows:
            first, numbering = False, int(is_numbering(_rows(batch.slice(0, 1))[0]))
            batch = batch.slice(numbering)  # noqa: PLW2901 - the same batch without its first row
        cleaned = _drop_rows(batch, _totals(batch, layout))
        totals += batch.num_rows - cleaned.num_rows
        pending.append(cleaned)
        if len(pending) > 2:
            yield pending.pop(0)
    tail, last_totals, below = _without_tail(pending, layout)
    yield from tail
    broken_totals, broken_below = _remove_strays_from_broken(meta, layout, _last_row(tail))
    meta.notes += stray_notes(numbering, totals + last_totals + broken_totals, below + broken_below)


def _drop_rows(batch: pa.RecordBatch, strays: Sequence[int]) -> pa.RecordBatch:
    """Return a batch without the rows at the indexes ``strays``."""
    if not len(strays):
        return batch
    mask = np.ones(batch.num_rows, bool)
    mask[list(strays)] = False
    return batch.filter(pa.array(mask))


def _rows(batch: pa.RecordBatch) -> list[list[str | None]]:
    """Return the cells of some rows, blank ones as None, without the row numbers."""
    columns = [[c if c and c.strip() else None for c in column.to_pylist()] for column in batch.columns[1:]]
    return [list(row) for row in zip(*columns, strict=True)]


def _totals(batch: pa.RecordBatch, layout: Layout) -> list[int]:
    """Return the indexes of totals; if very many rows look like one, it is how their data reads."""
    is_candidate = np.zeros(batch.num_rows, bool)
    for column in batch.columns[1:4]:
        is_candidate |= bools(pc.fill_null(pc.match_substring_regex(column, _TOTAL), False))
    candidates = np.flatnonzero(is_candidate)
    if not len(candidates) or len(candidates) > max(_MAX_CHECKED, batch.num_rows // 3):
        return []
    rows = _rows(batch.take(candidates))
    return [int(i) for i, row in zip(candidates, rows, strict=True) if is_total(row, layout)]


def _without_tail(pending: Sequence[pa.RecordBatch], layout: Layout) -> tuple[list[pa.RecordBatch], int, int]:
    """Return the last batches without the rows below the table, and the numbers of removed totals and other rows."""
    remaining, below = list(pending), 0
    while remaining:
        batch = remaining.pop()
        while batch.num_rows:
            start = max(batch.num_rows - _WINDOW, 0)
            rows = _rows(batch.slice(start))
            end = len(rows)
            while end and is_below_table(rows[end - 1], layout):
                end -= 1
            below += sum(any(c is not None for c in row) for row in rows[end:])
            if end:
                totals = [start + i for i, row in enumerate(rows[:end]) if is_total(row, layout)]
                return [*remaining, _drop_rows(batch.slice(0, start + end), totals)], len(totals), below
            batch = batch.slice(0, start)
    return remaining, 0, below


def _last_row(batches: Sequence[pa.RecordBatch]) -> int:
    return next((int(b.column(ROW)[-1].as_py()) for b in reversed(batches) if b.num_rows), 0)


def _remove_strays_from_broken(meta: Meta, layout: Layout, last: int) -> tuple[int, int]:
    """Remove totals and remarks from the broken lines, those with a wrong number of cells; return how many of each."""
    if len(meta.broken) > _MAX_CHECKED:
        return 0, 0
    rows = [_cells(text, meta.delimiter) for _, text, _ in meta.broken]
    totals = [is_total(row, layout) and len(row) < layout.width for row in rows]
    below = [number > last and is_below_table(row, layout) for row, (number, _, _) in zip(rows, meta.broken, strict=True)]
    meta.broken[:] = [b for b, total, foot in zip(meta.broken, totals, below, strict=True) if not total and not foot]
    return sum(totals), sum(f and not t for t, f in zip(totals, below, strict=True))


def _cells(text: str, delimiter: str) -> Row:
    return [c if c.strip() else None for c in next(csv.reader([text], delimiter=delimiter), [])]

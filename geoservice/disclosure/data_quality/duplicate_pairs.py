"""Pairs of rows that are worth comparing: blocks of rows that agree in a few fields and are near each other."""

from collections.abc import Iterator

import numpy as np

from geoservice.disclosure.data_quality.duplicate_score import MISSING, NEAR_METRES, LinkageRecords
from geoservice.disclosure.data_quality.linkage_records import grid_cells, number_of
from geoservice.geo import Bools, Ints, repeated

NEAR_KEYS = (("since",), ("home", "persons", "groups"))
"""Rows near each other are compared if they agree in all fields of one of these."""
AREA_KEY = ("home", "since", "persons", "groups")
"""Rows of one area are compared, wherever they are in it, if they agree in all of these and none is missing."""
CELL_METRES = 1.02 * NEAR_METRES
"""Side of a cell: rows near each other are in one or in two that touch, also where degrees are wider than in the middle."""
NEIGHBOURS = ((0, 0), (0, 1), (1, -1), (1, 0), (1, 1))
"""Cells whose rows are compared with those of a cell; the other four are the first of their pair."""
MOST_PAIRS = 1_000_000


def candidate_pairs(records: LinkageRecords, rows: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of rows to compare, at most about a million at a time; a pair may occur more than once.

    Parameters
    ----------
    records
        All rows.
    rows : int64 array, shape (k,)
        Those that may have a partner.
    """
    column, line = grid_cells(records.lon[rows], records.lat[rows], CELL_METRES)
    located = records.point[rows] != MISSING
    for names in NEAR_KEYS:
        fields = [records.values[name][rows] for name in names if name in records.values]
        usable = located & _all_known(fields, len(rows))
        if fields and usable.any():
            yield from _near_pairs(rows[usable], number_of(*(f[usable] for f in fields)), column[usable], line[usable])
    if all(name in records.values for name in AREA_KEY if name != "groups"):
        fields = [records.values[name][rows] for name in AREA_KEY if name in records.values]
        usable = _all_known(fields, len(rows))
        yield from _pairs_in_blocks(rows[usable], number_of(records.area[rows][usable], *(f[usable] for f in fields)))


def _all_known(fields: list[Ints], rows: int) -> Bools:
    return np.all([field != MISSING for field in fields], axis=0) if fields else np.zeros(rows, np.bool_)


def _near_pairs(rows: Ints, block: Ints, column: Ints, line: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of rows of one block in the same cell or in cells that touch."""
    lines, columns = int(line.max()) + 2, int(column.max()) + 2
    key = (block * columns + column) * lines + line
    order = np.argsort(key, kind="stable")
    key, rows = key[order], rows[order]
    for right, up in NEIGHBOURS:
        other = key + right * lines + up
        end = np.searchsorted(key, other, side="right")
        start = np.searchsorted(key, other) if (right, up) != (0, 0) else np.arange(1, len(key) + 1)
        yield from _expand(rows, start, end)


def _pairs_in_blocks(rows: Ints, block: Ints) -> Iterator[tuple[Ints, Ints]]:
    order = np.argsort(block, kind="stable")
    end = np.searchsorted(block[order], block[order], side="right")
    yield from _expand(rows[order], np.arange(1, len(rows) + 1), end)


def _expand(rows: Ints, start: Ints, end: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of each row with those at positions ``start`` to ``end`` of ``rows``, in pieces.

    >>> [(a.tolist(), b.tolist()) for a, b in _expand(np.array([7, 8, 9]), np.array([1, 2, 3]), np.array([3, 3, 3]))]
    [([7, 7, 8], [8, 9, 9])]
    """
    counts = np.maximum(end - start, 0)
    first = np.flatnonzero(counts)
    number = np.cumsum(counts[first]) // MOST_PAIRS
    for piece in np.split(first, np.flatnonzero(np.diff(number)) + 1):
        n = counts[piece]
        row, offset = repeated(n)
        if len(offset):
            yield rows[piece][row], rows[start[piece][row] + offset]

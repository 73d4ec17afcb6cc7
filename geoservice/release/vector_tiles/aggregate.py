"""Many features merged into one a cell of a grid, so that a tile shows how many there are where it cannot show each."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.geo import Floats, Ints
from geoservice.release.vector_tiles.budget import AGGREGATE, BYTES, COUNT, GRIDS
from geoservice.release.vector_tiles.encode import POINT, POLYGON, encode, points, squares
from geoservice.release.vector_tiles.grid import EXTENT

CELL = 16
"""Bytes that a cell takes at the least: two properties, its kind and one point. Too many need not be written to be seen."""


class AggregateCells(NamedTuple):
    """Cells of the finest grid that are not empty: column, row, how many features, sums of their positions in grid units."""

    x: Ints
    y: Ints
    n: Ints
    across: Ints
    down: Ints


def gather(across: Floats, down: Floats) -> AggregateCells:
    """Count features, given where each is in units of the tile's grid."""
    u, v = (np.clip(np.rint(a), 0, EXTENT).astype(np.int64) for a in (across, down))
    last = GRIDS[0] - 1
    x, y = (np.minimum(a * GRIDS[0] // EXTENT, last) for a in (u, v))
    return _merged(AggregateCells(x, y, np.ones(len(u), np.int64), u, v))


def merge(name: str, cells: AggregateCells, geometry: str) -> bytes:
    """Return a tile of aggregated features on the finest grid that keeps it within the budget.

    Points are one point at their mean, other shapes the square of their cell. The tile has no buffer: each feature is counted
    in the tiles that it meets. Its features carry no measures: shares, times and margins do not add up.
    """
    for grid in GRIDS:
        here = _merged(cells._replace(x=cells.x * grid // GRIDS[0], y=cells.y * grid // GRIDS[0]))
        if len(here.n) * CELL > BYTES and grid != GRIDS[-1]:
            continue
        data = _drawn(name, here, geometry, EXTENT // grid)
        if len(data) <= BYTES:
            break
    return data


def _merged(cells: AggregateCells) -> AggregateCells:
    """Add up rows of the same cell; row by row from the north-west."""
    at = cells.y * GRIDS[0] + cells.x
    key = np.flatnonzero(np.bincount(at))

    def total(values: Ints) -> Ints:
        return np.bincount(at, values)[key].astype(np.int64)

    return AggregateCells(key % GRIDS[0], key // GRIDS[0], total(cells.n), total(cells.across), total(cells.down))


def _drawn(name: str, cells: AggregateCells, geometry: str, side: int) -> bytes:
    properties: dict[str, pa.Array[Any]] = {"geography": pa.repeat(AGGREGATE, len(cells.n)), COUNT: pa.array(cells.n)}
    if geometry != "point":
        return encode(name, POLYGON, squares(cells.x * side, cells.y * side, side), properties, None)
    middle = [np.rint(total / cells.n).astype(np.int64) for total in (cells.across, cells.down)]
    return encode(name, POINT, points(*middle), properties, None)

"""Aggregated tiles: one feature per cell of a grid with the number of features in it, where a tile cannot show each."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.geo import Floats, Ints
from geoservice.release.vector_tiles.budget import AGGREGATE, BYTES, COUNT, GRIDS
from geoservice.release.vector_tiles.encode import POINT, POLYGON, encode, points, squares
from geoservice.release.vector_tiles.grid import EXTENT

MIN_CELL_BYTES = 16
"""Minimum bytes of an encoded cell: two properties, its geometry type and one point. It shows early that a grid is too fine."""


class AggregateCells(NamedTuple):
    """Non-empty cells of the finest grid: column, row, number of features, sums of their positions in grid units."""

    x: Ints
    y: Ints
    n: Ints
    across: Ints
    down: Ints


def count_by_cell(across: Floats, down: Floats) -> AggregateCells:
    """Return the cells of features at these positions, in units of the tile's grid."""
    u, v = (np.clip(np.rint(a), 0, EXTENT).astype(np.int64) for a in (across, down))
    last = GRIDS[0] - 1
    x, y = (np.minimum(a * GRIDS[0] // EXTENT, last) for a in (u, v))
    return _sum_cells(AggregateCells(x, y, np.ones(len(u), np.int64), u, v))


def aggregate_tile(name: str, cells: AggregateCells, geometry: str) -> bytes:
    """Return a tile of aggregated features on the finest grid that is within the budget.

    Points become one point at their mean, other shapes the square of their cell. The tile has no buffer: each feature is
    counted in the tiles that it intersects. Aggregates have no measures: shares, times and margins do not add up.
    """
    for grid in GRIDS:
        coarser = _sum_cells(cells._replace(x=cells.x * grid // GRIDS[0], y=cells.y * grid // GRIDS[0]))
        if len(coarser.n) * MIN_CELL_BYTES > BYTES and grid != GRIDS[-1]:
            continue
        data = _encode_cells(name, coarser, geometry, EXTENT // grid)
        if len(data) <= BYTES:
            break
    return data


def _sum_cells(cells: AggregateCells) -> AggregateCells:
    """Return the cells with duplicates added up, row by row from the north-west."""
    number = cells.y * GRIDS[0] + cells.x
    key = np.flatnonzero(np.bincount(number))

    def total(values: Ints) -> Ints:
        return np.bincount(number, values)[key].astype(np.int64)

    return AggregateCells(key % GRIDS[0], key // GRIDS[0], total(cells.n), total(cells.across), total(cells.down))


def _encode_cells(name: str, cells: AggregateCells, geometry: str, side: int) -> bytes:
    properties: dict[str, pa.Array[Any]] = {"geography": pa.repeat(AGGREGATE, len(cells.n)), COUNT: pa.array(cells.n)}
    if geometry != "point":
        return encode(name, POLYGON, squares(cells.x * side, cells.y * side, side), properties, None)
    mean = [np.rint(total / cells.n).astype(np.int64) for total in (cells.across, cells.down)]
    return encode(name, POINT, points(*mean), properties, None)

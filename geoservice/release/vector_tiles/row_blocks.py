"""Which stretches of a layer's rows a box may meet: what DuckDB has in place of an index, and what memory is filled by."""

from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.db import Session
from geoservice.geo import BBox
from geoservice.release.vector_tiles import sql

ROWS = 2048
"""Rows of a block: as many as DuckDB reads at a time."""
MOST = 64
"""More blocks than this are not named in a query: reading them all takes longer than finding out which."""
_COLUMNS: dict[str, pa.DataType] = {
    "layer": pa.string(),
    "block": pa.int32(),
    "west": pa.float64(),
    "south": pa.float64(),
    "east": pa.float64(),
    "north": pa.float64(),
    "points": pa.bool_(),
}
TABLE: pa.Schema = pa.schema(_COLUMNS)


class RowBlocks:
    """Bounds of the blocks of a layer. Rows lie along a Hilbert curve, so a small box meets few; ``points``: all are points."""

    def __init__(self, session: Session, schema: str | None, layer_id: str) -> None:
        found: Any = session.execute(sql.blocks(session.dialect, schema), [layer_id])
        self.points = all(row[5] for row in found)
        self._number = [row[0] for row in found]
        self._bounds = np.array([row[1:5] for row in found], float).reshape(-1, 4).T

    @property
    def all(self) -> list[int]:
        """The blocks in which there is a shape."""
        return self._number

    def met(self, box: BBox) -> list[int]:
        """Return the blocks that a box may meet."""
        west, south, east, north = self._bounds
        hit = (east >= box.west) & (west <= box.east) & (north >= box.south) & (south <= box.north)
        return [self._number[i] for i in np.flatnonzero(hit)]

    def near(self, box: BBox) -> list[int] | None:
        """Return the blocks that a box may meet; None for so many that naming them does not help."""
        met = self.met(box)
        return met if len(met) <= MOST else None

    def rows(self, box: BBox) -> int:
        """Return how many rows a box may meet at the most."""
        return ROWS * len(self.met(box))

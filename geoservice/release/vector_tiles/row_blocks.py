"""Blocks of a layer's rows and their bounds: DuckDB's substitute for a spatial index, and the unit of the column cache."""

from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.db import Session
from geoservice.geo import BBox
from geoservice.release.vector_tiles import sql

ROWS = 2048
"""Rows per block: DuckDB's vector size."""
MAX_NAMED_BLOCKS = 64
"""More blocks than this are not listed in a query: it would take longer than testing every row's bounds."""
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
    """The blocks of a layer and their bounds; ``points`` says whether all features are points.

    Rows are stored along a Hilbert curve, so a small box intersects few blocks.
    """

    def __init__(self, session: Session, schema: str | None, layer_id: str) -> None:
        rows: Any = session.execute(sql.blocks(session.dialect, schema), [layer_id])
        self.points = all(row[5] for row in rows)
        self._numbers = [row[0] for row in rows]
        self._bounds = np.array([row[1:5] for row in rows], float).reshape(-1, 4).T

    @property
    def all(self) -> list[int]:
        """The blocks that have a geometry in them."""
        return self._numbers

    def intersecting(self, box: BBox) -> list[int]:
        """Return the blocks whose bounds intersect a box."""
        west, south, east, north = self._bounds
        hit = (east >= box.west) & (west <= box.east) & (north >= box.south) & (south <= box.north)
        return [self._numbers[i] for i in np.flatnonzero(hit)]

    def near(self, box: BBox) -> list[int] | None:
        """Return the blocks whose bounds intersect a box; None if there are too many to list them in a query."""
        blocks = self.intersecting(box)
        return blocks if len(blocks) <= MAX_NAMED_BLOCKS else None

    def rows(self, box: BBox) -> int:
        """Return the maximum number of rows that a box may intersect."""
        return ROWS * len(self.intersecting(box))

"""Tiles of a layer of points, drawn from cached columns: without a database query, and without reading any row twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.geo import BBox, Bools, Floats, mercator_easting, mercator_northing
from geoservice.release.arrow_filter import CompiledFilter
from geoservice.release.base import PublishedLayer
from geoservice.release.vector_tiles.aggregate import aggregate_tile, count_by_cell
from geoservice.release.vector_tiles.budget import FEATURES
from geoservice.release.vector_tiles.column_cache import ColumnCache, Load
from geoservice.release.vector_tiles.encode_small import MAX_POINTS
from geoservice.release.vector_tiles.features import SOUTH, WEST, tile_of, tile_of_small
from geoservice.release.vector_tiles.grid import TileFrame
from geoservice.release.vector_tiles.row_blocks import ROWS, RowBlocks

NORTHING, GEOGRAPHY = "_northing", "geography"
FEW_BLOCKS = 16
"""Up to so many blocks, an engine's query takes less time than reading the blocks."""
BLOCKS_PER_QUERY = 64
"""Blocks per query when all are read."""
VALUE_BYTES = 10
"""Rough bytes of a value: eight for numbers, up to a dozen for texts."""


@dataclass(frozen=True)
class _Selection:
    """The features in a tile: the blocks with all of them, and whether each row of the blocks is one of them."""

    blocks: list[int]
    rows: Bools

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.rows))


class PointTiles:
    """Draws tiles of a layer of points for a filter; ``load`` reads what the cache does not have."""

    def __init__(
        self, layer: PublishedLayer, blocks: RowBlocks, columns: ColumnCache, load: Load, compiled: CompiledFilter | None
    ) -> None:
        self._layer, self._blocks, self._columns_cache, self._read, self._filter = layer, blocks, columns, load, compiled
        self._blocks_near = cache(blocks.intersecting)

    def ready(self, box: BBox, properties: Sequence[str]) -> bool:
        """Whether drawing from the cache is faster than a query.

        It is not if the box intersects few blocks that would have to be read first, or if the columns do not fit in the cache.
        """
        near = self._blocks_near(box)
        if len(near) <= FEW_BLOCKS:
            return self._columns_cache.holds(self._layer.id, near, [*self._test_columns(None), "fid", *properties])
        return self._fit(len(near), 4 + len(self._filter.names if self._filter else ()))

    def fill(self, properties: Sequence[str], stop: Event) -> None:
        """Read the whole layer into the cache, if it fits, until ``stop`` is set."""
        names, blocks = ["fid", *properties, WEST, SOUTH, NORTHING], self._blocks.all
        if self._fit(len(blocks), len(names)):
            for start in range(0, len(blocks), BLOCKS_PER_QUERY):
                if stop.is_set():
                    return
                self._columns(blocks[start : start + BLOCKS_PER_QUERY], names)

    def _fit(self, blocks: int, columns: int) -> bool:
        return blocks * ROWS * columns * VALUE_BYTES <= self._columns_cache.limit

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with all its features, None if it is over the budget."""
        names = ["fid", *properties, WEST, SOUTH]
        selection = self._select(frame.reach, geography)
        if selection.count > FEATURES:
            return None
        if not selection.count:
            return b""
        if selection.count <= MAX_POINTS:
            parts = self._columns_cache.parts(self._layer.id, selection.blocks, names, self._load)
            return tile_of_small(self._layer.id, frame, parts, selection.rows, list(properties))
        return tile_of(self._layer.id, frame, self._rows(selection, names), list(properties))

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with one feature per grid cell, of features in the tile without its buffer."""
        selection, in_degrees = self._select(frame.bbox, geography), frame.column == "geometry"
        if not selection.count:
            return b""
        rows = self._rows(selection, [WEST, SOUTH if in_degrees else NORTHING])
        x, y = (column.to_numpy() for column in rows.columns)
        return aggregate_tile(
            self._layer.id, count_by_cell(*frame.units(x if in_degrees else mercator_easting(x), y)), self._layer.geometry
        )

    def _test_columns(self, level: str | None) -> list[str]:
        """Return the columns that decide whether a feature is in a tile."""
        return sorted({WEST, SOUTH, *(self._filter.names if self._filter else ()), *([GEOGRAPHY] if level else [])})

    def _select(self, box: BBox, geography: str | None) -> _Selection:
        near = self._blocks_near(box)
        if not near:
            return _Selection([], np.zeros(0, bool))
        level = geography if len(self._layer.zooms) > 1 else None
        columns = self._columns(near, self._test_columns(level))
        inside = _inside(box, columns[WEST].to_numpy(), columns[SOUTH].to_numpy())
        if level:
            inside &= _true(pc.equal(columns[GEOGRAPHY], pa.scalar(level)))
        if self._filter:
            inside &= _true(self._filter.predicate(columns))
        if len(near) <= FEW_BLOCKS:
            return _Selection(near, inside)
        sizes = np.array([len(chunk) for chunk in columns[WEST].chunks])
        hit = np.add.reduceat(inside, np.cumsum(sizes) - sizes, dtype=np.int64) > 0
        return _Selection([block for block, is_hit in zip(near, hit, strict=True) if is_hit], inside[np.repeat(hit, sizes)])

    def _rows(self, selection: _Selection, names: Sequence[str]) -> pa.Table:
        columns, rows = self._columns(selection.blocks, names), pa.array(selection.rows)
        return pa.table({name: column.filter(rows) for name, column in columns.items()})  # a table's own filter is slower

    def _columns(self, blocks: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
        return self._columns_cache.columns(self._layer.id, blocks, names, self._load)

    def _load(self, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
        """Read columns; the Web-Mercator northing is cached too, as it takes longer to compute than the rest of a tile."""
        if NORTHING not in names:
            return self._read(blocks, names)
        rows = self._read(blocks, sorted({*names, SOUTH} - {NORTHING}))
        return rows.append_column(NORTHING, pa.array(mercator_northing(rows[SOUTH].to_numpy())))


def _inside(box: BBox, lon: Floats, lat: Floats) -> Bools:
    """Return whether each point is in a box, edges included; a row without a point is in none."""
    return np.asarray((lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north), bool)


def _true(test: Any) -> Bools:
    return np.asarray((pc.fill_null(test, False) if test.null_count else test).to_numpy(), bool)

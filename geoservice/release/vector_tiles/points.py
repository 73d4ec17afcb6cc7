"""Tiles of a layer of points, drawn from its columns in memory: no engine plans a question, and none reads a row twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.geo import BBox, Bools, Floats
from geoservice.release.arrow_filter import Compiled
from geoservice.release.base import PublishedLayer
from geoservice.release.vector_tiles.aggregate import gather, merge
from geoservice.release.vector_tiles.budget import FEATURES
from geoservice.release.vector_tiles.column_cache import ColumnCache, Load
from geoservice.release.vector_tiles.encode_small import FEW as FEW_POINTS
from geoservice.release.vector_tiles.features import SOUTH, WEST, tile_of, tile_of_small
from geoservice.release.vector_tiles.grid import TileFrame, easting, northing
from geoservice.release.vector_tiles.row_blocks import ROWS, RowBlocks

NORTHING, GEOGRAPHY = "_northing", "geography"
FEW = 16
"""Blocks that an engine looks through in less time than it takes to read them whole."""
AT_ONCE = 64
"""Blocks that are read in one question where all are."""
WIDTH = 10
"""Bytes of a value, roughly: numbers have eight, texts a few more or, where they are many, a dozen."""


@dataclass(frozen=True)
class _Chosen:
    """Features in a tile: blocks with all of them, the fewest where that is worth a look; whether each row of these is one."""

    blocks: list[int]
    rows: Bools

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.rows))


class Points:
    """Draws tiles of a layer of points as a filter wants them; ``load`` reads what ``memory`` does not hold."""

    def __init__(
        self, layer: PublishedLayer, blocks: RowBlocks, memory: ColumnCache, load: Load, wanted: Compiled | None
    ) -> None:
        self._layer, self._blocks, self._memory, self._read, self._wanted = layer, blocks, memory, load, wanted
        self._near = cache(blocks.met)

    def ready(self, box: BBox, properties: Sequence[str]) -> bool:
        """Whether memory is the faster way.

        It is not where a box meets few blocks that would have to be read first, nor where what is looked at could not be kept.
        """
        near = self._near(box)
        if len(near) <= FEW:
            return self._memory.holds(self._layer.id, near, [*self._looked_at(None), "fid", *properties])
        return self._fit(len(near), 4 + len(self._wanted.names if self._wanted else ()))

    def fill(self, properties: Sequence[str], stop: Event) -> None:
        """Read the whole layer into memory, if it fits, until told to stop."""
        names, blocks = ["fid", *properties, WEST, SOUTH, NORTHING], self._blocks.all
        if self._fit(len(blocks), len(names)):
            for at in range(0, len(blocks), AT_ONCE):
                if stop.is_set():
                    return
                self._columns(blocks[at : at + AT_ONCE], names)

    def _fit(self, blocks: int, columns: int) -> bool:
        return blocks * ROWS * columns * WIDTH <= self._memory.limit

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with a feature each, None when that is more than the budget."""
        names = ["fid", *properties, WEST, SOUTH]
        chosen = self._choose(frame.reach, geography)
        if chosen.count > FEATURES:
            return None
        if not chosen.count:
            return b""
        if chosen.count <= FEW_POINTS:
            parts = self._memory.parts(self._layer.id, chosen.blocks, names, self._load)
            return tile_of_small(self._layer.id, frame, parts, chosen.rows, list(properties))
        return tile_of(self._layer.id, frame, self._rows(chosen, names), list(properties))

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with a feature a cell: those that meet the tile itself, without its buffer."""
        chosen, in_degrees = self._choose(frame.bbox, geography), frame.column == "geometry"
        if not chosen.count:
            return b""
        rows = self._rows(chosen, [WEST, SOUTH if in_degrees else NORTHING])
        x, y = (column.to_numpy() for column in rows.columns)
        return merge(self._layer.id, gather(*frame.units(x if in_degrees else easting(x), y)), self._layer.geometry)

    def _looked_at(self, level: str | None) -> list[str]:
        """Return the columns that tell whether a feature is wanted."""
        return sorted({WEST, SOUTH, *(self._wanted.names if self._wanted else ()), *([GEOGRAPHY] if level else [])})

    def _choose(self, box: BBox, geography: str | None) -> _Chosen:
        near = self._near(box)
        if not near:
            return _Chosen([], np.zeros(0, bool))
        level = geography if len(self._layer.zooms) > 1 else None
        columns = self._columns(near, self._looked_at(level))
        inside = _inside(box, columns[WEST].to_numpy(), columns[SOUTH].to_numpy())
        if level:
            inside &= _true(pc.equal(columns[GEOGRAPHY], pa.scalar(level)))
        if self._wanted:
            inside &= _true(self._wanted.test(columns))
        if len(near) <= FEW:
            return _Chosen(near, inside)
        sizes = np.array([len(chunk) for chunk in columns[WEST].chunks])
        hit = np.add.reduceat(inside, np.cumsum(sizes) - sizes, dtype=np.int64) > 0
        return _Chosen([block for block, there in zip(near, hit, strict=True) if there], inside[np.repeat(hit, sizes)])

    def _rows(self, chosen: _Chosen, names: Sequence[str]) -> pa.Table:
        columns, rows = self._columns(chosen.blocks, names), pa.array(chosen.rows)
        return pa.table({name: column.filter(rows) for name, column in columns.items()})  # a table's own filter is slower

    def _columns(self, blocks: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
        return self._memory.columns(self._layer.id, blocks, names, self._load)

    def _load(self, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
        """Read columns; how far north in Web Mercator a point lies takes longer to compute than all the rest of a tile."""
        if NORTHING not in names:
            return self._read(blocks, names)
        rows = self._read(blocks, sorted({*names, SOUTH} - {NORTHING}))
        return rows.append_column(NORTHING, pa.array(northing(rows[SOUTH].to_numpy())))


def _inside(box: BBox, lon: Floats, lat: Floats) -> Bools:
    """Which points are in a box, its edges included; a row without a point is in none."""
    return np.asarray((lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north), bool)


def _true(test: Any) -> Bools:
    return np.asarray((pc.fill_null(test, False) if test.null_count else test).to_numpy(), bool)

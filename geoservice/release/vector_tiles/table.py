"""Tiles drawn by the engine that keeps a layer: of any shape, by any filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from geoservice.db import Session
from geoservice.geo import BBox
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.layer_columns import TYPES
from geoservice.release.query import scope
from geoservice.release.sql import filters as cql
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.aggregate import AggregateCells, merge
from geoservice.release.vector_tiles.budget import BYTES, FEATURES
from geoservice.release.vector_tiles.features import SOUTH, WEST, tile_of
from geoservice.release.vector_tiles.grid import TileFrame
from geoservice.release.vector_tiles.row_blocks import RowBlocks

_CELLS = pa.schema([(n, pa.int64()) for n in AggregateCells._fields])
_AS_TEXT = {"date", "timestamp"}


def written_types(properties: Mapping[str, str]) -> dict[str, pa.DataType]:
    """Return the Arrow types of properties as a tile holds them: there are no dates in one, so these are text."""
    return {n: pa.string() if kind in _AS_TEXT else TYPES[kind] for n, kind in properties.items()}


@dataclass(frozen=True)
class Table:
    """A layer's table in a session, and what is wanted of it. ``blocks`` are None where the engine has an index on places."""

    session: Session
    name: str
    layer: PublishedLayer
    blocks: RowBlocks | None
    query: TileQuery

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with a feature each, None when that is more than the budget."""
        where = self._where(frame.reach, geography)
        if where is None:
            return b""
        if self._crowded(frame.reach, where):
            return None
        make = self._of_points if self._pointed else self._of_shapes
        return make(frame, *where, properties)

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with a feature a cell: those that meet the tile itself, without its buffer."""
        where = self._where(frame.bbox, geography)
        if where is None:
            return b""
        found = self.session.fetch(sql.cells(self.name, frame, where[0], self._pointed), _CELLS, where[1])
        return merge(self.layer.id, AggregateCells(*(c.to_numpy() for c in found.columns)), self.layer.geometry)

    @property
    def _pointed(self) -> bool:
        return self.blocks is not None and self.blocks.points and self.layer.geometry == "point"

    def _where(self, box: BBox, geography: str | None) -> tuple[str, list[Any]] | None:
        """Return the condition of the features that meet a box, and its values; None where there can be none."""
        dialect, layer, query = self.session.dialect, self.layer, self.query
        parts: list[str] = []
        values: list[Any] = []
        near = self.blocks.near(box) if self.blocks else None
        if near == []:
            return None
        if near is not None:
            parts.append(sql.of_blocks(near))
        parts.append(sql.there(dialect) if _holds(box, layer) else sql.meets(dialect, box, self._pointed))
        if geography is not None and len(layer.zooms) > 1:
            parts.append(sql.of_geography(dialect))
            values.append(geography)
        if query.filter is not None:
            _add(parts, values, cql.where(dialect, layer, query.filter))
        if query.within is not None:
            _add(parts, values, scope(dialect, query.within))
        return " AND ".join(parts), values

    def _crowded(self, box: BBox, where: tuple[str, list[Any]]) -> bool:
        """Whether there are more features than fit; asked only where a look at the blocks leaves it open: it costs a query."""
        if self.blocks is None or self.blocks.rows(box) <= FEATURES:
            return False
        return bool(self.session.execute(sql.count(self.name, where[0]), where[1])[0][0] > FEATURES)

    def _of_shapes(self, frame: TileFrame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
        layer, dialect = self.layer, self.session.dialect
        text = sql.tile(dialect, self.name, layer.id, layer.geometry, properties, frame, where)
        n, data = self.session.execute(text, values)[0]
        if n > FEATURES or (n and len(data) > BYTES):
            return None
        return bytes(data) if n else b""

    def _of_points(self, frame: TileFrame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
        columns = {"fid": pa.int64(), **written_types(properties), WEST: pa.float64(), SOUTH: pa.float64()}
        rows = self.session.fetch(sql.point_rows(self.name, properties, where), pa.schema(columns), values)
        if rows.num_rows > FEATURES:
            return None
        return tile_of(self.layer.id, frame, rows, [*properties])


def _holds(box: BBox, layer: PublishedLayer) -> bool:
    if layer.bbox is None:
        return False
    west, south, east, north = layer.bbox
    return box.west <= west and box.south <= south and box.east >= east and box.north >= north


def _add(parts: list[str], values: list[Any], condition: tuple[str, list[Any]]) -> None:
    parts.append(f"({condition[0]})")
    values.extend(condition[1])

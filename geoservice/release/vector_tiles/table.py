"""Tiles drawn by a query of the database: for any geometry and any filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from geoservice.db import Session
from geoservice.geo import BBox
from geoservice.release.areas import path_range
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.layer_columns import TYPES
from geoservice.release.query import areas_condition
from geoservice.release.sql import filters as cql
from geoservice.release.sql import path_begins
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.aggregate import AggregateCells, aggregate_tile
from geoservice.release.vector_tiles.budget import BYTES, FEATURES
from geoservice.release.vector_tiles.features import SOUTH, WEST, tile_of
from geoservice.release.vector_tiles.grid import TileFrame
from geoservice.release.vector_tiles.row_blocks import RowBlocks

_CELLS = pa.schema([(n, pa.int64()) for n in AggregateCells._fields])
_AS_TEXT = {"date", "timestamp"}


def tile_types(properties: Mapping[str, str]) -> dict[str, pa.DataType]:
    """Return the Arrow types of properties in a tile; dates are text, because vector tiles have no dates."""
    return {n: pa.string() if kind in _AS_TEXT else TYPES[kind] for n, kind in properties.items()}


@dataclass(frozen=True)
class TableTiles:
    """Draws tiles of a layer's table for one query; ``blocks`` is None if the engine has a spatial index."""

    session: Session
    name: str
    layer: PublishedLayer
    blocks: RowBlocks | None
    query: TileQuery

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with all its features, None if it is over the budget."""
        where = self._where(frame.reach, geography)
        if where is None:
            return b""
        if self._crowded(frame.reach, where):
            return None
        encode = self._encode_points if self._is_points else self._encode_shapes
        return encode(frame, *where, properties)

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with one feature per grid cell, of features that intersect the tile without its buffer."""
        where = self._where(frame.bbox, geography)
        if where is None:
            return b""
        cells = self.session.fetch(sql.cells(self.name, frame, where[0], self._is_points), _CELLS, where[1])
        return aggregate_tile(self.layer.id, AggregateCells(*(c.to_numpy() for c in cells.columns)), self.layer.geometry)

    @property
    def _is_points(self) -> bool:
        return self.blocks is not None and self.blocks.points and self.layer.geometry == "point"

    def _where(self, box: BBox, geography: str | None) -> tuple[str, list[Any]] | None:
        """Return the condition for features that intersect a box, and its values; None if there are surely none."""
        dialect, layer, query = self.session.dialect, self.layer, self.query
        parts: list[str] = []
        values: list[Any] = []
        near = self.blocks.near(box) if self.blocks else None
        if near == []:
            return None
        if near is not None:
            parts.append(sql.block_in(near))
        parts.append(sql.has_geometry(dialect) if _contains(box, layer) else sql.intersects_box(dialect, box, self._is_points))
        if geography is not None and len(layer.zooms) > 1:
            parts.append(sql.geography_equals(dialect))
            values.append(geography)
        if query.filter is not None:
            _append(parts, values, cql.where(dialect, layer, query.filter))
        if query.within is not None:
            _append(parts, values, areas_condition(dialect, query.within))
        if query.area is not None:
            _append(parts, values, (path_begins(dialect), [*path_range(query.area)]))
        return " AND ".join(parts), values

    def _crowded(self, box: BBox, where: tuple[str, list[Any]]) -> bool:
        """Whether there are more features than fit; it costs a query, unless the number of blocks excludes it."""
        if self.blocks is None or self.blocks.rows(box) <= FEATURES:
            return False
        return bool(self.session.execute(sql.count(self.name, where[0]), where[1])[0][0] > FEATURES)

    def _encode_shapes(self, frame: TileFrame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
        layer, dialect = self.layer, self.session.dialect
        text = sql.tile(dialect, self.name, layer.id, layer.geometry, properties, frame, where)
        n, data = self.session.execute(text, values)[0]
        if n > FEATURES or (n and len(data) > BYTES):
            return None
        return bytes(data) if n else b""

    def _encode_points(self, frame: TileFrame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
        columns = {"fid": pa.int64(), **tile_types(properties), WEST: pa.float64(), SOUTH: pa.float64()}
        rows = self.session.fetch(sql.point_rows(self.name, properties, where), pa.schema(columns), values)
        if rows.num_rows > FEATURES:
            return None
        return tile_of(self.layer.id, frame, rows, [*properties])


def _contains(box: BBox, layer: PublishedLayer) -> bool:
    if layer.bbox is None:
        return False
    west, south, east, north = layer.bbox
    return box.west <= west and box.south <= south and box.east >= east and box.north >= north


def _append(parts: list[str], values: list[Any], condition: tuple[str, list[Any]]) -> None:
    parts.append(f"({condition[0]})")
    values.extend(condition[1])

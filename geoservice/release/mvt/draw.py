"""A tile cut on request, from what a store holds: which features and properties are in it is the caller's wish."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.db import Session
from geoservice.errors import ParameterError
from geoservice.geo import BBox, Tile
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.cql import sql as cql
from geoservice.release.expand import TYPES
from geoservice.release.mvt import sql
from geoservice.release.mvt.blocks import Blocks
from geoservice.release.mvt.budget import BYTES, FEATURES, LEAST
from geoservice.release.mvt.cells import Cells, merge
from geoservice.release.mvt.encode import POINT, encode, least, points
from geoservice.release.mvt.grid import MATRIX_SETS, Frame, frame_of
from geoservice.release.properties import property_types
from geoservice.release.query import chosen, scope
from geoservice.release.zooms import geography_at

_CELLS = pa.schema([(n, pa.int64()) for n in Cells._fields])
_AS_TEXT = {"date", "timestamp"}


@dataclass(frozen=True)
class Source:
    """A layer's table in a session; ``blocks`` are its rows' where the store keeps them."""

    session: Session
    table: str
    layer: PublishedLayer
    blocks: Blocks | None


def draw(source: Source, tile: Tile, query: TileQuery) -> bytes:
    """Return a tile of one layer, not packed; see :meth:`geoservice.release.base.ReleaseReader.draw`."""
    layer = source.layer
    known = property_types(layer)
    properties = {n: known[n] for n in chosen(layer, query.properties)}
    frame = _frame(query.matrix_set, tile)
    levels = _levels(layer, tile.z, query)
    if frame is None or layer.bbox is None or not levels:
        return b""
    finest, *coarser = levels
    data = _features(source, frame, query, finest, properties)
    for level in coarser:
        if data is not None:
            break
        data = _features(source, frame, query, level, properties) or None
    return _aggregate(source, frame, query, finest) if data is None else data


def _frame(matrix_set: str, tile: Tile) -> Frame | None:
    if matrix_set not in MATRIX_SETS:
        raise ParameterError(f"tile matrix set {matrix_set!r:.60}: allowed are {', '.join(MATRIX_SETS)}")
    return frame_of(matrix_set, tile)


def _levels(layer: PublishedLayer, zoom: int, query: TileQuery) -> list[str | None]:
    """Geographies to try: that of the zoom, then coarser ones; None is all of them, where the filter itself says which.

    A filter asks about the units of the zoom. What a coarser one has of it says nothing of them, so none is tried.
    """
    if query.filter is not None and "geography" in query.filter.properties:
        return [None]
    at = geography_at(layer.zooms, zoom)
    if at is None:
        return []
    names = list(layer.zooms)
    levels: list[str | None] = [*names[: names.index(at) + 1][::-1]]
    return levels[:1] if query.filter is not None else levels


def _where(source: Source, box: BBox, query: TileQuery, geography: str | None) -> tuple[str, list[Any]] | None:
    """Return the condition of the features that meet a box, and its values; None where there can be none."""
    dialect, layer = source.session.dialect, source.layer
    parts: list[str] = []
    values: list[Any] = []
    near = source.blocks.near(box) if source.blocks else None
    if near is not None:
        parts.append(sql.of_blocks(near))
    if near == []:
        return None
    parts.append(sql.there(dialect) if _holds(box, layer) else sql.meets(dialect, box, _pointed(source)))
    if geography is not None and len(layer.zooms) > 1:
        parts.append(sql.of_geography(dialect))
        values.append(geography)
    if query.filter is not None:
        _add(parts, values, cql.where(dialect, layer, query.filter))
    if query.within is not None:
        _add(parts, values, scope(dialect, query.within))
    return " AND ".join(parts), values


def _holds(box: BBox, layer: PublishedLayer) -> bool:
    if layer.bbox is None:
        return False
    west, south, east, north = layer.bbox
    return box.west <= west and box.south <= south and box.east >= east and box.north >= north


def _add(parts: list[str], values: list[Any], condition: tuple[str, list[Any]]) -> None:
    parts.append(f"({condition[0]})")
    values.extend(condition[1])


def _pointed(source: Source) -> bool:
    return source.blocks is not None and source.blocks.points and source.layer.geometry == "point"


def _features(
    source: Source, frame: Frame, query: TileQuery, geography: str | None, properties: Mapping[str, str]
) -> bytes | None:
    """Return the tile with a feature each, None when that is more than the budget."""
    where = _where(source, frame.reach, query, geography)
    if where is None:
        return b""
    if _crowded(source, frame.reach, where):
        return None
    make = _of_points if _pointed(source) else _of_shapes
    data = make(source, frame, *where, properties)
    return None if data is None or len(data) > BYTES else data


def _crowded(source: Source, box: BBox, where: tuple[str, list[Any]]) -> bool:
    """Whether there are more features than fit; asked only where a look at the blocks leaves it open, for it costs a query."""
    if source.blocks is None or source.blocks.rows(box) <= FEATURES:
        return False
    return bool(source.session.execute(sql.count(source.table, where[0]), where[1])[0][0] > FEATURES)


def _of_shapes(source: Source, frame: Frame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
    layer, dialect = source.layer, source.session.dialect
    text = sql.tile(dialect, source.table, layer.id, layer.geometry, properties, frame, where)
    n, data = source.session.execute(text, values)[0]
    if n > FEATURES:
        return None
    return bytes(data) if n else b""


def _of_points(source: Source, frame: Frame, where: str, values: list[Any], properties: Mapping[str, str]) -> bytes | None:
    """Points need no cutting: encoding them here takes a third of the time of the engine's own functions."""
    kinds = [(n, pa.string() if kind in _AS_TEXT else TYPES[kind]) for n, kind in properties.items()]
    schema = pa.schema([("fid", pa.int64()), *kinds, ("_west", pa.float64()), ("_south", pa.float64())])
    rows = source.session.fetch(sql.point_rows(source.table, properties, where), schema, values)
    if rows.num_rows > FEATURES:
        return None
    columns: dict[str, Any] = {
        n: pa.concat_arrays(rows[n].chunks or [pa.array([], rows[n].type)]).dictionary_encode() for n in properties
    }
    if rows.num_rows * LEAST + least(columns.values()) > BYTES:  # no need to write it all to see
        return None
    x, y = frame.place(rows["_west"].to_numpy(), rows["_south"].to_numpy())
    commands = points(*(np.rint(v).astype(np.int64) for v in (x, y)))
    return encode(source.layer.id, POINT, commands, columns, rows["fid"].to_numpy())


def _aggregate(source: Source, frame: Frame, query: TileQuery, geography: str | None) -> bytes:
    """Return the tile with a feature a cell: those that meet the tile itself, without its buffer."""
    where = _where(source, frame.bbox, query, geography)
    if where is None:
        return b""
    found = source.session.fetch(sql.cells(source.table, frame, where[0], _pointed(source)), _CELLS, where[1])
    return merge(source.layer.id, Cells(*(c.to_numpy() for c in found.columns)), source.layer.geometry)

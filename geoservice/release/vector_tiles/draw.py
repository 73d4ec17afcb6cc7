"""A tile cut on request, from what a store holds: which features and properties are in it is the caller's wish."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Protocol

import pyarrow as pa

from geoservice.db import Session
from geoservice.errors import ParameterError
from geoservice.geo import Tile
from geoservice.release.arrow_filter import compiled
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.properties import property_types
from geoservice.release.query import chosen
from geoservice.release.sql import BLOCK
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.column_cache import ColumnCache
from geoservice.release.vector_tiles.features import SOUTH, WEST
from geoservice.release.vector_tiles.grid import MATRIX_SETS, TileFrame, frame_of
from geoservice.release.vector_tiles.points import Points
from geoservice.release.vector_tiles.row_blocks import RowBlocks
from geoservice.release.vector_tiles.table import Table, written_types
from geoservice.release.zooms import geography_at


@dataclass(frozen=True)
class TileSource:
    """A layer as a store keeps it: its table, in sessions to be opened; its blocks; and columns of it in memory."""

    open: Callable[[], AbstractContextManager[Session]]
    table: str
    layer: PublishedLayer
    blocks: RowBlocks
    memory: ColumnCache


class Drawer(Protocol):
    """Draws tiles of one layer as one query wants them."""

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with a feature each, None when that is more than the budget."""
        ...

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with a feature a cell: those that meet the tile itself, without its buffer."""
        ...


def draw(source: TileSource, tile: Tile, query: TileQuery) -> bytes:
    """Return a tile of one layer, not packed; see :meth:`geoservice.release.base.ReleaseReader.draw`."""
    layer = source.layer
    known = property_types(layer)
    properties = {n: known[n] for n in chosen(layer, query.properties)}
    frame = _frame(query.matrix_set, tile)
    levels = _levels(layer, tile.z, query)
    if frame is None or layer.bbox is None or not levels:
        return b""
    points = _points(source, frame, query, list(properties))
    if points is not None:
        return _drawn(points, frame, levels, properties)
    with source.open() as session:
        blocks = source.blocks if session.dialect.engine == "duckdb" else None
        return _drawn(Table(session, source.table, layer, blocks, query), frame, levels, properties)


def _drawn(drawer: Drawer, frame: TileFrame, levels: Sequence[str | None], properties: Mapping[str, str]) -> bytes:
    finest, *coarser = levels
    data = drawer.features(frame, finest, properties)
    for level in coarser:
        if data is not None:
            break
        data = drawer.features(frame, level, properties) or None
    return drawer.aggregate(frame, finest) if data is None else data


def _points(source: TileSource, frame: TileFrame, query: TileQuery, properties: Sequence[str]) -> Points | None:
    """Return what draws from memory, where that can be done: for points, by a plain filter, not for a part of the areas."""
    if source.layer.geometry != "point" or not source.blocks.points or query.within is not None:
        return None
    wanted = compiled(query.filter) if query.filter else None
    if query.filter and wanted is None:
        return None
    points = Points(source.layer, source.blocks, source.memory, partial(_load, source), wanted)
    return points if points.ready(frame.reach, properties) else None


def fill(source: TileSource, stop: Event) -> None:
    """Read a layer of points into memory, if it fits, until told to stop."""
    if source.layer.geometry == "point" and source.blocks.points:
        points = Points(source.layer, source.blocks, source.memory, partial(_load, source), None)
        points.fill(list(property_types(source.layer)), stop)


def _load(source: TileSource, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
    kinds = {"fid": "integer", WEST: "number", SOUTH: "number", **property_types(source.layer)}
    wanted = {n: kinds[n] for n in names}
    schema = pa.schema([(BLOCK, pa.int32()), *written_types(wanted).items()])
    with source.open() as session:
        return session.scan(sql.block_rows(session.dialect, source.table, wanted, blocks), schema)


def _frame(matrix_set: str, tile: Tile) -> TileFrame | None:
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

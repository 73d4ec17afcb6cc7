"""Vector tiles drawn on request from the tables of a store, with the features and properties of a query."""

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
from geoservice.release.arrow_filter import compile_filter
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.properties import property_types
from geoservice.release.query import requested_properties
from geoservice.release.sql import BLOCK
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.column_cache import ColumnCache
from geoservice.release.vector_tiles.features import SOUTH, WEST
from geoservice.release.vector_tiles.grid import MATRIX_SETS, TileFrame, frame_of
from geoservice.release.vector_tiles.points import PointTiles
from geoservice.release.vector_tiles.row_blocks import RowBlocks
from geoservice.release.vector_tiles.table import TableTiles, tile_types
from geoservice.release.zooms import geography_at


@dataclass(frozen=True)
class TileSource:
    """A layer in a store: its table, the function that opens a session, its blocks, and the cache of its columns."""

    open: Callable[[], AbstractContextManager[Session]]
    table: str
    layer: PublishedLayer
    blocks: RowBlocks
    cache: ColumnCache


class TileDrawer(Protocol):
    """Draws tiles of one layer for one query."""

    def features(self, frame: TileFrame, geography: str | None, properties: Mapping[str, str]) -> bytes | None:
        """Return the tile with all its features, None if it is over the budget."""
        ...

    def aggregate(self, frame: TileFrame, geography: str | None) -> bytes:
        """Return the tile with one feature per grid cell, of features that intersect the tile without its buffer."""
        ...


def draw(source: TileSource, tile: Tile, query: TileQuery) -> bytes:
    """Return an uncompressed tile of one layer; see :meth:`geoservice.release.protocols.ReleaseReader.draw`."""
    layer = source.layer
    types = property_types(layer)
    properties = {n: types[n] for n in requested_properties(layer, query.properties)}
    frame = _frame(query.matrix_set, tile)
    levels = _levels(layer, tile.z, query)
    if frame is None or layer.bbox is None or not levels:
        return b""
    points = _points(source, frame, query, list(properties))
    if points is not None:
        return _first_within_budget(points, frame, levels, properties)
    with source.open() as session:
        blocks = source.blocks if session.dialect.engine == "duckdb" else None
        return _first_within_budget(TableTiles(session, source.table, layer, blocks, query), frame, levels, properties)


def _first_within_budget(
    drawer: TileDrawer, frame: TileFrame, levels: Sequence[str | None], properties: Mapping[str, str]
) -> bytes:
    finest, *coarser = levels
    data = drawer.features(frame, finest, properties)
    for level in coarser:
        if data is not None:
            break
        data = drawer.features(frame, level, properties) or None
    return drawer.aggregate(frame, finest) if data is None else data


def _points(source: TileSource, frame: TileFrame, query: TileQuery, properties: Sequence[str]) -> PointTiles | None:
    """Return the drawer from cache if it can be used: for points, simple filters, and a view without limits."""
    if source.layer.geometry != "point" or not source.blocks.points or query.within is not None or query.area is not None:
        return None
    predicate = compile_filter(query.filter) if query.filter else None
    if query.filter and predicate is None:
        return None
    points = PointTiles(source.layer, source.blocks, source.cache, partial(_load, source), predicate)
    return points if points.ready(frame.reach, properties) else None


def fill_cache(source: TileSource, stop: Event) -> None:
    """Read a layer of points into the cache, if it fits, until ``stop`` is set."""
    if source.layer.geometry == "point" and source.blocks.points:
        points = PointTiles(source.layer, source.blocks, source.cache, partial(_load, source), None)
        points.fill(list(property_types(source.layer)), stop)


def _load(source: TileSource, blocks: Sequence[int], names: Sequence[str]) -> pa.Table:
    kinds = {"fid": "integer", WEST: "number", SOUTH: "number", **property_types(source.layer)}
    types = {n: kinds[n] for n in names}
    schema = pa.schema([(BLOCK, pa.int32()), *tile_types(types).items()])
    with source.open() as session:
        return session.scan(sql.block_rows(session.dialect, source.table, types, blocks), schema)


def _frame(matrix_set: str, tile: Tile) -> TileFrame | None:
    if matrix_set not in MATRIX_SETS:
        raise ParameterError(f"tile matrix set {matrix_set!r:.60}: allowed are {', '.join(MATRIX_SETS)}")
    return frame_of(matrix_set, tile)


def _levels(layer: PublishedLayer, zoom: int, query: TileQuery) -> list[str | None]:
    """Return the geographies to try: that of the zoom, then coarser ones; None is all of them, if the filter selects some.

    A filter is on the units of the zoom: coarser units that match would say nothing about them, so they are not tried.
    """
    if query.filter is not None and "geography" in query.filter.properties:
        return [None]
    finest = geography_at(layer.zooms, zoom)
    if finest is None:
        return []
    names = list(layer.zooms)
    levels: list[str | None] = [*names[: names.index(finest) + 1][::-1]]
    return levels[:1] if query.filter is not None else levels

"""Vector tiles, baked once when a release is written. Both stores take them from here, so they hold the same bytes."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geoservice.errors import ReleaseError
from geoservice.geo import BBox, Bools, Floats, Ints, Tile
from geoservice.layer import Label
from geoservice.release.base import LayerContent
from geoservice.release.mercator import HALF_M, to_mercator, valid
from geoservice.release.pmtiles import write_archive
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.aggregate import gather, merge
from geoservice.release.vector_tiles.budget import BYTES, FEATURES
from geoservice.release.vector_tiles.grid import BUFFER, EXTENT, frame_of
from geoservice.release.vector_tiles.tilejson import metadata
from geoservice.release.zooms import geography_at

SIMPLIFY = 1.0
"""Tolerance of simplification in units of the tile's grid, of which a screen's pixel has eight."""

Shapes = NDArray[Any]
Column = tuple[int, int]
"""A tile of a zoom: x and y."""


@dataclass(frozen=True)
class BakedLayer:
    """What of a layer is drawn at one zoom: numbers and shapes (Web-Mercator metres) of the features of one geography."""

    layer_id: str
    geometry: str
    properties: list[str]
    z: int
    fid: Ints
    shapes: Shapes


class Baker:
    """Cuts layers into tiles with DuckDB's ST_AsMVT, one query a zoom.

    The connection must have the spatial extension, which takes half a second to load; it is left without a trace.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def archive(self, path: Path, content: LayerContent, attribution: Label) -> int:
        """Write all tiles of a layer as a PMTiles archive; returns how many. No tiles, no file."""
        layer = content.layer
        return write_archive(path, self.bake(content), BBox(*layer.bbox or (0, 0, 0, 0)), metadata(layer, attribution))

    def bake(self, content: LayerContent) -> Iterator[tuple[Tile, bytes]]:
        """All tiles of a layer, gzipped, zoom by zoom; none for a layer without geometry.

        A feature is in at least one tile of each zoom that shows its geography: one that is smaller than the grid is drawn as
        one small square or stroke. Its properties are ``geography``, ``unit`` and the layer's columns; null ones are left out.
        A tile over the budget (see :mod:`geoservice.release.vector_tiles.budget`) shows the next coarser geography
        or aggregates.
        """
        layer = content.layer
        if layer.bbox is None:
            return
        features = content.features
        shapes = valid(to_mercator(np.asarray(shapely.from_wkb(features["geometry"].to_numpy()))))
        geography = features["geography"].to_numpy()
        there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        fid, names = features["fid"].to_numpy(), list(layer.zooms)
        plain = _plain(features.drop_columns(["geometry"]))
        properties = [n for n in plain.column_names if n != "fid"]
        self._connection.register("features", plain)
        for z in range(layer.minzoom, layer.maxzoom + 1):
            finest = geography_at(layer.zooms, z)
            levels = names[: names.index(finest) + 1][::-1] if finest else []
            shown = [np.flatnonzero((geography == name) & there) for name in levels]
            if shown and shown[0].size:
                yield from self._zoom([BakedLayer(layer.id, layer.geometry, properties, z, fid[s], shapes[s]) for s in shown])
        self._connection.unregister("features")
        self._connection.execute(sql.drop_cut())

    def _zoom(self, levels: list[BakedLayer]) -> Iterator[tuple[Tile, bytes]]:
        """Tiles of a zoom, from the finest geography; those over the budget from the next coarser, or merged by cells."""
        wanted: set[Column] | None = None
        merged: set[Column] = set()
        for drawn in levels:
            made, over = self._level(drawn, wanted)
            if wanted is not None:  # what the coarser geography leaves empty would be lost
                merged |= wanted - made.keys() - over
            yield from ((Tile(drawn.z, *at), gzip.compress(data, 6, mtime=0)) for at, data in made.items())
            wanted = over
            if not over:
                break
        merged |= wanted or set()
        for at in sorted(merged):
            tile = Tile(levels[0].z, *at)
            yield tile, gzip.compress(_aggregate(levels[0], tile), 6, mtime=0)

    def _level(self, drawn: BakedLayer, wanted: set[Column] | None) -> tuple[dict[Column, bytes], set[Column]]:
        """Tiles of one geography, and which of them have too many features; only those wanted, None being all."""
        unit = 2 * HALF_M / 2**drawn.z / EXTENT
        over = {at for at in _crowded(drawn) if wanted is None or at in wanted}
        self._connection.execute(sql.cut_table())
        self._cut(drawn.z, drawn.fid, shapely.simplify(drawn.shapes, SIMPLIFY * unit, preserve_topology=True), wanted, over)
        lost = np.array([r[0] for r in self._connection.execute(sql.uncut()).fetchall()], np.int64)
        if lost.size:
            self._cut(drawn.z, lost, _enlarged(drawn.shapes[np.searchsorted(drawn.fid, lost)], unit), wanted, over)
        if wanted is None and not over and (n := len(self._connection.execute(sql.uncut()).fetchall())):
            raise ReleaseError(f"layer {drawn.layer_id}: {n} features are in no tile of zoom {drawn.z}")
        over |= set(self._connection.execute(sql.full()).fetchall())
        made: dict[Column, bytes] = {}
        for x, y, data in self._connection.execute(sql.bake(drawn.layer_id, drawn.properties)).fetchall():
            made[x, y] = data
        heavy = {at for at, data in made.items() if len(data) > BYTES}
        return {at: data for at, data in made.items() if at not in heavy}, over | heavy

    def _cut(self, z: int, fid: Ints, shapes: Shapes, wanted: set[Column] | None, barred: set[Column]) -> None:
        """Cut the shapes along the tiles of a zoom, into the table ``cut``; the pieces of a shape that vanishes are null."""
        at, x, y = _candidates(shapely.bounds(shapes), z)
        if wanted is not None or barred:
            kept = np.flatnonzero((wanted is None or _among(x, y, z, wanted)) & ~_among(x, y, z, barred))
            at, x, y = at[kept], x[kept], y[kept]
        wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
        self._connection.register("shapes", pa.table({"fid": pa.array(fid), "wkb": wkb}))
        self._connection.register("candidates", pa.table({"fid": pa.array(fid[at]), "x": pa.array(x), "y": pa.array(y)}))
        self._connection.execute(sql.cut(z))
        self._connection.unregister("shapes")
        self._connection.unregister("candidates")


def _plain(features: pa.Table) -> pa.Table:
    """Return the features with dates as text: a tile knows none."""
    for i, field in enumerate(features.schema):
        if pa.types.is_date(field.type):
            features = features.set_column(i, field.name, features[field.name].cast(pa.string()))
        elif pa.types.is_timestamp(field.type):
            text = pc.strftime(features[field.name], format="%Y-%m-%dT%H:%M:%SZ")
            features = features.set_column(i, field.name, pc.replace_substring(text, ".000000", ""))
    return features


def _crowded(drawn: BakedLayer) -> set[Column]:
    """Tiles that surely have too many features, without cutting any: more lie wholly within than fit."""
    if len(drawn.fid) <= FEATURES:
        return set()
    bounds, n = shapely.bounds(drawn.shapes), 2**drawn.z
    x0, y0, x1, y1 = _columns(bounds, drawn.z, 0)
    inside = (x0 == x1) & (y0 == y1)
    key, count = np.unique(x0[inside] * n + y0[inside], return_counts=True)
    return {(int(k) // n, int(k) % n) for k in key[count > FEATURES]}


def _aggregate(drawn: BakedLayer, tile: Tile) -> bytes:
    frame = frame_of("WebMercatorQuad", tile)
    assert frame is not None
    west, south, east, north = shapely.bounds(drawn.shapes).T
    meets = (west <= frame.east) & (east >= frame.west) & (south <= frame.north) & (north >= frame.south)
    here = np.flatnonzero(meets)
    if drawn.geometry != "point":
        here = here[shapely.intersects(drawn.shapes[here], shapely.box(frame.west, frame.south, frame.east, frame.north))]
    across = (np.maximum(west[here], frame.west) + np.minimum(east[here], frame.east)) / 2
    down = (np.maximum(south[here], frame.south) + np.minimum(north[here], frame.north)) / 2
    cells = gather((across - frame.west) / frame.unit, (frame.north - down) / frame.unit)
    return merge(drawn.layer_id, cells, drawn.geometry)


def _among(x: NDArray[np.int32], y: NDArray[np.int32], z: int, tiles: set[Column]) -> Bools:
    known = np.array([a * 2**z + b for a, b in tiles], np.int64)
    return np.asarray(np.isin(x.astype(np.int64) * 2**z + y, known), bool)


def _columns(bounds: Floats, z: int, buffer: int) -> tuple[Ints, Ints, Ints, Ints]:
    """First column and row, and last column and row, that each box touches."""
    side, last = 2 * HALF_M / 2**z, 2**z - 1
    margin = side * buffer / EXTENT

    def tile(metres: Floats) -> Ints:
        return np.asarray(np.clip(np.floor(metres / side), 0, last), np.int64)

    west, south, east, north = bounds.T
    return (
        tile(west + HALF_M - margin),
        tile(HALF_M - north - margin),
        tile(east + HALF_M + margin),
        tile(HALF_M - south + margin),
    )


def _candidates(bounds: Floats, z: int) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
    """Tiles that each box touches, buffer included: positions in ``bounds``, x and y."""
    x0, y0, x1, y1 = _columns(bounds, z, BUFFER)
    wide, count = x1 - x0 + 1, (x1 - x0 + 1) * (y1 - y0 + 1)
    at = np.repeat(np.arange(len(bounds), dtype=np.int64), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return at, (x0[at] + step % wide[at]).astype(np.int32), (y0[at] + step // wide[at]).astype(np.int32)


def _enlarged(shapes: Shapes, unit: float) -> Shapes:
    """Two units of the grid where a shape was: rounding cannot make that vanish."""
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    x, y = points[:, 0], points[:, 1]
    squares: Any = shapely.box(x - unit, y - unit, x + unit, y + unit)
    strokes: Any = shapely.linestrings(np.stack([np.column_stack([x - unit, y]), np.column_stack([x + unit, y])], axis=1))
    enlarged: Shapes = np.where(shapely.get_dimensions(shapes) == 1, strokes, squares)
    return enlarged

"""Vector tiles that are baked when a release is written; both stores use them, so they hold the same bytes."""

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
from geoservice.geo import MERCATOR_HALF_M, BBox, Bools, Ints, Tile
from geoservice.release.base import LayerContent
from geoservice.release.mercator import make_valid, to_mercator
from geoservice.release.pmtiles import write_archive
from geoservice.release.vector_tiles import sql
from geoservice.release.vector_tiles.aggregate import aggregate_tile, count_by_cell
from geoservice.release.vector_tiles.budget import BYTES, FEATURES
from geoservice.release.vector_tiles.grid import EXTENT, frame_of
from geoservice.release.vector_tiles.parts import Shapes, parts_of, tile_ranges
from geoservice.release.zooms import geography_at

SIMPLIFY_UNITS = 1.0
"""Tolerance of simplification in units of the tile's grid; a pixel of the screen is eight."""
PIECES = 50_000
"""Pieces of features whose tiles are encoded at one time, with all their properties."""

TileColumn = tuple[int, int]
"""A tile of a zoom: x and y."""


@dataclass(frozen=True)
class BakedLayer:
    """The features of one geography of a layer at one zoom: their ids and shapes (Web-Mercator metres)."""

    layer_id: str
    geometry: str
    properties: list[str]
    z: int
    fid: Ints
    shapes: Shapes


class Baker:
    """Cuts layers into tiles with DuckDB's ST_AsMVT, one query per zoom.

    The connection must have the spatial extension, which takes half a second to load; its temporary tables are removed.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def archive(self, path: Path, content: LayerContent, metadata: dict[str, Any]) -> int:
        """Write all tiles of a layer as a PMTiles archive and return their number; without tiles no file is written."""
        bbox = BBox(*content.layer.bbox or (0, 0, 0, 0))
        return write_archive(path, self.bake(content), bbox, metadata)

    def bake(self, content: LayerContent) -> Iterator[tuple[Tile, bytes]]:
        """Yield all tiles of a layer, gzipped, zoom by zoom; none for a layer without geometry.

        Every feature is in at least one tile of each zoom that shows its geography: one that is smaller than the grid is drawn
        as a small square or line. Its properties are ``geography``, ``unit`` and the layer's columns, without nulls. A tile
        over the budget (see :mod:`geoservice.release.vector_tiles.budget`) shows the next coarser geography or aggregates.
        """
        layer = content.layer
        if layer.bbox is None:
            return
        features = content.features
        shapes = make_valid(to_mercator(np.asarray(shapely.from_wkb(features["geometry"].to_numpy()))))
        geography = features["geography"].to_numpy()
        present = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        fid, names = features["fid"].to_numpy(), list(layer.zooms)
        plain = _dates_as_text(features.drop_columns(["geometry"]))
        properties = [n for n in plain.column_names if n != "fid"]
        self._connection.register("features", plain)
        for z in range(layer.minzoom, layer.maxzoom + 1):
            finest = geography_at(layer.zooms, z)
            levels = names[: names.index(finest) + 1][::-1] if finest else []
            selections = [np.flatnonzero((geography == name) & present) for name in levels]
            if selections and selections[0].size:
                yield from self._zoom(
                    [BakedLayer(layer.id, layer.geometry, properties, z, fid[s], shapes[s]) for s in selections]
                )
        self._connection.unregister("features")
        self._connection.execute(sql.drop_pieces())

    def _zoom(self, levels: list[BakedLayer]) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles of a zoom with the finest geography; those over the budget with coarser ones or aggregates."""
        pending: set[TileColumn] | None = None
        aggregated: set[TileColumn] = set()
        for level in levels:
            encoded, too_large = self._level(level, pending)
            if pending is not None:  # features in a tile that the coarser geography leaves empty would be lost
                aggregated |= pending - encoded.keys() - too_large
            yield from ((Tile(level.z, *xy), gzip.compress(data, 6, mtime=0)) for xy, data in encoded.items())
            pending = too_large
            if not too_large:
                break
        aggregated |= pending or set()
        for xy in sorted(aggregated):
            tile = Tile(levels[0].z, *xy)
            yield tile, gzip.compress(_aggregated(levels[0], tile), 6, mtime=0)

    def _level(self, level: BakedLayer, requested: set[TileColumn] | None) -> tuple[dict[TileColumn, bytes], set[TileColumn]]:
        """Return the tiles of one geography, and those that are excluded the budget; ``requested`` limits them, None is all."""
        unit = 2 * MERCATOR_HALF_M / 2**level.z / EXTENT
        excluded = {xy for xy in _crowded_tiles(level) if requested is None or xy in requested}
        self._connection.execute(sql.create_pieces())
        self._cut(
            level.z,
            level.fid,
            shapely.simplify(level.shapes, SIMPLIFY_UNITS * unit, preserve_topology=True),
            requested,
            excluded,
        )
        uncut = np.array([r[0] for r in self._connection.execute(sql.features_without_piece()).fetchall()], np.int64)
        if uncut.size:
            self._cut(level.z, uncut, _enlarged(level.shapes[np.searchsorted(level.fid, uncut)], unit), requested, excluded)
        if requested is None and not excluded and (n := len(self._connection.execute(sql.features_without_piece()).fetchall())):
            raise ReleaseError(f"layer {level.layer_id}: {n} features are in no tile of zoom {level.z}")
        excluded |= set(self._connection.execute(sql.full_tiles()).fetchall())
        encoded: dict[TileColumn, bytes] = {}
        query = sql.encode_tiles(level.layer_id, level.properties)
        for columns in self._blocks():
            encoded |= {(x, y): data for x, y, data in self._connection.execute(query, columns).fetchall()}
        too_large = {xy for xy, data in encoded.items() if len(data) > BYTES}
        return {xy: data for xy, data in encoded.items() if xy not in too_large}, excluded | too_large

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the first and the last of the columns of tiles that are encoded at one time, which needs much memory."""
        counts = self._connection.execute(sql.pieces_by_column()).fetchall()
        first, pieces = 0, 0
        for number, (x, count) in enumerate(counts):
            pieces += count
            if pieces >= PIECES or number == len(counts) - 1:
                yield counts[first][0], x
                first, pieces = number + 1, 0

    def _cut(self, z: int, fid: Ints, shapes: Shapes, requested: set[TileColumn] | None, excluded: set[TileColumn]) -> None:
        """Cut the shapes along the tiles of a zoom into the table ``cut``; the piece of a shape that vanishes is null."""
        parts = parts_of(shapes, z)
        part, x, y = parts.candidates()
        if requested is not None or excluded:
            selected = np.flatnonzero(
                (requested is None or _is_in_tiles(x, y, z, requested)) & ~_is_in_tiles(x, y, z, excluded)
            )
            part, x, y = part[selected], x[selected], y[selected]
        wkb = pa.array(shapely.to_wkb(parts.shapes), pa.binary())
        candidates: dict[str, Any] = {"part": part, "fid": fid[parts.whole[part]], "x": x, "y": y}
        self._connection.register("shapes", pa.table({"part": pa.array(np.arange(len(wkb))), "wkb": wkb}))
        self._connection.register("candidates", pa.table(candidates))
        self._connection.execute(sql.insert_pieces(z))
        self._connection.unregister("shapes")
        self._connection.unregister("candidates")


def _dates_as_text(features: pa.Table) -> pa.Table:
    """Return the features with dates as text, because vector tiles have no dates."""
    for i, field in enumerate(features.schema):
        if pa.types.is_date(field.type):
            features = features.set_column(i, field.name, features[field.name].cast(pa.string()))
        elif pa.types.is_timestamp(field.type):
            text = pc.strftime(features[field.name], format="%Y-%m-%dT%H:%M:%SZ")
            features = features.set_column(i, field.name, pc.replace_substring(text, ".000000", ""))
    return features


def _crowded_tiles(level: BakedLayer) -> set[TileColumn]:
    """Return the tiles that contain more whole features than fit, without cutting any."""
    if len(level.fid) <= FEATURES:
        return set()
    bounds, n = shapely.bounds(level.shapes), 2**level.z
    x0, y0, x1, y1 = tile_ranges(bounds, level.z, 0)
    inside = (x0 == x1) & (y0 == y1)
    key, count = np.unique(x0[inside] * n + y0[inside], return_counts=True)
    return {(int(k) // n, int(k) % n) for k in key[count > FEATURES]}


def _aggregated(level: BakedLayer, tile: Tile) -> bytes:
    frame = frame_of("WebMercatorQuad", tile)
    assert frame is not None
    west, south, east, north = shapely.bounds(level.shapes).T
    intersects = (west <= frame.east) & (east >= frame.west) & (south <= frame.north) & (north >= frame.south)
    selected = np.flatnonzero(intersects)
    if level.geometry != "point":
        selected = selected[
            shapely.intersects(level.shapes[selected], shapely.box(frame.west, frame.south, frame.east, frame.north))
        ]
    x = (np.maximum(west[selected], frame.west) + np.minimum(east[selected], frame.east)) / 2
    y = (np.maximum(south[selected], frame.south) + np.minimum(north[selected], frame.north)) / 2
    cells = count_by_cell((x - frame.west) / frame.unit, (frame.north - y) / frame.unit)
    return aggregate_tile(level.layer_id, cells, level.geometry)


def _is_in_tiles(x: NDArray[np.int32], y: NDArray[np.int32], z: int, tiles: set[TileColumn]) -> Bools:
    numbers = np.array([a * 2**z + b for a, b in tiles], np.int64)
    return np.asarray(np.isin(x.astype(np.int64) * 2**z + y, numbers), bool)


def _enlarged(shapes: Shapes, unit: float) -> Shapes:
    """Return a square or line of two grid units for each shape: it does not vanish by rounding."""
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    x, y = points[:, 0], points[:, 1]
    squares: Any = shapely.box(x - unit, y - unit, x + unit, y + unit)
    lines: Any = shapely.linestrings(np.stack([np.column_stack([x - unit, y]), np.column_stack([x + unit, y])], axis=1))
    enlarged: Shapes = np.where(shapely.get_dimensions(shapes) == 1, lines, squares)
    return enlarged

"""Vector tiles, baked once when a release is written. Both stores take them from here, so they hold the same bytes."""

import gzip
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.errors import ReleaseError
from geoservice.geo import Floats, Tile
from geoservice.release.base import LayerContent
from geoservice.release.mercator import HALF_M, to_mercator, valid
from geoservice.release.mvt import sql
from geoservice.release.zooms import geography_at

EXTENT = 4096
BUFFER = 64
SIMPLIFY = 1.0
"""Tolerance of simplification in units of the tile's grid, of which a screen's pixel has eight."""


class Baker:
    """Cuts layers into tiles with DuckDB's ST_AsMVT, one query a zoom.

    The connection must have the spatial extension, which takes half a second to load; it is left without a trace.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def bake(self, content: LayerContent) -> Iterator[tuple[Tile, bytes]]:
        """All tiles of a layer, gzipped, by zoom, column and row; none for a layer without geometry.

        A feature is in at least one tile of each zoom that shows its geography: one that is smaller than the grid is drawn as
        one small square or stroke. Its properties are ``geography``, ``unit`` and the layer's columns; null ones are left out.
        """
        layer = content.layer
        if layer.bbox is None:
            return
        features = content.features
        shapes = valid(to_mercator(np.asarray(shapely.from_wkb(features["geometry"].to_numpy()))))
        geography = features["geography"].to_numpy()
        drawn = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        self._connection.register("features", features.drop_columns(["geometry"]))
        for z in range(layer.minzoom, layer.maxzoom + 1):
            shown = np.flatnonzero((geography == geography_at(layer.zooms, z)) & drawn)
            if shown.size:
                yield from self._zoom(content, z, features["fid"].to_numpy()[shown], shapes[shown])
        self._connection.unregister("features")
        self._connection.execute(sql.drop_cut())

    def _zoom(
        self, content: LayerContent, z: int, fid: NDArray[np.int64], shapes: NDArray[Any]
    ) -> Iterator[tuple[Tile, bytes]]:
        unit = 2 * HALF_M / 2**z / EXTENT
        simple = shapely.simplify(shapes, SIMPLIFY * unit, preserve_topology=True)
        self._connection.execute(sql.cut_table())
        self._cut(z, fid, simple)
        lost = np.array([r[0] for r in self._connection.execute(sql.uncut()).fetchall()], np.int64)
        if lost.size:
            self._cut(z, lost, _enlarged(shapes[np.searchsorted(fid, lost)], unit))
        if n := len(self._connection.execute(sql.uncut()).fetchall()):
            raise ReleaseError(f"layer {content.layer.id}: {n} features are in no tile of zoom {z}")
        properties = [n for n in content.features.column_names if n not in {"fid", "geometry"}]
        for x, y, data in self._connection.execute(sql.bake(properties), [content.layer.id]).fetchall():
            yield Tile(z, x, y), gzip.compress(data, 6, mtime=0)

    def _cut(self, z: int, fid: NDArray[np.int64], shapes: NDArray[Any]) -> None:
        """Cut the shapes along the tiles of a zoom, into the table ``cut``; the pieces of a shape that vanishes are null."""
        at, x, y = _candidates(shapely.bounds(shapes), z)
        wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
        self._connection.register("shapes", pa.table({"fid": pa.array(fid), "wkb": wkb}))
        self._connection.register("candidates", pa.table({"fid": pa.array(fid[at]), "x": pa.array(x), "y": pa.array(y)}))
        self._connection.execute(sql.cut(z, EXTENT, BUFFER))
        self._connection.unregister("shapes")
        self._connection.unregister("candidates")


def _candidates(bounds: Floats, z: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """Tiles that each box touches, buffer included: positions in ``bounds``, x and y."""
    side, last = 2 * HALF_M / 2**z, 2**z - 1
    margin = side * BUFFER / EXTENT

    def tile(metres: Floats) -> NDArray[np.int64]:
        return np.asarray(np.clip(np.floor(metres / side), 0, last), np.int64)

    x0, x1 = tile(bounds[:, 0] + HALF_M - margin), tile(bounds[:, 2] + HALF_M + margin)
    y0, y1 = tile(HALF_M - bounds[:, 3] - margin), tile(HALF_M - bounds[:, 1] + margin)
    wide, count = x1 - x0 + 1, (x1 - x0 + 1) * (y1 - y0 + 1)
    at = np.repeat(np.arange(len(bounds), dtype=np.int64), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return at, (x0[at] + step % wide[at]).astype(np.int32), (y0[at] + step // wide[at]).astype(np.int32)


def _enlarged(shapes: NDArray[Any], unit: float) -> NDArray[Any]:
    """Two units of the grid where a shape was: rounding cannot make that vanish."""
    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    x, y = points[:, 0], points[:, 1]
    squares: Any = shapely.box(x - unit, y - unit, x + unit, y + unit)
    strokes: Any = shapely.linestrings(np.stack([np.column_stack([x - unit, y]), np.column_stack([x + unit, y])], axis=1))
    enlarged: NDArray[Any] = np.where(shapely.get_dimensions(shapes) == 1, strokes, squares)
    return enlarged

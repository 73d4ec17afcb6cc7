"""The stored form of a layer's features: their properties, and internal columns for access, blocks and tiles."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.release.base import LayerContent
from geoservice.release.content import layer_schema
from geoservice.release.mercator import make_valid, to_mercator
from geoservice.release.spatial_order import hilbert_positions
from geoservice.release.sql import AREA, BLOCK
from geoservice.release.vector_tiles.row_blocks import ROWS

MERCATOR = "_mercator"
GEOMETRIES = {"geometry": "geometry", MERCATOR: "mercator"}
"""Geometry columns and their kind in the schema's metadata: degrees, and Web-Mercator metres for tiles drawn on request."""


def stored_schema(content: LayerContent) -> pa.Schema:
    """Return the schema of a layer's table; geometry columns are marked by their metadata."""
    plain = [f for f in layer_schema(content) if f.name not in GEOMETRIES]
    shapes = [pa.field(n, pa.binary(), metadata={"geometry": kind}) for n, kind in GEOMETRIES.items()]
    return pa.schema([*plain, pa.field(AREA, pa.string()), pa.field(BLOCK, pa.int32()), *shapes])


def stored(content: LayerContent) -> pa.Table:
    """Return a layer's rows as they are stored, geometries as WKB.

    Rows are ordered by geography and along a Hilbert curve within each, so that what a map shows together is stored together.
    They are numbered in blocks: DuckDB, which has no spatial index here, skips distant blocks; the cache is filled by block.
    """
    features = content.features
    has_shapes = features["geometry"].null_count < features.num_rows
    shapes: NDArray[Any] = np.asarray(shapely.from_wkb(features["geometry"].to_numpy())) if has_shapes else np.empty(0, object)
    areas = pa.nulls(features.num_rows, pa.string()) if content.areas is None else content.areas
    order = _order(features["geography"], shapes)
    blocks = np.empty(len(order), np.int32)
    blocks[order] = np.arange(len(order)) // ROWS
    table = pa.table(
        [
            *(features[n] for n in features.column_names if n != "geometry"),
            areas,
            pa.array(blocks),
            features["geometry"],
            _mercator(shapes) if has_shapes else pa.nulls(features.num_rows, pa.binary()),
        ],
        schema=stored_schema(content),
    )
    is_ordered = (order[1:] > order[:-1]).all()  # the release table is, with its millions of rows
    return table if is_ordered else table.take(order)


def _mercator(shapes: NDArray[Any]) -> "pa.Array[Any]":
    return pa.array(shapely.to_wkb(make_valid(to_mercator(shapes))), pa.binary())


def _order(geography: "pa.ChunkedArray[Any]", shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Return the order by geography, in order of appearance, and along a Hilbert curve within each if there are shapes."""
    level = geography.combine_chunks().dictionary_encode().indices.to_numpy()
    if not len(shapes):
        return np.argsort(level, kind="stable")
    return np.asarray(np.lexsort((hilbert_positions(shapes), level)), np.int64)

"""Features as a store keeps them: beside what anybody may read stand the columns that make reading fast and fitting."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geoservice.release.base import LayerContent
from geoservice.release.content import layer_schema
from geoservice.release.mercator import to_mercator, valid
from geoservice.release.spatial_order import along_curve
from geoservice.release.sql import AREA, BLOCK
from geoservice.release.vector_tiles.row_blocks import ROWS

MERCATOR = "_mercator"
GEOMETRIES = {"geometry": "geometry", MERCATOR: "mercator"}
"""Columns that hold shapes, and the house's word for their type: degrees, and Web-Mercator metres for tiles cut on request."""


def stored_schema(content: LayerContent) -> pa.Schema:
    """Return the columns of a layer's table; shapes are told by their metadata."""
    plain = [f for f in layer_schema(content) if f.name not in GEOMETRIES]
    shapes = [pa.field(n, pa.binary(), metadata={"geometry": kind}) for n, kind in GEOMETRIES.items()]
    return pa.schema([*plain, pa.field(AREA, pa.string()), pa.field(BLOCK, pa.int32()), *shapes])


def stored(content: LayerContent) -> pa.Table:
    """Return a layer's rows as they are written, shapes as WKB.

    Rows lie geography by geography and along a Hilbert curve within each: what a map shows together lies together. They are
    numbered by blocks: DuckDB, which has no index on the table, skips those that are elsewhere, and memory is filled by them.
    """
    features = content.features
    shapes: NDArray[Any] = np.asarray(shapely.from_wkb(features["geometry"].to_numpy()))
    areas = pa.nulls(features.num_rows, pa.string()) if content.areas is None else content.areas
    mercator = pa.array(shapely.to_wkb(valid(to_mercator(shapes))), pa.binary())
    order = _order(features["geography"], shapes)
    blocks = np.empty(len(order), np.int32)
    blocks[order] = np.arange(len(order)) // ROWS
    table = pa.table(
        [
            *(features[n] for n in features.column_names if n != "geometry"),
            areas,
            pa.array(blocks),
            features["geometry"],
            mercator,
        ],
        schema=stored_schema(content),
    )
    return table.take(order)


def _order(geography: "pa.ChunkedArray[Any]", shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Order by geography, as they first appear, and along a Hilbert curve within each."""
    level = geography.combine_chunks().dictionary_encode().indices.to_numpy()
    return np.asarray(np.lexsort((along_curve(shapes), level)), np.int64)

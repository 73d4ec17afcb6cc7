"""A table as the bytes of one GeoParquet file: in spatial order, with a bounding box for each row."""

import hashlib
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geoservice.datasets.manifest import Part
from geoservice.errors import BadGeometry
from geoservice.geo import Floats, Ints, Objects, hilbert_index
from geoservice.geoparquet import BBOX, CORNERS, GEOMETRY, GeometrySummary

ROW_GROUP = 5_000
"""Rows of a row group: a reader with a bounding box skips the groups outside it."""


def columns_of(table: pa.Table) -> dict[str, str]:
    """Return the columns of a table and their types."""
    return {f.name: _type_name(f.type) for f in table.schema}


def _type_name(kind: pa.DataType) -> str:
    """Return the name of a type; Arrow's own name of a list changes when it is written to Parquet and read."""
    return f"list<{_type_name(kind.value_type)}>" if isinstance(kind, pa.ListType | pa.LargeListType) else str(kind)


def encode(table: pa.Table, county: str) -> tuple[bytes, Part]:
    """Return a Parquet file and its description; the same table gives the same bytes.

    Parameters
    ----------
    table
        The rows; a column ``geometry`` has WKB in longitude and latitude.
    county
        The code of their county, for the description and for messages.

    Raises
    ------
    BadGeometry
        A geometry is no WKB, or has coordinates that are not finite.
    """
    columns = columns_of(table)
    summary = GeometrySummary()
    if GEOMETRY in columns:
        table = _spatial(table, county, summary)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=ROW_GROUP, compression="zstd")
    data = sink.getvalue().to_pybytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return data, Part(
        county=county, rows=table.num_rows, bytes=len(data), sha256=sha256, bbox=summary.bbox, columns=columns
    )  # fmt: skip


def _spatial(table: pa.Table, county: str, summary: GeometrySummary) -> pa.Table:
    """Return the rows along a Hilbert curve, with their bounding boxes and GeoParquet's metadata."""
    shapes = _shapes(table, county)
    boxes = shapely.bounds(shapes)
    summary.add(shapes)
    order = _order(boxes)
    metadata = {**(table.schema.metadata or {}), b"geo": orjson.dumps(summary.geo(covering=True))}
    with_boxes = table.append_column(BBOX, _box_column(boxes))
    return with_boxes.take(order).replace_schema_metadata(metadata)


def _shapes(table: pa.Table, county: str) -> Objects:
    try:
        shapes: Objects = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    except shapely.errors.GEOSException as e:
        raise BadGeometry(f"county {county}: column {GEOMETRY}: a value is no WKB") from e
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if not np.isfinite(shapely.bounds(shapes)[~empty]).all():
        raise BadGeometry(f"county {county}: column {GEOMETRY}: coordinates must be finite numbers")
    return shapes


def _order(boxes: Floats) -> Ints:
    """Return the order of boxes by their centres along a Hilbert curve, missing ones first; shape ``(n,)``."""
    present = np.flatnonzero(~np.isnan(boxes[:, 0]))
    west, south, east, north = boxes[present].T
    positions = np.full(len(boxes), -1, np.int64)
    positions[present] = hilbert_index((west + east) / 2, (south + north) / 2)
    return np.argsort(positions, kind="stable")


def _box_column(boxes: Floats) -> Any:
    """Return a column of structs, null where a box is missing."""
    fields = [pa.field(c, pa.float64(), nullable=True) for c in CORNERS]
    missing = np.isnan(boxes[:, 0])
    corners = [pa.array(np.ascontiguousarray(boxes[:, i]), from_pandas=True) for i in range(4)]
    return pa.StructArray.from_arrays(corners, fields=fields, mask=pa.array(missing))

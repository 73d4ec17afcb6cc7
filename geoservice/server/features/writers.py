"""Writers of CSV, GeoParquet, GeoPackage and FlatGeobuf, batch by batch so that memory stays bounded.

A missing value is null, an empty cell in CSV. Names of files, layers and columns come from the release: client input reaches a
driver only through the selection of rows.
"""

import errno
import mmap
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
import shapely

from geoservice.geo import Objects
from geoservice.geoparquet import GeometrySummary
from geoservice.release.base import PublishedLayer
from geoservice.server.features.crs import Crs

Column = Any  # an Arrow array or chunked array of one of the types of ``release.expand.TYPES``
UTC = pa.timestamp("us", tz="UTC")
MAGIC_BYTES = 8
"""Length of the magic bytes of a FlatGeobuf; after them come the header and features, each prefixed with its length."""
INDEX_NODE_SIZE = 16
"""Entries of a node of a FlatGeobuf's spatial index."""
FORMULA = r"^([=+\-@\t\r])"
CSV_OPTIONS = pc_csv.WriteOptions(quoting_style="needed", quoting_header="none", eol="\r\n")  # type: ignore[call-arg]  # the stubs are older


@dataclass(frozen=True)
class Content:
    """The content of a file: batches in ``schema`` (``fid``, properties, perhaps ``geometry`` as WKB in CRS84), in order.

    ``study`` and ``created`` are those of the release's manifest.
    """

    layer: PublishedLayer
    schema: pa.Schema
    batches: Iterator[pa.Table]
    crs: Crs
    about: Mapping[str, str]
    study: Mapping[str, Any]
    created: str
    language: str

    @property
    def geometry(self) -> bool:
        """Whether the file has a geometry column."""
        return "geometry" in self.schema.names and self.layer.geometry != "none"


def shapes_of(table: pa.Table) -> Objects:
    """Return the geometries, None for missing ones."""
    shapes: Objects = shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False))
    return shapes


def typed_schema(content: Content) -> pa.Schema:
    """Return the schema of a typed file: times are in UTC explicitly, and a table has no geometry."""
    fields = [f for f in content.schema if f.name != "geometry" or content.geometry]
    return pa.schema([f.with_type(UTC) if pa.types.is_timestamp(f.type) else f for f in fields])


def typed_batches(content: Content) -> Iterator[pa.Table]:
    """Yield the batches in the typed schema, with shapes in the requested CRS, east first."""
    schema = typed_schema(content)
    for table in content.batches:
        if content.geometry and content.crs.code is not None:
            wkb = shapely.to_wkb(content.crs.shapes(shapes_of(table), by_authority=False))
            index = table.schema.get_field_index("geometry")
            table = table.set_column(index, "geometry", pa.array(wkb, pa.binary()))  # noqa: PLW2901 - the same batch, transformed
        yield table.select(schema.names).cast(schema)


def write_csv(path: Path, content: Content) -> None:
    """Write CSV with a byte-order mark, which spreadsheets need for Chinese; no cell can be interpreted as a formula."""
    writer: pc_csv.CSVWriter | None = None
    with path.open("wb") as out:
        out.write("\ufeff".encode())
        for table in content.batches:
            text = csv_table(table, content)
            writer = writer or pc_csv.CSVWriter(out, text.schema, write_options=CSV_OPTIONS)
            writer.write_table(text)
        if writer:
            writer.close()


def csv_table(table: pa.Table, content: Content) -> pa.Table:
    """Return the cells of a CSV as text: ``fid``, a point of each shape if there are shapes, then the properties.

    The columns of the point are ``lon, lat`` in degrees or ``easting, northing`` in metres, so the axis order is explicit.
    """
    columns: dict[str, Column] = {"fid": table.column("fid")}
    if content.geometry:
        names = ("easting", "northing") if content.crs.projected else ("lon", "lat")
        columns |= dict(zip(names, points(table, content.crs), strict=True))
    plain = [n for n in table.column_names if n not in {"fid", "geometry"}]
    return pa.table({**columns, **{n: cell_text(table.column(n)) for n in plain}})


def points(table: pa.Table, crs: Crs) -> tuple[Column, Column]:
    """Return east and north of a point inside each shape, null for a missing shape."""
    inside = crs.shapes(shapely.point_on_surface(shapes_of(table)), by_authority=False)
    digits = 2 if crs.projected else 6

    def column(values: Any) -> Column:
        return pa.array(np.round(values, digits), from_pandas=True)

    return column(shapely.get_x(inside)), column(shapely.get_y(inside))


def cell_text(column: Column) -> Column:
    """Return values as text; text that a spreadsheet would interpret as a formula gets an apostrophe.

    >>> cell_text(pa.array(["=1+1", "Kallio", None])).to_pylist()
    ["'=1+1", 'Kallio', None]
    >>> cell_text(pa.array([-3.5, None])).to_pylist()
    ['-3.5', None]
    """
    if pa.types.is_string(column.type):
        return pc.replace_substring_regex(column, FORMULA, r"'\1")
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring_regex(pc.strftime(column.cast(UTC), "%Y-%m-%dT%H:%M:%SZ"), r"\.0+Z$", "Z")
    return column.cast(pa.string())


def write_parquet(path: Path, content: Content) -> None:
    """Write GeoParquet 1.1, or plain Parquet for a table without geometry."""
    summary = GeometrySummary()
    with pq.ParquetWriter(path, typed_schema(content), compression="zstd") as writer:
        for table in typed_batches(content):
            writer.write_table(table)
            if content.geometry:
                summary.add(shapes_of(table))
        writer.add_key_value_metadata({"geoservice": orjson.dumps(content.about).decode()})
        if content.geometry:
            writer.add_key_value_metadata({"geo": orjson.dumps(summary.geo(content.crs.definition.to_json_dict())).decode()})


def _write_ogr(path: Path, content: Content, driver: str, options: Mapping[str, str]) -> int:
    """Write with a GDAL driver and return the number of rows; an error in the batches is raised instead of the driver's."""
    import pyogrio  # imported here because it takes half a second, which only a download needs

    errors, rows = list[Exception](), 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal rows
        try:
            for table in typed_batches(content):
                rows += table.num_rows
                yield from table.to_batches()
        except Exception as e:
            errors.append(e)
            raise

    has_geometry = content.geometry
    stream = pa.RecordBatchReader.from_batches(typed_schema(content), batches())
    try:
        pyogrio.write_arrow(
            stream,
            str(path),
            layer=content.layer.id,
            driver=driver,
            geometry_name="geometry" if has_geometry else None,
            geometry_type="Unknown" if has_geometry else None,
            crs=f"EPSG:{content.crs.code or 4326}" if has_geometry else None,
            layer_options=dict(options),
            layer_metadata=dict(content.about),
        )
    except Exception:
        if errors:
            raise errors[0] from None
        raise
    return rows


def write_geopackage(path: Path, content: Content) -> None:
    """Write a GeoPackage whose feature ids are the ``fid``."""
    _write_ogr(path, content, "GPKG", {"FID": "fid", "DESCRIPTION": content.about["description"]})


def write_flatgeobuf(path: Path, content: Content) -> None:
    """Write FlatGeobuf without a spatial index, which cannot contain features without a geometry."""
    _write_flatgeobuf(path, content, indexed=False)


def write_indexed_flatgeobuf(path: Path, content: Content) -> None:
    """Write FlatGeobuf with a spatial index, so that readers of a box fetch no more; every feature must have a geometry."""
    _write_flatgeobuf(path, content, indexed=True)


def _write_flatgeobuf(path: Path, content: Content, *, indexed: bool) -> None:
    about = {"TITLE": content.about["title"], "DESCRIPTION": content.about["description"]}
    rows = _write_ogr(path, content, "FlatGeobuf", {"SPATIAL_INDEX": "YES" if indexed else "NO", **about})
    size = index_bytes(rows) if indexed else 0
    if not path.stat().st_size or count_parts(path, size) != rows + 1:  # GDAL does not report a full disk
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def index_bytes(features: int) -> int:
    """Return the size of a FlatGeobuf's spatial index: a tree of nodes of 40 bytes, each of up to 16 below it.

    >>> index_bytes(0), index_bytes(1), index_bytes(17) // 40
    (0, 80, 20)
    """
    nodes = level = features
    while level > 1 or (level and nodes == features):
        level = -(-level // INDEX_NODE_SIZE)
        nodes += level
    return nodes * 40


def count_parts(path: Path, index: int = 0) -> int | None:
    """Return the number of parts of a FlatGeobuf, its header and its features; None for a truncated file.

    ``index`` are the bytes of its spatial index, which follows the header.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        offset, parts = MAGIC_BYTES, 0
        while offset + 4 <= len(data):
            offset += 4 + int.from_bytes(data[offset : offset + 4], "little") + (index if parts == 0 else 0)
            parts += 1
        return parts if offset == len(data) else None


Writer = Callable[[Path, Content], None]

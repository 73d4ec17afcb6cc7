"""GeoParquet, and Parquet with a WKB column, read by Arrow alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.header_names import normalize_header
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, text_schema
from geoservice.ingest.vector import as_text

_CRS84 = "OGC:CRS84"
MAX_UNPACKED = 8 << 30
"""Limit of the unpacked size of the column chunks in bytes; the memory limit of the process is near or below it."""


GEOMETRY_NAMES = ("geometry", "geom", "wkb", "wkbgeometry", "thegeom", "shape", "ewkb")
"""Usual names of WKB columns, best first, as returned by :func:`geoservice.ingest.header_names.normalize_header`."""


def _geometry(file: pq.ParquetFile) -> tuple[str, str]:
    """Return the geometry column and its CRS, from GeoParquet's ``geo``, Parquet's native type, or a binary column's name."""
    metadata: dict[bytes, bytes] = file.schema_arrow.metadata or {}
    geo: dict[str, Any] = json.loads(metadata.get(b"geo", b"{}"))
    if name := str(geo.get("primary_column", "")):
        column: dict[str, Any] = geo.get("columns", {}).get(name, {})
        if column.get("encoding", "WKB") != "WKB":
            raise UnreadableFile(f"geometry encoding {column.get('encoding')!r} is not supported; allowed: WKB")
        return name, _crs_text(column.get("crs", _CRS84))
    for i, path in enumerate(file.schema.names):
        logical_type = json.loads(file.schema.column(i).logical_type.to_json())
        if logical_type.get("Type") in {"Geometry", "Geography"}:
            return path, _native_crs(str(logical_type.get("crs") or ""), metadata)
    binary_columns = {normalize_header(f.name): f.name for f in file.schema_arrow if _is_bytes(f.type)}
    return next((binary_columns[n] for n in GEOMETRY_NAMES if n in binary_columns), ""), ""


def _native_crs(text: str, metadata: Mapping[bytes, bytes]) -> str:
    """Return the CRS of Parquet's geometry type: PROJJSON under its metadata key, an SRID or a name; CRS84 by default."""
    kind, _, value = text.partition(":")
    if kind == "projjson":
        return metadata.get(value.encode(), b"").decode()
    return f"EPSG:{value}" if kind == "srid" else text or _CRS84


def _crs_text(crs: Any) -> str:
    return json.dumps(crs) if isinstance(crs, dict) else str(crs or "")


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def read_parquet(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata; a Parquet file without geometry is read like a CSV.

    Raises :class:`TooLarge` or :class:`UnreadableFile`.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as e:
        raise UnreadableFile("the Parquet file is damaged") from e
    metadata = file.metadata
    total = sum(metadata.row_group(g).total_byte_size for g in range(metadata.num_row_groups))
    if total > MAX_UNPACKED:
        raise TooLarge(f"the file unpacks into {total >> 20} MB, allowed are at most {MAX_UNPACKED >> 20} MB")
    geometry, crs = _geometry(file)
    others = [f for f in file.schema_arrow if f.name != geometry and not pa.types.is_struct(f.type)]
    binary = [f.name for f in others if _is_bytes(f.type)]
    names = [f.name for f in others if f.name not in binary]
    notes = [f"columns {binary} hold binary data and were left out"] if binary else []
    headers = clean_headers(names, repeated := list[str]())
    if repeated:
        raise InputError(f"{repeated[0]}; the column names of a Parquet file must be unique")
    schema = text_schema(headers, geometry=bool(geometry))
    return schema, _batches(file, names, geometry, schema), Meta(crs=crs, notes=notes)


def _batches(file: pq.ParquetFile, names: list[str], geometry: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    row_number = 2
    for batch in file.iter_batches(columns=[*names, *([geometry] if geometry else [])]):
        table = pa.Table.from_batches([batch])
        columns: list[Column] = [
            pa.array(range(row_number, row_number + batch.num_rows), pa.int64()),
            *(as_text(table.column(n)) for n in names),
        ]
        if geometry:
            columns.append(pc.cast(table.column(geometry), pa.binary()))
        row_number += batch.num_rows
        yield from pa.table(columns, schema=schema).to_batches()

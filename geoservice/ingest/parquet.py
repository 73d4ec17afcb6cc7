"""GeoParquet, and Parquet with a column of WKB, through Arrow itself: no other library sees the file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.header_names import plain
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import Meta, text_schema
from geoservice.ingest.vector import as_text

_CRS84 = "OGC:CRS84"
MAX_UNPACKED = 8 << 30
"""Most bytes that the column chunks may unpack into; the process's own memory limit is below or near this."""


GEOMETRY_NAMES = ("geometry", "geom", "wkb", "wkbgeometry", "thegeom", "shape", "ewkb")
"""What columns of WKB are called, best first, as :func:`geoservice.ingest.header_names.plain` has it."""


def _geometry(file: pq.ParquetFile) -> tuple[str, str]:
    """Return the geometry column and its CRS: that of GeoParquet's ``geo``, of Parquet's own type, or bytes of a usual name."""
    metadata: dict[bytes, bytes] = file.schema_arrow.metadata or {}
    told: dict[str, Any] = json.loads(metadata.get(b"geo", b"{}"))
    if name := str(told.get("primary_column", "")):
        column: dict[str, Any] = told.get("columns", {}).get(name, {})
        if column.get("encoding", "WKB") != "WKB":
            raise UnreadableFile(f"geometry encoding {column.get('encoding')!r} is not read; allowed: WKB")
        return name, _crs_text(column.get("crs", _CRS84))
    for i, path in enumerate(file.schema.names):
        about = json.loads(file.schema.column(i).logical_type.to_json())
        if about.get("Type") in {"Geometry", "Geography"}:
            return path, _native_crs(str(about.get("crs") or ""), metadata)
    named = {plain(f.name): f.name for f in file.schema_arrow if _is_bytes(f.type)}
    return next((named[n] for n in GEOMETRY_NAMES if n in named), ""), ""


def _native_crs(text: str, metadata: Mapping[bytes, bytes]) -> str:
    """Return the CRS of Parquet's geometry type: PROJJSON by its key, an SRID or a name; CRS84 where none is said."""
    kind, _, value = text.partition(":")
    if kind == "projjson":
        return metadata.get(value.encode(), b"").decode()
    return f"EPSG:{value}" if kind == "srid" else text or _CRS84


def _crs_text(crs: Any) -> str:
    return json.dumps(crs) if isinstance(crs, dict) else str(crs or "")


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def read_parquet(path: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and how the file was read; a plain Parquet table is read like a CSV.

    Raises :class:`TooLarge` or :class:`UnreadableFile`.
    """
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as e:
        raise UnreadableFile("the Parquet file is damaged") from e
    about = file.metadata
    total = sum(about.row_group(g).total_byte_size for g in range(about.num_row_groups))
    if total > MAX_UNPACKED:
        raise TooLarge(f"the file unpacks into {total >> 20} MB, allowed are {MAX_UNPACKED >> 20} MB")
    geometry, crs = _geometry(file)
    others = [f for f in file.schema_arrow if f.name != geometry and not pa.types.is_struct(f.type)]
    binary = [f.name for f in others if _is_bytes(f.type)]
    names = [f.name for f in others if f.name not in binary]
    notes = [f"columns {binary} hold binary data and were left out"] if binary else []
    headers = clean_headers(names, twice := list[str]())
    if twice:
        raise InputError(f"{twice[0]}; a Parquet file is read by the names of its columns, which must differ")
    schema = text_schema(headers, geometry=bool(geometry))
    return schema, _batches(file, names, geometry, schema), Meta(crs=crs, notes=notes)


def _batches(file: pq.ParquetFile, names: list[str], geometry: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    at = 2
    for batch in file.iter_batches(columns=[*names, *([geometry] if geometry else [])]):
        table = pa.Table.from_batches([batch])
        columns: list[Column] = [
            pa.array(range(at, at + batch.num_rows), pa.int64()),
            *(as_text(table.column(n)) for n in names),
        ]
        if geometry:
            columns.append(pc.cast(table.column(geometry), pa.binary()))
        at += batch.num_rows
        yield from pa.table(columns, schema=schema).to_batches()

"""GeoParquet through Arrow itself: no other library sees the file."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.ingest.arrow import Column
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw import Meta, text_schema
from geoservice.ingest.vector import as_text

MAX_UNPACKED = 8 << 30
"""Most bytes that the column chunks may unpack into; the process's own memory limit is below or near this."""


def _geometry(metadata: dict[bytes, bytes] | None) -> tuple[str, str]:
    """Return the geometry column and CRS of GeoParquet's ``geo`` metadata; no CRS there means OGC:CRS84."""
    told: dict[str, Any] = json.loads((metadata or {}).get(b"geo", b"{}"))
    name = str(told.get("primary_column", ""))
    column: dict[str, Any] = told.get("columns", {}).get(name, {})
    if column.get("encoding", "WKB") != "WKB":
        raise UnreadableFile(f"geometry encoding {column.get('encoding')!r} is not read; allowed: WKB")
    crs = column.get("crs", "OGC:CRS84") if name else ""
    return name, json.dumps(crs) if isinstance(crs, dict) else str(crs or "")


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
    geometry, crs = _geometry(file.schema_arrow.metadata)
    names = [n for n in file.schema_arrow.names if n != geometry and not pa.types.is_struct(file.schema_arrow.field(n).type)]
    headers = clean_headers(names, twice := list[str]())
    if twice:
        raise InputError(f"{twice[0]}; a Parquet file is read by the names of its columns, which must differ")
    schema = text_schema(headers, geometry=bool(geometry))
    return schema, _batches(file, names, geometry, schema), Meta(crs=crs)


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

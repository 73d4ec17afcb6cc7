"""The files of a dataset read as one table; their rows are numbered through, and ``county`` is that of a file's folder."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from geoservice.datasets.partitions import KEY, county_of
from geoservice.errors import InputError, UnreadableFile
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.parquet import read_parquet
from geoservice.ingest.raw_table import GEOMETRY, ROW, Meta, Rows, text_schema
from geoservice.ingest.rejected_values import FIRST_ROW


def read_partitions(folder: Path) -> Rows:
    """Return schema, batches and metadata of all files of a dataset, which have the same columns and CRS.

    The ``files`` of the metadata have the number of each file's first row, once the batches are read.

    Raises
    ------
    InputError
        Files differ in columns or CRS; as :func:`read_parquet`, with the name of the file.
    """
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    first, _, meta = _open(folder, paths[0])
    headers = [name for name in first.names if name not in {ROW, GEOMETRY, KEY}]
    schema = text_schema([*headers, KEY], geometry=GEOMETRY in first.names)
    return schema, _batches(folder, paths, first, schema, meta), meta


def _batches(folder: Path, paths: list[str], first: pa.Schema, schema: pa.Schema, meta: Meta) -> Iterator[pa.RecordBatch]:
    rows = 0
    for path in paths:
        own, batches, about = _open(folder, path)
        if own != first or about.crs != meta.crs:
            raise InputError(f"{path}: its columns or CRS differ from those of {paths[0]}: {own.names}, {first.names}")
        meta.files.append((rows + FIRST_ROW, path))
        county, began = county_of(path), rows
        for batch in batches:
            yield from _with_county(batch, county, began, schema)
            rows += batch.num_rows


def _open(folder: Path, path: str) -> Rows:
    """Open a file; an error names it."""
    try:
        return read_parquet(folder / path)
    except InputError as e:
        raise type(e)(f"{path}: {e}") from e
    except (pa.ArrowException, OSError, ValueError) as e:
        raise UnreadableFile(f"{path}: the Parquet file is damaged, or uses an unsupported feature") from e


def _with_county(batch: pa.RecordBatch, county: str | None, rows_before: int, schema: pa.Schema) -> list[pa.RecordBatch]:
    """Return a batch with its county, unless the file states one itself, and with its rows numbered through the dataset."""
    table = pa.Table.from_batches([batch])
    columns: dict[str, Column] = dict(zip(table.column_names, table.columns, strict=True))
    columns[ROW] = pc.add(columns[ROW], rows_before)
    if KEY not in columns:
        columns[KEY] = pa.chunked_array([pa.repeat(pa.scalar(county or None, pa.string()), batch.num_rows)])
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema).to_batches()

"""Reads datasets: only the counties, row groups and columns that are asked for."""

import hashlib
import io
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pa_ds

from geoservice.datasets.manifest import DatasetManifest, Part, check_complete, check_digest, find_manifest, part_path
from geoservice.datasets.partitions import KEY, county_of, selected
from geoservice.datasets.store import Store
from geoservice.errors import InputError, MissingColumn, NotFound, UnreadableFile
from geoservice.geo import BBox
from geoservice.geoparquet import BBOX

SUFFIX = ".parquet"


class PartFile(NamedTuple):
    """A file of a county in a store; ``part`` is its description in the manifest, None for a dataset of another program."""

    county: str
    path: str
    part: Part | None


def read_dataset(
    store: Store,
    name: str,
    counties: Collection[str] | None = None,
    bbox: BBox | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Return rows of a dataset as they were written, in spatial order within each county, and their ``county``.

    Parameters
    ----------
    store, name
        The dataset; another program may have written it.
    counties
        Codes, ``""`` for rows in no one county, whose ``county`` is null; by default all.
    bbox
        Only rows whose bounding box meets this one.
    columns
        Names of columns, by default all that were written.

    Raises
    ------
    NotFound
        There is no such dataset or county.
    InputError
        Writing the dataset did not end, it has no parts, or no county is asked for; or a box is given for a table without
        bounding boxes.
    UnreadableFile
        A file is missing, damaged or of another size than was written. If whole files are read, without ``bbox`` and
        ``columns``, also one with other content.
    MissingColumn
        There is no such column.
    """
    files = dataset_files(store, name, counties)
    near = [f for f in files if bbox is None or f.part is None or _meets(f.part, bbox)] or files[:1]
    tables = [_read(store, file, bbox, columns) for file in near]
    try:
        return pa.concat_tables(tables)
    except pa.ArrowInvalid as e:
        raise UnreadableFile(f"{store.url}/{name}: its files have different columns") from e


def dataset_files(store: Store, name: str, counties: Collection[str] | None = None) -> list[PartFile]:
    """Return the files of these counties, sorted and at least one; raises as :func:`read_dataset`."""
    sizes = store.files(name)
    manifest = find_manifest(store, name)
    if manifest is None:
        return _listed(store, name, sizes, counties)
    check_complete(store, name, manifest)
    if not (codes := selected(manifest.parts, counties, f"{store.url}/{name}")):
        raise InputError(f"{store.url}/{name}: there is nothing to read: the dataset has no parts, or no county is asked for")
    files = [PartFile(c, part_path(name, c), manifest.parts[c]) for c in codes]
    for file in files:
        _check_size(store, file, sizes.get(file.path), manifest)
    return files


def _listed(store: Store, name: str, sizes: Collection[str], counties: Collection[str] | None) -> list[PartFile]:
    """Return the files of a dataset without our manifest."""
    by_county: dict[str, list[str]] = {}
    for path in sizes:
        county = county_of(path[len(name) + 1 :])
        if county is not None and path.endswith(SUFFIX):
            by_county.setdefault(county, []).append(path)
    if not by_county:
        raise NotFound(f"{store.url}/{name}: there is no dataset, which has folders such as {KEY}=340811 with *{SUFFIX}")
    codes = selected(by_county, counties, f"{store.url}/{name}")
    return [PartFile(code, path, None) for code in codes for path in by_county[code]]


def _check_size(store: Store, file: PartFile, size: int | None, manifest: DatasetManifest) -> None:
    expected = manifest.parts[file.county].bytes
    if size != expected:
        state = "is missing" if size is None else f"has {size} bytes"
        raise UnreadableFile(f"{store.url}/{file.path}: it {state}, the manifest says {expected} bytes; write it again")


def _meets(part: Part, bbox: BBox) -> bool:
    return part.bbox is not None and BBox(*part.bbox).intersects(bbox)


def _read(store: Store, file: PartFile, bbox: BBox | None, columns: Sequence[str] | None) -> pa.Table:
    where = f"{store.url}/{file.path}"
    with store.errors(file.path):
        try:
            fragment = _fragment(store, file, whole=bbox is None and columns is None)
            schema = fragment.physical_schema
            table = fragment.to_table(schema, _columns(where, schema, columns, bbox), _filter(bbox))
        except pa.ArrowInvalid as e:
            raise UnreadableFile(f"{where}: the Parquet file is damaged") from e
    county = pa.repeat(pa.scalar(file.county or None, pa.string()), table.num_rows)
    return _without_geo(table).append_column(KEY, county)


def _fragment(store: Store, file: PartFile, *, whole: bool) -> pa_ds.Fragment:
    """Return a Parquet file; the digest of one that is read whole is checked before."""
    if not whole or file.part is None:
        return pa_ds.ParquetFileFormat().make_fragment(store.absolute(file.path), store.filesystem)
    content = store.read(file.path)
    check_digest(file.part, hashlib.sha256(content).hexdigest(), f"{store.url}/{file.path}")
    return pa_ds.ParquetFileFormat().make_fragment(io.BytesIO(content))


def _columns(where: str, schema: pa.Schema, columns: Sequence[str] | None, bbox: BBox | None) -> list[str]:
    """Return the columns of a file to read; raises for missing ones."""
    if bbox is not None and BBOX not in schema.names:
        raise InputError(f"{where}: a box is given, and the file has no column {BBOX}")
    if columns is None:
        return [n for n in schema.names if n != BBOX]
    names = [n for n in columns if n != KEY]
    if missing := [n for n in names if n not in schema.names]:
        raise MissingColumn(f"{where}: it has no column {', '.join(missing)}; it has {', '.join(schema.names)}")
    return names


def _filter(bbox: BBox | None) -> Any:
    """Return the condition that a row's box meets another one, null for none."""
    if bbox is None:
        return None
    west, south, east, north = (pc.field(BBOX, c) for c in ("xmin", "ymin", "xmax", "ymax"))
    return (west <= bbox.east) & (east >= bbox.west) & (south <= bbox.north) & (north >= bbox.south)


def _without_geo(table: pa.Table) -> pa.Table:
    """Return the table without GeoParquet's metadata, which hold for the whole file only."""
    metadata = {k: v for k, v in (table.schema.metadata or {}).items() if k != b"geo"}
    return table.replace_schema_metadata(metadata or None)

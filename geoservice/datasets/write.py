"""Writes datasets: each county's file as a whole, and the manifest before the first and after the last of them."""

from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa

from geoservice.datasets.encode import columns_of, encode
from geoservice.datasets.manifest import MANIFEST, DatasetManifest, Part, find_manifest, part_path, write_manifest
from geoservice.datasets.partitions import KEY, check_counties
from geoservice.datasets.store import Store
from geoservice.errors import Conflict, InputError
from geoservice.geoparquet import BBOX, GEOMETRY


def write_dataset(store: Store, name: str, tables: Mapping[str, pa.Table], *, update: bool = False) -> DatasetManifest:
    """Write a table for each county, and return the manifest.

    Parameters
    ----------
    store, name
        Where: the files are ``name/county=<code>/part-0.parquet``.
    tables
        Tables of the same columns by county code, ``""`` for rows in no one county. A column ``geometry`` has WKB in longitude
        and latitude (CRS84); tables without it are plain Parquet.
    update
        Whether the other counties of the dataset stay; by default they are removed.

    Raises
    ------
    InputError
        There is no table, tables have different columns, or a column that the files or their readers add.
    Conflict
        The place holds files that geoservice did not write.
    """
    check_counties(tables)
    if not tables and not update:
        raise InputError(f"{name}: got no tables; allowed are one or more, which may have no rows")
    for county, table in tables.items():  # before anything is changed
        _check_table(name, table)
        _check_columns(name, county, columns_of(table), columns_of(next(iter(tables.values()))))
    begin_update(store, name, tables, update=update)
    return finish_update(store, name, [write_partition(store, name, county, table) for county, table in tables.items()])


def remove_dataset(store: Store, name: str) -> None:
    """Delete a dataset that geoservice has written, its manifest last; other files stay."""
    if find_manifest(store, name) is not None:
        for path in [path for path in store.files(name) if path.startswith(f"{name}/{KEY}=")]:
            store.delete(path)
        store.delete(f"{name}/{MANIFEST}")


def begin_update(store: Store, name: str, counties: Collection[str], *, update: bool = False) -> None:
    """State in the manifest that counties are being written: until :func:`finish_update` the dataset is refused by readers.

    Between the two calls :func:`write_partition` may run in several processes. Parameters and errors as
    :func:`write_dataset`.
    """
    former = find_manifest(store, name)
    if former is None and store.files(name):
        raise Conflict(f"{store.url}/{name}: it has files that are no dataset of geoservice; name an empty place")
    kept = former if update and former else DatasetManifest()
    parts = {c: part for c, part in kept.parts.items() if c not in counties}
    pending = tuple(sorted({*kept.pending, *counties}))
    columns = kept.columns if parts else {}
    write_manifest(store, name, DatasetManifest(columns=columns, pending=pending, parts=parts))


def write_partition(store: Store, name: str, county: str, table: pa.Table) -> Part:
    """Write one county's file and return its description, for :func:`finish_update`; raises as :func:`write_dataset`."""
    _check_table(name, table)
    data, part = encode(table, county)
    store.write(part_path(name, county), data)
    return part


def finish_update(store: Store, name: str, parts: Iterable[Part]) -> DatasetManifest:
    """Write the manifest with these parts and return it; then remove files of counties that are no longer in the dataset.

    Raises
    ------
    InputError
        Parts have different columns.
    Conflict
        Nothing was begun, as when another process has written the dataset meanwhile.
    """
    begun = find_manifest(store, name)
    written = {part.county: part for part in parts}
    if begun is None or not written.keys() <= set(begun.pending):
        raise Conflict(f"{store.url}/{name}: another process has written this dataset meanwhile; write it again")
    columns = begun.columns or next((part.columns for part in written.values()), {})
    for county, part in sorted(written.items()):
        _check_columns(name, county, part.columns, columns)
    pending = tuple(c for c in begun.pending if c not in written)
    manifest = DatasetManifest(columns=columns, pending=pending, parts={**begun.parts, **written})
    _remove_others(store, name, manifest)
    write_manifest(store, name, manifest)
    return manifest


def _remove_others(store: Store, name: str, manifest: DatasetManifest) -> None:
    """Delete the files of former counties, which readers without the manifest would read."""
    kept = {part_path(name, county) for county in (*manifest.parts, *manifest.pending)}
    former = [path for path in store.files(name) if path.startswith(f"{name}/{KEY}=") and path not in kept]
    for path in former:
        store.delete(path)


def _check_table(name: str, table: pa.Table) -> None:
    for column in (KEY, BBOX):
        if column in table.column_names:
            raise InputError(f"{name}: got a column {column!r}, which the files or their readers add themselves; rename it")
    if GEOMETRY in table.column_names and not pa.types.is_binary(table.schema.field(GEOMETRY).type):
        kind = table.schema.field(GEOMETRY).type
        raise InputError(f"{name}: column {GEOMETRY} is {kind}, allowed is binary (WKB)")


def _check_columns(name: str, county: str, columns: Mapping[str, str], others: Mapping[str, str]) -> None:
    if columns != others:
        raise InputError(f"{name}: county {county} has columns {columns}, other counties {others}; allowed is one form")

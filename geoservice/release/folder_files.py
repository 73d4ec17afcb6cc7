"""The files of a release in a folder: its database, the tiles of its layers, the base map."""

import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from geoservice.db import DUCKDB
from geoservice.db.arrow import conform
from geoservice.db.duckdb import DuckDBSession, in_batches, new_duckdb, transaction
from geoservice.durable import link_or_copy
from geoservice.release import sql
from geoservice.release.base import TABLE, LayerContent, Manifest, ReleaseContent
from geoservice.release.files import LAYERS, TILES, archive_name, part_folders
from geoservice.release.pmtiles import Archive
from geoservice.release.reader import BASE_MAP
from geoservice.release.storage_schema import GEOMETRIES, stored, stored_schema
from geoservice.release.vector_tiles import sql as mvt
from geoservice.release.vector_tiles.archives import archives_of
from geoservice.release.vector_tiles.row_blocks import ROWS
from geoservice.release.vector_tiles.row_blocks import TABLE as BLOCKS

IDENTITY = pa.schema([("hash", pa.string())])
TOGETHER = 8 * ROWS
"""Rows per DuckDB row group: small, because a page or a tile needs few of them."""


def write_files(folder: Path, content: ReleaseContent, manifest: Manifest, table: pa.Table) -> None:
    """Write database, tiles and base map of a release into an empty folder; ``table`` is the sorted release table."""
    (folder / TILES).mkdir()
    with archives_of(content, manifest) as archives:
        _fill_database(folder / LAYERS, content, table, manifest.hash)
        for layer in content.layers:
            if drawn := archives.path(layer.layer.id):
                shutil.move(drawn, folder / TILES)
    if content.base_map is not None:
        shutil.copyfile(content.base_map, folder / archive_name(BASE_MAP))
        Archive(folder / archive_name(BASE_MAP)).close()  # raises an error unless it is an archive
    for part, source in part_folders(content).items():
        shutil.copytree(source, folder / part, copy_function=link_or_copy)


def _fill_database(path: Path, content: ReleaseContent, table: pa.Table, release: str) -> None:
    with closing(new_duckdb(path, TOGETHER)) as connection:
        with transaction(connection) as session:
            session.execute(sql.create(DUCKDB, DUCKDB.quote(sql.IDENTITY), IDENTITY))
            session.append(DUCKDB.quote(sql.IDENTITY), pa.Table.from_pylist([{"hash": release}], IDENTITY))
            session.execute(sql.create(DUCKDB, DUCKDB.quote("blocks"), BLOCKS))
            for layer in content.layers:
                _fill_layer(connection, session, layer)
            _add_table(session, content.layers, table)
        connection.execute(sql.checkpoint())  # closing does it too, but silently ignores a full disk


def _fill_layer(connection: duckdb.DuckDBPyConnection, session: DuckDBSession, content: LayerContent) -> None:
    name = DUCKDB.quote(sql.layer_table(content.layer.id))
    columns = stored_schema(content)
    bounds = [pa.field(b, pa.float64()) for b in sql.BOUNDS]
    plain = [f for f in columns if f.name not in GEOMETRIES]
    shapes = [f for f in columns if f.name in GEOMETRIES]
    session.execute(sql.create(DUCKDB, name, pa.schema([*plain, *shapes, *bounds])))
    connection.register("incoming", in_batches(stored(content)))
    session.execute(sql.insert_layer(name, [f.name for f in plain], list(GEOMETRIES)))
    connection.unregister("incoming")
    session.execute(sql.unique(DUCKDB, None, content.layer.id))
    session.execute(mvt.fill_blocks(DUCKDB, None, name), [content.layer.id])


def _add_table(session: DuckDBSession, layers: Sequence[LayerContent], table: pa.Table) -> None:
    """Add the release table: a view of the layer with the same rows, if there is one, since it is by far the largest table."""
    same = next((layer.layer.id for layer in layers if _has_rows_of(layer.features, table)), None)
    if same is not None:
        session.execute(sql.create_table_view(same))
    else:
        name = DUCKDB.quote(sql.RELEASE_TABLE)
        session.execute(sql.create(DUCKDB, name, TABLE))
        session.append(name, table)


def _has_rows_of(features: pa.Table, table: pa.Table) -> bool:
    if features.num_rows != table.num_rows or not set(TABLE.names) <= set(features.column_names):
        return False
    return bool(conform(features.select(TABLE.names), TABLE).equals(table))

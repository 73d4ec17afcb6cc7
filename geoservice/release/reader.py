"""The reader of a release, common to all stores."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pyarrow as pa

from geoservice.db import Dialect, Session
from geoservice.errors import GeoserviceError, NotFound
from geoservice.geo import Tile
from geoservice.release import sql
from geoservice.release.base import TABLE, UNIT_AREAS, FileFault, ItemQuery, Manifest, Page, PublishedLayer, TileQuery
from geoservice.release.files import GAZETTEER, LIVE, files_in
from geoservice.release.keyset_paging import PageReader, fetch
from geoservice.release.manifest import sorted_table
from geoservice.release.paging_keys import order_of
from geoservice.release.properties import is_of_areas
from geoservice.release.query import check_offset, condition, is_unfiltered, limit_of, requested_properties, result_schema
from geoservice.release.vector_tiles.column_cache import ColumnCache
from geoservice.release.vector_tiles.draw import TileSource, draw, fill_cache
from geoservice.release.vector_tiles.grid import MAX_ZOOM
from geoservice.release.vector_tiles.row_blocks import RowBlocks

BASE_MAP = "base"


class Reader(ABC):
    """Base of the readers, see :class:`geoservice.release.protocols.ReleaseReader`; stores add sessions, tiles, archives."""

    def __init__(self, number: int, manifest: Manifest, dialect: Dialect, schema: str | None) -> None:
        self.number, self.manifest, self._dialect, self._schema = number, manifest, dialect, schema
        self._layers = {layer.id: layer for layer in manifest.layers}
        self._sources: dict[str, TileSource] = {}
        self._cache, self._closed = ColumnCache(), threading.Event()
        self._area_paths: dict[str, str] = {}

    @abstractmethod
    def _session(self) -> AbstractContextManager[Session]:
        """Open a transaction for reading."""

    @abstractmethod
    def _tile(self, layer_id: str, tile: Tile) -> bytes:
        """Return a baked tile, empty bytes if it does not exist."""

    @abstractmethod
    def _archive_size(self, layer_id: str) -> int:
        """Return the size of an archive, 0 if it does not exist."""

    @abstractmethod
    def _archive_part(self, layer_id: str, offset: int, length: int) -> bytes:
        """Return bytes of an existing archive."""

    @abstractmethod
    def _part_folder(self, part: str, names: Sequence[str]) -> Path:
        """Return a folder with the files of a folder of the release."""

    def live(self) -> Path:
        """Return a folder with the arrays of live questions; raises :class:`NotFound` if the release has none."""
        if not (names := files_in(LIVE, self.manifest.files)):
            raise NotFound(f"release {self.number} has no arrays for live questions; publish again")
        return self._part_folder(LIVE, names)

    def gazetteer(self) -> Path:
        """Return a folder with the gazetteer of public places; raises :class:`NotFound` if the release has none."""
        if not (names := files_in(GAZETTEER, self.manifest.files)):
            raise NotFound(
                f"release {self.number} has no gazetteer; build one with: geoservice gazetteer build, and publish again"
            )
        return self._part_folder(GAZETTEER, names)

    def close(self) -> None:
        """Close files and connections."""
        self._closed.set()

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`NotFound` with the names of the existing layers."""
        if layer_id not in self._layers:
            raise NotFound(f"layer {layer_id!r:.80} does not exist; there are {', '.join(self._layers) or 'none'}")
        return self._layers[layer_id]

    def page(self, layer_id: str, query: ItemQuery) -> Page:
        """Return one page of features in the order of the query."""
        layer = self.layer(layer_id)
        properties, order, limit = requested_properties(layer, query.properties), order_of(layer, query), limit_of(query)
        check_offset(query)
        schema = result_schema(layer, properties, query.geometry)
        with self._session() as session:
            table = session.dialect.table(self._schema, sql.layer_table(layer_id))
            page = PageReader(session, table, layer, query, order).keys(limit)
            fids = [key[-1] for key in page.keys]
            return Page(fetch(session, table, schema, fids), page.before, page.after)

    def items(self, layer_id: str, query: ItemQuery) -> pa.Table:
        """Return the rows of a page."""
        return self.page(layer_id, query).rows

    def area_path(self, code: str) -> str | None:
        """Return the path of an area of the release from the largest area above it, None if there is no such area."""
        if code not in self._area_paths:
            for layer in filter(is_of_areas, self.manifest.layers):
                with self._session() as session:
                    name = session.dialect.table(self._schema, sql.layer_table(layer.id))
                    rows = session.execute(sql.area_path(session.dialect, name), [code])
                if rows:
                    self._area_paths[code] = str(rows[0][0])
                    break
        return self._area_paths.get(code)

    def item(self, layer_id: str, fid: int, within: Sequence[str] | None = None) -> pa.Table:
        """Return the one feature, or an empty table."""
        return self.items(layer_id, ItemQuery(limit=1, ids=(fid,), within=within))

    def unit_areas(self, layer_id: str) -> pa.Table:
        """Return ``geography``, ``unit`` and ``area``, the path of areas or null, of each feature, in order of ``fid``."""
        self.layer(layer_id)
        with self._session() as session:
            name = session.dialect.table(self._schema, sql.layer_table(layer_id))
            return session.scan(sql.unit_areas(session.dialect, name), UNIT_AREAS)

    def table(self) -> pa.Table:
        """Return the release table, in order."""
        with self._session() as session:
            name = session.dialect.table(self._schema, sql.RELEASE_TABLE)
            return sorted_table(session.scan(sql.select_table(session.dialect, name), TABLE))

    def count(self, layer_id: str, query: ItemQuery) -> int:
        """Return the number of features that match, regardless of paging."""
        layer = self.layer(layer_id)
        if is_unfiltered(query):
            return layer.features
        with self._session() as session:
            where, values = condition(session.dialect, layer, query)
            name = session.dialect.table(self._schema, sql.layer_table(layer_id))
            return int(session.execute(sql.count(name, where), values)[0][0])

    def draw(self, layer_id: str, tile: Tile, query: TileQuery) -> bytes:
        """Return a vector tile of one layer, drawn on request and not compressed."""
        layer = self.layer(layer_id)
        if layer_id not in self._sources:  # two threads may both read the blocks; only one fills the cache
            with self._session() as session:
                blocks = RowBlocks(session, self._schema, layer_id)
            table = self._dialect.table(self._schema, sql.layer_table(layer_id))
            source = TileSource(self._session, table, layer, blocks, self._cache)
            if self._sources.setdefault(layer_id, source) is source:
                threading.Thread(target=self._fill, args=(source,), name="memory", daemon=True).start()
        return draw(self._sources[layer_id], tile, query)

    def _fill(self, source: TileSource) -> None:
        """Read a layer into the cache while tiles are served; stops when the store is closed or cannot be read."""
        with suppress(GeoserviceError):
            fill_cache(source, self._closed)

    def tile(self, layer_id: str, tile: Tile) -> bytes:
        """Return the baked vector tile, gzip; empty bytes for an empty tile."""
        if self._is_base_map(layer_id) or self.layer(layer_id).bbox is not None:
            z, x, y = tile
            return self._tile(layer_id, tile) if 0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z else b""
        return b""

    def archive(self, layer_id: str) -> int:
        """Return the size of the layer's PMTiles archive in bytes; raises :class:`NotFound` if it has none."""
        size = self._archive_size(layer_id) if self._is_base_map(layer_id) or self.layer(layer_id).bbox is not None else 0
        if not size:
            raise NotFound(f"layer {layer_id} has no tiles and therefore no archive")
        return size

    def read_archive(self, layer_id: str, offset: int, length: int) -> bytes:
        """Return bytes of the layer's archive, fewer at its end."""
        size = self.archive(layer_id)
        start = min(max(offset, 0), size)
        stop = min(start + max(length, 0), size)
        return self._archive_part(layer_id, start, stop - start) if stop > start else b""

    def faults(self) -> list[FileFault]:
        """Return the files that cannot be served; a store without files has none."""
        return []

    def _is_base_map(self, layer_id: str) -> bool:
        """Whether the id is that of the base map; raises :class:`NotFound` if the release has none."""
        if layer_id == BASE_MAP and not self.manifest.base_map:
            raise NotFound("this release has no base map")
        return layer_id == BASE_MAP

"""A release opened for reading, whatever keeps it."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

import pyarrow as pa

from geoservice.db import Session
from geoservice.errors import NotFound
from geoservice.geo import Tile
from geoservice.release import sql
from geoservice.release.base import ItemQuery, Manifest, PublishedLayer
from geoservice.release.query import MAX_INT, chosen, condition, page, result_schema

BASE_MAP = "base"


class Reader(ABC):
    """See :class:`geoservice.release.base.ReleaseReader`; a store says how to get a session and a tile."""

    def __init__(self, number: int, manifest: Manifest, schema: str | None) -> None:
        self.number, self.manifest, self._schema = number, manifest, schema
        self._layers = {layer.id: layer for layer in manifest.layers}

    @abstractmethod
    def _session(self) -> AbstractContextManager[Session]:
        """Open a transaction for reading."""

    @abstractmethod
    def _tile(self, layer_id: str, tile: Tile) -> bytes:
        """Return a tile that may be there."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def layer(self, layer_id: str) -> PublishedLayer:
        """Return the layer; raises :class:`NotFound` naming the layers there are."""
        if layer_id not in self._layers:
            raise NotFound(f"layer {layer_id!r:.80} does not exist; there are {', '.join(self._layers) or 'none'}")
        return self._layers[layer_id]

    def items(self, layer_id: str, query: ItemQuery) -> pa.Table:
        """One page of features in order of ``fid``."""
        layer = self.layer(layer_id)
        properties, (after, limit) = chosen(layer, query.properties), page(query)
        with self._session() as session:
            where, values = condition(session.dialect, layer, query)
            where = f"{sql.after(session.dialect)} AND {where}"
            name = session.dialect.table(self._schema, sql.layer_table(layer_id))
            text = sql.select(session.dialect, name, properties, query.geometry, where)
            return session.fetch(text, result_schema(layer, properties, query.geometry), [after, *values, limit])

    def item(self, layer_id: str, fid: int) -> pa.Table:
        """Return the one feature, or an empty table."""
        layer = self.layer(layer_id)
        properties = chosen(layer, None)
        schema = result_schema(layer, properties, True)
        if not 0 < fid <= MAX_INT:
            return schema.empty_table()
        with self._session() as session:
            name = session.dialect.table(self._schema, sql.layer_table(layer_id))
            text = sql.select(session.dialect, name, properties, True, sql.is_feature(session.dialect))
            return session.fetch(text, schema, [fid, 1])

    def count(self, layer_id: str, query: ItemQuery) -> int:
        """How many features match, paging aside."""
        layer = self.layer(layer_id)
        if query.bbox is None and not query.equals and query.filter is None:
            return layer.features
        with self._session() as session:
            where, values = condition(session.dialect, layer, query)
            name = session.dialect.table(self._schema, sql.layer_table(layer_id))
            return int(session.execute(sql.count(name, where), values)[0][0])

    def tile(self, layer_id: str, tile: Tile) -> bytes:
        """Return the baked vector tile, gzip; empty bytes when there is nothing in it."""
        if layer_id == BASE_MAP:
            if not self.manifest.base_map:
                raise NotFound("this release has no base map")
        elif self.layer(layer_id).bbox is None:
            return b""
        z, x, y = tile
        if not (0 <= z <= 24 and 0 <= x < 2**z and 0 <= y < 2**z):
            return b""
        return self._tile(layer_id, tile)

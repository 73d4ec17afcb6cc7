"""Tiles of one layer or several, precomputed or made on request, each limited to what the caller may see.

Vector tiles are protocol buffers in which each layer is an entry of a repeated field, so the concatenated tiles of several
layers are one tile with all of them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geoservice import __version__
from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.release.base import PublishedLayer, TileQuery
from geoservice.release.protocols import ReleaseReader
from geoservice.server.deps import Layers, layer_for, layers_for
from geoservice.server.features.items_query import parse_filter_parameter, parse_within
from geoservice.server.features.params import parse_properties
from geoservice.server.principal import Principal
from geoservice.server.tiles.compression import gunzip_bytes, gzip_bytes
from geoservice.server.tiles.matrix_sets import MATRIX_SETS, MAX_ZOOM, MERCATOR

BASE = "base"
BASE_ZOOMS = (0, 14)


@dataclass(frozen=True)
class TilePlace:
    """A tile of a matrix set."""

    matrix_set: str
    tile: Tile


@dataclass(frozen=True)
class TilePart:
    """One layer of a tile: ``query`` is None for the precomputed tile of the release."""

    layer: str
    query: TileQuery | None = None

    @property
    def name(self) -> tuple[Any, ...]:
        """Return the identity of this part: equivalent filters have the same.

        Filters that name the geography differ from others, even if equivalent: they apply to all geographies at once.
        """
        if self.query is None:
            return (self.layer,)
        q = self.query
        filter_key = (q.filter.text, "geography" in q.filter.properties) if q.filter else None
        return (self.layer, q.properties, q.within, filter_key, q.area)


@dataclass(frozen=True)
class Recipe:
    """How a tile is made: its address, its parts, and the layers that they belong to."""

    place: TilePlace
    parts: tuple[TilePart, ...]
    layers: tuple[PublishedLayer, ...]

    @property
    def public(self) -> bool:
        """Whether all layers are public."""
        return all(layer.role == "public" for layer in self.layers)

    @property
    def key(self) -> tuple[Any, ...]:
        """Return the identity of this tile within the release."""
        return (self.place, *(part.name for part in self.parts))

    @cached_property
    def digest(self) -> str:
        """Return the key as a hash, short also for long filters."""
        return hashlib.sha256(repr((__version__, self.key)).encode()).hexdigest()

    @property
    def name(self) -> str:
        """Return the tile's part of the ETag: the layer id for a precomputed tile, else the start of the digest."""
        z, x, y = self.place.tile
        if len(self.parts) == 1 and self.parts[0].query is None:
            return f"{self.parts[0].layer}-{z}-{x}-{y}"
        return f"{self.digest[:20]}-{z}-{x}-{y}"

    def make(self, reader: ReleaseReader) -> bytes:
        """Return the tile as gzip, or empty bytes for an empty tile. Blocks: not for the event loop."""
        if len(self.parts) == 1 and self.parts[0].query is None:
            return reader.tile(self.parts[0].layer, self.place.tile)
        return gzip_bytes(b"".join(self._raw(reader, part) for part in self.parts))

    def _raw(self, reader: ReleaseReader, part: TilePart) -> bytes:
        if part.query is None:
            return gunzip_bytes(reader.tile(part.layer, self.place.tile))
        return reader.draw(part.layer, self.place.tile, part.query)


def recipe_of(
    reader: ReleaseReader,
    current: Layers,
    principal: Principal,
    place: TilePlace,
    names: Sequence[str] | None,
    query: Mapping[str, str],
) -> Recipe:
    """Return how to make a tile of the named layers; None stands for all layers that the caller may read.

    ``current`` are the layers of the current release: they limit what may be read of an older one.

    Raises :class:`NotFound` for a layer or tile that does not exist, :class:`ParameterError` for a filter that does not fit.
    """
    _check_place(place)
    if names == [BASE]:
        return _base(reader, place, query)
    if names is None:
        layers = [layer for layer in layers_for(reader, principal, current) if layer.geometry != "none"]
    else:
        layers = [layer_with_tiles(reader, name, principal, current) for name in names]
    layers_at_zoom = _at_zoom(layers, place.tile.z)
    area = parse_within(reader, query.get("within"))
    parts = tuple(TilePart(layer.id, _query(layer, principal, place, query, area)) for layer in layers_at_zoom)
    return Recipe(place, parts, tuple(layers_at_zoom))


def layer_with_tiles(
    reader: ReleaseReader, layer_id: str, principal: Principal, current: Layers | None = None
) -> PublishedLayer:
    """Return a layer that the caller may read and that has tiles, as :func:`layer_for` does; raises :class:`NotFound`."""
    layer = layer_for(reader, layer_id, principal, current)
    if layer.geometry == "none":
        raise NotFound(f"layer {layer.id} is a table without tiles; its rows are at /collections/{layer.id}/items")
    return layer


def _check_place(place: TilePlace) -> None:
    z, x, y = place.tile
    if z > MAX_ZOOM:
        raise NotFound(f"no tile of zoom {z}, allowed are 0 to {MAX_ZOOM}")
    columns, rows = MATRIX_SETS[place.matrix_set].size(z)
    if x >= columns or y >= rows:
        allowed = f"columns 0 to {columns - 1} and rows 0 to {rows - 1}"
        raise NotFound(f"tile {z}/{x}/{y} (zoom/column/row) is outside the matrix, allowed are {allowed}")


def _at_zoom(layers: Sequence[PublishedLayer], z: int) -> list[PublishedLayer]:
    """Return the layers with tiles at a zoom level; raises :class:`NotFound` if there are none."""
    layers_at_zoom = [layer for layer in layers if layer.minzoom <= z <= layer.maxzoom]
    if not layers_at_zoom:
        low, high = min((x.minzoom for x in layers), default=0), max((x.maxzoom for x in layers), default=0)
        names = ", ".join(x.id for x in layers) or "this release has no layer with tiles"
        raise NotFound(f"{names}: no tiles of zoom {z}, allowed are {low} to {high}")
    return layers_at_zoom


def _base(reader: ReleaseReader, place: TilePlace, query: Mapping[str, str]) -> Recipe:
    if not reader.manifest.base_map:
        raise NotFound("this release has no base map")
    if place.matrix_set != MERCATOR.id or not BASE_ZOOMS[0] <= place.tile.z <= BASE_ZOOMS[1]:
        raise NotFound(f"the base map has no such tile, allowed are zooms {BASE_ZOOMS[0]} to {BASE_ZOOMS[1]} of {MERCATOR.id}")
    if query.keys() & {"filter", "properties", "within"}:
        raise ParameterError("parameters filter, properties and within: the base map has none, allowed are v and f=mvt")
    return Recipe(place, (TilePart(BASE),), ())


def _query(
    layer: PublishedLayer, principal: Principal, place: TilePlace, query: Mapping[str, str], area: str | None
) -> TileQuery | None:
    """Return the query of a tile that is made on request, None if the precomputed tile suffices."""
    properties = parse_properties(query.get("properties"), None, layer)
    tile_query = TileQuery(
        place.matrix_set,
        None if properties is None else tuple(sorted(set(properties))),
        principal.within(layer),
        parse_filter_parameter(query, layer),
        area,
    )
    return None if tile_query == TileQuery(MERCATOR.id) else tile_query

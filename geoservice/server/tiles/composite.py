"""What goes into a tile: one layer or several, baked or cut on request, each as far as the caller may see it.

Vector tiles are protocol buffers, and each layer is one repeated field of theirs: tiles of several layers laid end to end are a
tile that holds them all.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geoservice import __version__
from geoservice.errors import NotFound, ParameterError
from geoservice.geo import Tile
from geoservice.release.base import PublishedLayer, ReleaseReader, TileQuery
from geoservice.server.deps import Layers, layer_for, layers_for
from geoservice.server.features.items_query import parse_filter_parameter
from geoservice.server.features.params import parse_properties
from geoservice.server.principal import Principal
from geoservice.server.tiles.compression import packed, unpacked
from geoservice.server.tiles.matrix_sets import LAST, MERCATOR, SETS

BASE = "base"
BASE_ZOOMS = (0, 14)


@dataclass(frozen=True)
class TilePlace:
    """A tile of a matrix set."""

    matrix_set: str
    tile: Tile


@dataclass(frozen=True)
class TilePart:
    """One layer of a tile: ``query`` is None for the tile that was baked when the release was written."""

    layer: str
    query: TileQuery | None = None

    @property
    def name(self) -> tuple[Any, ...]:
        """Return what tells this part from every other; filters that say the same are the same.

        But for one that names the geography, even where that makes no difference: it is drawn of all geographies at once.
        """
        if self.query is None:
            return (self.layer,)
        q = self.query
        said = (q.filter.text, "geography" in q.filter.properties) if q.filter else None
        return (self.layer, q.properties, q.within, said)


@dataclass(frozen=True)
class Recipe:
    """A tile as it is made: where, and of which parts.

    ``layers`` are those it is made from, ``public`` says whether everybody may have it.
    """

    place: TilePlace
    parts: tuple[TilePart, ...]
    layers: tuple[PublishedLayer, ...]

    @property
    def public(self) -> bool:
        """Whether everybody may read all the layers."""
        return all(layer.role == "public" for layer in self.layers)

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what tells this tile from every other of the release."""
        return (self.place, *(part.name for part in self.parts))

    @cached_property
    def digest(self) -> str:
        """Return the key, short however long a filter is."""
        return hashlib.sha256(repr((__version__, self.key)).encode()).hexdigest()

    @property
    def name(self) -> str:
        """Return what an ETag says of the tile beside the release: what is baked is named, the rest is a digest."""
        z, x, y = self.place.tile
        if len(self.parts) == 1 and self.parts[0].query is None:
            return f"{self.parts[0].layer}-{z}-{x}-{y}"
        return f"{self.digest[:20]}-{z}-{x}-{y}"

    def make(self, reader: ReleaseReader) -> bytes:
        """Return the tile, gzip; empty bytes when nothing is in it. Reads and draws: not for the event loop."""
        if len(self.parts) == 1 and self.parts[0].query is None:
            return reader.tile(self.parts[0].layer, self.place.tile)
        return packed(b"".join(self._raw(reader, part) for part in self.parts))

    def _raw(self, reader: ReleaseReader, part: TilePart) -> bytes:
        if part.query is None:
            return unpacked(reader.tile(part.layer, self.place.tile))
        return reader.draw(part.layer, self.place.tile, part.query)


def recipe(
    reader: ReleaseReader, now: Layers, who: Principal, place: TilePlace, wanted: Sequence[str] | None, asked: Mapping[str, str]
) -> Recipe:
    """Return how to make the tile that was asked for; ``wanted`` names the layers, None is all that the caller may read.

    ``now`` are the layers of the current release: nobody reads more of an older one than what is still allowed.

    Raises :class:`NotFound` for a layer or tile that there is not, :class:`ParameterError` for a filter that does not fit.
    """
    _check_place(place)
    if wanted == [BASE]:
        return _base(reader, place, asked)
    layers = _drawable(reader, who, now) if wanted is None else [mapped(reader, name, who, now) for name in wanted]
    shown = _at_zoom(layers, place.tile.z)
    parts = tuple(TilePart(layer.id, _query(layer, who, place, asked)) for layer in shown)
    return Recipe(place, parts, tuple(shown))


def mapped(reader: ReleaseReader, layer_id: str, who: Principal, now: Layers | None = None) -> PublishedLayer:
    """Return a layer that the caller may read and that has tiles, as :func:`layer_for` does; raises :class:`NotFound`."""
    layer = layer_for(reader, layer_id, who, now)
    if layer.geometry == "none":
        raise NotFound(f"layer {layer.id} is a table without tiles; its rows are at /collections/{layer.id}/items")
    return layer


def _drawable(reader: ReleaseReader, who: Principal, now: Layers) -> list[PublishedLayer]:
    return [layer for layer in layers_for(reader, who, now) if layer.geometry != "none"]


def _check_place(place: TilePlace) -> None:
    z, x, y = place.tile
    if z > LAST:
        raise NotFound(f"no tile of zoom {z}, allowed are 0 to {LAST}")
    columns, rows = SETS[place.matrix_set].size(z)
    if x >= columns or y >= rows:
        allowed = f"columns 0 to {columns - 1} and rows 0 to {rows - 1}"
        raise NotFound(f"tile {z}/{x}/{y} (zoom/column/row) is outside the matrix, allowed are {allowed}")


def _at_zoom(layers: Sequence[PublishedLayer], z: int) -> list[PublishedLayer]:
    """Return the layers that have tiles of a zoom; raises :class:`NotFound` when none has."""
    shown = [layer for layer in layers if layer.minzoom <= z <= layer.maxzoom]
    if not shown:
        low, high = min((x.minzoom for x in layers), default=0), max((x.maxzoom for x in layers), default=0)
        names = ", ".join(x.id for x in layers) or "there is no layer to draw"
        raise NotFound(f"{names}: no tiles of zoom {z}, allowed are {low} to {high}")
    return shown


def _base(reader: ReleaseReader, place: TilePlace, asked: Mapping[str, str]) -> Recipe:
    if not reader.manifest.base_map:
        raise NotFound("this release has no base map")
    if place.matrix_set != MERCATOR.id or not BASE_ZOOMS[0] <= place.tile.z <= BASE_ZOOMS[1]:
        raise NotFound(f"the base map has no such tile, allowed are zooms {BASE_ZOOMS[0]} to {BASE_ZOOMS[1]} of {MERCATOR.id}")
    if asked.keys() & {"filter", "properties"}:
        raise ParameterError("parameters filter and properties: the base map takes neither, allowed are v and f=mvt")
    return Recipe(place, (TilePart(BASE),), ())


def _query(layer: PublishedLayer, who: Principal, place: TilePlace, asked: Mapping[str, str]) -> TileQuery | None:
    """Return what is to be cut on request, None where the baked tile will do."""
    within, chosen = who.within(layer), parse_properties(asked.get("properties"), None, layer)
    query = TileQuery(
        place.matrix_set,
        None if chosen is None else tuple(sorted(set(chosen))),
        within,
        parse_filter_parameter(asked, layer),
    )
    return None if query == TileQuery(MERCATOR.id) else query

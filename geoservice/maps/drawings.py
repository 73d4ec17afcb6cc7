"""What is to be drawn, in a few names and numbers: small enough to send to another process, and a key of the picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from geoservice.geo import Tile
from geoservice.maps import fonts
from geoservice.maps.furniture import legend_picture
from geoservice.maps.map_document import MapOptions, draw, groups
from geoservice.maps.map_features import frame_of, tile_features
from geoservice.maps.mapnik_map import Picture, to_png
from geoservice.maps.mapnik_rules import lay_layer
from geoservice.maps.offering import with_offer_title
from geoservice.maps.selection import Selection, select
from geoservice.maps.symbology import Variant
from geoservice.number_text import limits_of
from geoservice.release.base import PublishedLayer, ReleaseReader

Areas = tuple[str, ...] | None
"""Codes of the areas that a caller may see, None for all."""


def selected(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer as a map shows it for a selection; raises as :func:`geoservice.maps.selection.select` does."""
    return with_offer_title(select(layer, selection, study), selection, study)


class Drawing(Protocol):
    """A picture to be drawn; those that are equal, of the same release, have the same bytes."""

    @property
    def pixels(self) -> int:
        """About how many pixels are drawn."""
        ...

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the picture as a PNG file."""
        ...


@dataclass(frozen=True)
class TileDrawing:
    """A map tile of a layer, clear where there is nothing."""

    layer: str
    tile: Tile
    ratio: int
    variant: Variant
    within: Areas = None

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        frame = frame_of(self.tile, self.ratio)
        return frame.width * frame.height

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the tile as a PNG file."""
        layer, picture = reader.layer(self.layer), Picture(frame_of(self.tile, self.ratio))
        lay_layer(picture, layer, tile_features(reader, layer, self.tile, self.within), self.variant)
        return to_png(picture.draw())


@dataclass(frozen=True)
class MapDrawing:
    """A map for a document: layers, the lowest first, each with the areas that are shown of it."""

    layers: tuple[tuple[str, Areas], ...]
    wanted: MapOptions

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        return self.wanted.width * self.wanted.height

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the map as a PNG file; raises as :func:`geoservice.maps.map_document.draw` does."""
        selection, study = self.wanted.selection, reader.manifest.study
        layers = [(selected(reader.layer(name), selection, study), areas) for name, areas in self.layers]
        return draw(reader, layers, self.wanted)


@dataclass(frozen=True)
class LegendDrawing:
    """The legend of layers alone."""

    layers: tuple[str, ...]
    variant: Variant
    language: str

    @property
    def pixels(self) -> int:
        """About the pixels of a legend of as many layers."""
        return 150_000 * max(len(self.layers), 1)

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the legend as a PNG file."""
        layers, limits = [reader.layer(name) for name in self.layers], limits_of(reader.manifest.study)
        return legend_picture(groups(layers, self.variant, fonts.language_of(self.language), limits), self.variant)

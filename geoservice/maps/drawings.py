"""Descriptions of pictures to draw: small enough to send to another process, and usable as cache keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from geoservice.geo import Tile
from geoservice.maps import fonts
from geoservice.maps.furniture import legend_picture
from geoservice.maps.map_document import MapOptions, draw_document, legend_groups
from geoservice.maps.map_features import tile_features, tile_frame
from geoservice.maps.mapnik_map import Picture, to_png
from geoservice.maps.mapnik_rules import add_layer
from geoservice.maps.offering import with_station_title
from geoservice.maps.selection import Selection, select
from geoservice.maps.symbology import Variant
from geoservice.number_text import limits_of
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader

Areas = tuple[str, ...] | None
"""Codes of the areas that a caller may see, None for all."""


def selected_layer(layer: PublishedLayer, selection: Selection, study: Mapping[str, Any]) -> PublishedLayer:
    """Return a layer as a map shows it for a selection; raises as :func:`geoservice.maps.selection.select` does."""
    return with_station_title(select(layer, selection, study), selection, study)


class Drawing(Protocol):
    """A picture to draw; equal drawings of the same release give the same bytes."""

    @property
    def pixels(self) -> int:
        """Approximate number of pixels."""
        ...

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the picture as a PNG file."""
        ...


@dataclass(frozen=True)
class TileDrawing:
    """A map tile of a layer, transparent where it has no features."""

    layer: str
    tile: Tile
    ratio: int
    variant: Variant
    within: Areas = None
    coloured_by: str | None = None

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        frame = tile_frame(self.tile, self.ratio)
        return frame.width * frame.height

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the tile as a PNG file."""
        layer = select(reader.layer(self.layer), Selection(property=self.coloured_by), reader.manifest.study)
        picture = Picture(tile_frame(self.tile, self.ratio))
        add_layer(picture, layer, tile_features(reader, layer, self.tile, self.within), self.variant)
        return to_png(picture.draw())


@dataclass(frozen=True)
class MapDrawing:
    """A map for a document: layers from the bottom up, each with the areas to which it is limited."""

    layers: tuple[tuple[str, Areas], ...]
    options: MapOptions

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        return self.options.width * self.options.height

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the map as a PNG file; raises as :func:`geoservice.maps.map_document.draw_document` does."""
        selection, study = self.options.selection, reader.manifest.study
        layers = [(selected_layer(reader.layer(name), selection, study), areas) for name, areas in self.layers]
        return draw_document(reader, layers, self.options)


@dataclass(frozen=True)
class LegendDrawing:
    """The legend of layers, without a map."""

    layers: tuple[str, ...]
    variant: Variant
    language: str

    @property
    def pixels(self) -> int:
        """Approximate number of pixels of a legend with that many layers."""
        return 150_000 * max(len(self.layers), 1)

    def draw(self, reader: ReleaseReader) -> bytes:
        """Return the legend as a PNG file."""
        layers, limits = [reader.layer(name) for name in self.layers], limits_of(reader.manifest.study)
        return legend_picture(legend_groups(layers, self.variant, fonts.picture_language(self.language), limits), self.variant)

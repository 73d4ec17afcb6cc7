"""The layer control of a folium map: area layers exclude each other, the base map is below them, other layers above."""

from base64 import b64encode
from collections.abc import Sequence
from types import MappingProxyType
from typing import cast

import folium
from branca.element import MacroElement
from folium.map import CustomPane
from folium.raster_layers import ImageOverlay
from folium.template import Template

from geoservice.geo import BBox
from geoservice.maps.map_document import frame_around, frame_box
from geoservice.maps.map_features import base_shapes
from geoservice.maps.mapnik_map import Picture, to_png
from geoservice.maps.mapnik_rules import add_base_map_layers
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import FeatureReader, ReleaseReader

BASE_TITLE = MappingProxyType({"en": "Base map", "zh": "底图"})
BASE_PANE, BASE_Z_INDEX = "base", 250
"""The pane of the base map; Leaflet draws layers at 400."""
BASE_PIXELS = 1400
"""Pixels of the base map's picture: enough to see the streets of a county town, and the file stays small."""
BASE_MARGIN = 0.15
"""Margin of the base map around the study, as a share of its size."""


def hides_others(layer: PublishedLayer) -> bool:
    """Whether a layer hides other area layers; gaps are drawn on top of one of these instead."""
    return layer.style.kind == "fill" and layer.id != "gaps"


def add_base_map(page: folium.Map, reader: FeatureReader, box: BBox, language: str) -> None:
    """Add the base map below all layers as a picture; a release read over HTTP has no tiles to draw it from."""
    if not (reader.manifest.base_map and hasattr(reader, "tile")):
        return
    x, y = (box.east - box.west) * BASE_MARGIN, (box.north - box.south) * BASE_MARGIN
    frame = frame_around(BBox(box.west - x, box.south - y, box.east + x, box.north + y), BASE_PIXELS, BASE_PIXELS, 1)
    shapes, picture = base_shapes(cast("ReleaseReader", reader), frame), Picture(frame)
    add_base_map_layers(picture, shapes, "day")
    west, south, east, north = frame_box(frame)
    page.add_child(CustomPane(BASE_PANE, z_index=BASE_Z_INDEX))
    data = "data:image/png;base64," + b64encode(to_png(picture.draw())).decode()
    bounds = [[south, west], [north, east]]
    ImageOverlay(data, bounds, name=BASE_TITLE[language], pane=BASE_PANE, pixelated=False).add_to(page)


class LayerSwitch(MacroElement):
    """Handler of a switch of layers: unfolds the layer's legend and brings the overlays to the front again.

    Leaflet draws the layer that was added last on top.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.on("baselayerchange", function (event) {
            document.querySelectorAll(".legend details").forEach(function (legend) {
                legend.open = legend.dataset.layer === event.layer.options.layer;
            });
        }).on("baselayerchange overlayadd", function () {
            [{{ this.names | join(", ") }}].forEach(function (layer) { if (layer._map) layer.bringToFront(); });
        });
        {% endmacro %}
    """)

    def __init__(self, layers: Sequence[folium.GeoJson]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "LayerSwitch"
        self.names = [layer.get_name() for layer in layers]

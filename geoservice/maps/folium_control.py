"""The layer control of a folium map: one layer that covers the ground at a time, and what lies below and above it."""

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
from geoservice.maps.map_document import box_of, frame_around
from geoservice.maps.map_features import base_shapes
from geoservice.maps.mapnik_map import Picture, to_png
from geoservice.maps.mapnik_rules import lay_ground
from geoservice.release.base import FeatureReader, PublishedLayer, ReleaseReader

BASE_TITLE = MappingProxyType({"en": "Base map", "zh": "底图"})
BASE_PANE, BELOW_LAYERS = "base", 250
"""The pane of the base map; Leaflet draws layers at 400."""
SIDE = 1400
"""Pixels of the base map's picture: streets are told at the scale of a county town, and the file stays small."""
AROUND = 0.15
"""Share of the study's size that the base map shows around it."""


def covers_ground(layer: PublishedLayer) -> bool:
    """Whether a layer hides another one of its kind; gaps lie on what shows why they are gaps."""
    return layer.style.kind == "fill" and layer.id != "gaps"


def add_base_map(plan: folium.Map, reader: FeatureReader, box: BBox, language: str) -> None:
    """Lay the base map under all layers as a picture; a release read over HTTP has no tiles to draw it from."""
    if not (reader.manifest.base_map and hasattr(reader, "tile")):
        return
    x, y = (box.east - box.west) * AROUND, (box.north - box.south) * AROUND
    frame = frame_around(BBox(box.west - x, box.south - y, box.east + x, box.north + y), SIDE, SIDE, 1)
    shapes, picture = base_shapes(cast("ReleaseReader", reader), frame), Picture(frame)
    lay_ground(picture, shapes, "day")
    west, south, east, north = box_of(frame)
    plan.add_child(CustomPane(BASE_PANE, z_index=BELOW_LAYERS))
    data = "data:image/png;base64," + b64encode(to_png(picture.draw())).decode()
    bounds = [[south, west], [north, east]]
    ImageOverlay(data, bounds, name=BASE_TITLE[language], pane=BASE_PANE, pixelated=False).add_to(plan)


class LayerSwitch(MacroElement):
    """What happens when a layer is switched on: its legend unfolds, and what lies on top is brought to the front again.

    Leaflet draws what comes last on top.
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
        super().__init__()  # type: ignore[no-untyped-call]  # branca does not type it
        self._name = "LayerSwitch"
        self.names = [layer.get_name() for layer in layers]

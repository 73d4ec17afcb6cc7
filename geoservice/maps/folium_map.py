"""A release as one HTML file that needs no network: a folium map with Leaflet inline and every name escaped."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal

import folium
import orjson
import shapely

from geoservice.durable import atomic_write
from geoservice.errors import ParameterError, Unavailable
from geoservice.maps.folium_control import LayerSwitch, hides_others
from geoservice.maps.folium_page import empty_map
from geoservice.maps.folium_text import colour, default_dimensions, label_html
from geoservice.maps.selection import styled_column
from geoservice.number_text import limits_of
from geoservice.release.base import ALL, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches
from geoservice.release.protocols import FeatureReader

MAX_FEATURES = 6000
"""Layers with more features are left out: a browser is slow with so many in one file. The service has tiles of them."""

FIRST_LAYER = "coverage"
"""The area layer that is visible when the map opens; point layers always are."""

Language = Literal["zh", "en"]


def write_map(reader: FeatureReader, out: Path, language: Language) -> None:
    """Write the map of a release, as :func:`draw_map` returns it, into an HTML file; its folder must exist."""
    html = draw_map(reader, drawable_layers(reader), language).get_root().render()
    with atomic_write(out) as temporary:
        temporary.write_text(html, encoding="utf-8")


def draw_map(reader: FeatureReader, layers: Sequence[PublishedLayer], language: Language) -> folium.Map:
    """Return layers of a release as a map in one language that loads nothing from elsewhere.

    Parameters
    ----------
    reader
        The release.
    layers
        Its layers from the bottom up, as :func:`drawable_layers` returns them.
    language
        Language of titles, names and legend.

    Raises
    ------
    Unavailable
        If there is no layer.
    """
    if not layers:
        raise Unavailable(f"release {reader.number} has no layer that a map can show")
    first = next((layer for layer in layers if layer.id == FIRST_LAYER), layers[0])
    page = empty_map(reader, layers, first, language)
    added = [add_layer(page, reader, layer, language, layer is first or layer.style.kind == "circle") for layer in layers]
    page.add_child(LayerSwitch([layer for layer in added if layer is not None and layer.overlay]))
    folium.LayerControl(collapsed=False).add_to(page)
    return page


def drawable_layers(reader: FeatureReader, ids: Sequence[str] = ()) -> list[PublishedLayer]:
    """Return layers that a page can show, coverage first, then other polygons: those of ``ids``, by default the public ones.

    Those that are not ``visible`` are left out unless they are named.

    Raises :class:`NotFound` for an unknown id, :class:`ParameterError` for a layer that a page cannot show.
    """
    order = {"fill": 0, "line": 1, "circle": 2}
    layers = [x for x in reader.manifest.layers if x.bbox and x.style.kind in order and x.features <= MAX_FEATURES]
    if ids:
        requested, drawable = [reader.layer(i) for i in ids], ", ".join(x.id for x in layers)
        if other := [x.id for x in requested if x not in layers]:
            raise ParameterError(
                f"layer {other[0]}: it has no geometry or over {MAX_FEATURES} features; allowed are {drawable}"
            )
        layers = requested
    else:
        layers = [x for x in layers if x.role == "public" and x.visible]
    return sorted(layers, key=lambda x: (order[x.style.kind], x.id != FIRST_LAYER))


def default_filters(layer: PublishedLayer, dimensions: dict[str, Any]) -> dict[str, Any]:
    """Return the equalities that select one map of a layer: its finest geography, one service and one mode.

    Catchments of several services overlap; drawn together they would be unreadable.
    """
    own = {c.name for c in layer.columns if c.measure is None}
    filters: dict[str, Any] = {k: dimensions[k] for k in ("service", "mode") if k in own and k in dimensions}
    return {**filters, **({"geography": list(layer.zooms)[-1]} if layer.zooms else {})}


def add_layer(
    page: folium.Map, reader: FeatureReader, layer: PublishedLayer, language: str, show: bool
) -> folium.GeoJson | None:
    """Add and return a layer's finest geography in its style, or None without features; area layers exclude each other."""
    features = list(geojson_features(reader, layer, language))
    if not features:
        return None
    point = folium.CircleMarker(radius=5, weight=1.2, fill=True)
    drawn = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=escape(getattr(layer.title, language)),
        overlay=not hides_others(layer),
        show=show,
        layer=layer.id,
        marker=point if layer.geometry == "point" else None,
        style_function=lambda feature: feature["properties"]["style"],
        tooltip=folium.GeoJsonTooltip(fields=["label"], labels=False),
    )
    drawn.add_to(page)
    return drawn


def geojson_features(reader: FeatureReader, layer: PublishedLayer, language: str) -> Iterator[dict[str, Any]]:
    """Yield GeoJSON features with two properties: style and escaped label."""
    column, limits = styled_column(layer), limits_of(reader.manifest.study)
    for table in Batches(
        reader, layer.id, ItemQuery(ALL, equals=default_filters(layer, default_dimensions(reader.manifest.study)))
    ):
        shapes = shapely.to_geojson(
            shapely.set_precision(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), 1e-6)
        )
        for shape, row in zip(shapes, table.drop_columns(["geometry"]).to_pylist(), strict=True):
            if shape is not None:
                fill = colour(layer.style, row.get(column.name) if column else None, row.get(layer.style.status or ""))
                properties = {
                    "label": label_html(column, layer.style, row, language, limits),
                    "style": path_options(layer, fill),
                }
                yield {"type": "Feature", "id": row["fid"], "geometry": orjson.loads(shape), "properties": properties}


def path_options(layer: PublishedLayer, fill: str) -> dict[str, Any]:
    """Return Leaflet's path options for a feature."""
    edge = {"fill": "#5c5750", "circle": "#ffffff"}.get(layer.style.kind, fill)
    return {"color": edge, "weight": 1, "fillColor": fill, "fillOpacity": layer.style.opacity, "opacity": layer.style.opacity}

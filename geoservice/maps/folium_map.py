"""One HTML file that shows a release with no network: folium's map, Leaflet inside, every name escaped."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, Literal

import folium
import orjson
import shapely
from branca.element import Element, Figure

from geoservice.durable import whole_file
from geoservice.errors import ParameterError, Unavailable
from geoservice.geo import BBox
from geoservice.maps import leaflet
from geoservice.maps.folium_control import LayerSwitch, add_base_map, covers_ground
from geoservice.maps.folium_text import WORDS, colour, label, legend, requested_layers
from geoservice.maps.selection import styled_column
from geoservice.number_text import Limits, limits_of
from geoservice.release.base import ALL, FeatureReader, ItemQuery, PublishedLayer
from geoservice.release.batches import Batches

MAX_FEATURES = 6000
"""Layers of more features are left out: a browser draws them from one file only slowly. The service's tiles hold them."""

FIRST = "coverage"
"""The layer that is on when the map opens, beside points."""

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
CSS = """<style>
body{font-family:system-ui,"Noto Sans","Noto Sans SC","Noto Sans CJK SC",sans-serif}
.leaflet-container{background:#f6f5f1;font:inherit}
.title,.legend{position:fixed;z-index:1000;background:#fffd;padding:.4rem .8rem;border-radius:.3rem;
  box-shadow:0 1px 4px #0004;font-size:14px}
.title{top:.6rem;left:50%;transform:translateX(-50%);text-align:center;max-width:70vw}
.title h1{font-size:1.1rem;margin:0}.title p{margin:.1rem 0;color:#b03a00}
.legend{bottom:1.6rem;left:.6rem;max-height:70vh;overflow:auto}.legend details{margin:.3rem 0}
.legend i{display:inline-block;width:1.1em;height:1.1em;margin-right:.5em;vertical-align:-.15em;border:1px solid #0003}
</style>"""


Language = Literal["zh", "en"]


def write_map(reader: FeatureReader, out: Path, language: Language) -> None:
    """Write the map of a release, as :func:`draw_map` returns it, into an HTML file; its folder must be there."""
    html = draw_map(reader, drawn_layers(reader), language).get_root().render()
    with whole_file(out) as aside:
        aside.write_text(html, encoding="utf-8")


def draw_map(reader: FeatureReader, layers: Sequence[PublishedLayer], language: Language) -> folium.Map:
    """Return layers of a release as a map: one page that asks for no other, in one language.

    Parameters
    ----------
    reader
        The release.
    layers
        Its layers, the lowest first, as :func:`drawn_layers` returns them.
    language
        Of titles, names and legend.

    Raises
    ------
    Unavailable
        When there is no layer.
    """
    if not layers:
        raise Unavailable(f"release {reader.number} has no layer that a map can show")
    first = next((layer for layer in layers if layer.id == FIRST), layers[0])
    plan = blank(reader, layers, first, language)
    drawn = [add_layer(plan, reader, layer, language, layer is first or layer.style.kind == "circle") for layer in layers]
    plan.add_child(LayerSwitch([layer for layer in drawn if layer is not None and layer.overlay]))
    folium.LayerControl(collapsed=False).add_to(plan)
    return plan


def drawn_layers(reader: FeatureReader, ids: Sequence[str] = ()) -> list[PublishedLayer]:
    """Return layers that a page can hold, polygons first, coverage at their head: those named, or else the public ones.

    Raises :class:`NotFound` for a name that there is not, :class:`ParameterError` for one of a layer that cannot be drawn so.
    """
    order = {"fill": 0, "line": 1, "circle": 2}
    found = [x for x in reader.manifest.layers if x.bbox and x.style.kind in order and x.features <= MAX_FEATURES]
    if ids:
        named, known = [reader.layer(i) for i in ids], ", ".join(x.id for x in found)
        if other := [x.id for x in named if x not in found]:
            raise ParameterError(
                f"layer {other[0]}: it has no place or over {MAX_FEATURES} features; layers to draw are {known}"
            )
        found = named
    else:
        found = [x for x in found if x.role == "public"]
    return sorted(found, key=lambda x: (order[x.style.kind], x.id != FIRST))


def blank(reader: FeatureReader, layers: Sequence[PublishedLayer], first: PublishedLayer, language: str) -> folium.Map:
    """Return a map with Leaflet inside, its title and legends, fitted to its layers."""
    west, south, east, north = zip(*(layer.bbox for layer in layers if layer.bbox), strict=True)
    plan = folium.Map(tiles=None, max_zoom=18, zoom_snap=0.25, prefer_canvas=True, zoom_control="bottomright")
    plan.default_js, plan.default_css = [], []  # what folium would fetch: Leaflet is inside, the rest is not used
    plan.fit_bounds([[min(south), min(west)], [max(north), max(east)]], padding_top_left=(0, 90))
    add_base_map(plan, reader, BBox(min(west), min(south), max(east), max(north)), language)
    figure = plan.get_root()
    assert isinstance(figure, Figure)
    for at, part in enumerate(
        (f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">', leaflet.stylesheet(), CSS, leaflet.script())
    ):
        figure.header.add_child(Element(part.replace("{%", "{ %")), name=f"own{at}")
    figure.html.add_child(Element(title(reader, language) + legends(layers, first, language, limits_of(reader.manifest.study))))
    return plan


def title(reader: FeatureReader, language: str) -> str:
    """Return the heading as HTML; it says so when the households are made up."""
    study, words = reader.manifest.study, WORDS[language]
    name = study.get("title", {}).get(language) or study.get("id", "")
    source = (study.get("source") or {}).get(language, "")
    synthetic = f"<p>{words['synthetic']}</p>" if study.get("synthetic") else ""
    small = escape(f"{words['release']} {reader.number} · {source}".rstrip(" ·"))
    return f'<div class="title"><h1>{escape(name)}</h1>{synthetic}<small>{small}</small></div>'


def legends(layers: Sequence[PublishedLayer], first: PublishedLayer, language: str, limits: Limits) -> str:
    """Return the legends of all layers as HTML, that of the first unfolded."""
    parts = (legend(layer, styled_column(layer), language, limits, layer is first) for layer in layers)
    return f'<div class="legend">{"".join(parts)}</div>'


def only(layer: PublishedLayer, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the equalities that leave one picture of a layer: its finest geography, one service and one mode.

    Catchments of several services lie on each other; drawn together they would show none.
    """
    own = {c.name for c in layer.columns if c.measure is None}
    chosen: dict[str, Any] = {k: wanted[k] for k in ("service", "mode") if k in own and k in wanted}
    return {**chosen, **({"geography": list(layer.zooms)[-1]} if layer.zooms else {})}


def add_layer(
    plan: folium.Map, reader: FeatureReader, layer: PublishedLayer, language: str, show: bool
) -> folium.GeoJson | None:
    """Draw a layer: its finest geography, coloured as its style says. Of those that cover the ground one is shown at a time."""
    features = list(drawn_features(reader, layer, language))
    if not features:
        return None
    point = folium.CircleMarker(radius=5, weight=1.2, fill=True)
    shown = folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=escape(getattr(layer.title, language)),
        overlay=not covers_ground(layer),
        show=show,
        layer=layer.id,
        marker=point if layer.geometry == "point" else None,
        style_function=lambda feature: feature["properties"]["style"],
        tooltip=folium.GeoJsonTooltip(fields=["label"], labels=False),
    )
    shown.add_to(plan)
    return shown


def drawn_features(reader: FeatureReader, layer: PublishedLayer, language: str) -> Iterator[dict[str, Any]]:
    """Yield features with ready style and escaped label, and nothing else of their properties."""
    column, limits = styled_column(layer), limits_of(reader.manifest.study)
    for table in Batches(reader, layer.id, ItemQuery(ALL, equals=only(layer, requested_layers(reader.manifest.study)))):
        shapes = shapely.to_geojson(
            shapely.set_precision(shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), 1e-6)
        )
        for shape, row in zip(shapes, table.drop_columns(["geometry"]).to_pylist(), strict=True):
            if shape is not None:
                fill = colour(layer.style, row.get(column.name) if column else None, row.get(layer.style.status or ""))
                shown = {"label": label(column, layer.style, row, language, limits), "style": style(layer, fill)}
                yield {"type": "Feature", "id": row["fid"], "geometry": orjson.loads(shape), "properties": shown}


def style(layer: PublishedLayer, fill: str) -> dict[str, Any]:
    """Return Leaflet's path options for a feature."""
    edge = {"fill": "#5c5750", "circle": "#ffffff"}.get(layer.style.kind, fill)
    return {"color": edge, "weight": 1, "fillColor": fill, "fillOpacity": layer.style.opacity, "opacity": layer.style.opacity}

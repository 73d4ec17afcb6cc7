"""Rules that draw the base map, a layer of the study and names on a picture."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from geoservice.maps.basemap_style import BASEMAP_PARTS, HALO, INK, NAME_SIZES, NAMES, width_at
from geoservice.maps.mapnik_map import Picture, Row, hatch_file, rule, symbol, text
from geoservice.maps.read_tiles import LINE, POLYGON, DecodedFeature
from geoservice.maps.symbology import NO_DATA_CLASS, NO_VALUE, PAPER, UNCERTAIN_CLASS, Symbology, Variant, symbology_of
from geoservice.release.base import PublishedLayer

GEOMETRY_KINDS = {"Polygon": POLYGON, "LineString": LINE}


class StyledFeature(NamedTuple):
    """A feature of a layer: WKB in Web Mercator, its class (:func:`geoservice.maps.symbology.classify`) and its name."""

    wkb: bytes
    class_index: int
    name: str = ""


def add_base_map_layers(picture: Picture, shapes: Mapping[str, Sequence[DecodedFeature]], variant: Variant) -> None:
    """Add the base map from the features of its tiles."""
    for part in BASEMAP_PARTS:
        if picture.frame.zoom < part.minzoom:
            continue
        kind = GEOMETRY_KINDS.get(part.shape)
        rows: list[Row] = [(s.wkb, {}) for s in shapes.get(part.layer, ()) if kind in {None, s.kind}]
        colour = part.colour(variant)
        if part.kind == "fill":
            picture.add(rows, rule([symbol("Polygon", fill=colour)]))
            continue
        dashes = {"stroke_dasharray": ", ".join(map(str, part.dashes))} if part.dashes else {}
        width = round(width_at(part.widths, picture.frame.zoom), 2)
        picture.add(rows, rule([symbol("Line", stroke=colour, stroke_width=width, stroke_linejoin="round", **dashes)]))


def add_place_names(picture: Picture, shapes: Sequence[DecodedFeature], variant: Variant, language: str) -> None:
    """Add the names of places, as far as there is room."""
    points = [(s.wkb, next((n for key in NAMES[language] if (n := s.properties.get(key))), "")) for s in shapes]
    size = round(width_at(NAME_SIZES, picture.frame.zoom), 1)
    add_names(picture, points, size, variant)


def add_names(
    picture: Picture, points: Iterable[tuple[bytes, str]], size: float, variant: Variant, **attributes: object
) -> None:
    """Add names beside their markers in order of priority; a name without room is left out."""
    rows: list[Row] = [(wkb, {"name": name}) for wkb, name in points if name]
    placement = {
        "placement_type": "simple",
        "placements": "X,N,S,E,W",
        "dx": 9,
        "dy": 9,
        "minimum_padding": 2,
        "wrap_width": 90,
    }
    symbolizer = text(
        "[name]",
        size,
        INK[variant],
        halo_fill=HALO[variant],
        halo_radius=2 if variant == "print" else 1.6,
        **placement,
        **attributes,
    )
    picture.add(rows, rule([symbolizer]))


def add_layer(picture: Picture, layer: PublishedLayer, features: Sequence[StyledFeature], variant: Variant) -> None:
    """Add a layer of the study."""
    kind, symbology = layer.style.kind, symbology_of(layer.style, variant)
    rows: list[Row] = [(f.wkb, {"c": f.class_index}) for f in features]
    if kind == "fill":
        picture.add(rows, *_fills(symbology, picture.frame.ratio))
        picture.add(rows, rule([symbol("Line", **_edge(symbology, picture.frame.zoom))]))
    elif kind == "line":
        picture.add(rows, *_lines(symbology))
    elif kind == "circle":
        picture.add(rows, *_circles(symbology, picture.frame.zoom))


def _class_filter(class_index: int) -> str:
    return f"[c] = {class_index}"


def _classes(symbology: Symbology) -> list[tuple[int, str]]:
    """Return each class that has a colour, including that of uncertain values."""
    return [*enumerate(symbology.colours), (UNCERTAIN_CLASS, symbology.uncertain)]


def _fills(symbology: Symbology, ratio: int) -> list[str]:
    hatch = symbol("PolygonPattern", file=hatch_file("no-data", symbology.variant, ratio), alignment="global")
    solid = [
        rule([symbol("Polygon", fill=colour, fill_opacity=symbology.opacity)], _class_filter(i))
        for i, colour in _classes(symbology)
    ]
    return [*solid, rule([hatch], _class_filter(NO_DATA_CLASS))]


def _edge(symbology: Symbology, zoom: float) -> dict[str, object]:
    width = symbology.edge_width * width_at(((8, 0.4), (14, 2)), zoom)
    return {
        "stroke": symbology.edge,
        "stroke_opacity": symbology.edge_opacity,
        "stroke_width": round(width, 2),
        "stroke_linejoin": "round",
    }


def _lines(symbology: Symbology) -> list[str]:
    style = {"stroke_width": 2, "stroke_linejoin": "round"}
    solid = [
        rule([symbol("Line", stroke=colour, stroke_opacity=symbology.opacity, **style)], _class_filter(i))
        for i, colour in _classes(symbology)
    ]
    return [
        *solid,
        rule(
            [symbol("Line", stroke=NO_VALUE[symbology.variant], stroke_dasharray="1, 4", **style)], _class_filter(NO_DATA_CLASS)
        ),
    ]


def _circles(symbology: Symbology, zoom: float) -> list[str]:
    radius = min(max(3 + (zoom - 8) * 4 / 6, 3), 7)
    common = {"allow_overlap": "true"}

    def marker(colour: str, opacity: float, ring: str, width: float, class_index: int, scale: float = 1) -> str:
        size = round(2 * radius * scale, 2)
        style = {"fill": colour, "fill_opacity": opacity, "stroke": ring, "stroke_width": width, "width": size, "height": size}
        return rule([symbol("Markers", **style, **common)], _class_filter(class_index))

    markers = [marker(colour, symbology.opacity, symbology.ring, 1.2, i) for i, colour in _classes(symbology)]
    return [*markers, marker(PAPER[symbology.variant], 1, NO_VALUE[symbology.variant], 1.2, NO_DATA_CLASS, 0.6)]

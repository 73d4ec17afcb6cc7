"""What lies on a picture: the ground, a layer of the study, and names; each as rules for features."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from geoservice.maps.basemap_style import GROUND, HALO, INK, NAMES, SIZES, width_at
from geoservice.maps.mapnik_map import Picture, Row, hatch_file, rule, symbol, text
from geoservice.maps.read_tiles import LINE, POLYGON, DecodedFeature
from geoservice.maps.symbology import EMPTY, NO_DATA_CLASS, PAPER, UNCERTAIN_CLASS, Symbology, Variant, symbology_of
from geoservice.release.base import PublishedLayer

KINDS = {"Polygon": POLYGON, "LineString": LINE}


class StyledFeatures(NamedTuple):
    """A feature of a layer: WKB in Web Mercator, its class (see :mod:`geoservice.maps.symbology`) and its name."""

    wkb: bytes
    at: int
    name: str = ""


def lay_ground(picture: Picture, shapes: Mapping[str, Sequence[DecodedFeature]], variant: Variant) -> None:
    """Lay the base map out of its tiles' shapes."""
    for part in GROUND:
        if picture.frame.zoom < part.minzoom:
            continue
        kind = KINDS.get(part.shape)
        rows: list[Row] = [(s.wkb, {}) for s in shapes.get(part.layer, ()) if kind in {None, s.kind}]
        colour = part.colour(variant)
        if part.kind == "fill":
            picture.lay(rows, rule([symbol("Polygon", fill=colour)]))
            continue
        dashes = {"stroke_dasharray": ", ".join(map(str, part.dashes))} if part.dashes else {}
        width = round(width_at(part.widths, picture.frame.zoom), 2)
        picture.lay(rows, rule([symbol("Line", stroke=colour, stroke_width=width, stroke_linejoin="round", **dashes)]))


def lay_places(picture: Picture, shapes: Sequence[DecodedFeature], variant: Variant, language: str) -> None:
    """Lay the names of places, each where there is room."""
    named = [(s.wkb, next((n for key in NAMES[language] if (n := s.properties.get(key))), "")) for s in shapes]
    size = round(width_at(SIZES, picture.frame.zoom), 1)
    lay_names(picture, named, size, variant)


def lay_names(picture: Picture, named: Iterable[tuple[bytes, str]], size: float, variant: Variant, **more: object) -> None:
    """Lay names, those first that come first, beside the marks that are there; one without room is left out."""
    rows: list[Row] = [(wkb, {"name": name}) for wkb, name in named if name]
    room = {"placement_type": "simple", "placements": "X,N,S,E,W", "dx": 9, "dy": 9, "minimum_padding": 2, "wrap_width": 90}
    words = text(
        "[name]", size, INK[variant], halo_fill=HALO[variant], halo_radius=2 if variant == "print" else 1.6, **room, **more
    )
    picture.lay(rows, rule([words]))


def lay_layer(picture: Picture, layer: PublishedLayer, drawn: Sequence[StyledFeatures], variant: Variant) -> None:
    """Lay a layer of the study."""
    kind, shown = layer.style.kind, symbology_of(layer.style, variant)
    rows: list[Row] = [(d.wkb, {"c": d.at}) for d in drawn]
    if kind == "fill":
        picture.lay(rows, *_fills(shown, picture.frame.ratio))
        picture.lay(rows, rule([symbol("Line", **_edge(shown, picture.frame.zoom))]))
    elif kind == "line":
        picture.lay(rows, *_lines(shown))
    elif kind == "circle":
        picture.lay(rows, *_circles(shown, picture.frame.zoom))


def _only(at: int) -> str:
    return f"[c] = {at}"


def _classes(shown: Symbology) -> list[tuple[int, str]]:
    """Return each class that has a colour, what is uncertain among them."""
    return [*enumerate(shown.colours), (UNCERTAIN_CLASS, shown.uncertain)]


def _fills(shown: Symbology, ratio: int) -> list[str]:
    hatch = symbol("PolygonPattern", file=hatch_file("no-data", shown.variant, ratio), alignment="global")
    plain = [rule([symbol("Polygon", fill=colour, fill_opacity=shown.opacity)], _only(at)) for at, colour in _classes(shown)]
    return [*plain, rule([hatch], _only(NO_DATA_CLASS))]


def _edge(shown: Symbology, zoom: float) -> dict[str, object]:
    width = shown.edge_width * width_at(((8, 0.4), (14, 2)), zoom)
    return {
        "stroke": shown.edge,
        "stroke_opacity": shown.edge_opacity,
        "stroke_width": round(width, 2),
        "stroke_linejoin": "round",
    }


def _lines(shown: Symbology) -> list[str]:
    style = {"stroke_width": 2, "stroke_linejoin": "round"}
    plain = [
        rule([symbol("Line", stroke=colour, stroke_opacity=shown.opacity, **style)], _only(at))
        for at, colour in _classes(shown)
    ]
    return [*plain, rule([symbol("Line", stroke=EMPTY[shown.variant], stroke_dasharray="1, 4", **style)], _only(NO_DATA_CLASS))]


def _circles(shown: Symbology, zoom: float) -> list[str]:
    radius = min(max(3 + (zoom - 8) * 4 / 6, 3), 7)
    common = {"allow_overlap": "true"}

    def mark(colour: str, opacity: float, ring: str, width: float, at: int, share: float = 1) -> str:
        size = round(2 * radius * share, 2)
        style = {"fill": colour, "fill_opacity": opacity, "stroke": ring, "stroke_width": width, "width": size, "height": size}
        return rule([symbol("Markers", **style, **common)], _only(at))

    marks = [mark(colour, shown.opacity, shown.ring, 1.2, at) for at, colour in _classes(shown)]
    return [*marks, mark(PAPER[shown.variant], 1, EMPTY[shown.variant], 1.2, NO_DATA_CLASS, 0.6)]

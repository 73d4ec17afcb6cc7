"""MapLibre layers of a published layer, from the style in its file: classes by colour, missing values by a hatch or ring."""

from typing import Any

from geoservice.maps.symbology import NO_VALUE, PAPER, Hatch, Symbology, Variant, has_classes, symbology_of
from geoservice.measures import BEYOND, UNCERTAIN
from geoservice.release.base import PublishedLayer

Layer = dict[str, Any]

RADIUS = ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 7]


def pattern(hatch: Hatch, variant: Variant) -> str:
    """Return the name of a hatch in the sprite.

    >>> pattern("no-data", "print")
    'no-data-print'
    """
    return hatch if variant == "day" else f"{hatch}-{variant}"


def colour(layer: PublishedLayer, symbology: Symbology) -> Any:
    """Return the MapLibre expression of a feature's colour; features without a value have separate layers.

    Uncertain values are grey, and places beyond the search limit have an extra class after the last.
    """
    style = layer.style
    if not has_classes(style):
        return symbology.colours[0]
    steps: list[Any] = ["step", ["to-number", ["get", style.property]], symbology.colours[0]]
    for edge, colour in zip(style.breaks, symbology.colours[1:], strict=False):
        steps += [edge, colour]
    if style.status is None:
        return steps
    farther = [_has_status(layer, BEYOND), symbology.colours[-1]] if style.beyond else []
    return ["case", _has_status(layer, UNCERTAIN), symbology.uncertain, *farther, steps]


def _has_status(layer: PublishedLayer, status: str) -> list[Any]:
    return ["==", ["get", layer.style.status], status]


def _is_coloured(layer: PublishedLayer) -> list[Any]:
    """Return the filter of features that have a colour: a value (tiles omit nulls), or the class beyond the search limit."""
    valued = ["has", layer.style.property]
    return ["any", valued, _has_status(layer, BEYOND)] if layer.style.beyond and layer.style.status else valued


def coloured_filter(layer: PublishedLayer) -> Layer:
    """Return the filter of features that have a colour, empty if all have the same."""
    return {"filter": _is_coloured(layer)} if has_classes(layer.style) else {}


def no_data_layers(layer: PublishedLayer, kind: str, paint: Layer) -> list[tuple[str, Layer]]:
    """Return the layer of features without a value, none if the style has no classes."""
    return (
        [("-no-data", {"type": kind, "paint": paint, "filter": ["!", _is_coloured(layer)]})] if has_classes(layer.style) else []
    )


def draw(layer: PublishedLayer, variant: Variant, visible: bool) -> list[Layer]:
    """Return the MapLibre layers of a published layer, lowest first."""
    common = {
        "source": layer.id,
        "source-layer": layer.id,
        "minzoom": layer.minzoom,
        "metadata": {"geoservice:layer": layer.id},
        "layout": {"visibility": "visible" if visible else "none"},
    }
    kinds = {"fill": _fills, "line": _lines, "circle": _circles}
    if layer.style.kind not in kinds:
        return []
    return [{"id": f"{layer.id}{suffix}", **part, **common} for suffix, part in kinds[layer.style.kind](layer, variant)]


def _fills(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    symbology = symbology_of(layer.style, variant)
    paint = {"fill-color": colour(layer, symbology), "fill-opacity": symbology.opacity}
    parts = [("", {"type": "fill", "paint": paint, **coloured_filter(layer)})]
    parts += no_data_layers(layer, "fill", {"fill-pattern": pattern("no-data", variant)})
    wide = symbology.edge_width
    width = ["interpolate", ["linear"], ["zoom"], 8, 0.4 * wide, 14, 2 * wide]
    edge = {"line-color": symbology.edge, "line-opacity": symbology.edge_opacity, "line-width": width}
    return [*parts, ("-outline", {"type": "line", "paint": edge})]


def _lines(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    symbology = symbology_of(layer.style, variant)
    paint = {"line-color": colour(layer, symbology), "line-opacity": symbology.opacity, "line-width": 2}
    dots = {"line-color": NO_VALUE[variant], "line-width": 2, "line-dasharray": [0.5, 2]}
    return [("", {"type": "line", "paint": paint, **coloured_filter(layer)}), *no_data_layers(layer, "line", dots)]


def _circles(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    symbology = symbology_of(layer.style, variant)
    paint = {"circle-color": colour(layer, symbology), "circle-radius": RADIUS, "circle-opacity": symbology.opacity,
             "circle-stroke-color": symbology.ring, "circle-stroke-width": 1.2}  # fmt: skip
    ring = {
        "circle-color": PAPER[variant],
        "circle-radius": 3,
        "circle-stroke-color": NO_VALUE[variant],
        "circle-stroke-width": 1.2,
    }
    return [("", {"type": "circle", "paint": paint, **coloured_filter(layer)}), *no_data_layers(layer, "circle", ring)]

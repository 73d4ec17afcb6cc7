"""How a layer is drawn by MapLibre, out of the style in its file: classes by colour, what has no value by a hatch or a ring."""

from typing import Any

from geoservice.maps.symbology import EMPTY, PAPER, Hatch, Symbology, Variant, graded, symbology_of
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


def colour(layer: PublishedLayer, shown: Symbology) -> Any:
    """Return the MapLibre expression of a feature's colour; features without a value are drawn by layers of their own.

    What is uncertain is grey, what is beyond the time searched of a class behind the last.
    """
    style = layer.style
    if not graded(style):
        return shown.colours[0]
    steps: list[Any] = ["step", ["to-number", ["get", style.property]], shown.colours[0]]
    for edge, colour in zip(style.breaks, shown.colours[1:], strict=False):
        steps += [edge, colour]
    if style.status is None:
        return steps
    farther = [_has_status(layer, BEYOND), shown.colours[-1]] if style.beyond else []
    return ["case", _has_status(layer, UNCERTAIN), shown.uncertain, *farther, steps]


def _has_status(layer: PublishedLayer, status: str) -> list[Any]:
    return ["==", ["get", layer.style.status], status]


def _coloured(layer: PublishedLayer) -> list[Any]:
    """Return the filter of features that have a colour: a value (tiles leave out what is null), or a class beyond the last."""
    valued = ["has", layer.style.property]
    return ["any", valued, _has_status(layer, BEYOND)] if layer.style.beyond and layer.style.status else valued


def valued(layer: PublishedLayer) -> Layer:
    """Return the filter of features that have a colour, nothing where all have the same."""
    return {"filter": _coloured(layer)} if graded(layer.style) else {}


def empty(layer: PublishedLayer, kind: str, paint: Layer) -> list[tuple[str, Layer]]:
    """Return the layer of features without a value, none where the style has no classes."""
    return [("-no-data", {"type": kind, "paint": paint, "filter": ["!", _coloured(layer)]})] if graded(layer.style) else []


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
    shown = symbology_of(layer.style, variant)
    paint = {"fill-color": colour(layer, shown), "fill-opacity": shown.opacity}
    parts = [("", {"type": "fill", "paint": paint, **valued(layer)})]
    parts += empty(layer, "fill", {"fill-pattern": pattern("no-data", variant)})
    wide = shown.edge_width
    width = ["interpolate", ["linear"], ["zoom"], 8, 0.4 * wide, 14, 2 * wide]
    edge = {"line-color": shown.edge, "line-opacity": shown.edge_opacity, "line-width": width}
    return [*parts, ("-outline", {"type": "line", "paint": edge})]


def _lines(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    shown = symbology_of(layer.style, variant)
    paint = {"line-color": colour(layer, shown), "line-opacity": shown.opacity, "line-width": 2}
    dots = {"line-color": EMPTY[variant], "line-width": 2, "line-dasharray": [0.5, 2]}
    return [("", {"type": "line", "paint": paint, **valued(layer)}), *empty(layer, "line", dots)]


def _circles(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    shown = symbology_of(layer.style, variant)
    paint = {"circle-color": colour(layer, shown), "circle-radius": RADIUS, "circle-opacity": shown.opacity,
             "circle-stroke-color": shown.ring, "circle-stroke-width": 1.2}  # fmt: skip
    ring = {
        "circle-color": PAPER[variant],
        "circle-radius": 3,
        "circle-stroke-color": EMPTY[variant],
        "circle-stroke-width": 1.2,
    }
    return [("", {"type": "circle", "paint": paint, **valued(layer)}), *empty(layer, "circle", ring)]

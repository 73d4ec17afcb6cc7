"""How a layer is drawn by MapLibre, out of the style in its file: classes by colour, what has no value by a hatch or a ring."""

from typing import Any

from geoservice.maps.look import HATCHES, Hatch, Look, Variant, graded, hatched, look
from geoservice.release.base import PublishedLayer

Layer = dict[str, Any]

RADIUS = ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 7]
EMPTY = {"day": "#4d4d4d", "print": "#000000"}
"""Rings of what has no value."""


def pattern(hatch: Hatch, variant: Variant) -> str:
    """Return the name of a hatch in the sprite.

    >>> pattern("no-data", "print")
    'no-data-print'
    """
    return hatch if variant == "day" else f"{hatch}-{variant}"


def colour(layer: PublishedLayer, shown: Look) -> Any:
    """Return the MapLibre expression of a feature's colour; features without a value are drawn by layers of their own."""
    if not graded(layer.style):
        return shown.colours[0]
    steps: list[Any] = ["step", ["to-number", ["get", layer.style.property]], shown.colours[0]]
    for edge, colour in zip(layer.style.breaks, shown.colours[1:], strict=True):
        steps += [edge, colour]
    return steps


def valued(layer: PublishedLayer) -> Layer:
    """Return the filter of features that have a value: tiles leave out what is null."""
    return {"filter": ["has", layer.style.property]} if graded(layer.style) else {}


def without(layer: PublishedLayer, hatch: Hatch) -> list[Any]:
    """Return the filter of features whose value is withheld, or that have none."""
    style, none = layer.style, ["!", ["has", layer.style.property]]
    if style.status is None:
        return none
    said = ["==", ["get", style.status], "suppressed"]
    return ["all", none, said if hatch == "suppressed" else ["!", said]]


def shown_hatches(layer: PublishedLayer) -> tuple[Hatch, ...]:
    """Return the hatches that a layer's features can need: a release that tells the two not apart has one."""
    wanted = hatched(layer.style)
    return wanted if layer.style.status or len(wanted) < len(HATCHES) else wanted[:1]


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
    shown = look(layer.style, variant)
    paint = {"fill-color": colour(layer, shown), "fill-opacity": shown.opacity}
    parts = [("", {"type": "fill", "paint": paint, **valued(layer)})]
    for hatch in shown_hatches(layer):
        drawn = {"fill-pattern": pattern(hatch, variant)}
        parts.append((f"-{hatch}", {"type": "fill", "paint": drawn, "filter": without(layer, hatch)}))
    wide = shown.edge_width
    width = ["interpolate", ["linear"], ["zoom"], 8, 0.4 * wide, 14, 2 * wide]
    edge = {"line-color": shown.edge, "line-opacity": shown.edge_opacity, "line-width": width}
    return [*parts, ("-outline", {"type": "line", "paint": edge})]


def _lines(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    shown = look(layer.style, variant)
    paint = {"line-color": colour(layer, shown), "line-opacity": shown.opacity, "line-width": 2}
    parts = [("", {"type": "line", "paint": paint, **valued(layer)})]
    for hatch in shown_hatches(layer):
        dashes = [3, 1.5] if hatch == "suppressed" else [0.5, 2]
        drawn = {"line-color": EMPTY[variant], "line-width": 2, "line-dasharray": dashes}
        parts.append((f"-{hatch}", {"type": "line", "paint": drawn, "filter": without(layer, hatch)}))
    return parts


def _circles(layer: PublishedLayer, variant: Variant) -> list[tuple[str, Layer]]:
    shown = look(layer.style, variant)
    paint = {"circle-color": colour(layer, shown), "circle-radius": RADIUS, "circle-opacity": shown.opacity,
             "circle-stroke-color": shown.ring, "circle-stroke-width": 1.2}  # fmt: skip
    parts = [("", {"type": "circle", "paint": paint, **valued(layer)})]
    for hatch in shown_hatches(layer):
        small = hatch == "no-data"
        ring = {"circle-color": "#ffffff", "circle-radius": 3 if small else RADIUS,
                "circle-stroke-color": EMPTY[variant], "circle-stroke-width": 1.2 if small else 2}  # fmt: skip
        parts.append((f"-{hatch}", {"type": "circle", "paint": ring, "filter": without(layer, hatch)}))
    return parts

"""The base map as MapLibre layers, from the table that all renderers share."""

from typing import Any

from geoservice.maps.basemap_style import (
    BASEMAP_PARTS,
    EXPONENTIAL_BASE,
    FONT,
    HALO,
    INK,
    NAME_SIZES,
    NAMES,
    BasemapPart,
    Stops,
)
from geoservice.maps.symbology import BACKGROUND, Variant

SOURCE = "base"

Layer = dict[str, Any]


def _layer(part: BasemapPart, paint: Layer, **extra: Any) -> Layer:
    name = f"base-{part.layer}{part.suffix}"
    return {"id": name, "type": part.kind, "source": SOURCE, "source-layer": part.layer, "paint": paint, **extra}


def _by_zoom(stops: Stops) -> Any:
    if len(stops) == 1:
        return stops[0][1]
    return ["interpolate", ["exponential", EXPONENTIAL_BASE], ["zoom"], *(v for stop in stops for v in stop)]


def _part(part: BasemapPart, variant: Variant) -> Layer:
    extra: Layer = {"minzoom": part.minzoom} if part.minzoom else {}
    if part.shape:
        extra["filter"] = ["==", ["geometry-type"], part.shape]
    if part.kind == "fill":
        return _layer(part, {"fill-color": part.colour(variant)}, **extra)
    dashes = {"line-dasharray": list(part.dashes)} if part.dashes else {}
    return _layer(part, {"line-color": part.colour(variant), "line-width": _by_zoom(part.widths), **dashes}, **extra)


def ground(variant: Variant) -> list[Layer]:
    """Return the layers below those of the study; the first is the background, which needs no base map."""
    background = {"id": "base-background", "type": "background", "paint": {"background-color": BACKGROUND[variant]}}
    return [background, *(_part(part, variant) for part in BASEMAP_PARTS)]


def labels(language: str, variant: Variant) -> list[Layer]:
    """Return the layer of place names, above those of the study."""
    layout = {
        "text-field": ["coalesce", *(["get", n] for n in NAMES[language]), ""],
        "text-font": [FONT],
        "text-size": _by_zoom(NAME_SIZES),
        "text-max-width": 8,
    }
    paint = {"text-color": INK[variant], "text-halo-color": HALO[variant], "text-halo-width": 1.4}
    place = {"id": "base-place", "type": "symbol", "source": SOURCE, "source-layer": "place"}
    return [{**place, "layout": layout, "paint": paint}]

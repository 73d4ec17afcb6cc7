"""The base map as MapLibre layers, out of the one table that every renderer draws it from."""

from typing import Any

from geoservice.maps.basemap_style import FONT, GROUND, GROWTH, HALO, INK, NAMES, SIZES, BasemapPart, Stops
from geoservice.maps.symbology import BACKGROUND, Variant

SOURCE = "base"

Layer = dict[str, Any]


def _layer(part: BasemapPart, paint: Layer, **more: Any) -> Layer:
    name = f"base-{part.layer}{part.suffix}"
    return {"id": name, "type": part.kind, "source": SOURCE, "source-layer": part.layer, "paint": paint, **more}


def _by_zoom(stops: Stops) -> Any:
    if len(stops) == 1:
        return stops[0][1]
    return ["interpolate", ["exponential", GROWTH], ["zoom"], *(v for stop in stops for v in stop)]


def _part(part: BasemapPart, variant: Variant) -> Layer:
    more: Layer = {"minzoom": part.minzoom} if part.minzoom else {}
    if part.shape:
        more["filter"] = ["==", ["geometry-type"], part.shape]
    if part.kind == "fill":
        return _layer(part, {"fill-color": part.colour(variant)}, **more)
    dashes = {"line-dasharray": list(part.dashes)} if part.dashes else {}
    return _layer(part, {"line-color": part.colour(variant), "line-width": _by_zoom(part.widths), **dashes}, **more)


def ground(variant: Variant) -> list[Layer]:
    """Return what lies below the study's layers; the first is the paper itself and needs no base map."""
    paper = {"id": "base-background", "type": "background", "paint": {"background-color": BACKGROUND[variant]}}
    return [paper, *(_part(part, variant) for part in GROUND)]


def labels(language: str, variant: Variant) -> list[Layer]:
    """Return the place names, above the study's layers."""
    layout = {
        "text-field": ["coalesce", *(["get", n] for n in NAMES[language]), ""],
        "text-font": [FONT],
        "text-size": _by_zoom(SIZES),
        "text-max-width": 8,
    }
    paint = {"text-color": INK[variant], "text-halo-color": HALO[variant], "text-halo-width": 1.4}
    place = {"id": "base-place", "type": "symbol", "source": SOURCE, "source-layer": "place"}
    return [{**place, "layout": layout, "paint": paint}]

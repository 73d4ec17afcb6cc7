"""The style of the base map: quiet, so that the study's colours speak."""

from typing import Any

SOURCE = "base"
NAMES = {"en": ("name:en", "name_en", "name"), "zh": ("name:zh", "name_zh", "name")}

Layer = dict[str, Any]


def _layer(source_layer: str, kind: str, paint: Layer, suffix: str = "", **more: Any) -> Layer:
    name = f"base-{source_layer}{suffix}"
    return {"id": name, "type": kind, "source": SOURCE, "source-layer": source_layer, "paint": paint, **more}


def _by_zoom(*stops: float) -> list[Any]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], *stops]


def ground() -> list[Layer]:
    """Return what lies below the study's layers."""
    return [
        {"id": "base-background", "type": "background", "paint": {"background-color": "#f6f5f1"}},
        _layer("green", "fill", {"fill-color": "#e3ecd8"}),
        _layer("water", "fill", {"fill-color": "#c8dbe6"}, filter=["==", "$type", "Polygon"]),
        _layer(
            "water", "line", {"line-color": "#c8dbe6", "line-width": _by_zoom(8, 0.4, 16, 4)}, "-line",
            filter=["==", "$type", "LineString"],
        ),
        _layer("building", "fill", {"fill-color": "#e4e0d8"}, minzoom=13),
        _layer("rail", "line", {"line-color": "#b9b4ab", "line-width": _by_zoom(8, 0.4, 16, 2)}, minzoom=8),
        _layer("road", "line", {"line-color": "#d8d3c8", "line-width": _by_zoom(6, 0.3, 12, 1.2, 17, 12)}, "-case", minzoom=12),
        _layer("road", "line", {"line-color": "#ffffff", "line-width": _by_zoom(6, 0.2, 12, 0.8, 17, 9)}),
        _layer("boundary", "line", {"line-color": "#a79f93", "line-width": 1, "line-dasharray": [3, 2]}),
    ]  # fmt: skip


def labels(language: str) -> list[Layer]:
    """Return the place names, above the study's layers; drawn with the page's own font, so no glyphs are fetched."""
    layout = {
        "text-field": ["coalesce", *(["get", n] for n in NAMES[language])],
        "text-font": ["Noto Sans SC"],
        "text-size": _by_zoom(6, 11, 14, 15),
        "text-max-width": 8,
    }
    paint = {"text-color": "#4a463f", "text-halo-color": "#ffffff", "text-halo-width": 1.4}
    return [_layer("place", "symbol", paint, layout=layout)]

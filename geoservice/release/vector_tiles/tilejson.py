"""The TileJSON metadata in an archive of tiles, so that a program can draw it from the file alone."""

from typing import Any

from geoservice.layer import Label
from geoservice.release.base import PublishedLayer
from geoservice.release.properties import property_types
from geoservice.release.vector_tiles.budget import COUNT, budget_metadata

_FIELDS = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


def fields(layer: PublishedLayer) -> dict[str, str]:
    """Return the properties of a layer's tiles with TileJSON's types; only aggregated features have the last one."""
    return {**{name: _FIELDS.get(kind, "String") for name, kind in property_types(layer).items()}, COUNT: "Number"}


def metadata(layer: PublishedLayer, attribution: Label) -> dict[str, Any]:
    """Return the metadata of a layer's archive, after TileJSON 3 and MBTiles; text in both languages."""
    zooms = {"minzoom": layer.minzoom, "maxzoom": layer.maxzoom}
    vector = {"id": layer.id, "description": _both(layer.description), "fields": fields(layer), **zooms}
    return {
        "name": _both(layer.title),
        "description": _both(layer.description),
        "attribution": _both(attribution),
        "type": "overlay",
        "vector_layers": [vector],
        "budget": budget_metadata(),
    }


def _both(text: Label) -> str:
    return " / ".join(dict.fromkeys(t for t in (text.zh, text.en) if t))

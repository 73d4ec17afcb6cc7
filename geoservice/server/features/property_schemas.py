"""JSON Schema of each property of a layer's features: type, unit, values, bounds and role."""

from typing import Any

from geoservice.measures import measure_of
from geoservice.release.base import PublishedColumn, PublishedLayer
from geoservice.server.deps import RequestContext
from geoservice.server.features.coded_values import ValueTitles
from geoservice.server.features.times import time_column

TYPES: dict[str, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
}
GEOMETRIES = {
    "point": "geometry-point-or-multipoint",
    "line": "geometry-linestring-or-multilinestring",
    "polygon": "geometry-polygon-or-multipolygon",
}
UCUM = {"%": "%", "min": "min", "m": "m", "km": "km", "s": "s", "h": "h"}
"""Units that UCUM has a code for; it writes all others as remarks in braces."""
BASE = {
    "geography": {"en": "kind of area or place", "zh": "地理单元类型"},
    "unit": {"en": "code of the area or place", "zh": "地理单元代码"},
}


def identity(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of a feature's id; how many there are is not said to who may see some areas only."""
    most = {"maximum": max(layer.features, 1)} if ask.who.within(layer) is None else {}
    return {"fid": {"type": "integer", "minimum": 1, **most, "x-ogc-role": "id"}}


def base(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of what every feature has."""
    found = {name: {"title": titles[ask.language], "type": "string"} for name, titles in BASE.items()}
    found["geography"] |= ValueTitles({}).schema("geography", layer.geographies, ask.language)
    return found


def geometry(layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of the geometry; a table has none."""
    if layer.geometry == "none":
        return {}
    return {"geometry": {"x-ogc-role": "primary-geometry", "format": GEOMETRIES[layer.geometry]}}


def columns(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of the layer's own properties."""
    time, titles = time_column(layer), ValueTitles(ask.reader.manifest.study)
    roles = {} if time is None else {time.name: {"x-ogc-role": "primary-instant"}}
    return {c.name: {**column(c, ask.language, titles), **roles.get(c.name, {})} for c in layer.columns}


def column(found: PublishedColumn, language: str, titles: ValueTitles) -> dict[str, Any]:
    """Return the schema of a property."""
    unit = {"x-ogc-unit": UCUM.get(found.unit, f"{{{found.unit}}}")} if found.unit else {}
    values = titles.schema(found.name, found.values, language)
    return {"title": getattr(found.title, language), **TYPES[found.type], **unit, **values, **least(found)}


def least(found: PublishedColumn) -> dict[str, int]:
    """Return the least value that a property can have, where that is known: estimates of people may be below zero."""
    kind = None if found.measure is None else measure_of(found.measure).kind
    if found.margin_of or kind == "minutes" or found.name == "margin":
        return {"minimum": 0}
    return {"minimum": 1} if kind == "rank" else {}

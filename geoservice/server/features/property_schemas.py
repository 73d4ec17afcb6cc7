"""JSON Schema of each property of a layer's features: type, unit, values, minimum and role."""

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
"""Units that have a UCUM code; others are written as annotations in braces."""
BASE = {
    "geography": {"en": "kind of area or place", "zh": "地理单元类型"},
    "unit": {"en": "code of the area or place", "zh": "地理单元代码"},
}


def identity(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of a feature's id; its maximum, the number of features, is hidden from callers limited to areas."""
    maximum = {"maximum": max(layer.features, 1)} if context.who.within(layer) is None else {}
    return {"fid": {"type": "integer", "minimum": 1, **maximum, "x-ogc-role": "id"}}


def common_properties(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of the properties that every feature has."""
    schemas = {name: {"title": titles[context.language], "type": "string"} for name, titles in BASE.items()}
    schemas["geography"] |= ValueTitles({}).schema("geography", layer.geographies, context.language)
    return schemas


def geometry(layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of the geometry; a table has none."""
    if layer.geometry == "none":
        return {}
    return {"geometry": {"x-ogc-role": "primary-geometry", "format": GEOMETRIES[layer.geometry]}}


def columns(context: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of the layer's own properties."""
    time, titles = time_column(layer), ValueTitles(context.reader.manifest.study)
    roles = {} if time is None else {time.name: {"x-ogc-role": "primary-instant"}}
    return {c.name: {**column(c, context.language, titles), **roles.get(c.name, {})} for c in layer.columns}


def column(column: PublishedColumn, language: str, titles: ValueTitles) -> dict[str, Any]:
    """Return the schema of a property."""
    unit = {"x-ogc-unit": UCUM.get(column.unit, f"{{{column.unit}}}")} if column.unit else {}
    values = titles.schema(column.name, column.values, language)
    return {"title": getattr(column.title, language), **TYPES[column.type], **unit, **values, **minimum(column)}


def minimum(column: PublishedColumn) -> dict[str, int]:
    """Return the minimum of a property if it has one; estimates of people may be negative."""
    kind = None if column.measure is None else measure_of(column.measure).kind
    if column.margin_of or kind == "minutes" or column.name == "margin":
        return {"minimum": 0}
    return {"minimum": 1} if kind == "rank" else {}

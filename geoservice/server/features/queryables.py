"""What a layer's features carry, as JSON Schema: all of it, what can be asked for, and what they can be ordered by."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.release.base import PublishedColumn, PublishedLayer
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.features.times import time_column
from geoservice.server.formats import SCHEMA
from geoservice.server.pages import WORDS
from geoservice.server.responses import document

FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CONFORMS = (
    *(f"{FEATURES_3}/{c}" for c in ("filter", "features-filter", "queryables", "queryables-query-parameters")),
    *(
        f"{CQL2}/{c}"
        for c in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "property-property",
            "arithmetic",
        )
    ),
)

router = APIRouter(tags=["features"])

Doc = Annotated[RequestContext, Depends(request_context("schema", "json", "html"))]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
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


@router.get(
    "/collections/{layer_id}/schema",
    operation_id="getSchema",
    summary="What the features of a layer carry",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def schema(layer_id: str, ask: Doc) -> Response:
    """Answer with the JSON Schema of a layer's features."""
    layer = ask.layer(layer_id)
    return described(ask, layer, {**identity(ask, layer), **base(ask), **geometry(layer), **columns(ask, layer)})


@router.get(
    "/collections/{layer_id}/queryables",
    operation_id="getQueryables",
    summary="What filters and parameters may name",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def queryables(layer_id: str, ask: Doc) -> Response:
    """Answer with the properties that ``filter`` and query parameters may name."""
    layer = ask.layer(layer_id)
    return described(ask, layer, {**base(ask), **geometry(layer), **columns(ask, layer)})


@router.get(
    "/collections/{layer_id}/sortables",
    operation_id="getSortables",
    summary="What sortby may name",
    responses=schemas.ok(schemas.JSON_SCHEMA, SCHEMA, missing=True),
)
async def sortables(layer_id: str, ask: Doc) -> Response:
    """Answer with the properties that ``sortby`` may name."""
    layer = ask.layer(layer_id)
    return described(ask, layer, {**base(ask), **columns(ask, layer)})


def described(ask: RequestContext, layer: PublishedLayer, properties: dict[str, Any]) -> Response:
    """Answer with a schema of these properties and no others."""
    title = getattr(layer.title, ask.language)
    content = {
        "$schema": DIALECT,
        "$id": ask.urls.to(ask.path),
        "type": "object",
        "title": title,
        "description": WORDS[ask.language]["null"],
        "properties": properties,
        "additionalProperties": False,
    }
    return document(ask, content, title, SCHEMA)


def identity(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of a feature's id; how many there are is not said to who may see some areas only."""
    most = {"maximum": max(layer.features, 1)} if ask.who.within(layer) is None else {}
    return {"fid": {"type": "integer", "minimum": 1, **most, "x-ogc-role": "id"}}


def base(ask: RequestContext) -> dict[str, Any]:
    """Return the schemas of what every feature has."""
    return {name: {"title": titles[ask.language], "type": "string"} for name, titles in BASE.items()}


def geometry(layer: PublishedLayer) -> dict[str, Any]:
    """Return the schema of the geometry; a table has none."""
    if layer.geometry == "none":
        return {}
    return {"geometry": {"x-ogc-role": "primary-geometry", "format": GEOMETRIES[layer.geometry]}}


def columns(ask: RequestContext, layer: PublishedLayer) -> dict[str, Any]:
    """Return the schemas of the layer's own properties."""
    time = time_column(layer)
    roles = {} if time is None else {time.name: {"x-ogc-role": "primary-instant"}}
    return {c.name: {**column(c, ask.language), **roles.get(c.name, {})} for c in layer.columns}


def column(found: PublishedColumn, language: str) -> dict[str, Any]:
    """Return the schema of a property."""
    unit = {"x-ogc-unit": UCUM.get(found.unit, f"{{{found.unit}}}")} if found.unit else {}
    return {"title": getattr(found.title, language), **TYPES[found.type], **unit}

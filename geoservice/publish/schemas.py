"""Pieces of the OpenAPI document that FastAPI cannot find out: what the answers look like."""

from typing import Any

from geoservice.publish.errors import PROBLEM
from geoservice.publish.formats import JSON
from geoservice.publish.params import MAX_LIMIT

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
LINK: Schema = {
    "type": "object",
    "required": ["rel", "href"],
    "properties": {"rel": TEXT, "href": TEXT, "type": TEXT, "title": TEXT},
}
LINKS: Schema = {"type": "array", "items": LINK}
COLLECTION: Schema = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {"id": TEXT, "title": TEXT, "description": TEXT, "itemType": TEXT, "links": LINKS,
                   "extent": {"type": "object"}, "crs": {"type": "array", "items": TEXT}},
}  # fmt: skip
COLLECTIONS: Schema = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {"links": LINKS, "collections": {"type": "array", "items": COLLECTION}},
}
GEOMETRY: Schema = {"type": "object", "nullable": True, "required": ["type"], "properties": {"type": TEXT}}
FEATURE: Schema = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "integer"},
        "geometry": GEOMETRY,
        "properties": {"type": "object"},
        "links": LINKS,
    },
}
FEATURES: Schema = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": FEATURE},
        "links": LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}
LANDING: Schema = {"type": "object", "required": ["links"], "properties": {"title": TEXT, "description": TEXT, "links": LINKS}}
CONFORMANCE: Schema = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": TEXT}},
}
ANY: Schema = {"type": "object"}
PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
}


def parameter(name: str, description: str, schema: Schema) -> Schema:
    """Return a query parameter that may be left out."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


FILTERS: Schema = {
    "name": "filters",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "description": "any property of the layer, as an equality: ?tier=county&name=...",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}
ITEM_PARAMETERS: list[Schema] = [
    parameter("limit", "features a page", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 10}),
    parameter(
        "bbox",
        "west,south,east,north in degrees; west > east crosses 180 degrees",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    ),
    parameter("datetime", "RFC 3339 instant or interval; no layer has a time, so all features match", TEXT),
    parameter("properties", "properties wanted", {"type": "array", "items": TEXT}),
    parameter("skipGeometry", "leave the geometry out", {"type": "boolean", "default": False}),
    parameter("after", "token of a next link", TEXT),
    FILTERS,
]


def ok(schema: Schema, kind: str = JSON, missing: bool = False) -> dict[int | str, Schema]:
    """Return the responses of a route: its answer, as data and as a page, and the problems it may meet."""
    answers: dict[int | str, Schema] = {
        200: {"description": "the answer", "content": {kind: {"schema": schema}, "text/html": {"schema": TEXT}}},
        304: {"description": "the client's copy is still good"},
        400: fault("a parameter is unknown or malformed"),
        503: fault("no release has been published yet"),
    }
    return {**answers, **({404: fault("no such layer or feature")} if missing else {})}


def fault(description: str) -> Schema:
    """Return a response that is a problem."""
    return {"description": description, "content": {PROBLEM: {"schema": PROBLEM_SCHEMA}}}

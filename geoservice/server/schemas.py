"""Pieces of the OpenAPI document that FastAPI cannot find out: what the answers look like."""

from collections.abc import Mapping
from typing import Any

from geoservice.cql2 import LANGS
from geoservice.server.errors import PROBLEM
from geoservice.server.features.params import DEFAULT_LIMIT, MAX_LIMIT
from geoservice.server.formats import CSV, FGB, GPKG, JSON, PARQUET

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
LINK: Schema = {
    "type": "object",
    "required": ["rel", "href"],
    "properties": {"rel": TEXT, "href": TEXT, "type": TEXT, "title": TEXT},
}
LINKS: Schema = {"type": "array", "items": LINK}
BOX: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
EXTENT: Schema = {
    "type": "object",
    "properties": {
        "spatial": {
            "type": "object",
            "required": ["bbox"],
            "properties": {"bbox": {"type": "array", "items": BOX}, "crs": TEXT},
        },
        "temporal": {"type": "object"},
    },
}
COLLECTION: Schema = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {"id": TEXT, "title": TEXT, "description": TEXT, "itemType": TEXT, "links": LINKS, "extent": EXTENT,
                   "crs": {"type": "array", "items": TEXT}, "storageCrs": TEXT},
}  # fmt: skip
COLLECTIONS: Schema = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {
        "links": LINKS,
        "crs": {"type": "array", "items": TEXT},
        "collections": {"type": "array", "items": COLLECTION},
    },
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
JSON_SCHEMA: Schema = {
    "type": "object",
    "required": ["$schema", "$id", "type", "properties"],
    "properties": {
        "$schema": TEXT, "$id": TEXT, "type": {"type": "string", "enum": ["object"]}, "title": TEXT, "description": TEXT,
        "properties": {"type": "object", "additionalProperties": {"type": "object"}},
        "additionalProperties": {"type": "boolean"},
    },
}  # fmt: skip
PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
}


def parameter(name: str, description: str, schema: Schema) -> Schema:
    """Return a query parameter that may be left out."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


URI: Schema = {"type": "string", "format": "uri"}
CRS_PARAMETER = parameter("crs", "CRS of the answer: one of the collection's crs; CRS84 by default", URI)
FILTERS: Schema = {
    "name": "filters",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "description": "any queryable of the layer, as an equality: ?tier=county&name=...",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}
NAMES: Schema = {"type": "array", "items": TEXT}
ITEM_PARAMETERS: list[Schema] = [
    parameter(
        "limit",
        f"features a page: {DEFAULT_LIMIT} by default, at most {MAX_LIMIT}, and more is taken as {MAX_LIMIT}. For the rest "
        "follow the link next; a file (f=csv, parquet, gpkg, fgb) has all features by default",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    parameter(
        "offset",
        "features to pass over, for clients that page by number; following next links takes less time",
        {"type": "integer", "minimum": 0, "default": 0},
    ),
    parameter(
        "bbox",
        "west,south,east,north in degrees, or in the axes of bbox-crs; west > east crosses 180 degrees",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    ),
    parameter("bbox-crs", "CRS of bbox: one of the collection's crs; CRS84 by default", URI),
    CRS_PARAMETER,
    parameter("datetime", "RFC 3339 instant or interval; a feature without a time matches", TEXT),
    parameter("filter", "CQL2: features for which it is true; see queryables", TEXT),
    parameter("filter-lang", "language of filter", {"type": "string", "enum": list(LANGS), "default": LANGS[0]}),
    parameter("filter-crs", "CRS of the filter's geometries: one of the collection's crs; CRS84 by default", URI),
    parameter("ids", "features wanted, by id", {"type": "array", "items": {"type": "integer", "minimum": 0}}),
    parameter("sortby", "order of features: sortables, each after + (by default) or - for descending", NAMES),
    parameter("properties", "properties wanted", NAMES),
    parameter("exclude-properties", "properties not wanted", NAMES),
    parameter("skipGeometry", "leave the geometry out", {"type": "boolean", "default": False}),
    parameter("after", "token of a next link", TEXT),
    parameter("before", "token of a prev link", TEXT),
    FILTERS,
]

BINARY: Schema = {"type": "string", "format": "binary"}
FILES: Mapping[str, Schema] = {CSV: TEXT, PARQUET: BINARY, GPKG: BINARY, FGB: BINARY}
"""What items can be had as beside GeoJSON and pages."""

FAULTS: Mapping[int, str] = {
    400: "a parameter is unknown or malformed",
    401: "the token is unknown, expired or revoked",
    403: "the caller's role may not do this",
    404: "no such layer or feature",
    413: "the request, or what it asks for, is larger than allowed",
    414: "the URL is too long",
    429: "too many requests: come back after Retry-After",
    431: "the headers are too large",
    500: "the server failed on this request",
    503: "no release yet, or the server is busy: come back after Retry-After",
}


def ok(
    schema: Schema,
    kind: str = JSON,
    missing: bool = False,
    more: Mapping[str, Schema] | None = None,
    links: Mapping[str, Schema] | None = None,
) -> dict[int | str, Schema]:
    """Return the responses of a route: its answer, as data and as a page, and the problems it may meet.

    ``missing``: the route names something that may not be there. ``more`` are further media types and their schemas, ``links``
    are OpenAPI links: what can be asked next with what the answer holds.
    """
    content = {kind: {"schema": schema}, "text/html": {"schema": TEXT}, **{k: {"schema": s} for k, s in (more or {}).items()}}
    answers: dict[int | str, Schema] = {
        200: {"description": "the answer", "headers": HEADERS, "content": content, **({"links": links} if links else {})},
        304: {"description": "the client's copy is still good"},
    }
    return {**answers, **{status: fault(text) for status, text in FAULTS.items() if missing or status != 404}}


def leads(operation: str, **parameters: str) -> Schema:
    """Return an OpenAPI link: an operation by its id, and where in this answer its parameters are."""
    return {"operationId": operation, "parameters": parameters}


FID: Schema = {"name": "fid", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
TO_LAYER = leads("getCollection", layer_id="$response.body#/collections/0/id")
TO_ITEMS = leads("getFeatures", layer_id="$response.body#/id")
TO_QUERYABLES = leads("getQueryables", layer_id="$response.body#/id")
TO_ITEM = leads("getFeature", layer_id="$request.path.layer_id", fid="$response.body#/features/0/id")


HEADERS: Mapping[str, Schema] = {
    "ETag": {"description": "for If-None-Match", "schema": TEXT},
    "Link": {"description": "links of an answer that has no place for them", "schema": TEXT},
}


def fault(description: str) -> Schema:
    """Return a response that is a problem."""
    return {"description": description, "content": {PROBLEM: {"schema": PROBLEM_SCHEMA}}}

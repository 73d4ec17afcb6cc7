"""Parts of the OpenAPI document that FastAPI cannot derive: schemas of responses, and parameters."""

from collections.abc import Mapping
from typing import Any

from geoservice.cql2 import LANGS
from geoservice.server.errors import PROBLEM
from geoservice.server.features.params import DEFAULT_LIMIT, MAX_LIMIT
from geoservice.server.formats import CALENDAR, CSV, FGB, GPKG, JSON, PARQUET

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
    """Return an optional query parameter."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def path_parameter(name: str, description: str, schema: Schema) -> Schema:
    """Return a path parameter."""
    return {**parameter(name, description, schema), "in": "path", "required": True}


def path_integer(name: str, description: str, maximum: int) -> Schema:
    """Return a path parameter that is a whole number from 0 to ``maximum``."""
    return path_parameter(name, description, {"type": "integer", "minimum": 0, "maximum": maximum})


def xyz_parameters(max_zoom: int) -> list[Schema]:
    """Return the path parameters of a tile in the order of most clients: z, x, y."""
    last = 2**max_zoom - 1
    return [
        path_integer("z", "zoom", max_zoom),
        path_integer("x", "column, from the west", last),
        path_integer("y", "row, from the north", last),
    ]


def ogc_tile_parameters(max_zoom: int, columns: int) -> list[Schema]:
    """Return the path parameters of a tile in the order of OGC API Tiles; ``columns`` are those of the widest matrix."""
    return [
        path_integer("tileMatrix", "zoom", max_zoom),
        path_integer("tileRow", "row, from the north", 2**max_zoom - 1),
        path_integer("tileCol", "column, from the west", columns - 1),
    ]


URI: Schema = {"type": "string", "format": "uri"}
CRS_PARAMETER = parameter("crs", "CRS of the response: one of the collection's crs; CRS84 by default", URI)
FILTERS: Schema = {
    "name": "filters",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    "description": "any queryable of the layer, as an equality: ?tier=county&name=...",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}
WITHIN_PARAMETER = parameter("within", "code of an area: only features in it, at any level below it, and the area itself", TEXT)
NAMES: Schema = {"type": "array", "items": TEXT}
ITEM_PARAMETERS: list[Schema] = [
    parameter(
        "limit",
        f"features per page: {DEFAULT_LIMIT} by default, at most {MAX_LIMIT}; larger values count as {MAX_LIMIT}. For the rest "
        "follow the link next; a file (f=csv, parquet, gpkg, fgb, ics) has all features by default",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    parameter(
        "offset",
        "features to skip, for clients that page by number; following next links is faster",
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
    parameter("filter", "CQL2 expression that features must meet; see queryables", TEXT),
    parameter("filter-lang", "language of filter", {"type": "string", "enum": list(LANGS), "default": LANGS[0]}),
    parameter("filter-crs", "CRS of the filter's geometries: one of the collection's crs; CRS84 by default", URI),
    WITHIN_PARAMETER,
    parameter("ids", "ids of the features to return", {"type": "array", "items": {"type": "integer", "minimum": 0}}),
    parameter("sortby", "order of features: sortables, each after + (by default) or - for descending", NAMES),
    parameter("properties", "properties to return", NAMES),
    parameter("exclude-properties", "properties to leave out", NAMES),
    parameter("skipGeometry", "leave the geometry out", {"type": "boolean", "default": False}),
    parameter("after", "token of a next link", TEXT),
    parameter("before", "token of a prev link", TEXT),
    FILTERS,
]

BINARY: Schema = {"type": "string", "format": "binary"}
FILES: Mapping[str, Schema] = {CSV: TEXT, PARQUET: BINARY, GPKG: BINARY, FGB: BINARY, CALENDAR: TEXT}
"""File formats of items besides GeoJSON and HTML."""

PROBLEMS: Mapping[int, str] = {
    400: "a parameter is unknown or malformed",
    401: "the token is unknown, expired or revoked",
    403: "the caller's role may not do this",
    404: "no such layer or feature",
    413: "the request, or the requested result, is larger than allowed",
    414: "the URL is too long",
    429: "too many requests: retry after Retry-After",
    431: "the headers are too large",
    500: "the server failed on this request",
    503: "no release yet, or the server is busy: retry after Retry-After",
}


NOT_MODIFIED = "the client's copy is current"


def responses(
    schema: Schema,
    kind: str = JSON,
    missing: bool = False,
    more: Mapping[str, Schema] | None = None,
    links: Mapping[str, Schema] | None = None,
) -> dict[int | str, Schema]:
    """Return the responses of a route: success as data and as an HTML page, 304, and problems.

    ``missing`` adds the 404 of a route whose resource may not exist. ``more`` are further media types and their schemas,
    ``links`` are OpenAPI links: operations whose parameters this response contains.
    """
    content = {kind: {"schema": schema}, "text/html": {"schema": TEXT}, **{k: {"schema": s} for k, s in (more or {}).items()}}
    success: dict[int | str, Schema] = {
        200: {"description": "the response", "headers": HEADERS, "content": content, **({"links": links} if links else {})},
        304: {"description": NOT_MODIFIED},
    }
    return {**success, **{status: problem_response(text) for status, text in PROBLEMS.items() if missing or status != 404}}


def operation_link(operation: str, **parameters: str) -> Schema:
    """Return an OpenAPI link: the id of an operation, and where in this response its parameters are."""
    return {"operationId": operation, "parameters": parameters}


FID: Schema = {"name": "fid", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
TO_LAYER = operation_link("getCollection", layer_id="$response.body#/collections/0/id")
TO_ITEMS = operation_link("getFeatures", layer_id="$response.body#/id")
TO_QUERYABLES = operation_link("getQueryables", layer_id="$response.body#/id")
TO_ITEM = operation_link("getFeature", layer_id="$request.path.layer_id", fid="$response.body#/features/0/id")


HEADERS: Mapping[str, Schema] = {
    "ETag": {"description": "for If-None-Match", "schema": TEXT},
    "Link": {"description": "links of a response without links in its body", "schema": TEXT},
}


def problem_response(description: str) -> Schema:
    """Return the OpenAPI description of an error response."""
    return {"description": description, "content": {PROBLEM: {"schema": PROBLEM_SCHEMA}}}

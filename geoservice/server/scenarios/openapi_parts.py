"""Parts of the OpenAPI document for scenarios: schemas, headers and responses."""

from typing import Any

from geoservice.live.edits import MAX_EDITS
from geoservice.server.formats import GEOJSON, HTML, JSON
from geoservice.server.headers import MERGE_PATCH
from geoservice.server.scenarios.scenario import MAX_NAME, MAX_NOTE
from geoservice.server.schemas import LINKS, PROBLEMS, TEXT, Schema, parameter, problem_response

NUMBER: Schema = {"type": "number"}
TEXTS: Schema = {"type": "array", "items": TEXT}
EDIT: Schema = {
    "type": "object",
    "required": ["station"],
    "additionalProperties": False,
    "properties": {
        "station": TEXT, "name": TEXT, "lon": NUMBER, "lat": NUMBER, "tier": TEXT, "services": TEXTS, "capacity": NUMBER,
        "start_delay_s": NUMBER, "open": {"type": "boolean"},
    },
}  # fmt: skip
CONTENT: dict[str, Schema] = {
    "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME},
    "note": {"type": "string", "maxLength": MAX_NOTE},
    "edits": {"type": "array", "maxItems": MAX_EDITS, "items": EDIT},
}
SCENARIO_CONTENT: Schema = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": CONTENT}
SUMMARY: dict[str, Schema] = {
    "id": TEXT, "name": CONTENT["name"], "note": CONTENT["note"], "owner": TEXT,
    "writable": {"type": "boolean", "description": "whether the caller may change and delete it"},
    "created": {"type": "string", "format": "date-time"}, "updated": {"type": "string", "format": "date-time"},
    "release": {**TEXT, "description": "version of the release that it was made on"},
    "revision": {"type": "integer", "minimum": 1}, "edit_count": {"type": "integer", "minimum": 0},
}  # fmt: skip
SCENARIO: Schema = {
    "type": "object",
    "required": [*SUMMARY, "edits", "unknown", "links"],
    "properties": {
        **SUMMARY,
        "edits": CONTENT["edits"],
        "unknown": {**TEXTS, "description": "stations of edits without effect: the current release does not have them"},
        "links": LINKS,
    },
}
SCENARIOS: Schema = {
    "type": "object",
    "required": ["scenarios", "numberMatched", "numberReturned", "links"],
    "properties": {
        "scenarios": {
            "type": "array",
            "items": {"type": "object", "required": list(SUMMARY), "properties": {**SUMMARY, "links": LINKS}},
        },
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
        "links": LINKS,
    },
}
LIST_PARAMETERS: list[Schema] = [
    parameter("limit", "scenarios per page: 100 by default, at most 1000", {"type": "integer", "minimum": 1, "maximum": 1000}),
    parameter("offset", "scenarios to skip", {"type": "integer", "minimum": 0, "default": 0}),
]
ITEMS_PARAMETERS: list[Schema] = [
    parameter("limit", "stations per page: 10 by default, at most 10000", {"type": "integer", "minimum": 1, "maximum": 10_000}),
    parameter("offset", "stations to skip", {"type": "integer", "minimum": 0, "default": 0}),
    parameter(
        "bbox",
        "west,south,east,north in degrees; west > east crosses 180 degrees",
        {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 6},
    ),
    parameter("datetime", "RFC 3339 instant or interval; a station has no time and matches", TEXT),
]
IF_MATCH: Schema = {
    "name": "If-Match", "in": "header", "required": False, "schema": TEXT,
    "description": "ETag of what was read: the change is refused with 412 if it is another one now",
}  # fmt: skip
IF_MATCH_REQUIRED: Schema = {**IF_MATCH, "required": True}
POINT: Schema = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Point"]},
        "coordinates": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 3},
    },
}
STATION_PROPERTIES: dict[str, Schema] = {
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "tier": TEXT,
    "services": TEXTS,
    "capacity": {"type": "number", "minimum": 0},
    "start_delay_s": {"type": "number", "minimum": 0, "maximum": 86_400},
}
"""What a body states of a station; the unit of the capacity is persons in the period of the study."""
STATUS: Schema = {"type": "string", "enum": ["release", "changed", "new"], "readOnly": True}


def station_feature(written: bool) -> Schema:
    """Return the schema of a station as it is read, or as it is ``written``: without what the server adds."""
    nullable = {name: {**s, "nullable": True} for name, s in STATION_PROPERTIES.items()}
    read: Schema = {} if written else {"id": TEXT, "links": LINKS}
    return {
        "type": "object",
        "required": ["type", "properties"] if written else ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "geometry": {**POINT, "nullable": True},
            "properties": {"type": "object", "properties": {**nullable, "status": STATUS}},
            **read,
        },
    }


STATION, STATION_BODY = station_feature(written=False), station_feature(written=True)
STATIONS: Schema = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": STATION},
        "links": LINKS,
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}


def _problems(*more: int) -> dict[int | str, Schema]:
    texts = {
        **PROBLEMS,
        401: "the token is missing, unknown, expired or revoked",
        404: "no such scenario or station",
        409: "a limit is reached: scenarios of the owner, or edits of the scenario",
        412: "it was changed since it was read",
        415: "the body is of another media type than allowed",
        428: "If-Match is missing",
    }
    return {status: problem_response(texts[status]) for status in (*PROBLEMS, *more)}


def responses(schema: Schema, kind: str = JSON, missing: bool = True) -> dict[int | str, Schema]:
    """Return the responses of a route that reads; ``missing``: its resource may not exist."""
    content = {kind: {"schema": schema}, HTML: {"schema": TEXT}}
    problems = {k: v for k, v in _problems().items() if missing or k != 404}
    return {200: {"description": "the response", "content": content}, **problems}


def written(
    status: int, schema: Schema | None, kind: str = JSON, created: bool = False, required: bool = False
) -> dict[int | str, Schema]:
    """Return the responses of a route that writes; ``created``: it may respond with 201 and ``Location``."""
    tag = {"ETag": {"description": "for If-Match", "schema": TEXT}}
    content = {"content": {kind: {"schema": schema}}, "headers": tag} if schema is not None else {}
    success: dict[int | str, Schema] = {status: {"description": "written", **content}}
    if created:
        location = {"Location": {"description": "URL of what was created", "schema": TEXT}}
        success[201] = {"description": "created", **content, "headers": {**tag, **location}}
    return {**success, **_problems(409, 412, 415, *((428,) if required else ()))}


def body(schema: Schema, *kinds: str | Schema) -> dict[str, Any]:
    """Return a request body of some media types, and header parameters."""
    types, parameters = [k for k in kinds if isinstance(k, str)], [k for k in kinds if not isinstance(k, str)]
    content = {"required": True, "content": {kind: {"schema": schema} for kind in types}}
    return {"requestBody": content, **({"parameters": parameters} if parameters else {})}


FEATURE_TYPES = (GEOJSON, JSON)
PATCH_TYPES = (MERGE_PATCH,)

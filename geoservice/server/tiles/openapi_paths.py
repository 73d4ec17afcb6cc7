"""The bare routes of tiles as the OpenAPI document describes them: FastAPI does not know that they are there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.server.formats import MVT
from geoservice.server.schemas import TEXT, Schema, parameter, problem_response
from geoservice.server.tiles.archives import MEDIA_TYPE
from geoservice.server.tiles.matrix_sets import MATRIX_SETS, MAX_ZOOM

BINARY: Schema = {"type": "string", "format": "binary"}
LANGS: Schema = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
VERSION = parameter("v", "version of a release, as in the manifest; an answer of this very release never changes", TEXT)
NAMES: Schema = {"type": "array", "items": TEXT}


def _in_path(name: str, description: str, schema: Schema) -> Schema:
    return {**parameter(name, description, schema), "in": "path", "required": True}


def _integer(description: str, name: str, most: int) -> Schema:
    return _in_path(name, description, {"type": "integer", "minimum": 0, "maximum": most})


LAYER_ID = _in_path("layer_id", "a layer", TEXT)
SET_ID = _in_path("tileMatrixSetId", "how the world is cut", {"type": "string", "enum": list(MATRIX_SETS)})
OGC = [
    _integer("zoom", "tileMatrix", MAX_ZOOM),
    _integer("row, from the north", "tileRow", 2**MAX_ZOOM - 1),
    _integer("column, from the west", "tileCol", 2 ** (MAX_ZOOM + 1) - 1),
]
XYZ = [
    _integer("zoom", "z", MAX_ZOOM),
    _integer("column, from the west", "x", 2**MAX_ZOOM - 1),
    _integer("row, from the north", "y", 2**MAX_ZOOM - 1),
]
QUERY = [
    parameter("filter", "CQL2: the features wanted", TEXT),
    parameter("filter-lang", "language of the filter", LANGS),
    parameter("filter-crs", "CRS of coordinates in the filter", TEXT),
    parameter("properties", "the properties wanted", NAMES),
    VERSION,
    parameter("f", "format", {"type": "string", "enum": ["mvt"]}),
]
COLLECTIONS = parameter("collections", "the layers wanted; all that have tiles without it", NAMES)


def _responses(kind: str, more: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        "200": {"description": "the answer", "content": {kind: {"schema": BINARY}}},
        **more,
        "304": {"description": "the client's copy is still good"},
        "400": problem_response("a parameter is unknown or malformed"),
        "404": problem_response("no such layer, matrix set or tile"),
        "503": problem_response("no release has been published yet, or the tile took too long"),
    }


def _get(name: str, summary: str, parameters: list[Schema], answers: dict[str, Schema]) -> dict[str, Any]:
    operation = {"tags": ["tiles"], "summary": summary, "operationId": name, "parameters": parameters, "responses": answers}
    return {"get": operation}


TILE = _responses(MVT, {"204": {"description": "nothing is in this tile"}})
FILE = _responses(
    MEDIA_TYPE.decode(),
    {
        "206": {"description": "the bytes asked for by Range", "content": {MEDIA_TYPE.decode(): {"schema": BINARY}}},
        "403": problem_response("the caller's token reads some areas, the file holds all"),
        "416": {"description": "the file is shorter"},
    },
)
PATHS: Mapping[str, Any] = MappingProxyType(
    {
        "/tiles/{layer_id}/{z}/{x}/{y}.mvt": _get(
            "getTile", "A vector tile of a layer, or of several with commas between", [LAYER_ID, *XYZ, *QUERY], TILE
        ),
        "/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": _get(
            ".dataset.vector.getTile", "A vector tile of several layers", [SET_ID, *OGC, COLLECTIONS, *QUERY], TILE
        ),
        "/collections/{layer_id}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": _get(
            ".collection.vector.getTile", "A vector tile of a layer", [LAYER_ID, SET_ID, *OGC, *QUERY], TILE
        ),
        "/tiles/{layer_id}.pmtiles": _get("getArchive", "All tiles of a layer as one PMTiles file", [LAYER_ID, VERSION], FILE),
    }
)


def with_tiles(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document with the bare routes in it."""
    return {**document, "paths": {**document["paths"], **PATHS}}

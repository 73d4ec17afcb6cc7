"""OpenAPI description of the routes of vector tiles and PMTiles files, which are served without FastAPI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.server.formats import MVT
from geoservice.server.schemas import (
    BINARY,
    NAMES,
    NOT_MODIFIED,
    TEXT,
    WITHIN_PARAMETER,
    Schema,
    ogc_tile_parameters,
    parameter,
    path_parameter,
    problem_response,
    xyz_parameters,
)
from geoservice.server.tiles.archives import MEDIA_TYPE
from geoservice.server.tiles.matrix_sets import MATRIX_SETS, MAX_ZOOM

LANGS: Schema = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
VERSION = parameter("v", "version of a release, as in the manifest; responses of exactly this release never change", TEXT)

LAYER_ID = path_parameter("layer_id", "a layer", TEXT)
SET_ID = path_parameter("tileMatrixSetId", "tile matrix set", {"type": "string", "enum": list(MATRIX_SETS)})
OGC = ogc_tile_parameters(MAX_ZOOM, 2 ** (MAX_ZOOM + 1))
XYZ = xyz_parameters(MAX_ZOOM)
QUERY = [
    parameter("filter", "CQL2 expression that features must meet", TEXT),
    parameter("filter-lang", "language of the filter", LANGS),
    parameter("filter-crs", "CRS of coordinates in the filter", TEXT),
    parameter("properties", "properties to return", NAMES),
    WITHIN_PARAMETER,
    VERSION,
    parameter("f", "format", {"type": "string", "enum": ["mvt"]}),
]
COLLECTIONS = parameter("collections", "layers of the tile; by default all layers with tiles", NAMES)


def _responses(kind: str, more: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        "200": {"description": "the response", "content": {kind: {"schema": BINARY}}},
        **more,
        "304": {"description": NOT_MODIFIED},
        "400": problem_response("a parameter is unknown or malformed"),
        "404": problem_response("no such layer, matrix set or tile"),
        "503": problem_response("no release has been published yet, or the tile timed out"),
    }


def _get(name: str, summary: str, parameters: list[Schema], responses: dict[str, Schema]) -> dict[str, Any]:
    operation = {"tags": ["tiles"], "summary": summary, "operationId": name, "parameters": parameters, "responses": responses}
    return {"get": operation}


TILE = _responses(MVT, {"204": {"description": "the tile is empty"}})
FILE = _responses(
    MEDIA_TYPE.decode(),
    {
        "206": {"description": "the bytes requested by Range", "content": {MEDIA_TYPE.decode(): {"schema": BINARY}}},
        "403": problem_response("the caller's token is limited to some areas, the file holds all"),
        "416": {"description": "the range is outside the file"},
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
    """Return an OpenAPI document with these routes added."""
    return {**document, "paths": {**document["paths"], **PATHS}}

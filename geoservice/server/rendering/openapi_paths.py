"""OpenAPI description of the routes of map tiles, which are served without FastAPI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.maps.symbology import VARIANTS
from geoservice.server.formats import PNG
from geoservice.server.rendering.route import MAX_ZOOM
from geoservice.server.schemas import (
    BINARY,
    NOT_MODIFIED,
    TEXT,
    Schema,
    ogc_tile_parameters,
    parameter,
    path_parameter,
    problem_response,
    xyz_parameters,
)
from geoservice.server.tiles.openapi_paths import LAYER_ID, VERSION

SCALE = parameter("scale", "device pixel ratio; 2 is the same as @2x", {"type": "string", "enum": ["1", "2"]})
STYLE = parameter(
    "style", "for screens, for paper and photocopies, or for dark screens", {"type": "string", "enum": list(VARIANTS)}
)
PROPERTY = parameter("property", "property that colours the layer, of the same measure as that of its style", TEXT)
SET_ID = path_parameter("tileMatrixSetId", "tile matrix set", {**TEXT, "enum": ["WebMercatorQuad"]})
XYZ = xyz_parameters(MAX_ZOOM)
OGC = ogc_tile_parameters(MAX_ZOOM, 2**MAX_ZOOM)
RESPONSES: Schema = {
    "200": {"description": "the picture, transparent without features", "content": {PNG: {"schema": BINARY}}},
    "304": {"description": NOT_MODIFIED},
    "400": problem_response("a parameter is unknown or malformed"),
    "404": problem_response("no such layer, matrix set or tile"),
    "503": problem_response("no release has been published yet, or the tile timed out"),
}


def _get(name: str, summary: str, parameters: list[Schema]) -> dict[str, Any]:
    all_parameters = [LAYER_ID, *parameters, STYLE, PROPERTY, VERSION]
    return {
        "get": {"tags": ["maps"], "summary": summary, "operationId": name, "parameters": all_parameters, "responses": RESPONSES}
    }


_OGC = "/collections/{layer_id}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
PATHS: Mapping[str, Any] = MappingProxyType({
    "/map/{layer_id}/{z}/{x}/{y}.png": _get("getMapTile", "A map tile of a layer, 256 pixels", [*XYZ, SCALE]),
    "/map/{layer_id}/{z}/{x}/{y}@2x.png": _get("getFineMapTile", "A map tile of a layer, 512 pixels", XYZ),
    f"{_OGC}.png": _get(".collection.map.getTile", "A map tile of a layer, 256 pixels", [SET_ID, *OGC, SCALE]),
    f"{_OGC}@2x.png": _get(".collection.map.getFineTile", "A map tile of a layer, 512 pixels", [SET_ID, *OGC]),
})  # fmt: skip


def with_maps(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document with the routes of map tiles added."""
    return {**document, "paths": {**document["paths"], **PATHS}}

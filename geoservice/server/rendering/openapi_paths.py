"""The bare routes of map tiles as the OpenAPI document describes them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from geoservice.maps.symbology import VARIANTS
from geoservice.server.formats import PNG
from geoservice.server.rendering.route import LAST
from geoservice.server.schemas import BINARY, TEXT, Schema, fault, parameter
from geoservice.server.tiles.openapi_paths import LAYER_ID, VERSION

SCALE = parameter("scale", "pixels that look like one; 2 is the same as @2x", {"type": "string", "enum": ["1", "2"]})
STYLE = parameter(
    "style", "for screens, for paper and photocopies, or for dark screens", {"type": "string", "enum": list(VARIANTS)}
)
SET_ID = {**parameter("tileMatrixSetId", "how the world is cut", {**TEXT, "enum": ["WebMercatorQuad"]}), "in": "path",
          "required": True}  # fmt: skip


def _whole(name: str, description: str, most: int) -> Schema:
    schema = {"type": "integer", "minimum": 0, "maximum": most}
    return {**parameter(name, description, schema), "in": "path", "required": True}


XYZ = [
    _whole("z", "zoom", LAST),
    _whole("x", "column, from the west", 2**LAST - 1),
    _whole("y", "row, from the north", 2**LAST - 1),
]
OGC = [
    _whole("tileMatrix", "zoom", LAST),
    _whole("tileRow", "row, from the north", 2**LAST - 1),
    _whole("tileCol", "column, from the west", 2**LAST - 1),
]
ANSWERS: Schema = {
    "200": {"description": "the picture, clear where there is nothing", "content": {PNG: {"schema": BINARY}}},
    "304": {"description": "the client's copy is still good"},
    "400": fault("a parameter is unknown or malformed"),
    "404": fault("no such layer, matrix set or tile"),
    "503": fault("no release has been published yet, or the tile took too long"),
}


def _get(name: str, summary: str, parameters: list[Schema]) -> dict[str, Any]:
    given = [LAYER_ID, *parameters, STYLE, VERSION]
    return {"get": {"tags": ["maps"], "summary": summary, "operationId": name, "parameters": given, "responses": ANSWERS}}


_OGC = "/collections/{layer_id}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
PATHS: Mapping[str, Any] = MappingProxyType({
    "/map/{layer_id}/{z}/{x}/{y}.png": _get("getMapTile", "A map tile of a layer, 256 pixels", [*XYZ, SCALE]),
    "/map/{layer_id}/{z}/{x}/{y}@2x.png": _get("getFineMapTile", "A map tile of a layer, 512 pixels", XYZ),
    f"{_OGC}.png": _get(".collection.map.getTile", "A map tile of a layer, 256 pixels", [SET_ID, *OGC, SCALE]),
    f"{_OGC}@2x.png": _get(".collection.map.getFineTile", "A map tile of a layer, 512 pixels", [SET_ID, *OGC]),
})  # fmt: skip


def with_maps(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document with the bare routes of map tiles in it."""
    return {**document, "paths": {**document["paths"], **PATHS}}

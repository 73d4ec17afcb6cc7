"""The sprite with the hatches of the styles: generated here, with the same bytes in every worker."""

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from geoservice.maps.png import encode
from geoservice.maps.symbology import HATCH_PIXELS, HATCHES, VARIANTS, hatch_tile
from geoservice.server import schemas
from geoservice.server.deps import common_parameters, etag_matches
from geoservice.server.formats import JSON, PNG
from geoservice.server.styles.maplibre import pattern

router = APIRouter(tags=["styles"])

PATH = "/styles/sprite"
TILES = [(hatch, variant) for variant in VARIANTS for hatch in HATCHES]
CACHE_CONTROL = "public, max-age=3600"
"""One hour: sprites change with the code, not with the data."""


@lru_cache(maxsize=2)
def index(ratio: int) -> bytes:
    """Return the position of each hatch in the image, as JSON."""
    side = HATCH_PIXELS * ratio
    return orjson.dumps({
        pattern(hatch, variant): {"x": i * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        for i, (hatch, variant) in enumerate(TILES)
    })  # fmt: skip


@lru_cache(maxsize=2)
def image(ratio: int) -> bytes:
    """Return the image with the hatches side by side."""
    return encode(np.hstack([hatch_tile(hatch, variant, ratio) for hatch, variant in TILES]))


def static_response(request: Request, body: bytes, kind: str) -> Response:
    """Return a response that changes with the code only, or a 304; raises :class:`geoservice.errors.ParameterError`."""
    common_parameters(request)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    if etag_matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, kind)


def _responses(kind: str, schema: schemas.Schema) -> dict[int | str, dict[str, Any]]:
    content = {kind: {"schema": schema}}
    common = schemas.responses(schema)
    return {200: {"description": "the response", "content": content}, 304: common[304], 400: common[400]}


SIZES: schemas.Schema = {"type": "object", "additionalProperties": {"type": "object"}}


@router.get(
    f"{PATH}.json",
    operation_id="getSpriteIndex",
    summary="Sprite index of the styles",
    responses=_responses(JSON, SIZES),
)
def sprite_index(request: Request) -> Response:
    """Return the positions of the hatches in the image."""
    return static_response(request, index(1), JSON)


@router.get(
    f"{PATH}@2x.json",
    operation_id="getFineSpriteIndex",
    summary="Sprite index for high-resolution screens",
    responses=_responses(JSON, SIZES),
)
def fine_sprite_index(request: Request) -> Response:
    """Return the positions of the hatches in the image of twice the size."""
    return static_response(request, index(2), JSON)


@router.get(f"{PATH}.png", operation_id="getSprite", summary="Sprite of the styles", responses=_responses(PNG, schemas.BINARY))
def sprite_image(request: Request) -> Response:
    """Return the hatches."""
    return static_response(request, image(1), PNG)


@router.get(
    f"{PATH}@2x.png",
    operation_id="getFineSprite",
    summary="Sprite for high-resolution screens",
    responses=_responses(PNG, schemas.BINARY),
)
def fine_sprite_image(request: Request) -> Response:
    """Return the hatches in twice the size."""
    return static_response(request, image(2), PNG)

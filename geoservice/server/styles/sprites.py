"""The sprite that MapLibre takes hatches from: made here, the same bytes from every worker, nothing fetched from elsewhere."""

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter, Request, Response

from geoservice.maps.png import encode
from geoservice.maps.symbology import HATCH_PIXELS, HATCHES, VARIANTS, hatch_tile
from geoservice.server import schemas
from geoservice.server.deps import common_parameters, matches
from geoservice.server.formats import JSON, PNG
from geoservice.server.styles.maplibre import pattern

router = APIRouter(tags=["styles"])

PATH = "/styles/sprite"
NAMED = [(hatch, variant) for variant in VARIANTS for hatch in HATCHES]
KEPT = "public, max-age=3600"
"""For an hour: sprites change with the code, not with the data."""


@lru_cache(maxsize=2)
def index(ratio: int) -> bytes:
    """Return where each hatch is in the image, as JSON."""
    side = HATCH_PIXELS * ratio
    return orjson.dumps({
        pattern(hatch, variant): {"x": at * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        for at, (hatch, variant) in enumerate(NAMED)
    })  # fmt: skip


@lru_cache(maxsize=2)
def image(ratio: int) -> bytes:
    """Return the image, the hatches side by side."""
    return encode(np.hstack([hatch_tile(hatch, variant, ratio) for hatch, variant in NAMED]))


def _answer(request: Request, body: bytes, kind: str) -> Response:
    common_parameters(request)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": KEPT}
    if matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, kind)


def _found(kind: str, schema: schemas.Schema) -> dict[int | str, dict[str, Any]]:
    content = {kind: {"schema": schema}}
    known = schemas.ok(schema)
    return {200: {"description": "the answer", "content": content}, 304: known[304], 400: known[400]}


SIZES: schemas.Schema = {"type": "object", "additionalProperties": {"type": "object"}}


@router.get(
    f"{PATH}.json",
    operation_id="getSpriteIndex",
    summary="Hatches of the styles: where they are",
    responses=_found(JSON, SIZES),
)
def sprite_index(request: Request) -> Response:
    """Answer with the places of the hatches in the image."""
    return _answer(request, index(1), JSON)


@router.get(
    f"{PATH}@2x.json",
    operation_id="getFineSpriteIndex",
    summary="Hatches for fine screens: where they are",
    responses=_found(JSON, SIZES),
)
def fine_sprite_index(request: Request) -> Response:
    """Answer with the places of the hatches in the image of twice the size."""
    return _answer(request, index(2), JSON)


@router.get(f"{PATH}.png", operation_id="getSprite", summary="Hatches of the styles", responses=_found(PNG, schemas.BINARY))
def sprite_image(request: Request) -> Response:
    """Answer with the hatches."""
    return _answer(request, image(1), PNG)


@router.get(
    f"{PATH}@2x.png", operation_id="getFineSprite", summary="Hatches for fine screens", responses=_found(PNG, schemas.BINARY)
)
def fine_sprite_image(request: Request) -> Response:
    """Answer with the hatches in twice the size."""
    return _answer(request, image(2), PNG)

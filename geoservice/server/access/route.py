"""GET /access: what the caller's token lets it read."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Response

from geoservice.server.deps import RequestContext, request_context
from geoservice.server.formats import JSON
from geoservice.server.principal import visible
from geoservice.server.schemas import fault

router = APIRouter(tags=["access"])

TEXTS = {"type": "array", "items": {"type": "string"}, "nullable": True}
CALLER = {
    "type": "object",
    "required": ["name", "role", "areas", "layers", "expires"],
    "properties": {
        "name": {"type": "string"},
        "role": {"type": "string", "enum": ["public", "planner", "steward"]},
        "areas": {
            **TEXTS,
            "description": "codes of the areas that the view of non-public layers is limited to; null: no limit",
        },
        "layers": {"type": "array", "items": {"type": "string"}, "description": "layers that the caller may read"},
        "expires": {"type": "string", "format": "date-time", "nullable": True},
    },
}


@router.get(
    "/access",
    operation_id="getAccess",
    summary="Who asks, and what for it may be read",
    responses={
        200: {"description": "the caller", "content": {JSON: {"schema": CALLER}}},
        400: fault("a parameter is unknown or malformed"),
        401: fault("the token is not good"),
        503: fault("no release has been published yet"),
    },
)
async def access(ask: Annotated[RequestContext, Depends(request_context("json", cached=False))]) -> Response:
    """Tell a caller what its token lets it read; without one, what anybody may."""
    who, layers = ask.who, [layer.id for layer in visible(ask.reader.manifest.layers, ask.who)]
    content = {"name": who.name, "role": who.role, "areas": who.areas, "layers": layers, "expires": who.expires}
    return Response(orjson.dumps(content), 200, {"Cache-Control": "private, no-store", "Vary": "Authorization"}, JSON)

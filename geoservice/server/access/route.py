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
    summary="The caller and the layers it may read",
    responses={
        200: {"description": "the caller", "content": {JSON: {"schema": CALLER}}},
        400: fault("a parameter is unknown or malformed"),
        401: fault("the token is not valid"),
        503: fault("no release has been published yet"),
    },
)
async def access(context: Annotated[RequestContext, Depends(request_context("json", cached=False))]) -> Response:
    """Return what the caller's token lets it read; without a token, what is public."""
    who, layers = context.who, [layer.id for layer in visible(context.reader.manifest.layers, context.who)]
    content = {"name": who.name, "role": who.role, "areas": who.areas, "layers": layers, "expires": who.expires}
    return Response(orjson.dumps(content), 200, {"Cache-Control": "private, no-store", "Vary": "Authorization"}, JSON)

"""Whether the process lives, and whether it can answer."""

from typing import cast

from fastapi import APIRouter, Request

from geoservice.publish.current import Current

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", summary="The process answers")
def live() -> dict[str, str]:
    """Answer as long as the process can."""
    return {"status": "live"}


@router.get(
    "/ready", summary="There is a release to serve", responses={503: {"description": "no release has been published yet"}}
)
def ready(request: Request) -> dict[str, str | int]:
    """Answer 200 when there is a release to serve, 503 otherwise."""
    _, current = cast("tuple[object, Current]", request.app.state.geoservice)
    with current.lease() as reader:
        return {"status": "ready", "release": reader.number}

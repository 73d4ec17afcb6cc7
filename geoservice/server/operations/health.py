"""Whether the process lives, whether it can answer, and the figures of its work."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from geoservice.errors import DamagedFile, GeoserviceError, Unavailable
from geoservice.release.base import ItemQuery, ReleaseReader
from geoservice.server.operations.metrics import Metrics
from geoservice.server.release_pool import ReleasePool

router = APIRouter(tags=["health"])
PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
DRAINING = "draining"
"""File in the workers' common folder that says: the service is being stopped."""


@dataclass(frozen=True)
class Running:
    """What one worker shares with the others: figures, and a folder, which a process alone does without."""

    metrics: Metrics
    folder: Path | None = None

    @property
    def draining(self) -> bool:
        """Whether the service is being stopped."""
        return self.folder is not None and (self.folder / DRAINING).exists()


@router.get("/health/live", operation_id="getLive", summary="The process answers")
async def live() -> dict[str, str]:
    """Answer as long as the process can: no thread, no store is asked."""
    return {"status": "live"}


@router.get(
    "/health/ready",
    operation_id="getReady",
    summary="There is a release to serve",
    responses={503: {"description": "being stopped, no release published yet, or the store cannot be read"}},
)
async def ready(request: Request) -> dict[str, str | int]:
    """Answer 200 when there is a release to serve, 503 with the reason otherwise.

    ``degraded`` is still 200: a file of the release is damaged, and the layers in the others are served.
    """
    _, current = cast("tuple[object, ReleasePool]", request.app.state.geoservice)
    running = cast("Running", request.app.state.running)
    return await to_thread.run_sync(_read, running, current)


def _read(running: Running, current: ReleasePool) -> dict[str, str | int]:
    """Read a row as a client would and return state and number of the release; raises :class:`Unavailable` with the reason."""
    if running.draining:
        raise Unavailable("this service is being stopped; it takes no new work")
    try:
        with current.lease() as reader:
            _read_row(reader)
            return {"status": "degraded" if reader.faults() else "ready", "release": reader.number}
    except Unavailable:
        raise
    except (GeoserviceError, OSError) as error:
        structlog.get_logger().warning("not ready", error=type(error).__name__, reason=str(error))
        raise Unavailable("the store of releases cannot be read; the log says why") from None


def _read_row(reader: ReleaseReader) -> None:
    """Read a row of the first layer that is whole; raises :class:`DamagedFile` where none is."""
    layers = reader.manifest.layers
    for number, layer in enumerate(layers, 1):
        try:
            reader.items(layer.id, ItemQuery(limit=1, geometry=False))
        except DamagedFile:
            if number == len(layers):
                raise
        else:
            return


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Answer with the figures of all workers in Prometheus' text format."""
    running = cast("Running", request.app.state.running)
    return Response(running.metrics.text(), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_PLAIN_0_0_4)

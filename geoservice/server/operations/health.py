"""Whether the process lives, whether it can answer, and the figures of its work."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from geoservice.errors import AWAY, DamagedFile, GeoserviceError, Unavailable
from geoservice.release.base import ItemQuery, ReleaseReader
from geoservice.server.errors import PROBLEM, headers_of, problem
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.metrics import Metrics
from geoservice.server.outage import Outage
from geoservice.server.release_pool import NOTHING, ReleasePool
from geoservice.server.single_flight import seen

router = APIRouter(tags=["health"])
HEALTH = frozenset({"/health/live", "/health/ready"})
PATHS = HEALTH | {"/metrics"}


READY_S = 1.5
"""Seconds within which the store of releases has to be read; whoever asks has an answer soon after, whatever hangs."""


class Reading:
    """A reading of the store on a thread of its own: however many ask, and however long it hangs, there is one at a time."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(1)
        self._task: asyncio.Task[tuple[int, bool]] | None = None

    async def result(self, read: Callable[[], tuple[int, bool]]) -> tuple[int, bool]:
        """Return what ``read`` does, of the reading under way if there is one; raises :class:`TimeoutError` when it is late."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(to_thread.run_sync(read, limiter=self._limiter))
            self._task.add_done_callback(seen)
        return await asyncio.wait_for(asyncio.shield(self._task), READY_S)


@dataclass(frozen=True)
class Running:
    """What one worker shares with the others: figures, and that the service is being stopped.

    ``tokens`` tells whether tokens could not be read the last time that one was checked.
    """

    metrics: Metrics
    drain: Drain = field(default_factory=Drain)
    tokens: Outage = field(default_factory=lambda: Outage("access store"))
    reading: Reading = field(default_factory=Reading)


@router.get("/health/live", operation_id="getLive", summary="The process answers")
async def live() -> dict[str, str]:
    """Answer as long as the process can: no thread, no store is asked."""
    return {"status": "live"}


@router.get(
    "/health/ready",
    operation_id="getReady",
    summary="There is a release to serve",
    responses={503: {"description": "being stopped, no release published yet, or the store cannot be read in time"}},
)
async def ready(request: Request) -> Response:
    """Answer 200 when there is a release to serve, 503 otherwise; ``dependencies`` says which are ok, away or empty.

    While tokens cannot be read the service is ready: what is public is served. ``degraded`` is 200 too: a file of the release
    is damaged, and the layers in the others are served.
    """
    _, current = cast("tuple[object, ReleasePool]", request.app.state.geoservice)
    running = cast("Running", request.app.state.running)
    tokens = "away" if running.tokens.lasts else "ok"
    try:
        number, damaged = await running.reading.result(partial(_read, running, current))
    except (GeoserviceError, OSError, TimeoutError) as error:
        return _not_ready(error, tokens)
    said = {
        "status": "degraded" if damaged else "ready",
        "release": number,
        "dependencies": {"releases": "ok", "tokens": tokens},
    }
    return Response(orjson.dumps(said), media_type="application/json", headers={"Cache-Control": "no-store"})


def _not_ready(error: Exception, tokens: str) -> Response:
    public = error.public if isinstance(error, GeoserviceError) else None
    releases = "ok" if isinstance(error, Stopping) else "empty" if public == NOTHING else "away"
    detail = str(error) if isinstance(error, Stopping) else public or AWAY
    body = problem(503, detail, dependencies={"releases": releases, "tokens": tokens})
    return Response(body, 503, headers_of(error, 503), PROBLEM)


class Stopping(Unavailable):
    """The service is being stopped."""


def _read(running: Running, current: ReleasePool) -> tuple[int, bool]:
    """Read a row as a client would; return the release's number and whether a file of it is damaged."""
    if running.drain.look():
        raise Stopping("this service is being stopped; it takes no new work")
    with current.lease() as reader:
        _read_row(reader)
        return reader.number, bool(reader.faults())


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

"""Health checks: liveness, readiness, and the route of the metrics."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from geoservice.errors import DATA_UNAVAILABLE, DamagedFile, GeoserviceError, Unavailable
from geoservice.release.base import ItemQuery
from geoservice.release.protocols import ReleaseReader
from geoservice.server.errors import PROBLEM, error_headers, problem
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.metrics import Metrics
from geoservice.server.outage import Outage
from geoservice.server.release_pool import NO_RELEASE, ReleasePool
from geoservice.server.single_flight import retrieve_exception

router = APIRouter(tags=["health"])
HEALTH = frozenset({"/health/live", "/health/ready"})
PATHS = HEALTH | {"/metrics"}

READY_S = 1.5
"""Seconds within which the store of releases has to be read; readiness is reported soon after that even if the store hangs."""


class StoreCheck:
    """A check of the store on a separate thread: one at a time, for any number of requests and however long it hangs."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(1)
        self._task: asyncio.Task[tuple[int, bool]] | None = None

    async def result(self, read: Callable[[], tuple[int, bool]]) -> tuple[int, bool]:
        """Return the result of ``read``, or of a check already running; raises :class:`TimeoutError` after ``READY_S``."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(to_thread.run_sync(read, limiter=self._limiter))
            self._task.add_done_callback(retrieve_exception)
        return await asyncio.wait_for(asyncio.shield(self._task), READY_S)


@dataclass(frozen=True)
class Running:
    """The operational state of a worker: metrics, shutdown, and whether tokens could be read at the last check of one."""

    metrics: Metrics
    drain: Drain = field(default_factory=Drain)
    tokens: Outage = field(default_factory=lambda: Outage("access store"))
    store_check: StoreCheck = field(default_factory=StoreCheck)


@router.get("/health/live", operation_id="getLive", summary="Liveness: the process responds")
async def live() -> dict[str, str]:
    """Return 200 as long as the event loop runs; uses neither threads nor stores."""
    return {"status": "live"}


@router.get(
    "/health/ready",
    operation_id="getReady",
    summary="Readiness: a release can be served",
    responses={503: {"description": "the service is being stopped, has no release yet, or cannot read the store in time"}},
)
async def ready(request: Request) -> Response:
    """Return 200 if there is a release to serve, 503 otherwise; each of ``dependencies`` is ok, away or empty.

    If tokens cannot be read the service is still ready and serves public layers. ``degraded`` is a 200 too: a file of the
    release is damaged, and the layers in other files are served.
    """
    _, current = cast("tuple[object, ReleasePool]", request.app.state.geoservice)
    running = cast("Running", request.app.state.running)
    tokens = "away" if running.tokens.lasts else "ok"
    try:
        number, damaged = await running.store_check.result(partial(_check_release, running, current))
    except TimeoutError:  # the pool logs errors, and a store that hangs raises none
        hangs = Unavailable(f"the store of releases was not read within {READY_S} s")
        current.outage.begin(hangs)
        return _not_ready(hangs, tokens)
    except (GeoserviceError, OSError) as error:
        return _not_ready(error, tokens)
    content = {
        "status": "degraded" if damaged else "ready",
        "release": number,
        "dependencies": {"releases": "ok", "tokens": tokens},
    }
    return Response(orjson.dumps(content), media_type="application/json", headers={"Cache-Control": "no-store"})


def _not_ready(error: Exception, tokens: str) -> Response:
    public = error.public if isinstance(error, GeoserviceError) else None
    releases = "ok" if isinstance(error, Stopping) else "empty" if public == NO_RELEASE else "away"
    detail = str(error) if isinstance(error, Stopping) else public or DATA_UNAVAILABLE
    body = problem(503, detail, dependencies={"releases": releases, "tokens": tokens})
    return Response(body, 503, error_headers(error, 503), PROBLEM)


class Stopping(Unavailable):
    """The service is being stopped."""


def _check_release(running: Running, current: ReleasePool) -> tuple[int, bool]:
    """Read a row as a client would; return the release's number and whether one of its files is damaged."""
    if running.drain.look():
        raise Stopping("this service is being stopped and accepts no new requests")
    with current.lease() as reader:
        _read_row(reader)
        return reader.number, bool(reader.faults())


def _read_row(reader: ReleaseReader) -> None:
    """Read a row of the first undamaged layer; raises :class:`DamagedFile` if all are damaged."""
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
    """Return the metrics of all workers in Prometheus' text format."""
    running = cast("Running", request.app.state.running)
    return Response(running.metrics.text(), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_PLAIN_0_0_4)

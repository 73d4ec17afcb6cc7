"""Telemetry of every request that was not served from the response cache: request id, metrics, log line."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.deps import principal_of
from geoservice.server.headers import send_problem
from geoservice.server.jobs.pool import JobPool
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.logs import REQUEST_LOG, RequestLog, request_id_of, set_route
from geoservice.server.operations.metrics import Metrics
from geoservice.server.operations.work import WorkFile
from geoservice.server.release_pool import ReleasePool
from geoservice.server.response_cache import ResponseCache
from geoservice.server.single_flight import ByteCache

SAMPLE_S = 1.0
"""Seconds between samples: the gauges of other workers are at most this old."""
HEARTBEAT_S = 0.2
"""Seconds between heartbeats, and between checks whether the service is being stopped."""
CONNECTION_CLOSE = (b"connection", b"close")
"""Header of every response while the service is being stopped: the client opens its next connection to another server."""
CLIENT_CLOSED = 499
"""The logged status for a client that disconnected before the response."""


class RouteRecorder:
    """Wraps an application with its own router, and sets the route that served a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        try:
            await self.app(scope, receive, send)
        finally:
            if route := scope.get("route"):
                set_route(route.path_format)


class MeasuredResponse:
    """A response with its request id; counts its status, size and end."""

    def __init__(self, send: Send, log: RequestLog, drain: Drain) -> None:
        self._send, self._id, self._drain = send, (b"x-request-id", log.request_id.encode()), drain
        self.status, self.size, self.end = 0, 0, 0.0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            close = [CONNECTION_CLOSE] if self._drain.begun else []
            message = {**message, "headers": [*message["headers"], self._id, *close]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            if not message.get("more_body"):
                self.end = time.perf_counter()
        await self._send(message)


class Telemetry:
    """Wraps the application: adds a request id, metrics and a log line to each request, and samples the gauges."""

    def __init__(self, app: ASGIApp, metrics: Metrics, current: ReleasePool, drain: Drain, work: WorkFile | None) -> None:
        self.app, self._metrics, self._current, self._drain, self._work = app, metrics, current, drain, work
        self._in_flight, self._created = 0, ("", 0.0)
        self._log: Any = structlog.get_logger()
        metrics.gauge("in_flight", "Requests being answered", lambda: self._in_flight)
        metrics.gauge("release", "Number of the served release, the lowest of all workers", self._release, "livemin")
        metrics.gauge("release_age_seconds", "Seconds since the served release was created", self._age, "livemax")
        metrics.gauge("damaged_files", "Damaged files of the served release", lambda: current.damage.count, "livemax")

    def _release(self) -> int | None:
        version = self._current.version
        return None if version is None else int(version.partition("-")[0])

    def _age(self) -> float | None:
        """Return the age of the release; its date is read once per release."""
        version = self._current.version
        if version is None:
            return None
        if self._created[0] != version and self._current.ready():  # otherwise a lease would have to wait
            with self._current.lease() as reader:
                self._created = (version, _seconds(reader.manifest.created))
        return max(time.time() - self._created[1], 0.0) if self._created[0] == version else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; the sampler runs for the lifespan of the application."""
        if scope["type"] == "lifespan":
            async with self._sampling():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    @asynccontextmanager
    async def _sampling(self) -> AsyncIterator[None]:
        async def sample() -> None:
            while True:
                self._metrics.sample()
                await asyncio.sleep(SAMPLE_S)

        async def beat() -> None:
            while True:
                if self._work:
                    self._work.beat()
                self._drain.look()
                await asyncio.sleep(HEARTBEAT_S)

        tasks = [asyncio.create_task(sample()), asyncio.create_task(beat())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        log = RequestLog(request_id_of(scope["headers"]) or secrets.token_hex(8), method=scope["method"])
        log.write = self._work.begin(f"{log.method} {log.route}") if self._work else None
        scope.setdefault("state", {})  # one dictionary for all copies of the scope, into which authentication puts the caller
        response, started = MeasuredResponse(send, log, self._drain), time.perf_counter()
        token = REQUEST_LOG.set(log)
        self._in_flight += 1
        try:
            await self.app(scope, receive, response.send)
        except Exception as error:  # noqa: BLE001 - the server above would not log it; the response does not show it
            await _send_failure(error, response)
        finally:
            self._in_flight -= 1
            if log.write:
                log.write("")
            seconds = (response.end or time.perf_counter()) - started
            self._record(scope["method"], log, response, seconds, principal_of(scope).role)
            REQUEST_LOG.reset(token)

    def _record(self, method: str, log: RequestLog, response: MeasuredResponse, seconds: float, role: str) -> None:
        """Count the request and write its log line."""
        status = response.status or CLIENT_CLOSED
        self._metrics.answered(log.route, method, status, seconds, response.size)
        if log.timed_out:
            self._metrics.timed_out()
        self._log.info(
            "request", route=log.route, method=method, status=status, ms=round(seconds * 1000, 2),
            bytes=response.size, role=role, release=self._release(),
        )  # fmt: skip


def add_tile_metrics(metrics: Metrics, cache: ByteCache) -> None:
    """Add metrics of the tile cache."""
    metrics.count("tile_cache_hits", "Tiles served from the cache", lambda: cache.hits)
    metrics.count("tile_cache_misses", "Tiles that were not in the cache", lambda: cache.misses)
    metrics.gauge("tile_cache_bytes", "Bytes of tiles in the cache", lambda: cache.size)


def add_drawing_metrics(metrics: Metrics, pool: JobPool) -> None:
    """Add metrics of the rendering processes."""
    queue = pool.queue
    metrics.gauge("waiting_drawings", "Pictures that wait to be rendered", lambda: queue.waiting)
    metrics.gauge("drawing_pixels", "Pixels of pictures that wait or are being rendered", lambda: queue.cost)
    metrics.gauge("drawing_processes", "Rendering processes", lambda: len(pool.processes))
    metrics.count("drawn_pixels", "Pixels of rendered pictures", lambda: pool.completed_cost)
    metrics.count("drawing_refusals", "Pictures refused because too many pixels waited", lambda: queue.refused)
    metrics.count("drawing_processes_lost", "Rendering processes that died, or were killed after a timeout", lambda: pool.lost)


def add_response_cache_metrics(metrics: Metrics, cache: ResponseCache) -> None:
    """Add metrics of the response cache, which serves requests before telemetry and so is in no other metric."""
    metrics.count("hot_answers", "Requests served from the response cache", lambda: cache.hits)
    metrics.count("hot_not_modified", "Requests answered with 304 by the response cache", lambda: cache.not_modified)
    metrics.gauge("hot_bytes", "Bytes in the response cache", lambda: cache.entries.size)


async def _send_failure(error: Exception, response: MeasuredResponse) -> None:
    """Send the error of an application that failed without a response; FastAPI has sent one, and raises the error again."""
    if response.status == 0:
        await send_problem(response.send, error)


def _seconds(created: str) -> float:
    """Return seconds since 1970; the current time for a manifest without a date."""
    return datetime.fromisoformat(created).timestamp() if created else time.time()

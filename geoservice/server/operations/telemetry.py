"""What is learnt of every request outside the hot path: an id for it, its figures, its line in the log."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.deps import caller
from geoservice.server.errors import PROBLEM, headers_of, problem, settle
from geoservice.server.headers import send_whole
from geoservice.server.operations.drain import Drain
from geoservice.server.operations.logs import NOTE, RequestLog, request_id_of, route_is
from geoservice.server.operations.metrics import Metrics
from geoservice.server.operations.work import WorkFile
from geoservice.server.release_pool import ReleasePool
from geoservice.server.rendering.pool import DrawingPool
from geoservice.server.response_cache import ResponseCache
from geoservice.server.single_flight import ByteCache

SAMPLE_S = 1.0
"""What other workers say of their present state is at most this old."""


BEAT_S = 0.2
"""Seconds between signs of life, and looks whether the service is being stopped."""
LAST = (b"connection", b"close")
"""Said by every answer while the service is being stopped: a client then asks the next one elsewhere."""
GONE = 499
"""The status written down for a client that left before there was an answer."""


class WithRequestId:
    """Wraps an application that knows its routes by themselves: notes which of them answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        try:
            await self.app(scope, receive, send)
        finally:
            if route := scope.get("route"):
                route_is(route.path_format)


class Answer:
    """A response on its way out: what is counted of it, and the id it carries."""

    def __init__(self, send: Send, note: RequestLog, drain: Drain) -> None:
        self._send, self._id, self._drain = send, (b"x-request-id", note.request_id.encode()), drain
        self.status, self.size, self.ended = 0, 0, 0.0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            last = [LAST] if self._drain.begun else []
            message = {**message, "headers": [*message["headers"], self._id, *last]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            if not message.get("more_body"):
                self.ended = time.perf_counter()
        await self._send(message)


class Telemetry:
    """Wraps the application: a request id, figures and a log line for each request; present states at every sample."""

    def __init__(self, app: ASGIApp, metrics: Metrics, current: ReleasePool, drain: Drain, work: WorkFile | None) -> None:
        self.app, self._metrics, self._current, self._drain, self._work = app, metrics, current, drain, work
        self._in_flight, self._created = 0, ("", 0.0)
        self._log: Any = structlog.get_logger()
        metrics.gauge("in_flight", "Requests being answered", lambda: self._in_flight)
        metrics.gauge(
            "release", "Number of the release served; workers that have not seen the newest count", self._release, "livemin"
        )
        metrics.gauge("release_age_seconds", "Seconds since the release served was made", self._age, "livemax")

        metrics.gauge("damaged_files", "Damaged files of the release served", lambda: current.damaged, "livemax")

    def _release(self) -> int | None:
        version = self._current.version
        return None if version is None else int(version.partition("-")[0])

    def _age(self) -> float | None:
        """Return the age of the release; its date is read once a release."""
        version = self._current.version
        if version is None:
            return None
        if self._created[0] != version and self._current.ready():  # otherwise a lease would have to wait
            with self._current.lease() as reader:
                self._created = (version, _seconds(reader.manifest.created))
        return max(time.time() - self._created[1], 0.0) if self._created[0] == version else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope; the sampler runs as long as the application lives."""
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
                await asyncio.sleep(BEAT_S)

        tasks = [asyncio.create_task(sample()), asyncio.create_task(beat())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        note = RequestLog(request_id_of(scope["headers"]) or secrets.token_hex(8), method=scope["method"])
        note.write = self._work.begin(f"{note.method} {note.route}") if self._work else None
        scope.setdefault("state", {})  # one dictionary for all copies of the scope: the door says there who asks
        answer, started = Answer(send, note, self._drain), time.perf_counter()
        token = NOTE.set(note)
        self._in_flight += 1
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - nobody above knows how to log it; what is answered says nothing of it
            await _failed(error, answer)
        finally:
            self._in_flight -= 1
            if note.write:
                note.write("")
            seconds = (answer.ended or time.perf_counter()) - started
            self._written(scope["method"], note, answer, seconds, caller(scope).role)
            NOTE.reset(token)

    def _written(self, method: str, note: RequestLog, answer: Answer, seconds: float, role: str) -> None:
        """Count the request and write its line."""
        status = answer.status or GONE
        self._metrics.answered(note.route, method, status, seconds, answer.size)
        if note.timed_out:
            self._metrics.timed_out()
        self._log.info(
            "request", route=note.route, method=method, status=status, ms=round(seconds * 1000, 2),
            bytes=answer.size, role=role, release=self._release(),
        )  # fmt: skip


def tiles_seen(metrics: Metrics, cache: ByteCache) -> None:
    """Show what the cache of tiles does."""
    metrics.count("tile_cache_hits", "Tiles found in memory", lambda: cache.hits)
    metrics.count("tile_cache_misses", "Tiles that had to be made", lambda: cache.misses)
    metrics.gauge("tile_cache_bytes", "Bytes of tiles in memory", lambda: cache.size)


def drawings_seen(metrics: Metrics, pool: DrawingPool) -> None:
    """Show what the processes that draw do."""
    queue = pool.queue
    metrics.gauge("waiting_drawings", "Pictures that wait to be drawn", lambda: queue.waiting)
    metrics.gauge("drawing_pixels", "Pixels of pictures that wait or are being drawn", lambda: queue.pixels)
    metrics.gauge("drawing_processes", "Processes that draw", lambda: len(pool.processes))
    metrics.count("drawn_pixels", "Pixels of pictures that were drawn", lambda: pool.pixels)
    metrics.count("drawing_refusals", "Pictures refused because too many pixels waited", lambda: queue.refused)
    metrics.count("drawing_processes_lost", "Drawing processes that died, or were ended for taking too long", lambda: pool.lost)


def cached_response_seen(metrics: Metrics, answers: ResponseCache) -> None:
    """Show what was answered before telemetry, which no other figure counts."""
    metrics.count("hot_answers", "Requests answered again as before", lambda: answers.hits)
    metrics.count("hot_not_modified", "Requests answered with: not modified, as before", lambda: answers.not_modified)
    metrics.gauge("hot_bytes", "Bytes of answers kept", lambda: answers.entries.size)


async def _failed(error: Exception, answer: Answer) -> None:
    """Answer for an application that failed: FastAPI has answered already, and raises the error again."""
    if answer.status == 0:
        status, detail = settle(error)
        headers = {**headers_of(error, status), "Content-Type": PROBLEM}
        await send_whole(
            answer.send, status, [(k.lower().encode(), v.encode()) for k, v in headers.items()], problem(status, detail)
        )


def _seconds(created: str) -> float:
    """Return seconds since 1970; a manifest without a date is as if made now."""
    return datetime.fromisoformat(created).timestamp() if created else time.time()

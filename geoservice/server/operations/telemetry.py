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
from geoservice.server.errors import PROBLEM, problem, settle
from geoservice.server.headers import send_whole
from geoservice.server.operations.logs import NOTE, RequestLog, request_id_of, route_is
from geoservice.server.operations.metrics import Metrics
from geoservice.server.release_pool import ReleasePool
from geoservice.server.response_cache import ResponseCache
from geoservice.server.single_flight import ByteCache

SAMPLE_S = 1.0
"""What other workers say of their present state is at most this old."""


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

    def __init__(self, send: Send, note: RequestLog) -> None:
        self._send, self._id = send, (b"x-request-id", note.request_id.encode())
        self.status, self.size, self.ended = 0, 0, 0.0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message["headers"], self._id]}
        elif message["type"] == "http.response.body":
            self.size += len(message.get("body", b""))
            if not message.get("more_body"):
                self.ended = time.perf_counter()
        await self._send(message)


class Telemetry:
    """Wraps the application: a request id, figures and a log line for each request; present states at every sample."""

    def __init__(self, app: ASGIApp, metrics: Metrics, current: ReleasePool) -> None:
        self.app, self._metrics, self._current = app, metrics, current
        self._in_flight, self._created = 0, ("", 0.0)
        self._log: Any = structlog.get_logger()
        metrics.gauge("in_flight", "Requests being answered", lambda: self._in_flight)
        metrics.gauge(
            "release", "Number of the release served; workers that have not seen the newest count", self._release, "livemin"
        )
        metrics.gauge("release_age_seconds", "Seconds since the release served was made", self._age, "livemax")

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

        task = asyncio.create_task(sample())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        note = RequestLog(request_id_of(scope["headers"]) or secrets.token_hex(8))
        scope.setdefault("state", {})  # one dictionary for all copies of the scope: the door says there who asks
        answer, started = Answer(send, note), time.perf_counter()
        token = NOTE.set(note)
        self._in_flight += 1
        try:
            await self.app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - nobody above knows how to log it; what is answered says nothing of it
            await _failed(error, answer)
        finally:
            self._in_flight -= 1
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


def cached_response_seen(metrics: Metrics, answers: ResponseCache) -> None:
    """Show what was answered before telemetry, which no other figure counts."""
    metrics.count("hot_answers", "Requests answered again as before", lambda: answers.hits)
    metrics.count("hot_not_modified", "Requests answered with: not modified, as before", lambda: answers.not_modified)
    metrics.gauge("hot_bytes", "Bytes of answers kept", lambda: answers.entries.size)


async def _failed(error: Exception, answer: Answer) -> None:
    """Answer for an application that failed: FastAPI has answered already, and raises the error again."""
    if answer.status == 0:
        status, detail = settle(error)
        headers = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store")]
        await send_whole(answer.send, status, headers, problem(status, detail))


def _seconds(created: str) -> float:
    """Return seconds since 1970; a manifest without a date is as if made now."""
    return datetime.fromisoformat(created).timestamp() if created else time.time()

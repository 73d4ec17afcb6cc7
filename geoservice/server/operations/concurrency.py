"""The concurrency limit of a worker: how many requests are processed, how many wait and for how long; others get a 503.

There are four lanes, so that neither a slow download nor a page of a million rows delays the tiles of a map: ``tiles``,
``bulk`` (layers as files), ``maps`` (pictures) and ``pages`` (everything else). Health checks and metrics bypass all lanes.

A request that times out, or whose client has disconnected, is cancelled. A thread cannot be stopped from outside: on a timeout
the client gets its 503 immediately, but the slot is released only when the thread ends, so that the slots count all running
work. The stores cancel slow queries themselves, well before that.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from anyio import CancelScope, Semaphore, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.headers import send_whole
from geoservice.server.operations.logs import REQUEST_LOG
from geoservice.server.operations.metrics import Metrics
from geoservice.settings import Settings

RETRY_S = 2
WATCH_S = 0.25
"""Seconds after which a request starts to check whether its client is still connected."""
SPARE_THREADS = 8
"""Threads for requests that bypass the lanes."""

LaneOf = Callable[[Scope], str]


class LaneLimit(NamedTuple):
    """The number of requests of a lane that are processed concurrently, and the number that may wait."""

    running: int
    waiting: int


class Lane:
    """A limited number of slots. A request takes one, waits for one, or is refused."""

    def __init__(self, limit: LaneLimit) -> None:
        self.slots, self._max_waiting = Semaphore(limit.running, fast_acquire=True), limit.waiting

    @property
    def waiting(self) -> int:
        """The number of waiting requests."""
        return self.slots.statistics().tasks_waiting

    @property
    def full(self) -> bool:
        """Whether no further request can wait."""
        return self.slots.value == 0 and self.waiting >= self._max_waiting


def lane_limits(settings: Settings) -> dict[str, LaneLimit]:
    """Return the limits of the lanes. A tile is small and often cached; a download takes long, and two keep the disk busy.

    Running requests occupy memory, so tiles have as many slots as pages. A map requests some dozen tiles, so more of them may
    wait. Pictures wait in a separate queue, which knows their sizes, so their lane admits all that the queue may hold.
    """
    running, waiting = settings.requests_at_once, settings.requests_waiting
    return {
        "pages": LaneLimit(running, waiting),
        "tiles": LaneLimit(running, 2 * waiting),
        "maps": LaneLimit(running + 2 * waiting, 0),
        "bulk": LaneLimit(max(2, running // 4), running),
    }


class RequestMessages:
    """Messages from a client, passed on in order and read ahead, which detects a disconnect before the application reads."""

    def __init__(self, receive: Receive, on_disconnect: Callable[[], None]) -> None:
        self._receive, self._on_disconnect = receive, on_disconnect
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Start reading ahead."""
        self._task = self._task or asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        while True:
            message = await self._receive()
            self._messages.put_nowait(message)
            if message["type"] == "http.disconnect":
                self._on_disconnect()
                return

    async def receive(self) -> Message:
        """Return the next message."""
        self.watch()
        return await self._messages.get()

    async def close(self) -> None:
        """Stop reading ahead."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


class TimedResponse:
    """The response to a request, with a timeout.

    The timeout applies to the first byte and again to each later chunk, so a long download may continue while it makes
    progress. It also applies to a client that does not read a chunk.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        self._send, self._seconds, self.scope = send, seconds, CancelScope()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(seconds, self._time_out)
        self._started = False
        self._refusal: asyncio.Task[None] | None = None

    def _time_out(self) -> None:
        if log := REQUEST_LOG.get():
            log.timed_out = True
        if not self._started:
            self._started = True
            detail = f"the response took longer than {self._seconds:g} seconds; request less, or try again later"
            self._refusal = self._loop.create_task(send_unavailable(self._send, detail))
        self.scope.cancel()

    async def send(self, message: Message) -> None:
        """Pass a message on, unless a 503 was sent instead."""
        if self._refusal:
            return
        self._started = True
        self._restart_timer()
        await self._send(message)
        if message["type"] == "http.response.start" or message.get("more_body"):
            self._restart_timer()
        else:
            self._timer.cancel()

    def _restart_timer(self) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(self._seconds, self._time_out)

    async def close(self) -> None:
        """Stop the timer; wait until a 503 has been sent, if there is one."""
        self._timer.cancel()
        if self._refusal:
            await self._refusal


async def send_unavailable(send: Send, detail: str) -> None:
    """Send a 503 with ``Retry-After``."""
    headers = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store"), (b"retry-after", b"%d" % RETRY_S)]
    await send_whole(send, 503, headers, problem(503, detail))


class ConcurrencyLimiter:
    """Wraps the application: lanes and timeouts."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, lane_of: LaneOf) -> None:
        self.app, self._lane_of, self._seconds = app, lane_of, float(settings.request_seconds)
        self._lanes = {name: Lane(limit) for name, limit in lane_limits(settings).items()}
        self._threads = sum(limit.running for limit in lane_limits(settings).values()) + SPARE_THREADS
        for name, lane in self._lanes.items():
            metrics.gauge(f"waiting_{name}", f"Requests that wait in lane {name}", lambda lane=lane: lane.waiting)  # type: ignore[misc]  # a default binds the loop's variable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        lane = self._lanes.get(self._lane_of(scope)) if scope["type"] == "http" else None
        if scope["type"] == "lifespan":
            to_thread.current_default_thread_limiter().total_tokens = max(self._threads, 40)
        if lane is None:
            await self.app(scope, receive, send)
        elif lane.full:
            await send_unavailable(send, "too many waiting requests; try again in a moment")
        else:
            await self._run(lane, scope, receive, send)

    async def _run(self, lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
        response = TimedResponse(send, self._seconds)
        messages = RequestMessages(receive, response.scope.cancel)
        without_body = scope["method"] in {"GET", "HEAD"}  # whether to read a body is up to the application
        watch = asyncio.get_running_loop().call_later(WATCH_S, messages.watch) if without_body else None
        try:
            with response.scope:
                async with lane.slots:
                    await self.app(scope, messages.receive if without_body else receive, response.send)
        finally:
            if watch:
                watch.cancel()
            await messages.close()
            await response.close()

"""How many requests a worker has in work at once, how many wait, and for how long: the rest is told to come back later.

Four lanes, so that neither a slow download nor a page of a million rows stands before a map's tiles: ``tiles``, ``bulk`` (whole
layers as files), ``maps`` (pictures) and ``pages`` (everything else). Health and figures pass beside all of them.

A request that is late, or whose client has gone, is cancelled. A thread cannot be stopped from outside: a late client has its
503 at once, but the place is free only when the thread is done, or what is counted as in work would not be all that is. The
stores cut a query short by themselves, well before.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from anyio import CancelScope, Semaphore, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.headers import send_whole
from geoservice.server.operations.logs import NOTE
from geoservice.server.operations.metrics import Metrics
from geoservice.settings import Settings

RETRY_S = 2
WATCH_S = 0.25
"""A request that takes longer is worth a look whether its client is still there."""
SPARE_THREADS = 8
"""Threads for what passes beside the lanes."""

LaneOf = Callable[[Scope], str]


class Limit(NamedTuple):
    """How many requests of a lane are in work at once, and how many may wait."""

    working: int
    waiting: int


class Lane:
    """A row of places. A request takes one, waits for one, or is refused."""

    def __init__(self, limit: Limit) -> None:
        self.places, self._most = Semaphore(limit.working, fast_acquire=True), limit.waiting

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self.places.statistics().tasks_waiting

    @property
    def full(self) -> bool:
        """Whether not even waiting is possible."""
        return self.places.value == 0 and self.waiting >= self._most


def limits(settings: Settings) -> dict[str, Limit]:
    """Return the lanes. A tile is small and often drawn already; a download takes long, and two keep the disk busy.

    What is in work holds memory: as many tiles at once as pages. A map asks for some dozen tiles, so more of them may wait.
    Pictures wait in a queue of their own, which knows how large they are, so all of them are let in as far as that.
    """
    at_once, waiting = settings.requests_at_once, settings.requests_waiting
    return {
        "pages": Limit(at_once, waiting),
        "tiles": Limit(at_once, 2 * waiting),
        "maps": Limit(at_once + 2 * waiting, 0),
        "bulk": Limit(max(2, at_once // 4), at_once),
    }


class Inbox:
    """Messages from a client, passed on in order, so that somebody may look whether it has gone before the application asks."""

    def __init__(self, receive: Receive, gone: Callable[[], None]) -> None:
        self._receive, self._gone = receive, gone
        self._kept: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begin to look."""
        self._task = self._task or asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        while True:
            message = await self._receive()
            self._kept.put_nowait(message)
            if message["type"] == "http.disconnect":
                self._gone()
                return

    async def receive(self) -> Message:
        """Return the next message."""
        self.watch()
        return await self._kept.get()

    async def close(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


class Passage:
    """One request on its way through a lane, with its limit of time.

    The limit is for the first byte, and again for each piece after it: a long download may go on as long as it moves. The same
    limit is for the client to take a piece: one that does not read is let go of.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        self._send, self._seconds, self.scope = send, seconds, CancelScope()
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(seconds, self._late)
        self._started = False
        self._excuse: asyncio.Task[None] | None = None

    def _late(self) -> None:
        if note := NOTE.get():
            note.timed_out = True
        if not self._started:
            self._started = True
            words = f"the answer took longer than {self._seconds:g} seconds; ask for less, or later"
            self._excuse = self._loop.create_task(refuse(self._send, words))
        self.scope.cancel()

    async def send(self, message: Message) -> None:
        """Pass a message on, unless the client has been told that there will be no answer."""
        if self._excuse:
            return
        self._started = True
        self._again()
        await self._send(message)
        if message["type"] == "http.response.start" or message.get("more_body"):
            self._again()
        else:
            self._timer.cancel()

    def _again(self) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(self._seconds, self._late)

    async def close(self) -> None:
        """Stop the clock; wait until the client has been told."""
        self._timer.cancel()
        if self._excuse:
            await self._excuse


async def refuse(send: Send, words: str) -> None:
    """Tell a client to come back later."""
    headers = [(b"content-type", PROBLEM.encode()), (b"cache-control", b"no-store"), (b"retry-after", b"%d" % RETRY_S)]
    await send_whole(send, 503, headers, problem(503, words))


class ConcurrencyLimiter:
    """Wraps the application: lanes and limits of time."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics, lane_of: LaneOf) -> None:
        self.app, self._lane_of, self._seconds = app, lane_of, float(settings.request_seconds)
        self._lanes = {name: Lane(limit) for name, limit in limits(settings).items()}
        self._threads = sum(limit.working for limit in limits(settings).values()) + SPARE_THREADS
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
            await refuse(send, "more requests than can wait; come back in a moment")
        else:
            await self._pass(lane, scope, receive, send)

    async def _pass(self, lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
        passage = Passage(send, self._seconds)
        inbox = Inbox(receive, passage.scope.cancel)
        asked = scope["method"] in {"GET", "HEAD"}  # others have a body, which is the application's to read or not
        watch = asyncio.get_running_loop().call_later(WATCH_S, inbox.watch) if asked else None
        try:
            with passage.scope:
                async with lane.places:
                    await self.app(scope, inbox.receive if asked else receive, passage.send)
        finally:
            if watch:
                watch.cancel()
            await inbox.close()
            await passage.close()

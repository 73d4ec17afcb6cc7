"""The outermost layer: a request that was answered before, to anybody, is answered again by two sends and nothing else.

What a tile costs here is a dictionary of its headers, a look-up and a comparison, so the code is flat on purpose. Only what the
tile route offers is kept: answers of the current release, from layers that everybody may read.

Two threads come here: the event loop's, and the one in which Granian hands requests over (:mod:`geoservice.publish.shortcut`).
An entry carries the version it is of, so that no order of steps of the two can give an answer of another release.
"""

import asyncio
import threading
from collections import OrderedDict
from typing import Any, NamedTuple

import structlog
from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.publish.current import Current
from geoservice.publish.headers import TILE, Headers, always

Key = tuple[bytes | None, bytes, bytes | None]

OVERHEAD = 3000
"""Bytes that an entry costs beside its body, its key among them."""
KEY_BYTES = 1024
"""The longest path, query and accepted encodings, together, whose answer is kept: keys take memory as well."""
EMPTY: Message = {"type": "http.response.body", "body": b""}


class Kept(NamedTuple):
    """A ready answer; ``version`` is the very object that :class:`Current` had, ``unchanged`` the start of a 304."""

    version: str
    etag: bytes
    start: Message
    body: Message
    unchanged: Message


class Answers:
    """Ready answers of the current release, bounded by bytes; the least recently used go first.

    ``origins`` are the sites whose pages may read answers; where these are not all, a request from a page is not answered here.
    """

    def __init__(self, current: Current, origins: tuple[str, ...] = ("*",), limit: int = 64 * 2**20) -> None:
        self._current, self._limit, self._origins, self.size = current, limit, origins, 0
        self.barred = frozenset({b"authorization"} if "*" in origins else {b"authorization", b"origin"})
        self.entries: OrderedDict[Key, Kept] = OrderedDict()
        self.lock = threading.Lock()
        """Held by who changes ``entries`` or their order; to look one up needs none."""
        self.version: str | None = None

    def keep(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Keep the answer to a GET that did not say who asks; headers are the route's own and hold an ETag."""
        asked, now = dict(scope["headers"]), self._current.version
        if now is None or version != now or not asked.keys().isdisjoint(self.barred) or len(body) * 8 > self._limit:
            return
        key = (_path(scope), scope["query_string"], asked.get(b"accept-encoding"))
        if sum(len(part or b"") for part in key) > KEY_BYTES:
            return
        kept = self._messages(now, status, headers, body)
        with self.lock:
            if self.version is not now:
                self._forget(now)
            if key not in self.entries:
                self.entries[key] = kept
                self.size += len(body) + OVERHEAD
            while self.size > self._limit:
                self.size -= len(self.entries.popitem(last=False)[1].body["body"]) + OVERHEAD

    def _messages(self, version: str, status: int, headers: Headers, body: bytes) -> Kept:
        whole = [*headers, *always(self._origins, TILE in headers)]
        same = [h for h in whole if h[0] not in {b"content-type", b"content-encoding"}]
        length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
        start = {"type": "http.response.start", "status": status, "headers": whole + length}
        unchanged = {"type": "http.response.start", "status": 304, "headers": same}
        return Kept(version, dict(headers)[b"etag"], start, {"type": "http.response.body", "body": body}, unchanged)

    def _forget(self, version: str) -> None:
        """Begin again with the release that is current now."""
        self.entries.clear()
        self.size, self.version = 0, version


def _path(scope: Scope) -> bytes:
    raw: Any = scope.get("raw_path")
    return bytes(raw) if raw is not None else scope["path"].encode()


class Hot:
    """Wraps the whole app; ``hits`` and ``not_modified`` count what was answered here.

    ``late`` counts those of both that the event loop answered: with the shortcut in place, only what was made a moment before.
    """

    def __init__(self, app: ASGIApp, answers: Answers, current: Current) -> None:
        self.app, self._answers, self._current = app, answers, current
        self._entries, self._lock, self._barred, self._clock = answers.entries, answers.lock, answers.barred, current.clock
        self._asked = float("-inf")
        """The ``soon`` of the question that is on its way, or was the last."""
        self._asking: asyncio.Task[None] | None = None  # held, lest it is collected while it waits
        self.hits = self.not_modified = self.late = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        ready = self.answer(scope, asyncio.get_running_loop())
        if ready is None:
            return await self.app(scope, receive, send)
        self.late += 1
        await send(ready[0])
        return await send(ready[1])

    def answer(self, scope: Scope, loop: asyncio.AbstractEventLoop) -> tuple[Message, Message] | None:
        """Return the start and the body that answer a request, None where the app must; from any thread, in no time."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        asked = dict(scope["headers"])
        key = (scope.get("raw_path"), scope["query_string"], asked.get(b"accept-encoding"))
        kept = self._entries.get(key)
        if kept is None or not asked.keys().isdisjoint(self._barred):
            return None
        held = asked.get(b"if-none-match")
        if (held is not None and held != kept.etag) or not self._good(kept, loop):
            return None
        with self._lock:
            if held is not None:
                self.not_modified += 1
                return kept.unchanged, EMPTY
            self.hits += 1
            if key in self._entries:  # it may have been let go of meanwhile
                self._entries.move_to_end(key)
        return kept.start, kept.body

    def _good(self, kept: Kept, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether an answer may be given; the store is asked again in the background once it should be.

        The version is looked at last: were it first, a release that comes in between would bring a later time to look at.
        """
        now, current = self._clock(), self._current
        soon = current.soon
        if now >= soon:
            if now >= current.until:
                return False
            if self._asked != soon:
                self._asked = soon
                loop.call_soon_threadsafe(self._ask)
        return kept.version is current.version

    def _ask(self) -> None:
        """Begin to ask the store, on the event loop; once for each time that it should be asked."""
        self._asking = asyncio.get_running_loop().create_task(self._refreshed())

    async def _refreshed(self) -> None:
        try:
            await to_thread.run_sync(self._current.refresh)
        except Exception as error:  # noqa: BLE001 - whoever asks next meets the same fault, and the table of errors there
            structlog.get_logger().warning("no answer from the store of releases", error=type(error).__name__)

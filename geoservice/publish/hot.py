"""The outermost layer: a request that was answered before, to anybody, is answered again by two sends and nothing else.

What a tile costs here is a dictionary of its headers, a look-up and a comparison, so the code is flat on purpose. Only what the
tile route offers is kept: answers of the current release, from layers that everybody may read.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import structlog
from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geoservice.publish.current import Current
from geoservice.publish.headers import Headers, always

Key = tuple[bytes | None, bytes, bytes | None]
Kept = tuple[bytes, Message, Message, Message]
"""ETag, start of the answer, its body, start of a 304."""

OVERHEAD = 3000
"""Bytes that an entry costs beside its body, its key among them."""
KEY_BYTES = 1024
"""The longest path, query and accepted encodings, together, whose answer is kept: keys take memory as well."""
EMPTY: Message = {"type": "http.response.body", "body": b""}


class Answers:
    """Ready answers of the current release, bounded by bytes; the least recently used go first.

    ``origins`` are the sites whose pages may read answers; where these are not all, a request from a page is not answered here.
    """

    def __init__(self, current: Current, origins: tuple[str, ...] = ("*",), limit: int = 64 * 2**20) -> None:
        self._current, self._limit, self._always, self.size = current, limit, always(origins), 0
        self.barred = (b"authorization",) if "*" in origins else (b"authorization", b"origin")
        self.entries: OrderedDict[Key, Kept] = OrderedDict()
        self.version: str | None = None

    def keep(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Keep the answer to a GET that did not say who asks; headers are the route's own and hold an ETag."""
        asked = dict(scope["headers"])
        if version != self._current.version or any(b in asked for b in self.barred) or len(body) * 8 > self._limit:
            return
        if self.version is not self._current.version:
            self.forget()
        key = (_path(scope), scope["query_string"], asked.get(b"accept-encoding"))
        if key in self.entries or sum(len(part or b"") for part in key) > KEY_BYTES:
            return
        self.entries[key] = self._messages(status, headers, body)
        self.size += len(body) + OVERHEAD
        while self.size > self._limit:
            self.size -= len(self.entries.popitem(last=False)[1][2]["body"]) + OVERHEAD

    def _messages(self, status: int, headers: Headers, body: bytes) -> Kept:
        whole = [*headers, *self._always]
        same = [h for h in whole if h[0] not in {b"content-type", b"content-encoding"}]
        length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
        start = {"type": "http.response.start", "status": status, "headers": whole + length}
        unchanged = {"type": "http.response.start", "status": 304, "headers": same}
        return dict(headers)[b"etag"], start, {"type": "http.response.body", "body": body}, unchanged

    def forget(self) -> None:
        """Begin again with the release that is current now."""
        self.entries.clear()
        self.size, self.version = 0, self._current.version


def _path(scope: Scope) -> bytes:
    raw: Any = scope.get("raw_path")
    return bytes(raw) if raw is not None else scope["path"].encode()


class Hot:
    """Wraps the whole app; ``hits`` and ``not_modified`` count what was answered here."""

    def __init__(self, app: ASGIApp, answers: Answers, current: Current) -> None:
        self.app, self._answers, self._current = app, answers, current
        self._entries, self._clock = answers.entries, current.clock
        self._barred = frozenset(answers.barred)
        self._asking: asyncio.Task[None] | None = None
        self.hits = self.not_modified = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] == "http" and scope["method"] == "GET":
            asked = dict(scope["headers"])
            key = (scope.get("raw_path"), scope["query_string"], asked.get(b"accept-encoding"))
            kept = self._entries.get(key)
            if kept is not None and self._barred.isdisjoint(asked):
                current = self._current
                if (self._clock() < current.soon and self._answers.version is current.version) or self._good():
                    held = asked.get(b"if-none-match")
                    if held is None:
                        self._entries.move_to_end(key)
                        self.hits += 1
                        await send(kept[1])
                        return await send(kept[2])
                    if held == kept[0]:
                        self.not_modified += 1
                        await send(kept[3])
                        return await send(EMPTY)
        return await self.app(scope, receive, send)

    def _good(self) -> bool:
        """Whether what is kept may be given although the store should be asked again, which happens in the background."""
        now, current = self._clock(), self._current
        if self._answers.version is not current.version or now >= current.until:
            return False
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask())
        return True

    async def _ask(self) -> None:
        try:
            await to_thread.run_sync(self._current.refresh)
        except Exception as error:  # noqa: BLE001 - whoever asks next meets the same fault, and the table of errors there
            structlog.get_logger().warning("no answer from the store of releases", error=type(error).__name__)
        finally:
            self._asking = None

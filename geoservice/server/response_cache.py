"""Answers that are ready: what was answered before, to anybody, is given again as it went out.

What a tile costs here is two look-ups and a comparison, so the code is flat on purpose. Only what the tile routes offer is
kept: answers of the current release, from layers that everybody may read. The server looks here before it makes a request of
what it has read (:mod:`geoservice.server.http.protocol`).
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple

from anyio import to_thread
from starlette.types import Scope

from geoservice.byte_lru import ByteLru
from geoservice.server.headers import FRAMES, TILE, Headers, always
from geoservice.server.release_pool import ReleasePool

Key = tuple[bytes, bytes | None]
"""The target of a request - path and query - and the encodings that it accepts."""

OVERHEAD = 3000
"""Bytes that an entry costs beside its body, its key among them."""
KEY_BYTES = 1024
"""The longest key whose answer is kept: keys take memory as well."""


class CachedResponse(NamedTuple):
    """A ready answer: its head but for the last lines, and its body; ``unchanged`` is the head of a 304 in its place.

    ``version`` is the very object that :class:`Current` had.
    """

    version: str
    etag: bytes
    head: bytes
    body: bytes
    unchanged: bytes


class ResponseCache:
    """Ready answers of the current release, bounded by bytes; the least recently used go first. For use on the event loop.

    ``frames`` and ``origins`` are as in :class:`geoservice.server.headers.Guard`; where not all origins are allowed, a request
    from a page is not answered here.
    ``hits`` and ``not_modified`` count what was answered.
    """

    def __init__(
        self, current: ReleasePool, origins: tuple[str, ...] = ("*",), limit: int = 64 * 2**20, frames: tuple[str, ...] = FRAMES
    ) -> None:
        self._current, self._origins, self._frames = current, origins, frames
        self._clock = current.clock
        self.barred = frozenset({b"authorization"} if "*" in origins else {b"authorization", b"origin"})
        """Fields of a request whose answer is not kept, nor given."""
        self.entries: ByteLru[Key, CachedResponse] = ByteLru(limit, lambda entry: len(entry.body) + OVERHEAD)
        self._version: str | None = None
        self._asked = float("-inf")
        """The ``soon`` of the question that is on its way, or was the last."""
        self._asking: asyncio.Task[None] | None = None  # held, lest it is collected while it waits
        self.hits = self.not_modified = 0

    def keep(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Keep the answer to a GET that did not say who asks; headers are the route's own and hold an ETag."""
        asked, now = dict(scope["headers"]), self._current.version
        if now is None or version != now or not asked.keys().isdisjoint(self.barred) or len(body) * 8 > self.entries.limit:
            return
        key = (_target(scope), asked.get(b"accept-encoding"))
        if len(key[0]) + len(key[1] or b"") > KEY_BYTES:
            return
        if self._version is not now:
            self._forget(now)
        if key not in self.entries:
            self.entries.put(key, self._ready(now, status, headers, body))

    def _ready(self, version: str, status: int, headers: Headers, body: bytes) -> CachedResponse:
        whole = [*headers, *always(self._origins, self._frames, TILE in headers)]
        same = [h for h in whole if h[0] not in {b"content-type", b"content-encoding"}]
        length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
        return CachedResponse(version, dict(headers)[b"etag"], _head(status, whole + length), body, _head(304, same))

    def _forget(self, version: str) -> None:
        """Begin again with the release that is current now."""
        self.entries.clear()
        self._version = version

    def find(self, target: bytes, encoding: bytes | None, held: bytes | None) -> tuple[bytes, bytes] | None:
        """Return head - without what the server itself adds, nor the empty line - and body; None where the app must answer."""
        key = (target, encoding)
        kept = self.entries.get(key)
        if kept is None or (held is not None and held != kept.etag) or not self._good(kept):
            return None
        if held is not None:
            self.not_modified += 1
            return kept.unchanged, b""
        self.hits += 1
        self.entries.move_to_end(key)
        return kept.head, kept.body

    def _good(self, kept: CachedResponse) -> bool:
        """Whether an answer may be given; the store is asked again in the background once it should be.

        The version is looked at last: it changes in another thread, and a later time to look at comes with it.
        """
        now, current = self._clock(), self._current
        soon = current.soon
        if now >= soon:
            if now >= current.until:
                return False
            if self._asked != soon:
                self._asked = soon
                self._asking = asyncio.get_running_loop().create_task(self._refreshed())
        return kept.version is current.version

    async def _refreshed(self) -> None:
        with suppress(Exception):  # whoever asks next meets the same fault, and the table of errors there
            await to_thread.run_sync(self._current.refresh)


def _target(scope: Scope) -> bytes:
    raw: Any = scope.get("raw_path")
    path = bytes(raw) if raw is not None else scope["path"].encode()
    return path + b"?" + scope["query_string"] if scope["query_string"] else path


def _head(status: int, headers: Headers) -> bytes:
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode()), *(k + b": " + v for k, v in headers)]
    return b"\r\n".join(lines) + b"\r\n"

"""Cache of public responses, as bytes that are ready to send.

A tile from this cache costs two lookups and a comparison, so the code is flat on purpose. The cache holds only what the tile
routes put into it: responses of the current release, from public layers. The server looks here before it creates an ASGI
request (:mod:`geoservice.server.http.protocol`).
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple

from anyio import to_thread
from starlette.types import Scope

from geoservice.byte_lru import ByteLru
from geoservice.server.headers import FRAMES, TILE_TYPE, Headers, common_headers
from geoservice.server.release_pool import ReleasePool

Key = tuple[bytes, bytes | None]
"""The target of a request (path and query) and its ``Accept-Encoding``."""

OVERHEAD = 3000
"""Bytes of an entry besides its body, including the key."""
KEY_BYTES = 1024
"""The longest key of an entry: keys take memory as well."""


class CachedResponse(NamedTuple):
    """A cached response: its head without the last lines, and its body; ``not_modified`` is the head of a 304 for it.

    ``version`` is the same object as :attr:`ReleasePool.version`, so that ``is`` compares them.
    """

    version: str
    etag: bytes
    head: bytes
    body: bytes
    not_modified: bytes


class ResponseCache:
    """Cached responses of the current release, an LRU cache bounded by bytes. For use on the event loop.

    ``frames`` and ``origins`` are as in :class:`geoservice.server.headers.HeadersMiddleware`; if not all origins are allowed,
    requests with an ``Origin`` bypass the cache. ``hits`` and ``not_modified`` count the responses.
    """

    def __init__(
        self,
        releases: ReleasePool,
        origins: tuple[str, ...] = ("*",),
        limit: int = 64 * 2**20,
        frames: tuple[str, ...] = FRAMES,
    ) -> None:
        self._releases, self._origins, self._frames = releases, origins, frames
        self._clock = releases.clock
        self.excluded_fields = frozenset({b"authorization"} if "*" in origins else {b"authorization", b"origin"})
        """Header fields of requests that bypass the cache."""
        self.entries: ByteLru[Key, CachedResponse] = ByteLru(limit, lambda entry: len(entry.body) + OVERHEAD)
        self._version: str | None = None
        self._refreshed_at = float("-inf")
        """The ``refresh_at`` of the refresh that is running, or was the last."""
        self._refresh_task: asyncio.Task[None] | None = None  # a reference, so that the task is not garbage-collected
        self.hits = self.not_modified = 0

    def put(self, scope: Scope, version: str, status: int, headers: Headers, body: bytes) -> None:
        """Cache the response to an anonymous GET; headers are the route's own and contain an ETag."""
        fields, current = dict(scope["headers"]), self._releases.version
        if current is None or version != current or not fields.keys().isdisjoint(self.excluded_fields):
            return
        key = (_target(scope), fields.get(b"accept-encoding"))
        if len(body) * 8 > self.entries.limit or len(key[0]) + len(key[1] or b"") > KEY_BYTES:
            return
        if self._version is not current:
            self.entries.clear()
            self._version = current
        if key not in self.entries:
            self.entries.put(key, self._entry(current, status, headers, body))

    def _entry(self, version: str, status: int, headers: Headers, body: bytes) -> CachedResponse:
        all_headers = [*headers, *common_headers(self._origins, self._frames, TILE_TYPE in headers)]
        without_body = [h for h in all_headers if h[0] not in {b"content-type", b"content-encoding"}]
        length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
        etag, head = dict(headers)[b"etag"], _head(status, all_headers + length)
        return CachedResponse(version, etag, head, body, _head(304, without_body))

    def get(self, target: bytes, encoding: bytes | None, if_none_match: bytes | None) -> tuple[bytes, bytes] | None:
        """Return head and body of a response, or None if the application must answer.

        The head lacks the server's own lines and the empty line at its end.
        """
        key = (target, encoding)
        entry = self.entries.get(key)
        if entry is None or (if_none_match is not None and if_none_match != entry.etag) or not self._is_current(entry):
            return None
        if if_none_match is not None:
            self.not_modified += 1
            return entry.not_modified, b""
        self.hits += 1
        self.entries.move_to_end(key)
        return entry.head, entry.body

    def _is_current(self, entry: CachedResponse) -> bool:
        """Whether an entry may be sent; starts a refresh of the release pool in the background when it is due.

        The version is compared last, because another thread changes it, and sets a later ``refresh_at`` afterwards.
        """
        now, releases = self._clock(), self._releases
        refresh_at = releases.refresh_at
        if now >= refresh_at:
            if now >= releases.valid_until:
                return False
            if self._refreshed_at != refresh_at:
                self._refreshed_at = refresh_at
                self._refresh_task = asyncio.get_running_loop().create_task(self._refresh())
        return entry.version is releases.version

    async def _refresh(self) -> None:
        with suppress(Exception):  # the next request gets the same error, and reports it
            await to_thread.run_sync(self._releases.refresh)


def _target(scope: Scope) -> bytes:
    raw: Any = scope.get("raw_path")
    path = bytes(raw) if raw is not None else scope["path"].encode()
    return path + b"?" + scope["query_string"] if scope["query_string"] else path


def _head(status: int, headers: Headers) -> bytes:
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode()), *(k + b": " + v for k, v in headers)]
    return b"\r\n".join(lines) + b"\r\n"

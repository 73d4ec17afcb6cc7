"""A cache bounded by bytes, not by entries: tiles differ in size by a factor of ten thousand. What is missing is made once."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any

from anyio import CancelScope

from geoservice.byte_lru import ByteLru

OVERHEAD = 200
"""Bytes that an entry costs beside its body; keys are short, a digest where a request has a say in their length."""


class ByteCache:
    """Least recently used bodies go first; for use from one thread. ``hits`` and ``misses`` count what was asked for."""

    def __init__(self, limit: int) -> None:
        self.hits = self.misses = 0
        self._bodies: ByteLru[Hashable, bytes] = ByteLru(limit, lambda body: len(body) + OVERHEAD)

    @property
    def size(self) -> int:
        """Bytes of the entries."""
        return self._bodies.size

    def get(self, key: Hashable) -> bytes | None:
        """Return a body, or None."""
        body = self._bodies.get(key)
        if body is None:
            self.misses += 1
        else:
            self.hits += 1
            self._bodies.move_to_end(key)
        return body

    def put(self, key: Hashable, body: bytes) -> None:
        """Keep a body, unless it alone would fill an eighth of the cache.

        >>> cache = ByteCache(1000); cache.put("a", b"1"); cache.get("a")
        b'1'
        """
        if len(body) * 8 <= self._bodies.limit:
            self._bodies.put(key, body)


class SingleFlight:
    """A cache that fills itself: however many ask for what is missing, it is made once. For use on one event loop.

    A failure is told to all who wait for it and kept for none who come later. Who gives up does not take the others along: what
    is being made is made to its end. Who began it and gives up is let go at that end and no sooner: the place among so many in
    work that it holds is held as long as there is work.
    """

    def __init__(self, limit: int) -> None:
        self.kept = ByteCache(limit)
        self._making: dict[Hashable, asyncio.Task[bytes]] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        """Return the body of a key, made by ``make`` if it is neither kept nor on its way."""
        body = self.kept.get(key)
        if body is not None:
            return body
        task = self._making.get(key)
        if task is not None and not task.done():
            return await asyncio.shield(task)
        task = self._making[key] = asyncio.get_running_loop().create_task(self._make(key, make))
        task.add_done_callback(seen)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _ended(task)
            raise

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            body = await make()
            self.kept.put(key, body)
            return body
        finally:
            del self._making[key]


async def _ended(task: "asyncio.Task[bytes]") -> None:
    """Wait for the end of a task, however often the waiter is cancelled meanwhile; it must pass its cancellation on."""
    while not task.done():
        with suppress(asyncio.CancelledError), CancelScope(shield=True):  # anyio would cancel again at every turn of the loop
            await asyncio.wait([task])


def seen(task: "asyncio.Task[Any]") -> None:
    """Look at a failure, lest the loop complains about one that nobody waited for any more."""
    if not task.cancelled():
        task.exception()

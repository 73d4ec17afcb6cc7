"""A cache bounded by bytes, and a single-flight cache that makes each missing body once.

The limit is in bytes, not in entries, because tiles differ in size by a factor of ten thousand.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any

from anyio import CancelScope

from geoservice.byte_lru import ByteLru

OVERHEAD = 200
"""Bytes of an entry besides its body; keys are short, and a digest where their length depends on the request."""


class ByteCache:
    """An LRU cache of bodies, for use from one thread; ``hits`` and ``misses`` count lookups."""

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
        """Cache a body, unless it would fill more than an eighth of the cache.

        >>> cache = ByteCache(1000); cache.put("a", b"1"); cache.get("a")
        b'1'
        """
        if len(body) * 8 <= self._bodies.limit:
            self._bodies.put(key, body)


class SingleFlight:
    """A cache in which concurrent requests for a missing body share one computation. For use on one event loop.

    An error is raised to all waiters and is not cached. Cancelling a waiter does not cancel the computation. The waiter that
    started it, when cancelled, waits for its end, so that its concurrency slot stays taken as long as the work runs.
    """

    def __init__(self, limit: int) -> None:
        self.cache = ByteCache(limit)
        self._tasks: dict[Hashable, asyncio.Task[bytes]] = {}

    async def get(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
        """Return the body of a key, from the cache, a running computation, or a call of ``make``."""
        body = self.cache.get(key)
        if body is not None:
            return body
        task = self._tasks.get(key)
        if task is not None and not task.done():
            return await asyncio.shield(task)
        task = self._tasks[key] = asyncio.get_running_loop().create_task(self._make(key, make))
        task.add_done_callback(retrieve_exception)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _wait_for_end(task)
            raise

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            body = await make()
            self.cache.put(key, body)
            return body
        finally:
            del self._tasks[key]


async def _wait_for_end(task: "asyncio.Task[bytes]") -> None:
    """Wait for the end of a task, even if the waiter is cancelled meanwhile; the caller must re-raise its cancellation."""
    while not task.done():
        with suppress(asyncio.CancelledError), CancelScope(shield=True):  # anyio would cancel again at every turn of the loop
            await asyncio.wait([task])


def retrieve_exception(task: "asyncio.Task[Any]") -> None:
    """Retrieve a task's exception, so that asyncio does not log it as never retrieved if no waiter is left."""
    if not task.cancelled():
        task.exception()

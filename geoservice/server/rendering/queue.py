"""The queue of pictures to be drawn, limited by pixels: a large map is as much work as a hundred tiles."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from geoservice.errors import Unavailable

PIXELS_A_SECOND = 4_000_000
"""Approximate speed of a process. A small picture is drawn before a large one, unless the large one arrived earlier by at least
the extra time that it takes."""


class DrawingQueue:
    """Slots for pictures; for use on one event loop.

    Parameters
    ----------
    slots
        The number of pictures that are drawn concurrently.
    max_pixels
        The number of pixels of all pictures that are drawn or wait. A larger picture is admitted if there is no other.
    """

    def __init__(self, slots: int, max_pixels: int) -> None:
        self._free, self._max_pixels, self._numbers = slots, max_pixels, count()
        self._queue: list[tuple[float, int, asyncio.Future[None]]] = []
        self.pixels = self.refused = 0

    @property
    def waiting(self) -> int:
        """The number of waiting pictures."""
        return sum(not waiter.done() for *_, waiter in self._queue)

    @asynccontextmanager
    async def slot(self, pixels: int) -> AsyncIterator[None]:
        """Wait for a slot and hold it; raises :class:`Unavailable` immediately if too many pixels wait already."""
        if self.pixels and self.pixels + pixels > self._max_pixels:
            self.refused += 1
            raise Unavailable(
                f"pictures with {self.pixels} pixels are being drawn or wait, and {pixels} more would exceed the limit of "
                f"{self._max_pixels}; try again in a moment"
            )
        self.pixels += pixels
        try:
            await self._acquire(pixels)
            try:
                yield
            finally:
                self._release()
        finally:
            self.pixels -= pixels

    async def _acquire(self, pixels: int) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        heappush(self._queue, (time.monotonic() + pixels / PIXELS_A_SECOND, next(self._numbers), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # this waiter has a slot already
                self._release()
            raise

    def _release(self) -> None:
        """Pass the slot to the next waiter, or free it."""
        while self._queue:
            *_, waiter = heappop(self._queue)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

"""The queue of pictures to be drawn, bounded by their pixels: a large map is as much work as a hundred tiles."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from geoservice.errors import Unavailable

PIXELS_A_SECOND = 4_000_000
"""About what a process draws. A small picture goes before a large one, unless that came as much earlier as it takes longer."""


class DrawingQueue:
    """Places for pictures; for use on one event loop.

    Parameters
    ----------
    places
        How many pictures are drawn at once.
    most
        How many pixels may be drawn or wait at once. A picture that is larger is let in when there is no other.
    """

    def __init__(self, places: int, most: int) -> None:
        self._free, self._most, self._numbers = places, most, count()
        self._queue: list[tuple[float, int, asyncio.Future[None]]] = []
        self.pixels = self.refused = 0

    @property
    def waiting(self) -> int:
        """How many pictures wait."""
        return sum(not waiter.done() for *_, waiter in self._queue)

    @asynccontextmanager
    async def place(self, pixels: int) -> AsyncIterator[None]:
        """Hold a place for a picture, once it is its turn; raises :class:`Unavailable` at once when too much waits already."""
        if self.pixels and self.pixels + pixels > self._most:
            self.refused += 1
            raise Unavailable(
                f"pictures of {self.pixels} pixels are being drawn and {pixels} more are too many: {self._most} are allowed at "
                "once; come back in a moment"
            )
        self.pixels += pixels
        try:
            await self._turn(pixels)
            try:
                yield
            finally:
                self._next()
        finally:
            self.pixels -= pixels

    async def _turn(self, pixels: int) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        heappush(self._queue, (time.monotonic() + pixels / PIXELS_A_SECOND, next(self._numbers), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # it was this one's turn already
                self._next()
            raise

    def _next(self) -> None:
        """Give a place to who is next, or have one more free."""
        while self._queue:
            *_, waiter = heappop(self._queue)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

"""The queue of tasks to be run, limited by their cost: a large map is as much work as a hundred tiles."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count

from geoservice.errors import Unavailable
from geoservice.server.jobs.options import JobLimits, JobTexts


class JobQueue:
    """Slots for tasks, one for each process; for use on one event loop."""

    def __init__(self, limits: JobLimits, texts: JobTexts) -> None:
        self._limits, self._texts, self._free, self._numbers = limits, texts, limits.processes, count()
        self._queue: list[tuple[float, int, asyncio.Future[None]]] = []
        self.cost = self.refused = 0

    @property
    def waiting(self) -> int:
        """The number of waiting tasks."""
        return sum(not waiter.done() for *_, waiter in self._queue)

    @asynccontextmanager
    async def slot(self, cost: int) -> AsyncIterator[None]:
        """Wait for a slot and hold it; raises :class:`Unavailable` immediately if tasks of too high a cost wait already."""
        if self.cost and self.cost + cost > self._limits.max_cost:
            self.refused += 1
            raise Unavailable(self._texts.too_many(self.cost, cost, self._limits.max_cost))
        self.cost += cost
        try:
            await self._acquire(cost)
            try:
                yield
            finally:
                self._release()
        finally:
            self.cost -= cost

    async def _acquire(self, cost: int) -> None:
        if self._free:
            self._free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        heappush(self._queue, (time.monotonic() + cost / self._limits.cost_a_second, next(self._numbers), waiter))
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

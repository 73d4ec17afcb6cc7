"""The processes that draw for one worker.

The renderer lets no Python run while it draws, so a thread that draws a large map stops a worker for as long as that takes.
Each worker has processes of its own - those of all workers are one for each core - rather than all sharing one pool: there is
no broker that could fail for everybody, and whatever ends a worker ends its processes alone. They are started when the first
picture is asked for and end when nobody asks any more: each takes over 100 MB.
"""

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable

import structlog
from anyio import CapacityLimiter, to_thread

from geoservice.errors import Unavailable
from geoservice.maps.drawings import Drawing
from geoservice.release.base import ReleaseStore
from geoservice.server.rendering.messages import Order, Setup
from geoservice.server.rendering.process import DrawingProcess, Lost, NotBegun
from geoservice.server.rendering.queue import DrawingQueue
from geoservice.settings import Settings

IDLE_S = 120.0
"""A process that has drawn nothing for so long is ended."""


class DrawingPool:
    """Draws pictures of the releases of a store, which each process opens for itself; its queue is for use on one event loop.

    Parameters
    ----------
    store
        Where the releases are.
    settings
        How many processes there may be, how many pixels at once, and how many seconds for each picture.
    observe
        Is told the seconds that each picture took.
    """

    def __init__(self, store: ReleaseStore, settings: Settings, observe: Callable[[float], None] = lambda _: None) -> None:
        cores = frozenset(os.sched_getaffinity(0))  # now: later this worker may keep to one of them
        self._setup, self._seconds = Setup(store, cores, settings.log_level), settings.drawing_seconds
        size = settings.drawing_processes or max(len(cores) // settings.workers, 1)
        self.queue, self._threads = DrawingQueue(size, settings.drawing_pixels), CapacityLimiter(size)
        self._lock, self._closed = threading.Lock(), False
        self._idle: list[tuple[float, DrawingProcess]] = []
        self.processes = set[DrawingProcess]()
        self.pixels = self.lost = 0
        self._observe = observe
        weakref.finalize(self, end_all, self.processes)

    async def draw(self, version: str, drawing: Drawing) -> bytes:
        """Return a picture of a release.

        Raises
        ------
        Unavailable
            At once when too much waits already; or when the process that drew it has ended.
        TimedOut
            When it takes longer than it may. The time it waits does not count.
        GeoserviceError
            What the drawing raised.
        """
        async with self.queue.place(drawing.pixels):
            started, order = time.perf_counter(), Order(version, drawing, self._seconds)
            try:
                body = await to_thread.run_sync(self._draw, order, limiter=self._threads)
            except Lost:
                raise Unavailable("the process that drew the picture has ended; ask again in a moment") from None
            self._observe(time.perf_counter() - started)
            self.pixels += drawing.pixels
            return body

    def _draw(self, order: Order) -> bytes:
        try:
            return self._draw_in(self._take(), order)
        except NotBegun:
            return self._draw_in(self._start(), order)

    def _draw_in(self, process: DrawingProcess, order: Order) -> bytes:
        try:
            return process.draw(order)
        finally:
            self._give_back(process)

    def _take(self) -> DrawingProcess:
        """Return an idle process, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()[1]
        return self._start()

    def _start(self) -> DrawingProcess:
        process = DrawingProcess(self._setup)
        with self._lock:
            self.processes.add(process)
            if not self._closed:
                return process
        self._give_back(process)
        raise Unavailable("this service is being stopped; it takes no new work")

    def _give_back(self, process: DrawingProcess) -> None:
        with self._lock:
            if process.code is None and not self._closed:
                self._idle.append((time.monotonic(), process))
                return
            self.processes.discard(process)
            if not self._closed:
                self.lost += 1
                structlog.get_logger().warning("a drawing process has ended", pid=process.pid, code=process.code)
        process.end()

    def tidy(self) -> None:
        """End processes that have been idle for long."""
        until = time.monotonic() - IDLE_S
        with self._lock:
            those = [process for used, process in self._idle if used <= until]
            self._idle = [(used, process) for used, process in self._idle if used > until]
            self.processes.difference_update(those)
        end_all(those)

    def close(self) -> None:
        """End all processes, those that draw as well; there will be no others."""
        with self._lock:
            self._closed = True
            idle = [process for _, process in self._idle]
            self._idle.clear()
            self.processes.difference_update(idle)
            for process in self.processes:
                process.kill()
        end_all(idle)


def end_all(processes: Iterable[DrawingProcess]) -> None:
    """End processes that are idle, side by side."""
    those = list(processes)
    for process in those:
        process.leave()
    for process in those:
        process.end()

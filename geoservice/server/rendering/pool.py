"""The pool of rendering processes of one worker.

The renderer holds the interpreter's lock while it draws, so a thread that draws a large map would block its worker for that
time. Each worker has its own processes, in total one for each core, instead of one shared pool: there is no broker whose
failure would affect all workers, and a worker that ends takes only its own processes with it. Processes start with the first
picture and end when no pictures are requested any more, because each takes over 100 MB.
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
from geoservice.release.protocols import ReleaseStore
from geoservice.server.rendering.messages import DrawingJob, Setup
from geoservice.server.rendering.process import DrawingProcess, ProcessLost, ProcessNotStarted
from geoservice.server.rendering.queue import DrawingQueue
from geoservice.settings import Settings

IDLE_S = 120.0
"""Seconds after which an idle process is ended."""


class DrawingPool:
    """Draws pictures from the releases of a store, which each process opens itself; its queue is for use on one event loop.

    Parameters
    ----------
    store
        The store of releases.
    settings
        Limits of processes and of pixels, and the timeout of a picture.
    observe
        Called with the seconds that each picture took.
    """

    def __init__(self, store: ReleaseStore, settings: Settings, observe: Callable[[float], None] = lambda _: None) -> None:
        cores = frozenset(os.sched_getaffinity(0))  # read now, because later this worker may be pinned to one core
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
            Immediately if too many pixels wait already; or if the process that drew it has died.
        TimedOut
            If drawing takes too long. Waiting does not count.
        GeoserviceError
            As raised by the drawing.
        """
        async with self.queue.slot(drawing.pixels):
            start, job = time.perf_counter(), DrawingJob(version, drawing, self._seconds)
            try:
                body = await to_thread.run_sync(self._draw, job, limiter=self._threads)
            except ProcessLost:
                raise Unavailable("the process that drew the picture has died; try again in a moment") from None
            self._observe(time.perf_counter() - start)
            self.pixels += drawing.pixels
            return body

    def _draw(self, job: DrawingJob) -> bytes:
        try:
            return self._draw_in(self._acquire(), job)
        except ProcessNotStarted:
            return self._draw_in(self._start(), job)

    def _draw_in(self, process: DrawingProcess, job: DrawingJob) -> bytes:
        try:
            return process.draw(job)
        finally:
            self._release(process)

    def _acquire(self) -> DrawingProcess:
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
        self._release(process)
        raise Unavailable("this service is being stopped and accepts no new requests")

    def _release(self, process: DrawingProcess) -> None:
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
        """End processes that have been idle for ``IDLE_S``."""
        cutoff = time.monotonic() - IDLE_S
        with self._lock:
            expired = [process for used, process in self._idle if used <= cutoff]
            self._idle = [(used, process) for used, process in self._idle if used > cutoff]
            self.processes.difference_update(expired)
        end_all(expired)

    def close(self) -> None:
        """End all processes, also those that are drawing, and start no others."""
        with self._lock:
            self._closed = True
            idle = [process for _, process in self._idle]
            self._idle.clear()
            self.processes.difference_update(idle)
            for process in self.processes:
                process.kill()
        end_all(idle)


def end_all(processes: Iterable[DrawingProcess]) -> None:
    """End idle processes concurrently."""
    idle = list(processes)
    for process in idle:
        process.close_pipe()
    for process in idle:
        process.end()

"""A pool of processes of one worker that run jobs.

A library that holds the interpreter's lock, as the renderer does while it draws, would block its worker if a thread called it.
Each worker has its own processes instead of one shared pool: there is no broker whose failure would affect all workers, and a
worker that ends takes only its own processes with it. Processes start with the first job and end when there are no more jobs,
because each takes over 100 MB.
"""

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable

import structlog
from anyio import CapacityLimiter, to_thread

from geoservice.errors import Unavailable
from geoservice.release.protocols import ReleaseStore
from geoservice.server.jobs.messages import AnyTask, Job, Setup
from geoservice.server.jobs.options import JobLimits, JobTexts
from geoservice.server.jobs.process import JobProcess, ProcessLost, ProcessNotStarted, Watch
from geoservice.server.jobs.queue import JobQueue
from geoservice.server.operations.logs import Level


class JobPool:
    """Runs tasks on the releases of a store, which each process opens itself; its queue is for use on one event loop.

    Parameters
    ----------
    store
        The store of releases.
    limits
        Limits of processes, cost and time.
    texts
        Messages about its jobs.
    level
        The log level of its processes.
    observe
        Called with the seconds that each task took.
    """

    def __init__(
        self,
        store: ReleaseStore,
        limits: JobLimits,
        texts: JobTexts,
        level: Level = "info",
        observe: Callable[[float], None] = lambda _: None,
    ) -> None:
        cores = frozenset(os.sched_getaffinity(0))  # read now, because later this worker may be pinned to one core
        self._setup = Setup(store, cores, level, limits.nice, limits.open_releases, limits.modules)
        self.limits, self.texts, self._observe = limits, texts, observe
        self.queue, self._threads = JobQueue(limits, texts), CapacityLimiter(limits.processes)
        self._lock, self._closed = threading.Lock(), False
        self._idle: list[tuple[float, JobProcess]] = []
        self.processes = set[JobProcess]()
        self.completed_cost = self.lost = 0
        weakref.finalize(self, end_all, self.processes)

    async def run(self, version: str, task: AnyTask, watch: Watch | None = None) -> bytes:
        """Return the result of a task on a release; ``watch`` is called in a thread, with the progress of a long task.

        Raises
        ------
        Unavailable
            Immediately if tasks of too high a cost wait already; or if the process that ran it has died.
        TimedOut
            If the task takes too long. Waiting does not count.
        JobCancelled
            If ``watch`` said so.
        GeoserviceError
            As raised by the task.
        """
        async with self.queue.slot(task.cost):
            start, job = time.perf_counter(), Job(version, task, self.limits.seconds)
            try:
                body = await to_thread.run_sync(self._run, job, watch, limiter=self._threads)
            except ProcessLost:
                raise Unavailable(self.texts.lost) from None
            self._observe(time.perf_counter() - start)
            self.completed_cost += task.cost
            return body

    def _run(self, job: Job, watch: Watch | None) -> bytes:
        try:
            return self._run_in(self._acquire(), job, watch)
        except ProcessNotStarted:
            return self._run_in(self._start(), job, watch)

    def _run_in(self, process: JobProcess, job: Job, watch: Watch | None) -> bytes:
        try:
            return process.run(job, watch)
        finally:
            self._release(process)

    def _acquire(self) -> JobProcess:
        """Return an idle process, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()[1]
        return self._start()

    def _start(self) -> JobProcess:
        process = JobProcess(self._setup, self.texts)
        with self._lock:
            self.processes.add(process)
            if not self._closed:
                return process
        self._release(process)
        raise Unavailable("this service is being stopped and accepts no new requests")

    def _release(self, process: JobProcess) -> None:
        with self._lock:
            if process.code is None and not self._closed:
                self._idle.append((time.monotonic(), process))
                return
            self.processes.discard(process)
            if not self._closed:
                self.lost += 1
                structlog.get_logger().warning(f"a {self.texts.name} process has ended", pid=process.pid, code=process.code)
        process.end()

    def tidy(self) -> None:
        """End processes that have been idle for ``limits.idle_s``."""
        cutoff = time.monotonic() - self.limits.idle_s
        with self._lock:
            expired = [process for used, process in self._idle if used <= cutoff]
            self._idle = [(used, process) for used, process in self._idle if used > cutoff]
            self.processes.difference_update(expired)
        end_all(expired)

    def close(self) -> None:
        """End all processes, also those that run jobs, and start no others."""
        with self._lock:
            self._closed = True
            idle = [process for _, process in self._idle]
            self._idle.clear()
            self.processes.difference_update(idle)
            for process in self.processes:
                process.kill()
        end_all(idle)


def end_all(processes: Iterable[JobProcess]) -> None:
    """End idle processes concurrently."""
    idle = list(processes)
    for process in idle:
        process.close_pipe()
    for process in idle:
        process.end()

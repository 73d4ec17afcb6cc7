"""The process that runs jobs: ``python -m geoservice.server.jobs.child HANDLE NAME``, started by the serving process.

It opens releases itself, read-only, and runs one job after the other. It exits when its pipe is closed, which the kernel does
however the serving process ended. It ignores signals sent to the process group, because its current result is still needed.
``NAME``, the kind of job, is for whoever lists the processes.
"""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from multiprocessing.connection import Connection
from queue import SimpleQueue

from geoservice.errors import STATUS, NotFound, ReleaseError
from geoservice.release.protocols import ReleaseReader, ReleaseStore
from geoservice.server.jobs.messages import (
    CANCEL,
    READY,
    STARTED,
    Failure,
    Job,
    JobCancelled,
    JobResult,
    LongTask,
    Progress,
    ReleaseGone,
    ReleaseState,
    Setup,
)
from geoservice.server.operations import logs
from geoservice.server.release_pool import version_of

GRACE_S = 5.0
"""Seconds after its timeout at which a job ends its own process, if the serving process has not killed it."""
EXIT_S = 1.0
"""Seconds that the last job has to finish after the pipe was closed."""


REPORT_S = 0.2
"""Least seconds between two reports of the same stage."""


class Reporter:
    """Sends the progress of a long task through the pipe; cancels the task if that was asked for."""

    def __init__(self, connection: Connection, cancelled: threading.Event) -> None:
        self._connection, self._cancelled = connection, cancelled
        self._stage, self._time = "", 0.0

    def __call__(self, stage: str, fraction: float) -> None:
        """Report a stage and its fraction; raises :class:`JobCancelled`."""
        if self._cancelled.is_set():
            raise JobCancelled
        now = time.monotonic()
        if stage != self._stage or now - self._time >= REPORT_S:
            self._stage, self._time = stage, now
            self._connection.send(Progress(stage, fraction))


class Releases:
    """The most recently used releases, at most ``limit``, each with what tasks keep with it."""

    def __init__(self, store: ReleaseStore, limit: int) -> None:
        self._store, self._limit = store, limit
        self._open: dict[str, tuple[ReleaseReader, ReleaseState]] = {}

    def get(self, version: str) -> tuple[ReleaseReader, ReleaseState]:
        """Return the reader of a version and its state; raises :class:`ReleaseGone` if the store no longer has it."""
        if version not in self._open:
            try:
                reader = self._store.open(int(version.partition("-")[0]))
            except NotFound as error:
                raise ReleaseGone(str(error)) from None
            if version_of(reader) != version:
                reader.close()
                raise ReleaseGone(f"release {version} no longer exists; repeat the request without v")
            self._open[version] = reader, {}
        self._open[version] = self._open.pop(version)
        while len(self._open) > self._limit:
            self.forget(next(iter(self._open)))
        return self._open[version]

    def forget(self, version: str) -> None:
        """Close a release and drop its state; it is opened again when needed."""
        if version in self._open:
            reader, state = self._open.pop(version)
            state.clear()  # before the reader, of whose arrays it may be made
            reader.close()


def ignore_progress(_stage: str, _fraction: float) -> None:
    """Report nothing."""


def run(releases: Releases, job: Job, progress: Callable[[str, float], None] = ignore_progress) -> JobResult:
    """Return the result of a job. The alarm ends the process even inside a library that holds the interpreter's lock."""
    signal.setitimer(signal.ITIMER_REAL, job.seconds + GRACE_S)
    try:
        reader, state = releases.get(job.version)
        return job.task.run_long(reader, state, progress) if isinstance(job.task, LongTask) else job.task.run(reader, state)
    except tuple(STATUS) as error:
        if isinstance(error, ReleaseError):  # so that a repaired file is read again
            releases.forget(job.version)
        return Failure(error)
    except Exception as error:  # noqa: BLE001 - the serving process logs it and responds; the next job may succeed
        return Failure(None, type(error).__name__, tuple(logs.trace_of(error)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def receive_jobs(connection: Connection, jobs: "SimpleQueue[Job | None]", cancelled: threading.Event) -> None:
    """Queue jobs until the pipe is closed, then make sure that the process exits."""
    try:
        while True:
            message = connection.recv()
            if message == CANCEL:
                cancelled.set()
                continue
            cancelled.clear()  # it was meant for the job before, which had just ended
            jobs.put(message)
    except (EOFError, OSError):
        jobs.put(None)
        time.sleep(EXIT_S)
        os._exit(1)


def prepare(setup: Setup) -> None:
    """Set the priority, the cores and the log of this process, and import the modules of its tasks."""
    os.nice(setup.nice)
    os.sched_setaffinity(0, setup.cores)
    logs.configure(setup.level)
    for name in setup.modules:
        import_module(name)
    gc.freeze()  # what modules hold is never garbage; to look through it takes up to a tenth of a second each time


def main(handle: int) -> None:
    """Run the jobs that arrive through a pipe."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    connection = Connection(handle)
    setup: Setup = connection.recv()
    prepare(setup)
    jobs, cancelled = SimpleQueue[Job | None](), threading.Event()
    threading.Thread(target=receive_jobs, args=(connection, jobs, cancelled), daemon=True).start()
    releases = Releases(setup.store, setup.open_releases)
    try:
        connection.send(READY)
        while (job := jobs.get()) is not None:
            connection.send(STARTED)
            connection.send(run(releases, job, Reporter(connection, cancelled)))
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))

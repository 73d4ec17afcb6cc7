"""The rendering process: ``python -m geoservice.server.rendering.child HANDLE``, started by the serving process.

It opens releases itself, read-only, and draws one job after the other. It exits when its pipe is closed, which the kernel does
however the serving process ended. It ignores signals sent to the process group, because its current picture is still needed.
"""

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from queue import SimpleQueue

from geoservice.errors import STATUS, NotFound, ReleaseError
from geoservice.release.protocols import ReleaseReader, ReleaseStore
from geoservice.server.operations import logs
from geoservice.server.release_pool import version_of
from geoservice.server.rendering.messages import READY, STARTED, DrawingJob, DrawingResult, Failure, Setup

NICE = 10
"""Niceness relative to the serving processes, whose work takes milliseconds where rendering takes a second."""
MAX_OPEN = 2
"""Number of releases that stay open."""
GRACE_S = 5.0
"""Seconds after its timeout at which a job ends its own process, if the serving process has not killed it."""
EXIT_S = 1.0
"""Seconds that the last job has to finish after the pipe was closed."""


class Releases:
    """The most recently used releases."""

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self._open: dict[str, ReleaseReader] = {}

    def reader(self, version: str) -> ReleaseReader:
        """Return the reader of a version; raises :class:`NotFound` if the store no longer has it."""
        if version not in self._open:
            reader = self._store.open(int(version.partition("-")[0]))
            if version_of(reader) != version:
                reader.close()
                raise NotFound(f"release {version} no longer exists; repeat the request without v")
            self._open[version] = reader
        self._open[version] = self._open.pop(version)
        while len(self._open) > MAX_OPEN:
            self.forget(next(iter(self._open)))
        return self._open[version]

    def forget(self, version: str) -> None:
        """Close a release; it is opened again when needed."""
        if version in self._open:
            self._open.pop(version).close()


def draw(releases: Releases, job: DrawingJob) -> DrawingResult:
    """Return the result of a job. The alarm ends the process even inside the renderer, which holds the interpreter's lock."""
    signal.setitimer(signal.ITIMER_REAL, job.seconds + GRACE_S)
    try:
        return job.drawing.draw(releases.reader(job.version))
    except tuple(STATUS) as error:
        if isinstance(error, ReleaseError):  # so that a repaired file is read again
            releases.forget(job.version)
        return Failure(error)
    except Exception as error:  # noqa: BLE001 - the serving process logs it and responds; the next job may succeed
        return Failure(None, type(error).__name__, tuple(logs.trace_of(error)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def receive_jobs(connection: Connection, jobs: "SimpleQueue[DrawingJob | None]") -> None:
    """Queue jobs until the pipe is closed, then make sure that the process exits."""
    try:
        while True:
            jobs.put(connection.recv())
    except (EOFError, OSError):
        jobs.put(None)
        time.sleep(EXIT_S)
        os._exit(1)


def main(handle: int) -> None:
    """Run the jobs that arrive through a pipe."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    connection = Connection(handle)
    setup: Setup = connection.recv()
    os.sched_setaffinity(0, setup.cores)
    logs.configure(setup.level)
    jobs = SimpleQueue[DrawingJob | None]()
    threading.Thread(target=receive_jobs, args=(connection, jobs), daemon=True).start()
    releases = Releases(setup.store)
    try:
        connection.send(READY)
        while (job := jobs.get()) is not None:
            connection.send(STARTED)
            connection.send(draw(releases, job))
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))

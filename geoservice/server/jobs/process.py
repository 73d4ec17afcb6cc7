"""The serving process's handle of a process that runs jobs: starts it, runs jobs, ends it."""

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe

import structlog

from geoservice.errors import GeoserviceError, TimedOut
from geoservice.server.jobs.messages import CANCEL, Job, JobCancelled, JobResult, Progress, Setup
from geoservice.server.jobs.options import JobTexts

CHILD = "geoservice.server.jobs.child"
START_S = 60.0
"""Seconds that a process may take to start; on an idle machine it takes half a second."""
END_S = 2.0
"""Seconds that a process has to exit before it is killed."""
WATCH_S = 0.25
"""Seconds between two looks at whether a long job is to be cancelled."""
CANCEL_S = 2.0
"""Seconds that a cancelled job has to end before its process is killed."""
Watch = Callable[[Progress | None], bool]
"""Called with each report of a long job, and with None every now and then; returns whether the job is to be cancelled."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""A process runs one job at a time, so memory that its libraries reserve for other threads would be wasted."""


class ProcessLost(Exception):
    """The process died during a job."""


class ProcessNotStarted(ProcessLost):
    """The process had died before it started the job, so another one may run it."""


class JobProcess:
    """One process; its methods block, so they are called in threads, :meth:`run` in one at a time."""

    def __init__(self, setup: Setup, texts: JobTexts) -> None:
        self._texts = texts
        self._connection, child_end = Pipe()
        paths = os.pathsep.join(p for p in sys.path if p)
        with child_end:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [sys.executable, "-P", "-m", CHILD, str(child_end.fileno()), texts.name],
                stdin=subprocess.DEVNULL,
                pass_fds=(child_end.fileno(),),
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": paths},
            )
        try:
            self._send(setup)
            self._receive(START_S)
        except TimedOut:
            raise ProcessLost(f"a {texts.name} process did not start") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    def run(self, job: Job, watch: Watch | None = None) -> bytes:
        """Return the result of a job; raises the errors of its task.

        Raises :class:`TimedOut`, :class:`JobCancelled` if ``watch`` said so, and :class:`ProcessLost` or
        :class:`ProcessNotStarted` if the process died.
        """
        deadline = time.monotonic() + job.seconds
        try:
            self._send(job)
            self._receive(job.seconds)
        except ProcessLost as error:
            raise ProcessNotStarted from error
        result = self._result(deadline, watch)
        if isinstance(result, bytes):
            return result
        if result.kind == JobCancelled.__name__:
            raise JobCancelled
        if result.error is not None:
            raise result.error
        structlog.get_logger().error(f"a {self._texts.name} failed", error=result.kind, trace=result.trace)
        raise GeoserviceError(self._texts.failed)

    def _result(self, deadline: float, watch: Watch | None) -> JobResult:
        """Return the result, and pass reports of progress on until it comes."""
        killing = math.inf
        while True:
            limit = deadline if watch is None else min(deadline, time.monotonic() + WATCH_S)
            message = self._next(limit - time.monotonic())
            if message is not None and not isinstance(message, Progress):
                return message
            now = time.monotonic()
            if now >= min(deadline, killing):
                self._kill_and_wait()
                raise JobCancelled if now >= killing else TimedOut(self._texts.timed_out)
            if watch is not None and self._is_cancelled(watch, message) and killing == math.inf:
                self._send(CANCEL)
                killing = now + CANCEL_S

    def _is_cancelled(self, watch: Watch, message: Progress | None) -> bool:
        try:
            return watch(message)
        except BaseException:  # nobody would wait for the result
            self._kill_and_wait()
            raise

    def _send(self, message: Setup | Job | bytes) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            self.end()
            raise ProcessLost from error

    def _receive(self, seconds: float) -> JobResult | Progress:
        """Return the next message; a process that sends none in time is killed."""
        message = self._next(seconds)
        if message is None:
            self._kill_and_wait()
            raise TimedOut(self._texts.timed_out)
        return message

    def _next(self, seconds: float) -> JobResult | Progress | None:
        """Return the next message, None if there is none in time."""
        try:
            if self._connection.poll(max(seconds, 0)):
                message: JobResult | Progress = self._connection.recv()
                return message
        except (EOFError, OSError) as error:
            self.end()
            raise ProcessLost from error
        except BaseException:  # the result of this job must not be returned for the next one
            self._kill_and_wait()
            raise
        return None

    def _kill_and_wait(self) -> None:
        self.kill()
        self.end()

    def kill(self) -> None:
        """Kill the process; a job that waits for it raises :class:`ProcessLost`."""
        self._process.kill()

    def close_pipe(self) -> None:
        """Close the pipe, upon which the process exits, without waiting for that."""
        self._connection.close()

    def end(self) -> None:
        """End the process and wait for its exit: an idle one exits by itself, one that runs a job is killed."""
        self.close_pipe()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        self.kill()
        self._process.wait()

"""A process that draws, as the serving process sees it: started, ordered, ended."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing import Pipe

import structlog

from geoservice.errors import GeoserviceError, TimedOut
from geoservice.server.rendering.messages import Answer, Order, Setup

CHILD = "geoservice.server.rendering.child"
START_S = 60.0
"""Seconds that a process may take to start; on an idle machine it is half of one."""
END_S = 2.0
"""Seconds that it has to end by itself; then it is killed."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""A process draws one picture at a time: what its libraries keep for other threads is memory for nothing."""


class Lost(Exception):
    """A process has ended in the middle of its work."""


class NotBegun(Lost):
    """It had ended before it began: another one may do the work."""


class DrawingProcess:
    """One process; its methods wait, so they are for a thread, of which one at a time may call :meth:`draw`."""

    def __init__(self, setup: Setup) -> None:
        self._connection, theirs = Pipe()
        paths = os.pathsep.join(p for p in sys.path if p)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - fixed arguments
                [sys.executable, "-P", "-m", CHILD, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **ONE_THREAD, "PYTHONPATH": paths},
            )
        try:
            self._send(setup)
            self._answer(START_S)
        except TimedOut:
            raise Lost("a process that draws did not start") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """What it ended with, None while it lives."""
        return self._process.poll()

    def draw(self, order: Order) -> bytes:
        """Return a picture; raises what the drawing raised.

        Raises :class:`TimedOut`, :class:`Lost` or :class:`NotBegun` when the process is no more.
        """
        until = time.monotonic() + order.seconds
        try:
            self._send(order)
            self._answer(order.seconds)
        except Lost as error:
            raise NotBegun from error
        answer = self._answer(until - time.monotonic())
        if isinstance(answer, bytes):
            return answer
        if answer.error is not None:
            raise answer.error
        structlog.get_logger().error("a drawing failed", error=answer.kind, trace=answer.trace)
        raise GeoserviceError("the picture could not be drawn")

    def _send(self, message: Setup | Order) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            self.end()
            raise Lost from error

    def _answer(self, seconds: float) -> Answer:
        """Return the next answer; a process that gives none in time is killed."""
        try:
            if self._connection.poll(max(seconds, 0)):
                answer: Answer = self._connection.recv()
                return answer
        except (EOFError, OSError) as error:
            self.end()
            raise Lost from error
        except BaseException:  # nobody may be given the answer to a question of somebody else
            self._stop()
            raise
        self._stop()
        raise TimedOut("the picture took longer to draw than it may; ask for a smaller one, or for less")

    def _stop(self) -> None:
        self.kill()
        self.end()

    def kill(self) -> None:
        """Kill it; whoever waits for its answer finds it lost."""
        self._process.kill()

    def leave(self) -> None:
        """End its pipe, and so the process, without waiting for it."""
        self._connection.close()

    def end(self) -> None:
        """End it, and wait until it has: an idle one goes by itself, one that draws is killed."""
        self.leave()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        self.kill()
        self._process.wait()

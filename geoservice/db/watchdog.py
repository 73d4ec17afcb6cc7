"""A limit of time on questions that have none of their own: one thread for all of them, asleep until the first is due."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from geoservice.errors import TimedOut

AGAIN_S = 0.05
"""A question may not yet have begun when it is interrupted, and would then run on: it is interrupted until it has ended."""


def too_long(seconds: float) -> TimedOut:
    """Return the error of a question that took longer than it may."""
    return TimedOut(f"the answer took longer than {seconds:g} s; ask for fewer features or a smaller box")


class Watchdog:
    """Interrupts what runs for more than ``seconds``; its thread begins with the first question, after any fork."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._change = threading.Condition()
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._names, self._expired = count(), set[int]()
        self._wakes = float("inf")
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, interrupt: Callable[[], None], interrupted: type[Exception]) -> Iterator[None]:
        """Call ``interrupt`` when the block lasts too long; the ``interrupted`` that it raises then becomes a ``TimedOut``."""
        name = self._begin(interrupt)
        try:
            yield
        except interrupted:
            if name in self._expired:
                raise too_long(self._seconds) from None
            raise
        finally:
            with self._change:  # an interrupt under way ends first: none hits what comes after the block
                del self._due[name]
                self._expired.discard(name)

    def _begin(self, interrupt: Callable[[], None]) -> int:
        due = time.monotonic() + self._seconds
        with self._change:
            name = next(self._names)
            self._due[name] = (due, interrupt)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
            if due < self._wakes:
                self._change.notify()
        return name

    def _watch(self) -> None:
        with self._change:
            while True:
                now = time.monotonic()
                for name, (due, interrupt) in self._due.items():
                    if due <= now:
                        self._expired.add(name)
                        self._due[name] = (now + AGAIN_S, interrupt)
                        interrupt()
                self._wakes = min((due for due, _ in self._due.values()), default=float("inf"))
                self._change.wait(None if self._wakes == float("inf") else max(self._wakes - time.monotonic(), 0.0))

"""A time limit for queries of databases without one: one thread for all queries, asleep until the next deadline."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from geoservice.errors import TimedOut

INTERRUPT_S = 0.05
"""Seconds between interrupts of one query, repeated until it ends: an interrupt before it has begun has no effect."""


def timed_out(seconds: float) -> TimedOut:
    """Return the error of a query that exceeded its time limit."""
    return TimedOut(f"the query took longer than {seconds:g} s; ask for fewer features or a smaller box")


class Watchdog:
    """Interrupts queries that run for more than ``seconds``; its thread starts with the first query, after any fork."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._change = threading.Condition()
        self._due: dict[int, tuple[float, Callable[[], None]]] = {}
        self._ids, self._expired = count(), set[int]()
        self._wakes = float("inf")
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, interrupt: Callable[[], None], interrupted: type[Exception]) -> Iterator[None]:
        """Call ``interrupt`` when the block exceeds the time limit; its exception ``interrupted`` then becomes ``TimedOut``."""
        query_id = self._begin(interrupt)
        try:
            yield
        except interrupted:
            if query_id in self._expired:
                raise timed_out(self._seconds) from None
            raise
        finally:
            with self._change:  # an interrupt in progress ends first, so that it cannot hit the next query
                del self._due[query_id]
                self._expired.discard(query_id)

    def _begin(self, interrupt: Callable[[], None]) -> int:
        due = time.monotonic() + self._seconds
        with self._change:
            query_id = next(self._ids)
            self._due[query_id] = (due, interrupt)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
            if due < self._wakes:
                self._change.notify()
        return query_id

    def _watch(self) -> None:
        with self._change:
            while True:
                now = time.monotonic()
                for query_id, (due, interrupt) in self._due.items():
                    if due <= now:
                        self._expired.add(query_id)
                        self._due[query_id] = (now + INTERRUPT_S, interrupt)
                        interrupt()
                self._wakes = min((due for due, _ in self._due.values()), default=float("inf"))
                self._change.wait(None if self._wakes == float("inf") else max(self._wakes - time.monotonic(), 0.0))

"""The release being served: noticed without a restart, swapped in one step, kept until its last reader has gone."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geoservice.errors import Unavailable
from geoservice.release.base import ReleaseReader, ReleaseStore


@dataclass
class _Held:
    reader: ReleaseReader
    users: int = 0
    retired: bool = False


class Current:
    """The open reader of the current release, shared by the threads of one worker.

    Parameters
    ----------
    store
        Where releases come from.
    patience
        Seconds for which the answer of ``store.current()`` is believed; a new release is noticed after that at the latest.
    clock
        Monotonic seconds.
    """

    def __init__(self, store: ReleaseStore, patience: float = 0.25, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._patience, self._clock = store, patience, clock
        self._lock, self._refreshing = threading.Lock(), threading.Lock()
        self._held: _Held | None = None
        self._asked: float | None = None

    @property
    def fresh(self) -> bool:
        """Whether a lease now needs no question to the store."""
        return self._held is not None and self._asked is not None and self._clock() - self._asked < self._patience

    def refresh(self) -> None:
        """Ask the store, and swap readers if its current release is another; one thread asks, the others wait for it."""
        with self._refreshing:
            if self.fresh:
                return
            number = self._store.current()
            held = self._held
            if number is not None and (held is None or held.reader.number != number):
                self._swap(_Held(self._store.open(number)))
            elif number is None and held is not None:
                self._swap(None)
            self._asked = self._clock()

    def _swap(self, new: _Held | None) -> None:
        with self._lock:
            old, self._held = self._held, new
            if old is not None:
                old.retired = True
                idle = old.users == 0
        if old is not None and idle:
            old.reader.close()

    @contextmanager
    def lease(self) -> Iterator[ReleaseReader]:
        """Yield the current reader and keep it open meanwhile; raises :class:`Unavailable` when there is no release."""
        if not self.fresh:
            self.refresh()
        with self._lock:
            held = self._held
            if held is None:
                raise Unavailable("no release has been published yet; make one with: geoservice publish")
            held.users += 1
        try:
            yield held.reader
        finally:
            with self._lock:
                held.users -= 1
                last = held.retired and held.users == 0
            if last:
                held.reader.close()

    def close(self) -> None:
        """Let go of the reader and of the store."""
        self._swap(None)
        self._store.close()

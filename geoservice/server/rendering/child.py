"""The process that draws: ``python -m geoservice.server.rendering.child HANDLE``, started by the serving process.

It opens releases itself, read-only, and answers one order after the other. It ends when its pipe does, which the kernel closes
whatever ended the serving process; signals that are sent to a whole service are not for it, for what it draws is still wanted.
"""

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from queue import SimpleQueue

from geoservice.errors import STATUS, NotFound, ReleaseError
from geoservice.release.base import ReleaseReader, ReleaseStore
from geoservice.server.operations import logs
from geoservice.server.release_pool import version_of
from geoservice.server.rendering.messages import BEGUN, READY, Answer, Failure, Order, Setup

NICE = 10
"""How much this gives way to the processes that answer: theirs is a millisecond's work, this is a second's."""
OPEN = 2
"""Releases that stay open."""
LATE_S = 5.0
"""Seconds beyond its limit after which a drawing ends its own process, where the serving process has not done it."""
LAST_S = 1.0
"""Seconds in which the last drawing may end when the pipe has."""


class Releases:
    """The releases that something was drawn from last."""

    def __init__(self, store: ReleaseStore) -> None:
        self._store = store
        self._open: dict[str, ReleaseReader] = {}

    def reader(self, version: str) -> ReleaseReader:
        """Return the reader of a version; raises :class:`NotFound` when the store no longer has it."""
        if version not in self._open:
            reader = self._store.open(int(version.partition("-")[0]))
            if version_of(reader) != version:
                reader.close()
                raise NotFound(f"release {version} is gone; ask again without v")
            self._open[version] = reader
        self._open[version] = self._open.pop(version)
        while len(self._open) > OPEN:
            self.forget(next(iter(self._open)))
        return self._open[version]

    def forget(self, version: str) -> None:
        """Close a release, to be opened again when it is needed."""
        if version in self._open:
            self._open.pop(version).close()


def draw(releases: Releases, order: Order) -> Answer:
    """Return what an order asks for. The alarm ends the process even inside of the renderer, which lets no Python run."""
    signal.setitimer(signal.ITIMER_REAL, order.seconds + LATE_S)
    try:
        return order.drawing.draw(releases.reader(order.version))
    except tuple(STATUS) as error:
        if isinstance(error, ReleaseError):  # whoever mends a file finds it read anew
            releases.forget(order.version)
        return Failure(error)
    except Exception as error:  # noqa: BLE001 - the serving process logs it and answers for it; the next picture may well be drawn
        return Failure(None, type(error).__name__, tuple(logs.trace_of(error)))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def receive(connection: Connection, orders: "SimpleQueue[Order | None]") -> None:
    """Pass orders on until the pipe ends, then see to it that the process does."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        orders.put(None)
        time.sleep(LAST_S)
        os._exit(1)


def main(handle: int) -> None:
    """Draw what is ordered through a pipe."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    connection = Connection(handle)
    setup: Setup = connection.recv()
    os.sched_setaffinity(0, setup.cores)
    logs.configure(setup.level)
    orders = SimpleQueue[Order | None]()
    threading.Thread(target=receive, args=(connection, orders), daemon=True).start()
    releases = Releases(setup.store)
    try:
        connection.send(READY)
        while (order := orders.get()) is not None:
            connection.send(BEGUN)
            connection.send(draw(releases, order))
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))

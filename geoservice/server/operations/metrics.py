"""Figures for Prometheus, of all worker processes together, with labels that no stranger can add to.

Each worker writes to files of its own in one folder, as the client library does for several processes. The files are named
for a place in the row of workers, not for a process id: a worker that takes over from a dead one counts on in its files, so
counters never go back and the folder does not grow.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library reads its folder from here alone."""

Mode = Literal["livesum", "livemin", "livemax"]
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
FILES = {"counter": 2**20, "histogram": 2**20, **{f"gauge_{mode}": 2**16 for mode in get_args(Mode)}}
"""Bytes of each file of a worker: those of counters and histograms grow with the routes that are asked."""
_places: list[IO[str]] = []  # held until the process ends: the kernel lets go of the lock then, whatever ended it


def take_place(folder: Path) -> int:
    """Make this process the worker that counts in the first free files of a folder; what a dead one left open is closed.

    To be called once in a worker, before its first figure is made. Returns its place in the row of workers, from 0.
    """
    place, lock = next((n, lock) for n in range(1000) if (lock := _lock(folder, n)))
    _places.append(lock)
    _close(folder, place)
    reserve(folder, place)
    os.environ[FOLDER] = str(folder)
    # the library's own way to count under another name than the process id
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]  # untyped
    return place


def reserve(folder: Path, place: int) -> None:
    """Take the room of a worker's files: they are mapped into memory, and who writes there to a full disk is killed."""
    for kind, size in FILES.items():
        handle = os.open(folder / f"{kind}_{place}.db", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)
        finally:
            os.close(handle)


def _close(folder: Path, place: int) -> None:
    mark_process_dead(place, str(folder))  # type: ignore[no-untyped-call]  # the library's own is untyped


def _lock(folder: Path, place: int) -> IO[str] | None:
    """Return the open and locked file of a place, None while a living worker counts there."""
    file = (folder / f"place-{place}").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def bury(folder: Path) -> None:
    """Take away what workers that have ended said of their present state; what they counted stays counted."""
    for file in folder.glob("place-*"):
        place = int(file.name.removeprefix("place-"))
        if lock := _lock(folder, place):
            with lock:
                _close(folder, place)


class Metrics:
    """The figures of one worker; ``folder`` is where all workers count, None for a process alone."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._registry = folder, CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = self._counter(
            "requests", "Requests answered, by template of the route and class of the status", labels
        )
        self._refused = self._counter("refusals", "Requests told to come back later", ("status",))
        self._timed_out = self._counter("timeouts", "Requests that took longer than they may")
        self._bytes = self._counter("response_bytes", "Bytes of bodies sent")
        self._seconds = Histogram(
            "geoservice_request_seconds", "Seconds to an answer", ("route",), registry=self._registry, buckets=SECONDS
        )
        self._known: dict[tuple[str, str, int], Counter] = {}
        self._routes: dict[str, Histogram] = {}
        self._samples: list[Callable[[], None]] = []

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(f"geoservice_{name}_total", text, labels, registry=self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float, size: int) -> None:
        """Count an answer; ``route`` is a template out of the application's own table."""
        self._one(route, method, status // 100).inc()
        self._latency(route).observe(seconds)
        self._bytes.inc(size)
        if status in {429, 503}:
            self._refused.labels(str(status)).inc()

    def _one(self, route: str, method: str, kind: int) -> Counter:
        key = (route, method, kind)
        if key not in self._known:  # the library's look-up costs more than counting does
            self._known[key] = self._requests.labels(route, method if method in METHODS else "other", f"{kind}xx")
        return self._known[key]

    def _latency(self, route: str) -> Histogram:
        if route not in self._routes:
            self._routes[route] = self._seconds.labels(route)
        return self._routes[route]

    def timed_out(self) -> None:
        """Count a request that took longer than it may."""
        self._timed_out.inc()

    def gauge(self, name: str, text: str, read: Callable[[], float | None], of_all: Mode = "livesum") -> None:
        """Read a present state at every sample; ``of_all`` says what all workers together show."""
        gauge = Gauge(f"geoservice_{name}", text, registry=self._registry, multiprocess_mode=of_all)

        def sample() -> None:
            if (value := read()) is not None:
                gauge.set(value)

        self._samples.append(sample)

    def histogram(self, name: str, text: str) -> Callable[[float], None]:
        """Return what takes note of seconds."""
        return Histogram(f"geoservice_{name}_seconds", text, registry=self._registry, buckets=SECONDS).observe

    def count(self, name: str, text: str, read: Callable[[], int]) -> None:
        """Read a plain number that only grows at every sample: where counting itself would cost too much."""
        counter, last = self._counter(name, text), 0

        def sample() -> None:
            nonlocal last
            now = read()
            counter.inc(max(now - last, 0))
            last = now

        self._samples.append(sample)

    def sample(self) -> None:
        """Bring up to date what is read and not counted."""
        for sample in self._samples:
            sample()

    def text(self) -> bytes:
        """Return the figures of all workers in Prometheus' text format."""
        self.sample()
        if self._folder is None:
            return generate_latest(self._registry)
        bury(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]  # untyped
        return generate_latest(registry)

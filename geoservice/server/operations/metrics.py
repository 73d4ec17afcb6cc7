"""Prometheus metrics of all worker processes, with labels whose values no client can add to.

Each worker writes to its own files in a shared folder, as the client library does for several processes. The files are named by
slot number, not by process id: a worker that replaces a dead one continues in its files, so counters never decrease and the
folder does not grow.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library reads its folder from this environment variable only."""

Mode = Literal["livesum", "livemin", "livemax"]
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
FILES = {"counter": 2**20, "histogram": 2**20, **{f"gauge_{mode}": 2**16 for mode in get_args(Mode)}}
"""Bytes of each file of a worker: counters and histograms grow with the number of requested routes."""
_slot_locks: list[IO[str]] = []  # locked until the process ends, however it ends: the kernel then releases the lock


def claim_slot(folder: Path) -> int:
    """Claim the first free slot of a folder for this worker and return its number, from 0; drops gauges of a dead worker.

    To be called once in a worker, before its first metric is created.
    """
    slot, lock = next((n, lock) for n in range(1000) if (lock := _lock(folder, n)))
    _slot_locks.append(lock)
    _drop_gauges(folder, slot)
    reserve(folder, slot)
    os.environ[FOLDER] = str(folder)
    # the library's own way to use another name than the process id
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]  # untyped
    return slot


def reserve(folder: Path, slot: int) -> None:
    """Allocate the blocks of a worker's files: they are memory-mapped, and writing to one on a full disk kills the process."""
    for kind, size in FILES.items():
        handle = os.open(folder / f"{kind}_{slot}.db", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(handle, 0, size)
        finally:
            os.close(handle)


def _drop_gauges(folder: Path, slot: int) -> None:
    mark_process_dead(slot, str(folder))  # type: ignore[no-untyped-call]  # untyped


def _lock(folder: Path, slot: int) -> IO[str] | None:
    """Return the open and locked file of a slot, None while a live worker uses it."""
    file = (folder / f"place-{slot}").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def drop_exited_gauges(folder: Path) -> None:
    """Drop the gauges of workers that exited; their counters stay."""
    for file in folder.glob("place-*"):
        slot = int(file.name.removeprefix("place-"))
        if lock := _lock(folder, slot):
            with lock:
                _drop_gauges(folder, slot)


class Metrics:
    """The metrics of one worker; ``folder`` is shared by all workers, None for a single process."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._registry = folder, CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = self._counter("requests", "Requests answered, by route template and status class", labels)
        self._refused = self._counter("refusals", "Requests refused with 429 or 503", ("status",))
        self._timed_out = self._counter("timeouts", "Requests that timed out")
        self._bytes = self._counter("response_bytes", "Bytes of response bodies sent")
        self._seconds = Histogram(
            "geoservice_request_seconds",
            "Seconds to the end of a response",
            ("route",),
            registry=self._registry,
            buckets=SECONDS,
        )
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._routes: dict[str, Histogram] = {}
        self._samples: list[Callable[[], None]] = []

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(f"geoservice_{name}_total", text, labels, registry=self._registry)

    def answered(self, route: str, method: str, status: int, seconds: float, size: int) -> None:
        """Count a response; ``route`` is a template from the application's route table."""
        self._request_counter(route, method, status // 100).inc()
        self._latency(route).observe(seconds)
        self._bytes.inc(size)
        if status in {429, 503}:
            self._refused.labels(str(status)).inc()

    def _request_counter(self, route: str, method: str, status_class: int) -> Counter:
        key = (route, method, status_class)
        if key not in self._counters:  # the library's lookup costs more than the increment
            self._counters[key] = self._requests.labels(route, method if method in METHODS else "other", f"{status_class}xx")
        return self._counters[key]

    def _latency(self, route: str) -> Histogram:
        if route not in self._routes:
            self._routes[route] = self._seconds.labels(route)
        return self._routes[route]

    def timed_out(self) -> None:
        """Count a request that timed out."""
        self._timed_out.inc()

    def gauge(self, name: str, text: str, read: Callable[[], float | None], of_all: Mode = "livesum") -> None:
        """Add a gauge that is read at every sample; ``of_all`` is how the values of all workers are combined."""
        gauge = Gauge(f"geoservice_{name}", text, registry=self._registry, multiprocess_mode=of_all)

        def sample() -> None:
            if (value := read()) is not None:
                gauge.set(value)

        self._samples.append(sample)

    def histogram(self, name: str, text: str) -> Callable[[float], None]:
        """Add a histogram of seconds; return the function that observes a value."""
        return Histogram(f"geoservice_{name}_seconds", text, registry=self._registry, buckets=SECONDS).observe

    def count(self, name: str, text: str, read: Callable[[], int]) -> None:
        """Add a counter that is read from a growing number at every sample, where each increment would cost too much."""
        counter, last = self._counter(name, text), 0

        def sample() -> None:
            nonlocal last
            now = read()
            counter.inc(max(now - last, 0))
            last = now

        self._samples.append(sample)

    def sample(self) -> None:
        """Update the metrics that are read at every sample."""
        for sample in self._samples:
            sample()

    def text(self) -> bytes:
        """Return the metrics of all workers in Prometheus' text format."""
        self.sample()
        if self._folder is None:
            return generate_latest(self._registry)
        drop_exited_gauges(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]  # untyped
        return generate_latest(registry)

"""Overload with ten times the requests that can be answered, and reads while a release is published."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from geoservice.bench.serve import data, load
from geoservice.geo import tile_at

CLIENTS, EACH = 640, 4
Metrics = dict[str, dict[str, Any]]


def memory_mb(pid: int) -> float:
    """Return the memory (PSS) of a process and its descendants in MB: private pages, and a share of shared ones."""
    total = _pss_kb(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(memory_mb(int(child)) * 1024 for child in task.read_text().split())
    return total / 1024


def _pss_kb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


class PeakMemory:
    """Samples the memory of a process until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stop, self.peak = pid, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def _sample(self) -> None:
        while not self._stop.wait(0.2):
            self.peak = max(self.peak, memory_mb(self._pid))

    def stop(self) -> float:
        """Stop sampling and return the peak in MB."""
        self._stop.set()
        self._thread.join()
        return self.peak


def overload(url: str, pid: int, path: Callable[[int, int], str]) -> Metrics:
    """Return metrics of requests for uncached tiles from far more clients than a server handles, and of one client after."""
    calm = [load.medians([(url, [path(0, 0) for _ in range(9)])])[0]]
    load.flood(url, path, CLIENTS // 10, EACH)  # buffers are allocated now
    memory_before, memory = memory_mb(pid), PeakMemory(pid)
    statuses, seconds = load.flood(url, path, CLIENTS, EACH)
    peak = memory.stop()
    time.sleep(1)
    latency_after = load.medians([(url, [path(0, 0) for _ in range(9)])])[0]
    total = sum(statuses.values())
    rejected, unexpected = statuses[429] + statuses[503], total - sum(statuses[s] for s in (200, 204, 429, 503))
    return {
        f"overload, {CLIENTS} clients: other than 200, 429 or 503": _metric(unexpected, "of " + str(total), 0),
        "overload: turned away": {"value": round(100 * rejected / total, 1), "unit": "%"},
        "overload: longest answer": {"value": round(max(seconds), 2), "unit": "s"},
        "overload: memory over that before": _metric(round(peak / memory_before, 2), "x", 1.5),
        "overload: latency afterwards over before": _metric(round(latency_after / calm[0], 2), "x", 2),
    }


def _metric(value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"value": value, "unit": unit, "bar": bar, "holds": value <= bar}


def _reads(url: str, seconds: float, process: "subprocess.Popen[bytes] | None" = None) -> list[float]:
    """Return the seconds of alternating requests for tiles and pages, for a time or while a process runs."""
    client, durations, number = load.Client(url), [], 0
    lon, lat = data.places(5_000, seed=9)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end if process is None else process.poll() is None:
        z, x, y = tile_at(float(lon[number % 5_000]), float(lat[number % 5_000]), 12)
        durations.append(client.seconds(f"/tiles/{data.LAYER}/{z}/{x}/{y}.mvt"))
        durations.append(
            client.seconds(f"/collections/{data.LAYER}/items?f=json&limit=10&after={data.after(number * 997 % data.POINTS)}")
        )
        number += 1
    client.close()
    return durations


def during_publish(url: str, command: Sequence[object]) -> Metrics:
    """Return the 95th percentile of reads while another process publishes, with that of an idle server as the peer."""
    _reads(url, 2)
    calm = load.quantile(_reads(url, 6), 0.95)
    publisher = subprocess.Popen(list(map(str, command)))  # noqa: S603 - the program is fixed
    busy = load.quantile(_reads(url, 0, publisher), 0.95)
    if publisher.returncode:
        raise RuntimeError(f"the publisher ended with {publisher.returncode}")
    return {
        "reads during a publish, p95": {
            "value": round(busy * 1000, 2), "unit": "ms", "bar": "<= 2x", "holds": busy <= 2 * calm,
            "peer": f"idle {calm * 1000:.2f} ms", "ratio": round(busy / calm, 2),
        }
    }  # fmt: skip

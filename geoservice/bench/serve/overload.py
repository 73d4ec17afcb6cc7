"""Under pressure: ten times more than can be answered, and reading while a release is being published."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from geoservice.bench.serve import data, load
from geoservice.geo import tile_at

CLIENTS, EACH = 640, 4
Figures = dict[str, dict[str, Any]]


def memory_mb(pid: int) -> float:
    """Return the memory of a process and all below it, in MB: what it has alone, and its share of the rest."""
    total = _pss_kb(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(memory_mb(int(child)) * 1024 for child in task.read_text().split())
    return total / 1024


def _pss_kb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


class Watch:
    """Looks at the memory of a process until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stop, self.most = pid, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._go)
        self._thread.start()

    def _go(self) -> None:
        while not self._stop.wait(0.2):
            self.most = max(self.most, memory_mb(self._pid))

    def stop(self) -> float:
        """Return the most that was seen, in MB."""
        self._stop.set()
        self._thread.join()
        return self.most


def overload(url: str, pid: int, path: Callable[[int, int], str]) -> Figures:
    """Ask for tiles that must be drawn with many more clients than there is work room; then ask calmly again."""
    calm = [load.medians([(url, [path(0, 0) for _ in range(9)])])[0]]
    load.flood(url, path, CLIENTS // 10, EACH)  # what is taken for buffers is taken now
    before, watch = memory_mb(pid), Watch(pid)
    statuses, spent = load.flood(url, path, CLIENTS, EACH)
    most = watch.stop()
    time.sleep(1)
    after = load.medians([(url, [path(0, 0) for _ in range(9)])])[0]
    total = sum(statuses.values())
    turned_away, odd = statuses[429] + statuses[503], total - sum(statuses[s] for s in (200, 204, 429, 503))
    return {
        f"overload, {CLIENTS} clients: other than 200, 429 or 503": _held(odd, "of " + str(total), 0),
        "overload: turned away": {"value": round(100 * turned_away / total, 1), "unit": "%"},
        "overload: longest answer": {"value": round(max(spent), 2), "unit": "s"},
        "overload: memory over that before": _held(round(most / before, 2), "x", 1.5),
        "overload: latency afterwards over before": _held(round(after / calm[0], 2), "x", 2),
    }


def _held(value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"value": value, "unit": unit, "bar": bar, "holds": value <= bar}


def _reads(url: str, seconds: float, until: "subprocess.Popen[bytes] | None" = None) -> list[float]:
    """Read tiles and pages in turns for a time, or as long as a process runs."""
    client, spent, at = load.Client(url), [], 0
    lon, lat = data.places(5_000, seed=9)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end if until is None else until.poll() is None:
        z, x, y = tile_at(float(lon[at % 5_000]), float(lat[at % 5_000]), 12)
        spent.append(client.seconds(f"/tiles/{data.LAYER}/{z}/{x}/{y}.mvt"))
        spent.append(
            client.seconds(f"/collections/{data.LAYER}/items?f=json&limit=10&after={data.after(at * 997 % data.POINTS)}")
        )
        at += 1
    client.close()
    return spent


def during_publish(url: str, command: Sequence[object]) -> Figures:
    """Read calmly, then while another process publishes."""
    _reads(url, 2)
    calm = load.quantile(_reads(url, 6), 0.95)
    publisher = subprocess.Popen(list(map(str, command)))  # noqa: S603 - a program of our own
    busy = load.quantile(_reads(url, 0, publisher), 0.95)
    if publisher.returncode:
        raise RuntimeError(f"the publisher ended with {publisher.returncode}")
    return {
        "reads during a publish, p95": {
            "value": round(busy * 1000, 2), "unit": "ms", "bar": "<= 2x", "holds": busy <= 2 * calm,
            "peer": f"idle {calm * 1000:.2f} ms", "ratio": round(busy / calm, 2),
        }
    }  # fmt: skip

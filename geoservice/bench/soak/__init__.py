"""Ten minutes of mixed reading with faults in it: a publish, a killed worker, a restarted database, a damaged tile file.

Every tile is compared with that of the store, every other response with what the server answers at rest before and after the
publish; filtered URLs are new ones, so that no cache answers them. What may fail during a fault
is a 503 with ``Retry-After``, and the connections that a killed worker held.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from geoservice.bench.serve import servers, sql
from geoservice.bench.soak.sites import LAYERS, Site, serve
from geoservice.bench.soak.traffic import CLIENTS, Failure, Traffic, references, stored_tiles

SECONDS = 600
FIRST, SECOND = 30, 60
"""Seeds of the two releases."""
RECOVERY = 5.0
"""Seconds after the end of a fault in which a server must answer as before."""
Figures = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Event:
    """A fault of one server; ``end`` is when its cause is over."""

    name: str
    site: str
    start: float
    end: float


def run(seconds: int = SECONDS) -> Figures:
    """Read two servers for some seconds, let every fault happen once, and count what went wrong."""
    servers.needed_postgis()
    with tempfile.TemporaryDirectory(prefix="geoservice-soak-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        database = stack.enter_context(servers.postgis())
        local = stack.enter_context(serve("folder", folder / "local", None, FIRST))
        office = stack.enter_context(serve("PostGIS", folder / "office", database, FIRST))
        sites = (local, office)
        before = {site.name: references(site) for site in sites}
        traffic = {site.name: Traffic(site) for site in sites}
        for each in traffic.values():
            each.start()
        events = _faults(local, office, seconds)
        for each in traffic.values():
            each.stop()
        after = {site.name: references(site) for site in sites}
        for site in sites:
            tiles = [path for path in traffic[site.name].seen if path not in before[site.name]]
            before[site.name] |= stored_tiles(site, 1, tiles)
            after[site.name] |= stored_tiles(site, 2, tiles)
    figures: Figures = {}
    for name, each in traffic.items():
        figures |= _figures(each, before[name], after[name], [e for e in events if e.site == name])
    return figures


def _faults(local: Site, office: Site, seconds: int) -> list[Event]:
    """Let the faults happen one after the other, spread over the time; return when each was."""
    tiles = _tile_file(local)
    plan: list[tuple[str, Site, Callable[[], object]]] = [
        ("publish", local, lambda: _publish(local)),
        ("publish", office, lambda: _publish(office)),
        ("killed worker", local, lambda: os.kill(local.workers()[0], signal.SIGKILL)),
        ("killed worker", office, lambda: os.kill(office.workers()[0], signal.SIGKILL)),
        ("database restart", office, lambda: _restart(str(office.dsn))),
        ("damaged tile file", local, lambda: _damage(tiles, seconds / 20)),
    ]
    begin, events = time.monotonic(), []
    for number, (name, site, fault) in enumerate(plan):
        time.sleep(max(0.0, begin + seconds * (number + 0.5) / len(plan) - time.monotonic()))
        start = time.monotonic()
        fault()
        events.append(Event(name, site.name, start, time.monotonic()))
    time.sleep(max(0.0, begin + seconds - time.monotonic()))
    return events


def _publish(site: Site) -> None:
    command = [sys.executable, "-m", "geoservice.bench.soak.publisher", str(site.releases), site.dsn or "", str(SECOND)]
    subprocess.run(command, check=True)  # noqa: S603 - a program of our own


def _restart(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(sql.DATA_FOLDER).fetchone()
    data = Path(str(row[0] if row else ""))
    servers.as_postgres(data.parent, "pg_ctl", "-D", data, "-l", data.parent / "log", "-m", "fast", "-w", "restart")


def _tile_file(site: Site) -> Path:
    """Return the file of the first layer's tiles in the release that will be current after the publish."""
    return site.releases / "2" / "tiles" / f"{LAYERS[0]}.pmtiles"


def _damage(file: Path, seconds: float) -> None:
    """Overwrite a part of the file in place, wait, and put the right bytes back."""
    size = file.stat().st_size
    with file.open("r+b") as stream:
        stream.seek(size // 4)
        right = stream.read(size // 2)
        stream.seek(size // 4)
        stream.write(bytes(len(right)))
        stream.flush()
        time.sleep(seconds)
        stream.seek(size // 4)
        stream.write(right)


def _figures(traffic: Traffic, before: dict[str, str], after: dict[str, str], events: list[Event]) -> Figures:
    name = traffic.site.name
    published = next(e for e in events if e.name == "publish")
    wrong = _wrong(traffic, before, after, published)
    figures: Figures = {
        f"{name}: requests": {"value": traffic.requests, "unit": ""},
        f"{name}: wrong answers": _at_most(len(wrong), 0, ""),
        f"{name}: 503 with Retry-After": {"value": sum(_may(f) for f in traffic.failures), "unit": ""},
    }
    broken = [f for f in traffic.failures if f.status == 0]
    killed = [e for e in events if e.name == "killed worker"]
    excused = [f for f in broken if any(f.time <= e.end + 1 and f.time + f.seconds >= e.start for e in killed)]
    figures[f"{name}: connections broken by the killed worker"] = _at_most(len(excused), CLIENTS, f"of {CLIENTS}")
    other = [f for f in traffic.failures if not _may(f) and f not in excused]
    figures[f"{name}: other failures"] = _at_most(len(other), 0, "")
    for event in events:
        figures[f"{name}: recovery after {event.name}"] = _at_most(_recovery(event, traffic.failures, events), RECOVERY, "s")
    figures[f"{name}: slowest answer"] = {"value": round(traffic.slowest, 2), "unit": "s"}
    if wrong:
        figures[f"{name}: first wrong answer"] = {"value": wrong[0], "unit": ""}
    if other:
        figures[f"{name}: first other failure"] = {"value": repr(other[0]), "unit": ""}
    return figures


def _may(failure: Failure) -> bool:
    return failure.status == 503 and failure.retry_after is not None


def _wrong(traffic: Traffic, before: dict[str, str], after: dict[str, str], published: Event) -> list[str]:
    """Return the paths whose answer neither release holds, or the old release after the new one was published."""
    paths = []
    for path, bodies in traffic.seen.items():
        for body, (first, last) in bodies.items():
            stale = body == before[path] != after[path] and last > published.end + RECOVERY
            early = body == after[path] != before[path] and first < published.start - 1
            if body not in (before[path], after[path]) or stale or early:
                paths.append(f"{path} from {first - published.start:.1f} to {last - published.start:.1f} s of the publish")
    return paths


def _recovery(event: Event, failures: list[Failure], events: list[Event]) -> float:
    """Return how many seconds after the end of an event the last failed request before the next event ended."""
    following = min((e.start for e in events if e.start > event.start), default=float("inf"))
    ends = [f.time + f.seconds for f in failures if event.start - 1 <= f.time < following - 1]
    return round(max([0.0, *(end - event.end for end in ends)]), 2)


def _at_most(value: float, bar: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "bar": f"<= {bar:g}", "holds": value <= bar}

"""Fixtures for all tests."""

import contextlib
import csv
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import osmium
import pytest
from hypothesis import settings
from osmium.osm import mutable
from playwright.sync_api import Browser, expect, sync_playwright
from postgres_server import INSTALLED, PostgresServer
from s3_server import S3Server, s3_server

# Machines are shared: a test is never about time. In CI the examples are the same each time: a failure is one of the change.
settings.register_profile("shared", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("shared")
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: at the end, one worker would wait minutes for the other."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of published reference data, or skip."""
    folder = os.environ.get("GEOSERVICE_REFERENCE_DATA")
    if not folder:
        pytest.skip("set GEOSERVICE_REFERENCE_DATA to the folder of published reference data to run this test")
    return Path(folder).resolve()


@contextmanager
def _built_once(tmp_path_factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Iterator[Path]:
    """Build a folder once for all workers of a test run."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            build(folder)
            done.touch()
    yield folder


def _geoservice(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "geoservice", *map(str, words)], capture_output=True, text=True, check=True)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """Return a running S3-compatible server."""
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the Helsinki demo, published, as `geoservice demo helsinki` leaves it; its output is in demo.log beside it."""

    def build(folder: Path) -> None:
        done = _geoservice("demo", "helsinki", "--out", folder)
        folder.with_suffix(".log").write_text(done.stdout + done.stderr, encoding="utf-8")

    with _built_once(tmp_path_factory, "helsinki", build) as folder:
        yield folder


@dataclass(frozen=True)
class Served:
    """A running `geoservice serve`: its base URL without a slash at the end, its process and what it writes."""

    url: str
    process: subprocess.Popen[str]
    log: Path


Serve = Callable[..., contextlib.AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Return ``serve(home, NAME=value, ...)``: serve a folder with real worker processes on a free port while in a ``with``.

    ``open_files`` is the soft limit of open files that the service starts with, ``workers`` the number of its workers. Unless
    a test says otherwise, it stops without the second in which a load balancer would learn of it, and its jobs end with it:
    several services may serve one folder at a time.
    """

    @contextmanager
    def go(home: Path, open_files: int | None = None, workers: int = 1, **environment: str) -> Iterator[Served]:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        path = tmp_path_factory.mktemp("serve") / "serve.log"
        command = [sys.executable, "-m", "geoservice", "serve", "--home", str(home), "--port", str(port)]
        command += ["--workers", str(workers)]
        at_once = {"GEOSERVICE_NOTICE_SECONDS": "0", "GEOSERVICE_KEEP_JOBS": "false"}
        if open_files is not None:
            command = ["bash", "-c", 'ulimit -Sn "$0" && exec "$@"', str(open_files), *command]
        with path.open("w+") as log:
            server = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, text=True, env={**at_once, **os.environ, **environment}
            )
            try:
                _wait_until_ready(f"http://127.0.0.1:{port}", server, log)
                yield Served(f"http://127.0.0.1:{port}", server, path)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(60)

    return go


@pytest.fixture(scope="session")
def demo_server(demo_home: Path, serve: Serve) -> Iterator[str]:
    """Serve the demo with real worker processes on a free port; yields the base URL without a slash at its end."""
    with serve(demo_home) as served:
        yield served.url


@pytest.fixture(scope="session")
def yixiu_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the demo of Yixiu, published, whose households come from all over China."""

    def build(folder: Path) -> None:
        _geoservice("demo", "yixiu", "--out", folder)

    with _built_once(tmp_path_factory, "yixiu", build) as folder:
        yield folder


@pytest.fixture(scope="session")
def yixiu_server(yixiu_home: Path, serve: Serve) -> Iterator[str]:
    """Serve the demo of Yixiu with real worker processes on a free port; yields the base URL without a slash at its end."""
    with serve(yixiu_home) as served:
        yield served.url


def _wait_until_ready(url: str, server: subprocess.Popen[str], log: TextIO) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health/ready", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    log.seek(0)
    pytest.fail(f"the server did not come up:\n{log.read()}")


@contextmanager
def _postgres_server() -> Iterator[PostgresServer]:
    """Start a server, or skip; it is gone at the end."""
    if not INSTALLED:
        pytest.skip("install postgresql-15-postgis-3 to run this test")
    with tempfile.TemporaryDirectory(prefix="geoservice-pg-") as name:
        server = PostgresServer(Path(name))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgis() -> Iterator[str]:
    """Start a private server with PostGIS; return its connection string, or skip."""
    with _postgres_server() as server:
        yield server.dsn


@pytest.fixture(scope="module")
def own_postgis() -> Iterator[PostgresServer]:
    """Start a server of a module's own, which its tests may stop and start."""
    with _postgres_server() as server:
        yield server


_STEP = 0.0036
"""Degrees between the town's streets: at the equator, where one degree is as long in both directions."""

_TOWN_STUDY = """\
id = "town"
synthetic = true
title = { zh = "方格小镇", en = "Grid town" }
levels = ["county", "township"]
modes = ["walk"]
minutes = [5, 10, 15, 20]
snap_metres = 100
cell_metres = 250

[[services]]
id = "checkup"
standard_minutes = 15
title = { zh = "体检", en = "Check-up" }
"""
# 300 s for 0.0036 degrees of the sphere of radius 6 371 008.8 m: every block is five minutes long, to the millisecond
_TOWN_SPEEDS = "[walk.highway]\nresidential = 4.803627466088621\n"


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files of a town whose answers are known: 5 x 5 junctions, five minutes on foot between neighbours.

    Junction ``(i, j)`` lies at ``(10 + 0.0036 i, 0.0036 j)``. Station A is at (0, 0), B at (4, 4) with five minutes to set up.
    At every junction live ten residents' households of ``1 + i`` persons; where ``i + j`` is even also ten of migrants, of one
    person each. Ten households are in the middle of the first block and ten far east of all streets. ``population.csv`` has the
    same people as public points. Township W has the columns 0 to 2, E the others.
    """
    folder = tmp_path_factory.mktemp("town")
    (folder / "study.toml").write_text(_TOWN_STUDY, encoding="utf-8")
    (folder / "speeds.toml").write_text(_TOWN_SPEEDS, encoding="utf-8")
    _town_streets(folder / "streets.osm.pbf")
    _town_areas(folder / "areas.geojson")
    far = 10 + 8 * _STEP
    stations = [("A", "A", "county", "checkup", 500, 0, 10.0, 0.0), ("B", "B", "village", "checkup", 90, 300, 10.0144, 0.0144)]
    _write_csv(folder / "stations.csv", "id name tier services capacity start_delay_s lon lat", stations)
    homes = [(10 + _STEP * i, _STEP * j, 1 + i, "W" if i < 3 else "E") for i in range(5) for j in range(5) for _ in range(10)]
    homes += [(10 + _STEP * i, _STEP * j, 1, "X") for i in range(5) for j in range(i % 2, 5, 2) for _ in range(10)]
    homes += [(10 + _STEP / 2, _STEP / 2, 1, "W")] * 10 + [(far, _STEP, 1, "E")] * 10
    rows = [(f"K{n:03d}", f"{lon:.7f}", f"{lat:.7f}", *rest) for n, (lon, lat, *rest) in enumerate(homes)]
    _write_csv(folder / "households.csv", "register_key lon lat persons registered_area", rows)
    points: dict[tuple[float, float], list[int]] = {}
    for lon, lat, persons, _ in homes:
        sums = points.setdefault((lon, lat), [0, 0])
        sums[0], sums[1] = sums[0] + persons, sums[1] + 1
    counted = [(f"p{n:02d}", f"{lon:.7f}", f"{lat:.7f}", *sums) for n, ((lon, lat), sums) in enumerate(points.items())]
    _write_csv(folder / "population.csv", "id lon lat persons households", counted)
    return folder


def _write_csv(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(), *rows])


def _town_streets(path: Path) -> None:
    lines = [[5 * i + j for j in range(5)] for i in range(5)] + [[5 * i + j for i in range(5)] for j in range(5)]
    with osmium.SimpleWriter(str(path)) as out:
        for n in range(25):
            out.add_node(mutable.Node(id=n + 1, location=(10 + _STEP * (n // 5), _STEP * (n % 5)), version=1, visible=True))
        for number, line in enumerate(lines, 1):
            nodes = [n + 1 for n in line]
            out.add_way(mutable.Way(id=number, nodes=nodes, tags={"highway": "residential"}, version=1, visible=True))


def _town_areas(path: Path) -> None:
    west, middle, east, south, north = 9.99, 10 + 2.5 * _STEP, 10.04, -0.01, 0.025

    def area(code: str, level: str, parent: str | None, left: float, right: float) -> dict[str, Any]:
        ring = [[left, south], [right, south], [right, north], [left, north], [left, south]]
        properties = {"code": code, "name": code, "level": level, "parent": parent}
        return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    features = [
        area("T", "county", None, west, east),
        area("W", "township", "T", west, middle),
        area("E", "township", "T", middle, east),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start a browser that reaches this machine alone.

    Playwright keeps an event loop in the thread as long as it is there: tests of other modules that run one need it gone.
    """
    if not CHROMIUM.exists():
        pytest.skip("install chromium to run this test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()

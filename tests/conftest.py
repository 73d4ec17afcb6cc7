"""Fixtures for all tests."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import psycopg
import pytest


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
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the Helsinki demo, published, as `geoservice demo helsinki` leaves it; its output is in demo.log beside it."""

    def build(folder: Path) -> None:
        done = _geoservice("demo", "helsinki", "--out", folder)
        folder.with_suffix(".log").write_text(done.stdout + done.stderr, encoding="utf-8")

    with _built_once(tmp_path_factory, "helsinki", build) as folder:
        yield folder


@pytest.fixture(scope="session")
def demo_server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo with real worker processes on a free port; yields the base URL without a slash at its end."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    log = (tmp_path_factory.mktemp("serve") / "serve.log").open("w+")
    command = [sys.executable, "-m", "geoservice", "serve", "--home", str(demo_home), "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, server, log)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        log.close()


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


_POSTGRES = Path("/usr/lib/postgresql/15/bin")


def _as_postgres(*command: str) -> None:
    """Run a server program; PostgreSQL refuses to run as root, so root hands over to the user ``postgres``."""
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, str(_POSTGRES / command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgis() -> Iterator[str]:
    """Start a private server with PostGIS, reached by a socket alone; return its connection string, or skip."""
    if not (_POSTGRES / "initdb").exists() or not Path("/usr/share/postgresql/15/extension/postgis.control").exists():
        pytest.skip("install postgresql-15-postgis-3 to run this test")
    with tempfile.TemporaryDirectory(prefix="geoservice-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, log = str(folder / "data"), str(folder / "log")
        _as_postgres("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60 -c shared_buffers=64MB"
        _as_postgres("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            dsn = f"host={folder} user=postgres dbname=postgres"
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
            yield dsn
        finally:
            _as_postgres("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")

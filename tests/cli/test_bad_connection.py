"""A wrong connection string: every command names the variable and the remedy within seconds, and no password."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from district import AREAS
from postgres_server import PostgresServer
from tcp_proxy import Proxy

from geoservice.cli.template import STUDY
from geoservice.release import open_store, prepare_roles

pytestmark = pytest.mark.postgis
PASSWORD = "hunter2"
SOON_S = 100.0
"""Python starts and a server that says nothing is given five seconds."""


@pytest.fixture(scope="module")
def port(own_postgis: PostgresServer) -> Iterator[int]:
    """Let roles in through TCP by their passwords alone."""
    own_postgis.allow("local all badly_known scram-sha-256", "local all badly_barred reject")
    with psycopg.connect(own_postgis.dsn, autocommit=True) as connection:
        for name in ("badly_known", "badly_barred", "badly_foreign", "badly_http"):
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'right'".encode())
        connection.execute("CREATE ROLE badly_idle NOLOGIN")
        connection.execute("CREATE DATABASE empty")
    with closing(open_store(Path(), own_postgis.dsn, "badly", read_only=False)) as store, suppress(Exception):
        store.current()
    prepare_roles(own_postgis.dsn, "badly", "badly_http")
    with closing(Proxy(own_postgis.socket)) as proxy:
        yield proxy.port


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.append(listening.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        for end in held:
            end.close()


BAD = {
    "unreadable": ("hunter2", "cannot be read; allowed is host="),
    "no number": ("host=127.0.0.1 port=five password=hunter2", "cannot be read; allowed is host="),
    "url cut off": ("postgresql://badly_http:hunter2@[::1/postgres", "cannot be read; allowed is host="),
    "host": ("host=nowhere.invalid user=badly_http password=hunter2", "the host name is not known; correct host="),
    "port": ("host=127.0.0.1 port=1 user=badly_http password=hunter2", "no server responds at the host and port"),
    "silence": ("host=127.0.0.1 port=%(s)s user=badly_http password=hunter2", "no server responds at the host and port"),
    "password": (
        "host=127.0.0.1 port=%(p)s dbname=postgres user=badly_known password=hunter2",
        "correct user= and password=",
    ),
    "no password": ("host=127.0.0.1 port=%(p)s dbname=postgres user=badly_known", "add password="),
    "role": ("host=127.0.0.1 port=%(p)s dbname=postgres user=hunter2", "has no such role; correct user="),
    "role that may not": ("host=127.0.0.1 port=%(p)s dbname=postgres user=badly_idle", "ALTER ROLE ... LOGIN"),
    "barred role": ("host=127.0.0.1 port=%(p)s dbname=postgres user=badly_barred password=hunter2", "pg_hba.conf"),
    "database": ("host=127.0.0.1 port=%(p)s dbname=hunter2 user=badly_http", "no such database; correct dbname="),
}
SERVED = {
    "no schema": (
        "host=127.0.0.1 port=%(p)s dbname=empty user=badly_http password=hunter2",
        "has no schema badly_releases;",
    ),
    "no right": ("host=127.0.0.1 port=%(p)s dbname=postgres user=badly_foreign password=hunter2", "geoservice grant ROLE"),
}


@pytest.fixture
def run(port: int, silent: int, tmp_path: Path) -> Callable[..., tuple[int, str, float]]:
    """Run a command with the variable set; returns its code, all that it printed and how long it took."""

    def go(variable: str, dsn: str, *words: object, home: Path = tmp_path) -> tuple[int, str, float]:
        environment = {
            **os.environ,
            variable: dsn % {"p": port, "s": silent},
            "GEOSERVICE_SCHEMA_PREFIX": "badly",
            "GEOSERVICE_HOME": str(home),
            "GEOSERVICE_PORT": "0",
            "PGCONNECT_TIMEOUT": "",
        }
        began = time.monotonic()
        command = [sys.executable, "-m", "geoservice", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - began

    return go


@pytest.mark.parametrize(("dsn", "reason"), [*BAD.values(), *SERVED.values()], ids=[*BAD, *SERVED])
def test_serve_does_not_start(run: Callable[..., Any], dsn: str, reason: str) -> None:
    code, text, seconds = run("GEOSERVICE_SERVE_DSN", dsn, "serve")
    assert code > 0
    assert seconds < SOON_S
    assert "GEOSERVICE_SERVE_DSN: " in text
    assert reason in text
    assert PASSWORD not in text
    assert "Traceback" not in text


COMMANDS = ("doctor", "import", "publish", "rollback", "protect", "token list", "init")


def ends_before_its_work(run: Callable[..., Any], folder: Path, words: str, dsn: str, reason: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "areas.geojson").write_text(AREAS, encoding="utf-8")
    if words != "init":
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    more = {"import": ("areas", folder / "areas.geojson"), "init": (folder / "new",)}.get(words, ())
    code, text, seconds = run("GEOSERVICE_DSN", dsn, *words.split(), *more, home=folder)
    assert code > 0
    assert seconds < SOON_S
    assert "GEOSERVICE_DSN: " in text
    assert reason in text
    assert PASSWORD not in text
    assert "Traceback" not in text
    assert not (folder / "new" / "study.toml").exists()


@pytest.mark.parametrize(("dsn", "reason"), [BAD["password"], BAD["unreadable"]], ids=["password", "bad"])
@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_ends_before_its_work(run: Callable[..., Any], tmp_path: Path, words: str, dsn: str, reason: str) -> None:
    ends_before_its_work(run, tmp_path, words, dsn, reason)


def test_commands_end_if_the_server_is_silent(run: Callable[..., Any], tmp_path: Path) -> None:
    """All at the same time, since each waits for seconds."""
    with ThreadPoolExecutor(len(COMMANDS)) as pool:
        ends = [pool.submit(ends_before_its_work, run, tmp_path / w.split()[0], w, *BAD["silence"]) for w in COMMANDS]
        for end in ends:
            end.result()

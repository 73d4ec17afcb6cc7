"""A real service whose PostgreSQL goes away: a 503 for the public within two seconds; within five it has recovered."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asking import given
from postgres_server import PostgresServer
from tcp_proxy import Proxy

from geoservice.errors import DATA_UNAVAILABLE
from geoservice.release import open_store, prepare_roles
from geoservice.server.access import open_access

pytestmark = pytest.mark.postgis
SOON_S, BACK_S = 10.0, 5.0
ROLE = "away_http"
PASSWORD = "hunter2-of-the-office"
PUBLIC = (
    "/collections?f=json",
    "/collections/stations/items?limit=3",
    "/tiles/coverage/10/583/296.mvt",
    "/tiles/coverage/9/291/148.mvt",
    "/styles/map",
    "/manifest",
)
MOMENT = re.compile(rb'"timeStamp":"[^"]*"')
NEVER = (
    PASSWORD,
    ROLE,
    "postgres",
    "127.0.0.1",
    "host=",
    "geoservice ",
    "psycopg",
    "max_connections",
    "server",
    "pool",
    "connection",
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


def ask(url: str, **headers: str) -> Answer:
    began = time.monotonic()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            status, response_headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, response_headers, body = error.code, error.headers, error.read()
    return Answer(status, {k.lower(): v for k, v in response_headers.items()}, body, time.monotonic() - began)


@dataclass(frozen=True)
class Office:
    """A service with a proxy between it and PostgreSQL."""

    url: str
    log: Path
    server: PostgresServer
    proxy: Proxy
    token: str

    def ask(self, path: str, **headers: str) -> Answer:
        return ask(self.url + path, **headers)

    def outages(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [line for line in lines if line["event"].startswith("releases: ")]


@pytest.fixture(scope="module")
def office(
    own_postgis: PostgresServer, content: Callable[..., Any], serve: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    store = open_store(Path(), own_postgis.dsn, "away", read_only=False)
    store.write(content())
    store.close()
    with psycopg.connect(own_postgis.dsn, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
    prepare_roles(own_postgis.dsn, "away", ROLE)
    access = open_access(Path(), own_postgis.dsn, "away", owner=True)
    token = given(access)
    access.grant(ROLE)
    access.close()
    with closing(Proxy(own_postgis.socket)) as proxy:
        environment = {
            "GEOSERVICE_SERVE_DSN": f"{proxy.dsn(own_postgis.dsn)} user={ROLE} password={PASSWORD}",
            "GEOSERVICE_SCHEMA_PREFIX": "away",
            "GEOSERVICE_NOTICE_SECONDS": "0",
            "GEOSERVICE_RATE_LIMIT": "",
        }
        with serve(tmp_path_factory.mktemp("away"), **environment) as served:
            yield Office(served.url, served.log, own_postgis, proxy, token)


@contextmanager
def dead_link(office: Office) -> Iterator[None]:
    office.proxy.hold()
    yield
    office.proxy.release()


@contextmanager
def stopped(office: Office) -> Iterator[None]:
    office.server.stop("fast")
    yield
    office.server.start()


@contextmanager
def full(office: Office) -> Iterator[None]:
    """Close the service's connections and occupy all others."""
    with psycopg.connect(office.server.dsn, autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0".encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
        yield
        admin.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1".encode())


@contextmanager
def barred(office: Office) -> Iterator[None]:
    """Revoke the grants of the role, as an administrator might by mistake."""
    with psycopg.connect(office.server.dsn, autocommit=True) as admin:
        for schema in ("away_releases", "away_release_1"):
            admin.execute(f"REVOKE USAGE ON SCHEMA {schema} FROM {ROLE}".encode())
        yield
        for schema in ("away_releases", "away_release_1"):
            admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}".encode())


WAYS = [dead_link, stopped, full, barred]


def well(office: Office) -> None:
    until = time.monotonic() + BACK_S
    token = {"Authorization": f"Bearer {office.token}"}
    while any(office.ask(path, **token).status != 200 for path in (*PUBLIC, "/collections/secret/items", "/health/ready")):
        assert time.monotonic() < until, "back within five seconds"
        time.sleep(0.05)


@pytest.mark.parametrize("way", WAYS)
def test_public_requests_get_a_503_soon_without_advice(office: Office, way: Any) -> None:
    well(office)
    token = {"Authorization": f"Bearer {office.token}"}
    with way(office):
        time.sleep(1)  # what was answered before is good for so long
        with ThreadPoolExecutor(32) as pool:
            paths = [*PUBLIC * 8, "/health/ready", "/health/live"]
            answers = list(pool.map(office.ask, paths))
            answers += list(pool.map(lambda path: office.ask(path, **token), paths))
        for path, answer in zip(paths * 2, answers, strict=True):
            assert answer.seconds < SOON_S, path
            assert answer.status == (200 if path == "/health/live" else 503), path
            if path == "/health/live":
                continue
            assert answer.headers["content-type"] == "application/problem+json"
            assert 0 < int(answer.headers["retry-after"]) <= 5
            content = json.loads(answer.body)
            assert content["detail"] in {
                DATA_UNAVAILABLE,
                "tokens cannot be checked at the moment; public layers can be read without one",
            }
            assert not [secret for secret in NEVER if secret in answer.body.decode()]
            if path == "/health/ready":
                assert content["dependencies"]["releases"] == "away"
    well(office)


@pytest.mark.parametrize("way", WAYS)
def test_the_log_has_the_reason_once_and_the_recovery(office: Office, way: Any) -> None:
    well(office)
    before = len(office.outages())
    with way(office):
        for _ in range(20):
            office.ask(PUBLIC[1])
    well(office)
    lines = office.outages()[before:]
    assert [line["event"] for line in lines if line["event"] == "releases: back"] == ["releases: back"]
    away = [line["reason"] for line in lines if line["event"] == "releases: away"]
    assert away
    assert len(away) == len(set(away)) <= 3
    assert all(reason.startswith("database: ") for reason in away)
    assert PASSWORD not in office.log.read_text(encoding="utf-8")
    assert not re.search(r"127\.0\.0\.1|user=|FATAL", json.dumps(lines))


def test_a_restart_under_load_gives_correct_responses_or_503(office: Office) -> None:
    well(office)
    right = {path: MOMENT.sub(b"", office.ask(path).body) for path in PUBLIC}
    restarted: list[float] = []

    def load(path: str) -> list[Answer]:
        answers = []
        while not restarted or time.monotonic() < restarted[0] + BACK_S + 1:
            answers.append(office.ask(path))
            time.sleep(0.02)
            if restarted and time.monotonic() > restarted[0] + BACK_S:
                assert answers[-1].status == 200, "back within five seconds"
        return answers

    with ThreadPoolExecutor(len(PUBLIC)) as pool:
        running = [pool.submit(load, path) for path in PUBLIC]
        time.sleep(1)
        office.server.stop("immediate")
        time.sleep(3)
        office.server.start()
        restarted.append(time.monotonic())
        for path, answers in zip(PUBLIC, running, strict=True):
            for answer in answers.result():
                assert answer.status in {200, 503}
                assert answer.seconds < SOON_S
                if answer.status == 200:
                    assert MOMENT.sub(b"", answer.body) == right[path]
                else:
                    assert "retry-after" in answer.headers
            assert {answer.status for answer in answers.result()} == {200, 503}

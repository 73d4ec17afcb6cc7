"""An unavailable server, in every way: callers get an error within two seconds, and results again once it is back."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres_server import PostgresServer
from tcp_proxy import Proxy

from geoservice.db.postgis import PostGIS
from geoservice.errors import DATA_UNAVAILABLE, GeoserviceError, Unavailable

pytestmark = pytest.mark.postgis
SOON_S, BACK_S = 10.0, 30.0


@pytest.fixture
def proxy(own_postgis: PostgresServer) -> Iterator[Proxy]:
    with closing(Proxy(own_postgis.socket)) as proxy:
        yield proxy


@pytest.fixture
def database(own_postgis: PostgresServer, proxy: Proxy) -> Iterator[PostGIS]:
    """A database through the proxy, as requests use it, with a connection that has been used."""
    with closing(PostGIS(proxy.dsn(own_postgis.dsn), read_only=True, seconds=20)) as database:
        assert one(database) == 1
        yield database


def one(database: PostGIS, statement: str = "SELECT 1") -> Any:
    with database.quick() as session:
        return session.execute(statement)[0][0]


@contextmanager
def fails_soon(reason: str = "does not respond|no server responds|starting or stopping") -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(Unavailable, match=reason) as caught:
        yield
    assert time.monotonic() - began < SOON_S
    assert caught.value.public == DATA_UNAVAILABLE


def back(database: PostGIS) -> None:
    """Wait until the database answers; at most as long as it may take."""
    until = time.monotonic() + BACK_S
    while True:
        try:
            assert one(database) == 1
        except GeoserviceError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def test_a_running_statement_on_a_dead_link_fails_soon(database: PostGIS, proxy: Proxy) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(one, database, "SELECT 1 FROM pg_sleep(30)")
        time.sleep(0.3)
        with fails_soon():
            proxy.hold()
            waiting.result()
    proxy.release()
    back(database)


def test_many_callers_of_a_dead_link_all_fail_soon(database: PostGIS, proxy: Proxy) -> None:
    proxy.hold()

    def late(_: int) -> float:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            one(database)
        return time.monotonic() - began

    with ThreadPoolExecutor(24) as pool:
        assert max(pool.map(late, range(48))) < SOON_S
    proxy.release()
    back(database)


def test_dead_links_are_replaced_by_new_connections(database: PostGIS, proxy: Proxy) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: one(database, "SELECT 1 FROM pg_sleep(0.1)"), range(4))) == [1] * 4
    proxy.hold(new=False)
    with fails_soon():
        one(database)
    assert one(database) == 1


def test_a_long_active_statement_is_not_cancelled(database: PostGIS) -> None:
    assert one(database, "SELECT 1 FROM pg_sleep(2.5)") == 1


def test_a_long_statement_is_not_cancelled_when_no_connection_is_left(own_postgis: PostgresServer) -> None:
    with psycopg.connect(own_postgis.dsn, autocommit=True) as admin:
        admin.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1")
    narrow = own_postgis.dsn.replace("user=postgres", "user=narrow")
    with closing(PostGIS(narrow, read_only=True, seconds=20)) as lonely:
        assert one(lonely, "SELECT 1 FROM pg_sleep(2)") == 1
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(one, lonely, "SELECT 1 FROM pg_sleep(2)")
            time.sleep(0.3)
            with fails_soon("no connection left"):
                one(lonely)
            assert waiting.result() == 1


def test_a_refused_connection_fails_soon(database: PostGIS, proxy: Proxy) -> None:
    proxy.close()
    for _ in range(3):
        with fails_soon():
            one(database)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_restarts_is_used_again(own_postgis: PostgresServer, database: PostGIS, mode: str) -> None:
    own_postgis.stop(mode)
    for _ in range(8):
        with fails_soon():
            one(database)
    own_postgis.start()
    back(database)


def test_a_restart_between_queries_is_not_noticed(own_postgis: PostgresServer, database: PostGIS) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: one(database, "SELECT 1 FROM pg_sleep(0.1)"), range(4))) == [1] * 4
    own_postgis.stop("fast")
    own_postgis.start()
    assert one(database) == 1


def test_a_terminated_statement_affects_no_other(own_postgis: PostgresServer, database: PostGIS) -> None:
    with ThreadPoolExecutor(1) as pool, psycopg.connect(own_postgis.dsn, autocommit=True) as admin:
        waiting = pool.submit(one, database, "SELECT 1 FROM pg_sleep(30)")
        time.sleep(0.3)
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT 1 FROM pg_sleep%'")
        with fails_soon():
            waiting.result()
    assert one(database) == 1


def test_a_server_stopped_by_a_signal_fails_soon(own_postgis: PostgresServer, database: PostGIS) -> None:
    """The kernel goes on to acknowledge and to accept for it."""
    postmaster = int((own_postgis.folder / "data" / "postmaster.pid").read_text().split()[0])
    family = [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(3):
            with fails_soon():
                one(database)
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
    back(database)


def test_the_time_limit_holds_if_the_server_does_not_enforce_it(own_postgis: PostgresServer) -> None:
    began = time.monotonic()
    with closing(PostGIS(own_postgis.dsn, read_only=True, seconds=1)) as database, pytest.raises(Unavailable):
        one(database, "SET statement_timeout = 0; SELECT pg_sleep(60)")
    assert 1 < time.monotonic() - began < 30

"""Queries that exceed the time limit are interrupted, and no others."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from geoservice.db.watchdog import Watchdog
from geoservice.errors import TimedOut

SLOW = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def ask(watchdog: Watchdog, connection: duckdb.DuckDBPyConnection, text: str) -> list[tuple[int]]:
    with connection.cursor() as cursor, watchdog.limit(cursor.interrupt, duckdb.InterruptException):
        return cursor.execute(text).fetchall()


def test_a_slow_query_ends_at_its_time_limit_and_the_next_one_runs(connection: duckdb.DuckDBPyConnection) -> None:
    watchdog, began = Watchdog(0.2), time.monotonic()
    for _ in range(3):
        with pytest.raises(TimedOut, match=r"took longer than 0\.2 s; ask for fewer features or a smaller box"):
            ask(watchdog, connection, SLOW)
        assert ask(watchdog, connection, "SELECT 1") == [(1,)]
    assert time.monotonic() - began < 20


def test_the_interrupt_of_one_query_stops_no_other(connection: duckdb.DuckDBPyConnection) -> None:
    short, long = Watchdog(0.2), Watchdog(60)
    busy = "SELECT count(*) FROM range(20000000) a WHERE hash(a.range) % 7 = 3"
    with ThreadPoolExecutor(2) as pool:
        steady = pool.submit(lambda: [ask(long, connection, busy) for _ in range(3)])
        while not steady.done():
            with pytest.raises(TimedOut):
                ask(short, connection, SLOW)
    assert len(set(map(tuple, steady.result()))) == 1


def test_one_thread_watches_all_queries(connection: duckdb.DuckDBPyConnection) -> None:
    watchdog = Watchdog(60)
    before = threading.active_count()
    for _ in range(50):
        ask(watchdog, connection, "SELECT 1")
    assert threading.active_count() == before + 1


def test_an_interrupt_from_elsewhere_is_passed_on(connection: duckdb.DuckDBPyConnection) -> None:
    threading.Timer(0.2, connection.interrupt).start()
    with pytest.raises(duckdb.InterruptException), Watchdog(60).limit(connection.interrupt, duckdb.InterruptException):
        connection.execute(SLOW)


def test_a_block_that_has_ended_is_not_interrupted() -> None:
    watchdog, calls = Watchdog(0.05), list[float]()
    with watchdog.limit(lambda: calls.append(1), duckdb.InterruptException):
        pass
    time.sleep(0.2)
    assert calls == []

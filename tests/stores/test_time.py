"""Queries to a release that exceed the time limit are cancelled on both stores, and the store stays usable."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geoservice.errors import TimedOut
from geoservice.release import ItemQuery, ReleaseContent, ReleaseStore, open_store
from geoservice.release.reader import Reader

SECONDS = 0.3
SLOW = {
    "duckdb": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3",
    "postgis": "SELECT count(*) FROM generate_series(1, 10000000) a, generate_series(1, 10000000) b WHERE a.a * b.b % 7 = 3",
}


@pytest.fixture
def limited(
    store: ReleaseStore, content: ReleaseContent, tmp_path: Path, dsn: str | None, prefix: str
) -> Iterator[ReleaseStore]:
    store.write(content)
    serving = open_store(tmp_path / "releases", dsn, prefix, seconds=SECONDS)
    yield serving
    serving.close()


def running(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        text = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = %s"
        (row,) = connection.execute(text, [SLOW["postgis"]]).fetchall()
        return int(row[0])


def test_a_slow_query_is_cancelled_and_the_reader_stays_usable(limited: ReleaseStore, dsn: str | None) -> None:
    reader = limited.open()
    assert isinstance(reader, Reader)
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(TimedOut, match=r"took longer than 0\.3 s; ask for fewer features"), reader._session() as session:
            session.execute(SLOW["duckdb" if dsn is None else "postgis"])
        assert reader.items("places", ItemQuery(limit=3)).num_rows == 3
    assert time.monotonic() - began < 20
    if dsn is not None:
        assert running(dsn) == 0
    reader.close()


def sleep_through(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute(SLOW["postgis"].encode())


@pytest.mark.postgis
def test_control_a_running_query_is_counted(postgis: str) -> None:
    """Control: what the test above looks for is there while a question runs."""
    with psycopg.connect(postgis, options="-c statement_timeout=1000", autocommit=True) as connection:
        slow = threading.Thread(target=sleep_through, args=[connection])
        slow.start()
        assert any(running(postgis) or time.sleep(0.02) for _ in range(30))
        slow.join()

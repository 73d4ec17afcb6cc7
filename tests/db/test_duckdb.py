"""DuckDB: spatial without a network, and no access to other files."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
import shapely

from geoservice.db.duckdb import MAX_PARSED_LENGTH, DuckDBSession, open_duckdb, statement_parser, transaction
from geoservice.db.duckdb_file import DuckDBFile
from geoservice.db.lock import file_lock
from geoservice.errors import Conflict


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_duckdb(tmp_path / "a.duckdb")
    yield connection
    connection.close()


def test_spatial_loads_with_no_network_and_an_empty_home(tmp_path: Path) -> None:
    ask = "SELECT ST_AsText(ST_Point(1, 2))"
    code = f"from geoservice.db.duckdb import open_duckdb as o; print(o(None).execute('{ask}').fetchone())"
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:1")
    environment = {**os.environ, **nowhere, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "('POINT (1 2)',)\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "shape",
    ["POINT (1.1 2)", "POINT EMPTY", "POINT Z (1 2 3)", "MULTIPOINT ((1 2))", "POLYGON ((0 0, 1 0, 1 1, 0 0))",
     "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))", "LINESTRING EMPTY"],
)  # fmt: skip
def test_a_geometry_is_returned_as_wkb(connection: duckdb.DuckDBPyConnection, shape: str) -> None:
    text = "SELECT shape, ST_AsWKB(shape) AS wkb FROM (SELECT ST_GeomFromText(?) AS shape)"
    wkb = shapely.to_wkb(shapely.from_wkt(shape), flavor="iso")
    assert connection.execute(text, [shape]).fetchall() == [(wkb, wkb)]
    assert connection.execute(text, [shape]).to_arrow_table().to_pylist() == [{"shape": wkb, "wkb": wkb}]


@pytest.mark.parametrize(
    "escape",
    [
        "SELECT * FROM read_csv('/etc/passwd', sep=':')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM ST_Read('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/geoservice-escape.csv'",
        "ATTACH '/tmp/geoservice-escape.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/any.duckdb_extension'",
        "SET enable_external_access=true",
        "SET allowed_directories=['/']",
        "SET lock_configuration=false",
        "SELECT * FROM 'http://127.0.0.1:1/a.csv'",
    ],
)
def test_no_statement_reaches_files_or_network(connection: duckdb.DuckDBPyConnection, escape: str) -> None:
    with pytest.raises(duckdb.Error):
        connection.execute(escape)


def test_an_error_rolls_back(connection: duckdb.DuckDBPyConnection) -> None:
    def fail() -> None:
        with transaction(connection) as session:
            session.execute("CREATE TABLE t (a INTEGER)")
            session.execute("SELECT * FROM nothing")

    with pytest.raises(duckdb.Error):
        fail()
    assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_readers_share_and_a_writer_waits(tmp_path: Path) -> None:
    file = DuckDBFile(tmp_path / "a.duckdb", wait_s=0.05)
    with file.session(write=True) as session:
        session.execute("CREATE TABLE t AS SELECT 1 AS a")
        with pytest.raises(Conflict, match="another process"), file.session():
            pass
    with file.session() as one, file.session() as two:
        assert one.execute("FROM t") == two.execute("FROM t") == [(1,)]
        with pytest.raises(Conflict), file.session(write=True):
            pass


def test_a_lock_is_released_at_the_end(tmp_path: Path) -> None:
    with file_lock(tmp_path / "lock", exclusive=True, wait_s=0):
        pass
    with file_lock(tmp_path / "lock", exclusive=True, wait_s=0):
        pass


def test_one_file_can_be_opened_by_several_threads(tmp_path: Path) -> None:
    open_duckdb(tmp_path / "a.duckdb").close()
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: open_duckdb(tmp_path / "a.duckdb", read_only=True), range(16)))
    for connection in opened:
        assert connection.execute("SELECT ST_AsText(ST_Point(1, 2))").fetchone() == ("POINT (1 2)",)
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM read_text('/etc/passwd')")
    for connection in opened:
        connection.close()


def test_a_cached_statement_uses_the_values_of_each_query(connection: duckdb.DuckDBPyConnection) -> None:
    parse = statement_parser(connection)

    def ask(i: int) -> list[tuple[int, str]]:
        with connection.cursor() as cursor:
            return DuckDBSession(cursor, parse).execute("SELECT ?, ?", [i, str(i)])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(200))) == [[(i, str(i))] for i in range(200)]


def test_only_short_statements_are_cached(connection: duckdb.DuckDBPyConnection) -> None:
    parse, long = statement_parser(connection), f"SELECT '{'x' * MAX_PARSED_LENGTH}'"
    assert parse("SELECT 1") is parse("SELECT 1")
    assert parse(long) == long
    assert DuckDBSession(connection, parse).execute(long) == [("x" * MAX_PARSED_LENGTH,)]

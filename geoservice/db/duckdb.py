"""DuckDB: connections with the spatial extension and without access to other files, and their transactions."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from geoservice.db.arrow import conform
from geoservice.db.dialect import DUCKDB
from geoservice.durable import disk_full, is_disk_full
from geoservice.errors import Conflict, Unavailable, for_operators

RETRIES = 100
BATCH_ROWS = 65_536
"""Rows in a batch."""
PARSED_STATEMENTS, MAX_PARSED_LENGTH = 64, 4000
"""Cached parsed statements, and the length in characters of the longest one that is cached."""
# The extension is in a wheel whose hash the lock file pins, at a path that no caller can choose. Checking DuckDB's signature
# over its 80 MB as well takes half a second per connection. Once external access is disabled nothing else can be loaded.
_CONFIG: dict[str, Any] = {
    "allow_unsigned_extensions": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def spatial_extension() -> Path:
    """Return the path of the extension in its wheel, so that it is not downloaded."""
    return Path(str(files("duckdb_extension_spatial"))) / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"


def new_duckdb(path: Path, row_group_size: int) -> duckdb.DuckDBPyConnection:
    """Create a database file with the settings of :func:`open_duckdb` and a row-group size in rows (a multiple of 2048).

    A query reads every row group that may hold a match as a whole: DuckDB's default of 122 880 rows suits large queries.
    """
    return _connect_attached({"created": path}, f"(ROW_GROUP_SIZE {row_group_size})", spatial=True)


def copy_duckdb(path: Path, target: Path) -> None:
    """Copy the content of a database file into a new file ``target``, and leave no write-ahead log of either."""
    with closing(_connect_attached({"old": path, "new": target}, "", spatial=False)) as connection:
        connection.execute("COPY FROM DATABASE old TO new")
        for name in ("old", "new"):
            connection.execute(f"CHECKPOINT {name}")


def spill_folder(path: Path) -> Path:
    """Return the folder to which DuckDB spills what does not fit into memory; it is DuckDB's default."""
    return path.with_name(f"{path.name}.tmp")


def _connect_attached(files: Mapping[str, Path], options: str, *, spatial: bool) -> duckdb.DuckDBPyConnection:
    """Open or create database files of one folder under names; the first one is the default."""
    connection, first = duckdb.connect(config=_CONFIG), next(iter(files))
    for name, path in files.items():
        connection.execute(f"ATTACH {_path_literal(path)} AS {name} {options}")
    connection.execute(f"USE {first}")
    connection.execute(f"SET temp_directory={_path_literal(spill_folder(files[first]))}")
    _forbid_external_access(connection, files[first], spatial=spatial)
    return connection


def open_duckdb(
    path: Path | None, read_only: bool = False, spatial: bool = True, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, with no access to other files or the network; no statement can change that.

    ``threads`` limits the threads of one query; a file that is open already keeps its settings.
    """
    config: dict[str, Any] = {**_CONFIG, **({"threads": threads} if threads else {})}
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    for _ in range(RETRIES):
        try:
            if not _setting(connection, "lock_configuration"):
                _forbid_external_access(connection, path if path and not read_only else None, spatial)
        except duckdb.Error:
            # Another thread has just opened the same file and is configuring the instance that DuckDB shares between both.
            time.sleep(0.02)
        else:
            return connection
    connection.close()
    raise Conflict("database: it cannot be opened, or external access cannot be disabled")


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.execute("SELECT current_setting(?)", [name]).fetchall()[0][0])


def _forbid_external_access(connection: duckdb.DuckDBPyConnection, file: Path | None, spatial: bool) -> None:
    if spatial:
        connection.load_extension(str(spatial_extension()))
    # DuckDB may still spill into the folder of the file: a big sort must not fail.
    folder = "" if file is None else _path_literal(file.parent)
    connection.execute(f"SET allowed_directories=[{folder}]")
    if _setting(connection, "enable_progress_bar"):  # in a notebook it is off, and setting it is an error
        connection.execute("SET enable_progress_bar=false")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def _path_literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


Parse = Callable[[str], str | duckdb.Statement]


def statement_parser(connection: duckdb.DuckDBPyConnection) -> Parse:
    """Return a function that parses each short statement only once: parsing is a seventh of the time of a small query."""
    cached_parse = lru_cache(PARSED_STATEMENTS)(lambda sql: connection.extract_statements(sql)[0])
    return lambda sql: cached_parse(sql) if len(sql) <= MAX_PARSED_LENGTH else sql


def in_batches(rows: pa.Table) -> pa.Table:
    """Return the same rows in batches, which DuckDB reads in parallel, one thread for each batch."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=BATCH_ROWS), rows.schema)


class DuckDBSession:
    """A transaction on an open connection; ``parse`` is a cache for repeated statements."""

    dialect = DUCKDB

    def __init__(self, connection: duckdb.DuckDBPyConnection, parse: Parse = str) -> None:
        self._connection, self._parse = connection, parse

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        rows: list[tuple[Any, ...]] = self._connection.execute(self._parse(sql), list(values)).fetchall()
        return rows

    def fetch(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its rows in ``schema``."""
        return conform(self._connection.execute(sql, list(values)).to_arrow_table(), schema)

    scan = fetch

    def append(self, table: str, rows: pa.Table) -> None:
        """Add the rows of an Arrow table; columns are matched by name, and missing ones are null."""
        quoted = [f'"{c}"' if c in rows.column_names else "NULL" for c in self._connection.table(table).columns]
        self._connection.from_arrow(in_batches(rows)).project(", ".join(quoted)).insert_into(table.replace('"', ""))


@contextmanager
def domain_errors(folder: Path) -> Iterator[None]:
    """Translate DuckDB's errors about files into :mod:`geoservice.errors`; ``folder`` is that of the database file."""
    try:
        yield
    except duckdb.Error as e:  # a commit on a full disk is a TransactionException
        if is_disk_full(e):
            raise disk_full("database", folder) from None
        if isinstance(e, (duckdb.IOException, duckdb.FatalException)):
            text = "database: its file cannot be opened, read or written; nothing was changed"
            raise for_operators(Unavailable(text)) from None
        raise


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[DuckDBSession]:
    """Open a transaction: commit at the end of the block, roll back if it raises."""
    connection.begin()
    try:
        yield DuckDBSession(connection)
    except BaseException:
        with suppress(duckdb.Error):  # after a full disk the transaction has ended already
            connection.rollback()
        raise
    connection.commit()


@contextmanager
def memory_session() -> Iterator[DuckDBSession]:
    """Open a transaction on a database in memory that exists only for the block."""
    with closing(open_duckdb(None, spatial=False)) as connection, transaction(connection) as session:
        yield session

"""DuckDB: connections with the spatial extension out of its wheel and no way to other files, and their transactions."""

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
from geoservice.durable import disk_full, is_full
from geoservice.errors import Conflict, Unavailable, for_operators

RETRIES = 100
TOGETHER = 65_536
"""Rows of a batch."""
KEPT, LONG = 64, 4000
"""Statements that are kept parsed, and the most characters of one."""
# The extension comes out of a wheel whose hash the lock file pins, from a path that no caller can choose: checking DuckDB's
# signature over its 80 MB as well takes half a second a connection. Once the doors are shut nothing else can be loaded.
_CONFIG: dict[str, Any] = {
    "allow_unsigned_extensions": "true",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def spatial_extension() -> Path:
    """Return the extension's file in its wheel, so that no network is asked for it."""
    return Path(str(files("duckdb_extension_spatial"))) / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"


def new_duckdb(path: Path, together: int) -> duckdb.DuckDBPyConnection:
    """Make a database file as :func:`open_duckdb` would, whose tables keep ``together`` rows in one stretch (of 2048).

    A question reads the whole of each stretch that it may find something in: DuckDB's own 122 880 rows are for large questions.
    """
    return _attached({"made": path}, f"(ROW_GROUP_SIZE {together})", spatial=True)


def copy_duckdb(path: Path, aside: Path) -> None:
    """Copy what a database file holds into a new file, and leave no log beside either."""
    with closing(_attached({"old": path, "fresh": aside}, "", spatial=False)) as connection:
        connection.execute("COPY FROM DATABASE old TO fresh")
        for name in ("old", "fresh"):
            connection.execute(f"CHECKPOINT {name}")


def spill_of(path: Path) -> Path:
    """Return the folder in which DuckDB puts what does not fit into memory: where it puts it by itself."""
    return path.with_name(f"{path.name}.tmp")


def _attached(files: Mapping[str, Path], options: str, *, spatial: bool) -> duckdb.DuckDBPyConnection:
    """Open database files of one folder, or make them, under names; the first one is in use."""
    connection, first = duckdb.connect(config=_CONFIG), next(iter(files))
    for name, path in files.items():
        connection.execute(f"ATTACH {_text(path)} AS {name} {options}")
    connection.execute(f"USE {first}")
    connection.execute(f"SET temp_directory={_text(spill_of(files[first]))}")
    _shut(connection, files[first], spatial=spatial)
    return connection


def open_duckdb(
    path: Path | None, read_only: bool = False, spatial: bool = True, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Open a database file, or one in memory, that can reach no other file and no network, and cannot be told otherwise.

    ``threads`` bounds those of one query; a file that is open already keeps what it was opened with.
    """
    config: dict[str, Any] = {**_CONFIG, **({"threads": threads} if threads else {})}
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    for _ in range(RETRIES):
        try:
            if not _setting(connection, "lock_configuration"):
                _shut(connection, path if path and not read_only else None, spatial)
        except duckdb.Error:
            # Another thread opened the same file a moment ago: DuckDB gives both the one instance, whose doors it is shutting.
            time.sleep(0.02)
        else:
            return connection
    connection.close()
    raise Conflict("database: it cannot be opened, or its doors cannot be shut")


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.execute("SELECT current_setting(?)", [name]).fetchall()[0][0])


def _shut(connection: duckdb.DuckDBPyConnection, file: Path | None, spatial: bool) -> None:
    if spatial:
        connection.load_extension(str(spatial_extension()))
    # A spill beside the file is the one thing DuckDB may still write: a big sort must not fail.
    folder = "" if file is None else _text(file.parent)
    connection.execute(f"SET allowed_directories=[{folder}]")
    if _setting(connection, "enable_progress_bar"):  # in a notebook it is off, and may not even be mentioned
        connection.execute("SET enable_progress_bar=false")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


Parse = Callable[[str], str | duckdb.Statement]


def parser(connection: duckdb.DuckDBPyConnection) -> Parse:
    """Return what parses a short statement the first time it comes: of a small question that is a seventh of the work."""
    parsed = lru_cache(KEPT)(lambda sql: connection.extract_statements(sql)[0])
    return lambda sql: parsed(sql) if len(sql) <= LONG else sql


def in_batches(rows: pa.Table) -> pa.Table:
    """Return the same rows in batches, which DuckDB's threads read side by side; it reads one batch on one thread."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=TOGETHER), rows.schema)


class DuckDBSession:
    """A transaction on an open connection; ``parse`` is for statements that come again and again."""

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
        """Add the rows of an Arrow table, its columns by name; those it lacks stay null."""
        quoted = [f'"{c}"' if c in rows.column_names else "NULL" for c in self._connection.table(table).columns]
        self._connection.from_arrow(in_batches(rows)).project(", ".join(quoted)).insert_into(table.replace('"', ""))


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn a full disk and the like into an error of the house's; ``folder`` is where the database's file is."""
    try:
        yield
    except duckdb.Error as e:  # a commit that finds no room is a TransactionException
        if is_full(e):
            raise disk_full("database", folder) from None
        if isinstance(e, (duckdb.IOException, duckdb.FatalException)):
            text = "database: its file cannot be opened, read or written; nothing was changed"
            raise for_operators(Unavailable(text)) from None
        raise


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[DuckDBSession]:
    """Commit at the end of the block, roll back when it raises."""
    connection.begin()
    try:
        yield DuckDBSession(connection)
    except BaseException:
        with suppress(duckdb.Error):  # after a full disk there is nothing left to roll back
            connection.rollback()
        raise
    connection.commit()


@contextmanager
def memory_session() -> Iterator[DuckDBSession]:
    """Open a transaction on a database in memory, which is gone with it."""
    with closing(open_duckdb(None, spatial=False)) as connection, transaction(connection) as session:
        yield session

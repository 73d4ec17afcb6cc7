"""A private DuckDB file: opened for one transaction at a time, and rewritten to remove deleted rows."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geoservice.db.dialect import DUCKDB
from geoservice.db.duckdb import DuckDBSession, copy_duckdb, domain_errors, open_duckdb, spill_folder, transaction
from geoservice.db.lock import file_lock
from geoservice.durable import sync
from geoservice.errors import Unavailable

WAIT_S = 5.0


class DuckDBFile:
    """A private database file, open during transactions only, so that several processes can take turns."""

    dialect = DUCKDB

    def __init__(self, path: Path, wait_s: float = WAIT_S, spatial: bool = False) -> None:
        self._path, self._wait_s, self._spatial = path, wait_s, spatial

    def exists(self) -> bool:
        """Whether the file exists."""
        return self._path.exists()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[DuckDBSession]:
        """Open a transaction: readers share the file, a writer has an exclusive lock."""
        with file_lock(self._path.with_suffix(".lock"), write, self._wait_s), domain_errors(self._path.parent):
            connection = open_duckdb(self._path, not write, self._spatial)
            try:
                with transaction(connection) as session:
                    yield session
            finally:
                connection.close()

    def vacuum(self, tables: Sequence[str]) -> None:  # noqa: ARG002 - DuckDB can only rewrite a whole file
        """Rewrite the file, so that no deleted row stays in it."""
        with file_lock(self._path.with_suffix(".lock"), True, self._wait_s), domain_errors(self._path.parent):
            rewrite_database(self._path)

    def close(self) -> None:
        """Do nothing: no connection is open between transactions."""


def rewrite_database(path: Path) -> None:
    """Replace a database file atomically by a copy without free pages; the caller has an exclusive lock.

    Deleted rows stay in free pages of DuckDB's file. A process that is killed leaves the old file or the new one, complete.
    """
    copy = path.with_name(f"{path.name}.new")
    shutil.rmtree(spill_folder(path), ignore_errors=True)  # rows that a killed process spilled to the disk
    _remove(copy)
    try:
        copy_duckdb(path, copy)
        if wal_path(path).exists():  # DuckDB would apply it to the new file
            raise Unavailable("database: its write-ahead log cannot be merged into its file; nothing was changed")
        copy.chmod(path.stat().st_mode)
        sync(copy)
        copy.replace(path)
    finally:
        _remove(copy)
    sync(path.parent)


def _remove(path: Path) -> None:
    for file in (path, wal_path(path)):
        file.unlink(missing_ok=True)


def wal_path(path: Path) -> Path:
    """Return the path of a file's write-ahead log."""
    return path.with_name(f"{path.name}.wal")

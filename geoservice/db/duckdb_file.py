"""A private DuckDB file: opened for one transaction at a time, and written anew to forget what was deleted."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from geoservice.db.dialect import DUCKDB
from geoservice.db.duckdb import DuckDBSession, copy_duckdb, open_duckdb, spill_of, told, transaction
from geoservice.db.lock import locked
from geoservice.durable import sync
from geoservice.errors import Unavailable

WAIT_S = 5.0


class DuckDBFile:
    """A private database file. It is open for a transaction only, so that several processes can take turns."""

    dialect = DUCKDB

    def __init__(self, path: Path, wait_s: float = WAIT_S, spatial: bool = False) -> None:
        self._path, self._wait_s, self._spatial = path, wait_s, spatial

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._path.exists()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[DuckDBSession]:
        """Hold the file for one transaction: readers share it, a writer has it alone."""
        with locked(self._path.with_suffix(".lock"), write, self._wait_s), told(self._path.parent):
            connection = open_duckdb(self._path, not write, self._spatial)
            try:
                with transaction(connection) as session:
                    yield session
            finally:
                connection.close()

    def vacuum(self, tables: Sequence[str]) -> None:  # noqa: ARG002 - of a file nothing less than the whole can be written anew
        """Write the file anew, so that it holds nothing of deleted rows."""
        with locked(self._path.with_suffix(".lock"), True, self._wait_s), told(self._path.parent):
            rewrite(self._path)

    def close(self) -> None:
        """Nothing is held between transactions."""


def rewrite(path: Path) -> None:
    """Copy a database into a new file and put that in the place of the old one, by one step; the caller has it alone.

    A process that is killed leaves the old file or the new one, whole. What DuckDB deletes stays in free pages of its file.
    """
    aside = path.with_name(f"{path.name}.new")
    shutil.rmtree(spill_of(path), ignore_errors=True)  # rows that a killed process had put on the disk
    _remove(aside)
    try:
        copy_duckdb(path, aside)
        if log_of(path).exists():  # it would be taken for the new file's
            raise Unavailable("database: its log cannot be brought into its file; nothing was changed")
        aside.chmod(path.stat().st_mode)
        sync(aside)
        aside.replace(path)
    finally:
        _remove(aside)
    sync(path.parent)


def _remove(path: Path) -> None:
    for left in (path, log_of(path)):
        left.unlink(missing_ok=True)


def log_of(path: Path) -> Path:
    """Return the write-ahead log that DuckDB keeps beside a file."""
    return path.with_name(f"{path.name}.wal")

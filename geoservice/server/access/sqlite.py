"""The access store of a project folder: one SQLite file, readable by its owner only, shared by the serving processes."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from geoservice.durable import disk_full, has_room, is_disk_full
from geoservice.errors import Forbidden, Unavailable

WAIT_S = 5


class SQLiteSession:
    """A transaction on the single connection of this process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        return self._connection.execute(sql, values).fetchall()


class SQLiteFile:
    """The access database in a SQLite file, which the first writer creates."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def exists(self) -> bool:
        """Whether the file exists."""
        return self._path.exists()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[SQLiteSession]:
        """Open a transaction; a writer waits for other writers, and threads of one process take turns."""
        with self._lock, _domain_errors(self._path.parent):
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield SQLiteSession(connection)
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk may have rolled it back already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            _make_private(self._path)
            self._connection = sqlite3.connect(self._path, WAIT_S, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
                self._connection.execute(f"PRAGMA {pragma}")
        return self._connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _make_private(path: Path) -> None:
    """Create the folder and the file if they are missing; SQLite gives its side files the mode of the file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


@contextmanager
def _domain_errors(folder: Path) -> Iterator[None]:
    """Convert errors of SQLite and of the disk to the package's."""
    try:
        yield
    except sqlite3.IntegrityError as e:
        raise Forbidden(f"access store: {e}") from None
    except (sqlite3.Error, OSError) as e:
        if is_disk_full(e) or not has_room(folder):  # SQLite reports only an I/O error if its log cannot grow
            raise disk_full("access store", folder) from None
        if isinstance(e, OSError):
            raise Unavailable("access store: this user cannot create, read or write the folder access") from None
        raise Unavailable("access store: its file cannot be read or written at the moment; nothing was changed") from None

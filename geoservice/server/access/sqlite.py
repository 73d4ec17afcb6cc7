"""A store in one SQLite file, readable by its owner only, shared by the serving processes."""

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
    """A database in a SQLite file, which the first writer creates in a folder of its own.

    ``name`` is what errors call it. What is written survives a power cut unless ``durable`` is false.
    """

    def __init__(self, path: Path, name: str = "access store", *, durable: bool = True) -> None:
        self._path, self._name, self._durable, self._lock = path, name, durable, threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def exists(self) -> bool:
        """Whether the file exists."""
        return self._path.exists()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[SQLiteSession]:
        """Open a transaction; a writer waits for other writers, and threads of one process take turns."""
        with self._lock, _domain_errors(self._path.parent, self._name):
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
            synchronous = "FULL" if self._durable else "OFF"
            for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", "trusted_schema = OFF"):
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
def _domain_errors(folder: Path, name: str) -> Iterator[None]:
    """Convert errors of SQLite and of the disk to the package's."""
    try:
        yield
    except sqlite3.IntegrityError as e:
        raise Forbidden(f"{name}: {e}") from None
    except (sqlite3.Error, OSError) as e:
        if is_disk_full(e) or not has_room(folder):  # SQLite reports only an I/O error if its log cannot grow
            raise disk_full(name, folder) from None
        if isinstance(e, OSError):
            raise Unavailable(f"{name}: this user cannot create, read or write the folder {folder.name}") from None
        raise Unavailable(f"{name}: its file cannot be read or written at the moment; nothing was changed") from None

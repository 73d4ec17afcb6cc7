"""A store of an office: the schema ``<prefix>_access`` of the database that holds the releases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from geoservice.db.links import Link
from geoservice.db.pool import Pool
from geoservice.db.refusals import NO_PRIVILEGE
from geoservice.errors import Forbidden, NotFound, Unavailable

WAIT_S = 5
_OPTIONS = f"-c lock_timeout={WAIT_S * 1000} -c statement_timeout={2 * WAIT_S * 1000} -c client_min_messages=warning"


class PostgreSQLSession:
    """A transaction on a connection of the pool."""

    def __init__(self, connection: psycopg.Connection, waits: Link) -> None:
        self._connection, self._waits = connection, waits

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self._waits:
            cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


class PostgreSQL:
    """A database on PostgreSQL; ``serving`` shortens waits, because HTTP requests depend on it. ``name`` is for errors."""

    def __init__(self, dsn: str, *, serving: bool, name: str = "access store") -> None:
        self._name = name
        self._pool = Pool(dsn, name, _OPTIONS, 2, serving=serving, seconds=2.0 * WAIT_S)

    def exists(self) -> bool:
        """Return True: a server that is unreachable raises an error in the first session."""
        return True

    @contextmanager
    def session(self, write: bool = False) -> Iterator[PostgreSQLSession]:
        """Open a transaction; writers exclude each other by the store's lock."""
        with _domain_errors(self._name), self._pool.connection() as (connection, waits):
            with waits:
                connection.execute(b"BEGIN" if write else b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgreSQLSession(connection, waits)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


@contextmanager
def _domain_errors(name: str) -> Iterator[None]:
    """Convert the driver's errors to the package's, without the server's text, which may contain rows and names."""
    try:
        yield
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        raise NotFound(f"{name}: this database does not have one yet") from None
    except (errors.InsufficientPrivilege, errors.RaiseException):
        raise Forbidden(f"{name}: {NO_PRIVILEGE}") from None
    except errors.DiskFull:
        raise Unavailable(f"{name}: the disk of the database server is full; nothing was changed") from None
    except psycopg.Error:
        raise Unavailable(f"{name}: the database does not respond or is busy; nothing was changed") from None

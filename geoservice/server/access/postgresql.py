"""The access store of an office: the schema ``<prefix>_access`` of the database that holds the releases."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool

from geoservice.errors import Forbidden, NotFound, Unavailable

WAIT_S = 5
_OPTIONS = f"-c lock_timeout={WAIT_S * 1000} -c statement_timeout={2 * WAIT_S * 1000} -c client_min_messages=warning"


class PostgreSQLSession:
    """A transaction on a connection of the pool."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


class PostgreSQL:
    """See :class:`geoservice.server.access.base.Database`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._kwargs: dict[str, Any] = {
            "autocommit": True,
            "connect_timeout": WAIT_S,
            "options": _OPTIONS,
            "application_name": "geoservice",
        }
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # its text holds role and host; callers are told by an error
        self._pool = ConnectionPool(
            dsn, min_size=0, max_size=2, open=False, kwargs=self._kwargs, timeout=WAIT_S, check=ConnectionPool.check_connection
        )

    def exists(self) -> bool:
        """A server is there, or says that it is not when it is asked."""
        return True

    @contextmanager
    def session(self, write: bool = False) -> Iterator[PostgreSQLSession]:
        """Open a transaction; the store's lock keeps writers apart."""
        with _told():
            if self._pool.closed:
                self._try_once()
                self._pool.open()
            with self._pool.connection() as connection, connection.transaction():
                if not write:
                    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                yield PostgreSQLSession(connection)

    def _try_once(self) -> None:
        """Fail at once where the pool would try on."""
        try:
            psycopg.connect(self._dsn, **self._kwargs).close()
        except psycopg.ProgrammingError:
            raise Unavailable(f"access store: the connection string cannot be read; allowed is {_FORM}") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()


_FORM = "host=... port=5432 dbname=... user=... password=... or postgresql://user:password@host:5432/dbname"
_BARRED = (
    "this role may not do that; the role that publishes needs GRANT CREATE ON DATABASE, and one that serves is let in with: "
    "geoservice grant ROLE"
)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the driver's errors into the house's; the server's text may hold rows and names."""
    try:
        yield
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        raise NotFound("access store: there is none in this database yet") from None
    except (errors.InsufficientPrivilege, errors.RaiseException):
        raise Forbidden(f"access store: {_BARRED}") from None
    except psycopg.Error:
        raise Unavailable("access store: the database does not answer, or is busy; nothing was changed") from None

"""PostGIS through psycopg: a pool of connections, and COPY for many rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import errors

from geoservice.db.arrow import conform, from_rows
from geoservice.db.copy import from_csv, to_csv
from geoservice.db.dialect import POSTGIS
from geoservice.db.links import Link
from geoservice.db.pool import Pool
from geoservice.db.refusals import NO_PRIVILEGE, NO_RESPONSE
from geoservice.db.watchdog import timed_out
from geoservice.errors import Conflict, Forbidden, GeoserviceError, NotFound, Unavailable, for_operators

LOCK_MS = 5000
# no JIT: compiling a query takes 90 ms, running it on the indexes takes 5 ms
_OPTIONS = (
    "-c jit=off -c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c extra_float_digits=1 -c client_min_messages=warning "
    f"-c lock_timeout={LOCK_MS}"
)
_BEGIN_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_WRITE = b"BEGIN; SET LOCAL statement_timeout = 0"


class PostGISSession:
    """A transaction on a connection of the pool."""

    dialect = POSTGIS

    def __init__(self, connection: psycopg.Connection, link: Link) -> None:
        self._connection, self._link = connection, link

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self._link:
            cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def fetch(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its few rows in ``schema``."""
        with self._connection.cursor(binary=True) as cursor:
            with self._link:
                cursor.execute(sql.encode(), values or None)
            rows = cursor.fetchall()
        return conform(from_rows(rows, pa.schema([f.with_type(_storage_type(f.type)) for f in schema])), schema)

    def scan(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its many rows in ``schema``."""
        # COPY cannot bind values: the driver inserts them, quoted by the server's rules.
        text = psycopg.ClientCursor(self._connection).mogrify(sql, values)
        with self._link, self._connection.cursor().copy(f"COPY ({text}) TO STDOUT (FORMAT csv)".encode()) as copy:
            rows = b"".join(copy)
        return from_csv(rows, schema)

    def append(self, table: str, rows: pa.Table) -> None:
        """Add the rows of an Arrow table."""
        names = ", ".join(map(POSTGIS.quote, rows.column_names))
        with (
            self._link,
            self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            for part in to_csv(rows):
                copy.write(part)


def _storage_type(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if kind == pa.uint64() else kind


class PostGIS:
    """A database server. Errors never contain the server's text or the connection string.

    ``seconds`` is the time limit of each statement of a reader, enforced by the server. It is set for a process that serves
    requests, which do not wait for an unavailable server: see :class:`geoservice.db.pool.Pool`.
    """

    dialect = POSTGIS

    def __init__(self, dsn: str, read_only: bool = False, max_connections: int = 8, seconds: float | None = None) -> None:
        options = _OPTIONS
        if read_only:
            # one core for each query: other queries run too, and starting parallel workers takes longer than most queries
            options += " -c default_transaction_read_only=on -c max_parallel_workers_per_gather=0"
        if seconds is not None:  # for readers only: _BEGIN_WRITE lifts the limit
            options += f" -c statement_timeout={max(int(seconds * 1000), 1)}"
        self._seconds = seconds
        self._pool = Pool(dsn, "database", options, max_connections, serving=seconds is not None, seconds=seconds)

    def exists(self) -> bool:
        """Return True: a server that does not exist raises an error at the first query."""
        return True

    @contextmanager
    def session(self, write: bool = False) -> Iterator[PostGISSession]:
        """Open a transaction: a reader sees one snapshot of the database, a writer commits at the end."""
        with _domain_errors(self._seconds), self._pool.connection() as (connection, link):
            with link:
                connection.execute(_BEGIN_WRITE if write else _BEGIN_READ)
            yield PostGISSession(connection, link)

    @contextmanager
    def quick(self) -> Iterator[PostGISSession]:
        """Open a session in autocommit mode: one round trip for one query."""
        with _domain_errors(self._seconds), self._pool.connection() as (connection, link):
            yield PostGISSession(connection, link)

    def vacuum(self, tables: Sequence[str]) -> None:
        """Rewrite tables and their indexes into new files; the server removes the old ones.

        Raises :class:`Forbidden` if this role owns neither the table nor the database: the server only warns of that.
        """
        with _domain_errors(None), self._pool.connection() as (connection, _):
            for table in tables:
                warnings: list[errors.Diagnostic] = []
                connection.add_notice_handler(warnings.append)
                connection.execute(f"VACUUM (FULL) {table}".encode())
                connection.remove_notice_handler(warnings.append)
                if warnings:
                    raise Forbidden(f"database: {table} was not rewritten; only the role that owns it may do that")

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


_BUSY = "another process is using the same tables; try again when it has finished"
_NO_POSTGIS = "PostGIS is not installed in it; as a superuser of the database: CREATE EXTENSION postgis"
_DOMAIN_ERRORS: tuple[tuple[type[psycopg.Error], type[GeoserviceError], str], ...] = (  # the first match counts
    (errors.LockNotAvailable, Conflict, _BUSY),
    (errors.SerializationFailure, Conflict, _BUSY),
    (errors.DeadlockDetected, Conflict, _BUSY),
    (errors.InsufficientPrivilege, Forbidden, NO_PRIVILEGE),
    (errors.UndefinedTable, NotFound, "a table does not exist"),
    (errors.InvalidSchemaName, NotFound, "a schema does not exist"),
    (errors.UndefinedObject, Unavailable, _NO_POSTGIS),
    (errors.UndefinedFunction, Unavailable, _NO_POSTGIS),
    (errors.DiskFull, Unavailable, "the disk of the database's server is full; make room there; nothing was changed"),
    (errors.ReadOnlySqlTransaction, Forbidden, "it is read-only: a standby, or a read-only connection"),
    (psycopg.OperationalError, Unavailable, NO_RESPONSE),
)


@contextmanager
def _domain_errors(seconds: float | None) -> Iterator[None]:
    """Translate the driver's errors into :mod:`geoservice.errors`, without the server's text, which may contain rows."""
    try:
        yield
    except psycopg.Error as e:
        if isinstance(e, errors.QueryCanceled) and seconds is not None:
            raise timed_out(seconds) from None
        if isinstance(e, errors.InternalError_) and "could not open relation" in (e.diag.message_primary or ""):
            raise NotFound("database: a table was dropped during the query") from None
        for kind, domain_error, text in _DOMAIN_ERRORS:
            if isinstance(e, kind):
                raise for_operators(domain_error(f"database: {text}")) from None
        raise GeoserviceError(f"database: a statement failed, SQLSTATE {e.sqlstate}; see the server's log") from None

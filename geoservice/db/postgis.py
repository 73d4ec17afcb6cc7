"""PostGIS through psycopg: a pool of connections, and many rows at a time by COPY."""

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
from geoservice.db.refusals import BARRED, NO_ANSWER
from geoservice.db.watchdog import too_long
from geoservice.errors import Conflict, Forbidden, GeoserviceError, NotFound, Unavailable, for_operators

LOCK_MS = 5000
# no JIT: compiling a question takes 90 ms, and answering it from the indexes takes five
_OPTIONS = (
    "-c jit=off -c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c extra_float_digits=1 -c client_min_messages=warning "
    f"-c lock_timeout={LOCK_MS}"
)
_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = b"BEGIN; SET LOCAL statement_timeout = 0"


class PostGISSession:
    """A transaction on a connection of the pool."""

    dialect = POSTGIS

    def __init__(self, connection: psycopg.Connection, waits: Link) -> None:
        self._connection, self._waits = connection, waits

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self._waits:
            cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    def fetch(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its few rows in ``schema``."""
        with self._connection.cursor(binary=True) as cursor:
            with self._waits:
                cursor.execute(sql.encode(), values or None)
            rows = cursor.fetchall()
        return conform(from_rows(rows, pa.schema([f.with_type(_kept_as(f.type)) for f in schema])), schema)

    def scan(self, sql: str, schema: pa.Schema, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its many rows in ``schema``."""
        # COPY binds nothing: the driver writes the values in, quoted by the server's rules.
        text = psycopg.ClientCursor(self._connection).mogrify(sql, values)
        with self._waits, self._connection.cursor().copy(f"COPY ({text}) TO STDOUT (FORMAT csv)".encode()) as copy:
            rows = b"".join(copy)
        return from_csv(rows, schema)

    def append(self, table: str, rows: pa.Table) -> None:
        """Add the rows of an Arrow table."""
        names = ", ".join(map(POSTGIS.quote, rows.column_names))
        with (
            self._waits,
            self._connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            for part in to_csv(rows):
                copy.write(part)


def _kept_as(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if kind == pa.uint64() else kind


class PostGIS:
    """A database server. Errors that reach a caller never hold the server's text or the connection string.

    ``seconds`` is the time that each statement of a reader may take; the server ends it then. Who states it serves requests,
    which do not wait for a server that is away: see :class:`geoservice.db.pool.Pool`.
    """

    dialect = POSTGIS

    def __init__(self, dsn: str, read_only: bool = False, most: int = 8, seconds: float | None = None) -> None:
        options = _OPTIONS
        if read_only:
            # one core a question: others are asking too, and starting helpers takes longer than most answers
            options += " -c default_transaction_read_only=on -c max_parallel_workers_per_gather=0"
        if seconds is not None:  # what reads ends when its time is up; what writes takes as long as it takes
            options += f" -c statement_timeout={max(int(seconds * 1000), 1)}"
        self._seconds = seconds
        self._pool = Pool(dsn, "database", options, most, serving=seconds is not None, seconds=seconds)

    def exists(self) -> bool:
        """A server is there, or says that it is not when it is asked."""
        return True

    @contextmanager
    def session(self, write: bool = False) -> Iterator[PostGISSession]:
        """Open a transaction: a reader sees one state of the database throughout, a writer's is committed at the end."""
        with _told(self._seconds), self._pool.connection() as (connection, waits):
            with waits:
                connection.execute(_WRITE if write else _READ)
            yield PostGISSession(connection, waits)

    @contextmanager
    def quick(self) -> Iterator[PostGISSession]:
        """Open a session of single statements, each its own transaction: one round trip for one question."""
        with _told(self._seconds), self._pool.connection() as (connection, waits):
            yield PostGISSession(connection, waits)

    def vacuum(self, tables: Sequence[str]) -> None:
        """Write tables and their indexes into new files; the server removes the old ones.

        Raises :class:`Forbidden` where this role owns a table as little as the database: the server only warns of it.
        """
        with _told(None), self._pool.connection() as (connection, _):
            for table in tables:
                warnings: list[errors.Diagnostic] = []
                connection.add_notice_handler(warnings.append)
                connection.execute(f"VACUUM (FULL) {table}".encode())
                connection.remove_notice_handler(warnings.append)
                if warnings:
                    raise Forbidden(f"database: {table} is not written anew; only the role that owns it may do that")

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()


_BUSY = "another process is using the same tables; try again when it has finished"
_NO_POSTGIS = "PostGIS is not installed in it; as a superuser of the database: CREATE EXTENSION postgis"
_TOLD: tuple[tuple[type[psycopg.Error], type[GeoserviceError], str], ...] = (  # the first that fits counts
    (errors.LockNotAvailable, Conflict, _BUSY),
    (errors.SerializationFailure, Conflict, _BUSY),
    (errors.DeadlockDetected, Conflict, _BUSY),
    (errors.InsufficientPrivilege, Forbidden, BARRED),
    (errors.UndefinedTable, NotFound, "the tables asked for are not there"),
    (errors.InvalidSchemaName, NotFound, "the tables asked for are not there"),
    (errors.UndefinedObject, Unavailable, _NO_POSTGIS),
    (errors.UndefinedFunction, Unavailable, _NO_POSTGIS),
    (errors.DiskFull, Unavailable, "the disk of the database's server is full; make room there; nothing was changed"),
    (errors.ReadOnlySqlTransaction, Forbidden, "it takes no changes: it is a standby, or this connection only reads"),
    (psycopg.OperationalError, Unavailable, NO_ANSWER),
)


@contextmanager
def _told(seconds: float | None) -> Iterator[None]:
    """Turn the driver's errors into the house's. The server's text may hold rows, so no error of ours carries it on."""
    try:
        yield
    except psycopg.Error as e:
        if isinstance(e, errors.QueryCanceled) and seconds is not None:
            raise too_long(seconds) from None
        if isinstance(e, errors.InternalError_) and "could not open relation" in (e.diag.message_primary or ""):
            raise NotFound("database: the tables asked for were dropped meanwhile") from None
        for kind, ours, text in _TOLD:
            if isinstance(e, kind):
                raise for_operators(ours(f"database: {text}")) from None
        raise GeoserviceError(f"database: a statement failed, SQLSTATE {e.sqlstate}; see the server's log") from None

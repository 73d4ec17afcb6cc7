"""A pool of connections to one PostgreSQL server, and its errors while the server is unavailable."""

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from geoservice.db.links import Link, Links
from geoservice.db.refusals import NO_RESPONSE, refusal_of
from geoservice.errors import GeoserviceError, Unavailable, for_operators

CONNECT_S = 5
"""Time limit in seconds for a command to connect; the attempts of a server end sooner."""
WAIT_S = 1.5
"""Time limit in seconds for a request to get a connection."""
POLL_S = 0.1
"""Seconds between checks whether the server has refused a connection."""
PAUSE_S = 0.5
"""Seconds without new attempts after a failed one, so that queued requests fail immediately."""
RETRY_S = 0.5
"""Seconds between attempts to connect to a server that is starting."""
QUEUE_S = 10
"""Time limit in seconds for a connection to become free."""
COMMAND_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}
REQUEST_KEEPALIVE = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2, "tcp_user_timeout": 2000}
"""When the kernel closes a connection without packets from the server: seconds, a count, milliseconds."""


def check_connection(connection: psycopg.Connection) -> None:
    """Raise :class:`psycopg.OperationalError` if the server has closed an idle connection.

    The server announces it, so there is something to read; if there is nothing, this costs no round trip.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    while poll.poll(0):
        connection.pgconn.consume_input()


def check_reachable(dsn: str, name: str, retry_s: float = 0.0) -> None:
    """Connect once; raise :class:`Unavailable` with the reason if that fails. ``name`` is the database's name in the error.

    For ``retry_s`` seconds, attempts are repeated if the server is starting or has no connection left.
    """
    deadline = time.monotonic() + retry_s
    while True:
        try:
            psycopg.connect(dsn, connect_timeout=CONNECT_S, application_name="geoservice").close()
        except (psycopg.Error, ValueError) as error:
            refusal = refusal_of(error)
            if not refusal.temporary or time.monotonic() > deadline:
                raise for_operators(Unavailable(f"{name}: {refusal.reason}")) from None
        else:
            return
        time.sleep(RETRY_S)


class Pool:
    """Connections for commands, which can wait for a server, or for requests (``serving``), which cannot.

    Errors never contain the server's text or the connection string. A command gets the reason for a failed connection
    immediately. A request waits at most ``WAIT_S``, also if the server stops responding (:class:`geoservice.db.links.Links`).

    Parameters
    ----------
    dsn
        Connection string.
    name
        The database's name in errors.
    options
        Session settings, such as ``-c name=value``.
    max_size
        Maximum number of connections.
    serving
        Whether callers are requests.
    seconds
        Time limit of a statement.
    """

    def __init__(
        self, dsn: str, name: str, options: str, max_size: int, *, serving: bool = False, seconds: float | None = None
    ) -> None:
        self._dsn, self._name, self._serving = dsn, name, serving
        self._wait_s = WAIT_S if serving else 2.0 * CONNECT_S
        self._kwargs: dict[str, Any] = {
            "autocommit": True,
            "connect_timeout": 2 if serving else CONNECT_S,
            "options": options,
            "application_name": "geoservice",
            **(REQUEST_KEEPALIVE if serving else COMMAND_KEEPALIVE),
        }
        # For each attempt the pool logs the server's text, with role and host; callers get an error instead.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._pool = ConnectionPool(
            dsn, min_size=0, max_size=max_size, open=False, kwargs=self._kwargs, check=self._check,
            reconnect_timeout=0, reconnect_failed=self._refused,
        )  # fmt: skip
        self._free, self._opening = threading.Semaphore(max_size), threading.Lock()
        self._links = Links(dsn, seconds, self._pause, self._pool.drain) if serving else None
        self._paused_until, self._reason, self._refusals = float("-inf"), NO_RESPONSE, 0

    @contextmanager
    def connection(self) -> Iterator[tuple[psycopg.Connection, Link]]:
        """Yield a connection and the context manager for each of its statements; commit at the end, roll back on an error."""
        self._open()
        if not self._free.acquire(timeout=QUEUE_S):
            raise self._unavailable("all its connections are in use; try again in a moment")
        try:
            with self._pooled() as connection, self._link(connection) as link:
                try:
                    yield connection, link
                except BaseException:
                    with suppress(psycopg.Error), link:  # on a lost connection there is nothing to roll back
                        connection.rollback()
                    raise
                with link:
                    connection.commit()
        finally:
            self._free.release()

    @contextmanager
    def _link(self, connection: psycopg.Connection) -> Iterator[Link]:
        if self._links is None:
            yield Link(connection)
        else:
            with self._links.link(connection) as link:
                yield link

    @contextmanager
    def _pooled(self) -> Iterator[psycopg.Connection]:
        connection = self._get()
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    def _get(self) -> psycopg.Connection:
        """Return a connection of the pool; stop waiting when the server has refused one."""
        began, refusals = time.monotonic(), self._refusals
        while time.monotonic() >= self._paused_until:
            try:
                return self._pool.getconn(POLL_S)
            except PoolTimeout:
                if self._refusals != refusals or time.monotonic() > began + self._wait_s:
                    self._pause()
                    break
        raise self._unavailable()

    def _open(self) -> None:
        with self._opening:
            if self._pool.closed:
                if not self._serving:  # the pool would retry without giving a reason
                    check_reachable(self._dsn, self._name)
                self._pool.open()

    def _check(self, connection: psycopg.Connection) -> None:
        try:
            check_connection(connection)
        except psycopg.Error:
            self._pool.drain()  # a server that has closed one has closed all
            raise

    def _refused(self, _: ConnectionPool) -> None:
        """Find out why the pool could not connect, for the next error: the pool does not pass the reason on."""
        self._reason = NO_RESPONSE
        try:
            psycopg.connect(self._dsn, **self._kwargs).close()
        except (psycopg.Error, ValueError) as error:
            self._reason = refusal_of(error).reason
        self._refusals += 1

    def _pause(self) -> None:
        if self._serving:
            self._paused_until = time.monotonic() + PAUSE_S

    def _unavailable(self, reason: str | None = None) -> GeoserviceError:
        return for_operators(Unavailable(f"{self._name}: {reason or self._reason}"))

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
        if self._links is not None:
            self._links.close()

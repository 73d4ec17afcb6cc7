"""Connections to one PostgreSQL server, kept for the next caller; what happens while the server is away."""

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
from geoservice.db.refusals import NO_ANSWER, refusal_of
from geoservice.errors import GeoserviceError, Unavailable, for_operators

CONNECT_S = 5
"""Seconds for a command to connect; a server's attempts end sooner."""
WAIT_S = 1.5
"""Seconds that a request waits for a connection to come about."""
LOOK_S = 0.1
"""Seconds between looks whether the server has refused to connect."""
REST_S = 0.5
"""Seconds for which nobody tries again after an attempt in vain: requests that wait one after the other fail at once."""
AGAIN_S = 0.5
"""Seconds between attempts at a server that is starting."""
BUSY_S = 10
"""Seconds to wait for a connection that others use."""
PATIENT = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}
PROMPT = {"keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 2, "tcp_user_timeout": 2000}
"""When the kernel gives up a connection whose other end is silent: seconds, a count, milliseconds."""


def still_there(connection: psycopg.Connection) -> None:
    """Raise :class:`psycopg.OperationalError` when the server has cut a connection that nobody was using.

    It says so: there is something to read that nobody has asked for. Where there is nothing, no round trip is spent on asking.
    """
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    while look.poll(0):
        connection.pgconn.consume_input()


def reach(dsn: str, name: str, patience: float = 0.0) -> None:
    """Connect once; raise :class:`Unavailable` with the reason where that fails. ``name`` is what the error calls the database.

    ``patience`` are seconds for which a server that is starting, or has no connection left, is asked again.
    """
    until = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(dsn, connect_timeout=CONNECT_S, application_name="geoservice").close()
        except (psycopg.Error, ValueError) as error:
            refusal = refusal_of(error)
            if not refusal.passing or time.monotonic() > until:
                raise for_operators(Unavailable(f"{name}: {refusal.reason}")) from None
        else:
            return
        time.sleep(AGAIN_S)


class Pool:
    """Connections for callers that wait (a command) or cannot (a request: ``serving``).

    Errors never hold the server's text or the connection string. A command learns at once why there is no connection. A request
    waits no longer than ``WAIT_S``, also for an answer that never comes: see :class:`geoservice.db.links.Links`.

    Parameters
    ----------
    dsn
        Connection string.
    name
        What errors call the database.
    options
        Settings of a session, as ``-c name=value``.
    most
        Connections at once.
    serving
        Whether callers are requests.
    seconds
        Time that a statement may take.
    """

    def __init__(
        self, dsn: str, name: str, options: str, most: int, *, serving: bool = False, seconds: float | None = None
    ) -> None:
        self._dsn, self._name, self._serving = dsn, name, serving
        self._wait_s = WAIT_S if serving else 2.0 * CONNECT_S
        self._kwargs: dict[str, Any] = {
            "autocommit": True,
            "connect_timeout": 2 if serving else CONNECT_S,
            "options": options,
            "application_name": "geoservice",
            **(PROMPT if serving else PATIENT),
        }
        # The pool writes the server's text, with role and host, for each attempt; callers are told by an error instead.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self._pool = ConnectionPool(
            dsn, min_size=0, max_size=most, open=False, kwargs=self._kwargs, check=self._check,
            reconnect_timeout=0, reconnect_failed=self._refused,
        )  # fmt: skip
        self._places, self._opening = threading.Semaphore(most), threading.Lock()
        self._links = Links(dsn, seconds, self._rest, self._pool.drain) if serving else None
        self._again, self._reason, self._refusals = float("-inf"), NO_ANSWER, 0

    @contextmanager
    def connection(self) -> Iterator[tuple[psycopg.Connection, Link]]:
        """Lend a connection, and the block for each of its statements; what is in work is committed at the end."""
        self._open()
        if not self._places.acquire(timeout=BUSY_S):
            raise self._away("all its connections are in use; try again in a moment")
        try:
            with self._lent() as connection, self._link(connection) as link:
                try:
                    yield connection, link
                except BaseException:
                    with suppress(psycopg.Error), link:  # one that was cut has nothing to roll back
                        connection.rollback()
                    raise
                with link:
                    connection.commit()
        finally:
            self._places.release()

    @contextmanager
    def _link(self, connection: psycopg.Connection) -> Iterator[Link]:
        if self._links is None:
            yield Link(connection)
        else:
            with self._links.link(connection) as link:
                yield link

    @contextmanager
    def _lent(self) -> Iterator[psycopg.Connection]:
        connection = self._taken()
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    def _taken(self) -> psycopg.Connection:
        """Take a connection out of the pool; wait no longer for one than until the pool has been refused."""
        began, refusals = time.monotonic(), self._refusals
        while time.monotonic() >= self._again:
            try:
                return self._pool.getconn(LOOK_S)
            except PoolTimeout:
                if self._refusals != refusals or time.monotonic() > began + self._wait_s:
                    self._rest()
                    break
        raise self._away()

    def _open(self) -> None:
        with self._opening:
            if self._pool.closed:
                if not self._serving:  # the pool would try on, and know no reason
                    reach(self._dsn, self._name)
                self._pool.open()

    def _check(self, connection: psycopg.Connection) -> None:
        try:
            still_there(connection)
        except psycopg.Error:
            self._pool.drain()  # a server that has cut one has cut all
            raise

    def _refused(self, _: ConnectionPool) -> None:
        """Learn why the pool could not connect, for the next error: it keeps the reason to itself."""
        self._reason = NO_ANSWER
        try:
            psycopg.connect(self._dsn, **self._kwargs).close()
        except (psycopg.Error, ValueError) as error:
            self._reason = refusal_of(error).reason
        self._refusals += 1

    def _rest(self) -> None:
        if self._serving:
            self._again = time.monotonic() + REST_S

    def _away(self, reason: str | None = None) -> GeoserviceError:
        return for_operators(Unavailable(f"{self._name}: {reason or self._reason}"))

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

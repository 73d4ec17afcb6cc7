"""Detection of lost connections: a statement on one of them fails in two seconds instead of never.

That the other kernel acknowledges packets proves nothing about the server process behind it, which may be stopped, or be a
stopped proxy. So when a statement has no response for a moment, a new connection asks the server whether it still runs it.
"""

import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType

import psycopg
import psycopg.conninfo
from psycopg.pq import TransactionStatus

CHECK_S = 0.5
"""A statement that takes longer is checked, and then checked again after each further interval."""
RESPONSE_S = 1.0
"""Seconds in which the server must respond to a check."""
IDLE_REPORTS = 2
"""Consecutive checks in which a statement is not active before its connection is lost: the response may be in transit."""
SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""SSLRequest of PostgreSQL's protocol."""
ACTIVE_PIDS_SQL = b"SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid = ANY(%s)"
Server = tuple[tuple[str, str], ...]


def shut_down(connection: psycopg.Connection) -> None:
    """Shut down the socket of a connection, so that the thread that waits on it gets an error; does nothing to a closed one."""
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


def server_of(connection: psycopg.Connection) -> Server:
    """Return the server that a connection leads to; a connection string may name several."""
    info = connection.info
    return tuple((k, v) for k, v in (("host", info.host), ("hostaddr", info.hostaddr), ("port", str(info.port))) if v)


class Link:
    """A connection in use; as a context manager, it marks one statement that waits for the server."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection, self.server, self.pid = connection, server_of(connection), connection.info.backend_pid
        self.since, self.checked, self.idle_reports = 0.0, 0.0, 0

    def __enter__(self) -> None:
        """Start the time of a statement."""
        self.idle_reports, self.since = 0, time.monotonic()
        self.checked = self.since

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the time of a statement."""
        self.since = 0.0

    @property
    def waiting(self) -> bool:
        """Whether a statement waits for its response or for the rest of it."""
        return bool(self.since) and self.connection.pgconn.transaction_status == TransactionStatus.ACTIVE


class Links:
    """The links in use of one pool, and the thread that checks them, which starts with the first link.

    ``seconds`` is the time limit of a statement. ``on_silence`` is called if a server does not respond, ``on_loss`` if a
    connection was lost.
    """

    def __init__(self, dsn: str, seconds: float | None, on_silence: Callable[[], None], on_loss: Callable[[], None]) -> None:
        self._dsn, self._seconds, self._on_silence, self._on_loss = dsn, seconds, on_silence, on_loss
        self._change = threading.Condition()
        self._links: set[Link] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def link(self, connection: psycopg.Connection) -> Iterator[Link]:
        """Check a connection during the block."""
        link = Link(connection)
        with self._change:
            self._links.add(link)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="links", daemon=True)
                self._thread.start()
            elif len(self._links) == 1:
                self._change.notify()
        try:
            yield link
        finally:
            with self._change:  # a shutdown in progress ends first, so that it cannot hit the next user of the connection
                self._links.remove(link)

    def close(self) -> None:
        """End the watching thread."""
        with self._change:
            self._closed = True
            self._change.notify()

    def _watch(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._links or self._closed)
                if self._closed:
                    return
            time.sleep(CHECK_S / 5)
            now = time.monotonic()
            with self._change:
                quiet = [link for link in self._links if link.waiting and now - link.checked >= CHECK_S]
            by_server = defaultdict[Server, list[Link]](list)
            for link in quiet:
                by_server[link.server].append(link)
            for server, links in by_server.items():
                self._close_lost(links, active_pids(self._dsn, server, [link.pid for link in links]))

    def _close_lost(self, links: Sequence[Link], active: set[int] | None) -> None:
        """Shut down the links whose statement the server does not run; all of them if ``active`` is None (no response)."""
        now, lost = time.monotonic(), 0
        with self._change:
            for link in self._links.intersection(links):
                link.checked = now
                link.idle_reports = 0 if active is not None and link.pid in active else link.idle_reports + 1
                late = self._seconds is not None and now - link.since > self._seconds + RESPONSE_S
                if link.waiting and (active is None or late or link.idle_reports >= IDLE_REPORTS):
                    shut_down(link.connection)
                    lost += 1
        if active is None:
            self._on_silence()
        elif lost:
            self._on_loss()


def responds(server: dict[str, str]) -> bool:
    """Whether a server responds to an SSLRequest, which needs neither a role nor a free connection."""
    host, port = server.get("hostaddr") or server.get("host", ""), int(server["port"])
    local = host.startswith("/")
    family = socket.AF_UNIX if local else socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family) as connection:
        connection.settimeout(RESPONSE_S)
        connection.connect(f"{host}/.s.PGSQL.{port}" if local else (host, port))
        connection.sendall(SSL_REQUEST)
        return connection.recv(1) in {b"S", b"N"}
    return False


def active_pids(dsn: str, server: Server, pids: Sequence[int]) -> set[int] | None:
    """Return those of ``pids`` that run a statement on a server; None if it does not respond in time."""
    check = _ActivityCheck(dsn, dict(server), pids)
    check.start()
    check.join(RESPONSE_S)
    if check.is_alive() and check.connection is not None:
        shut_down(check.connection)
    return check.active


class _ActivityCheck(threading.Thread):
    """A query to a server in a thread of its own, because connecting alone may take longer than the time limit."""

    def __init__(self, dsn: str, server: dict[str, str], pids: Sequence[int]) -> None:
        super().__init__(name="links-check", daemon=True)
        self._dsn = psycopg.conninfo.make_conninfo(dsn, **server, connect_timeout=2, application_name="geoservice")
        self._server, self._pids = server, set(pids)
        self.connection: psycopg.Connection | None = None
        self.active: set[int] | None = None

    def run(self) -> None:
        """Query the server; if it refuses the connection but responds, all processes count as active."""
        try:
            with psycopg.connect(self._dsn, autocommit=True) as self.connection:
                self.active = self._active_pids(self.connection)
        except psycopg.Error:
            if self.connection is None and responds(self._server):
                self.active = self._pids

    def _active_pids(self, connection: psycopg.Connection) -> set[int]:
        """Return the processes that run a statement; all of them if this query's own process is not among these.

        A pooler in front of the server has process ids of its own, and a server may be configured not to report activity.
        """
        own = connection.info.backend_pid
        active = {pid for (pid,) in connection.execute(ACTIVE_PIDS_SQL, [[*self._pids, own]]).fetchall()}
        return active if own in active else self._pids

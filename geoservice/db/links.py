"""Connections whose other end has gone without a word: what waits on one of them fails in two seconds instead of never.

A kernel that still acknowledges what is sent says nothing of the server behind it: a proxy that has stopped, a server process
that is stopped. So a statement that has no answer after a moment is asked for over a new connection: the server says whether it
is still at work on it.
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

QUIET_S = 0.5
"""A statement that takes longer is asked for, and again after as long."""
ASK_S = 1.0
"""Seconds for the server to say what it is at work on."""
LOST = 2
"""How often in a row the server must say that it is not at work on a statement: an answer may be on its way."""
ENCRYPTED = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""SSLRequest of PostgreSQL's protocol."""
AT_WORK = b"SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid = ANY(%s)"
Server = tuple[tuple[str, str], ...]


def cut(connection: psycopg.Connection) -> None:
    """Make whoever waits on a connection see its end; one that has ended is left alone."""
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


def server_of(connection: psycopg.Connection) -> Server:
    """Return the very server that a connection leads to, of several that a connection string may name."""
    info = connection.info
    return tuple((k, v) for k, v in (("host", info.host), ("hostaddr", info.hostaddr), ("port", str(info.port))) if v)


class Link:
    """A connection in use; a block of it is one statement that waits for the server."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection, self.server, self.pid = connection, server_of(connection), connection.info.backend_pid
        self.since, self.looked, self.lost = 0.0, 0.0, 0

    def __enter__(self) -> None:
        """Begin to wait."""
        self.lost, self.since = 0, time.monotonic()
        self.looked = self.since

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait no more."""
        self.since = 0.0

    @property
    def waits(self) -> bool:
        """Whether a statement waits for its answer, or for the rest of it."""
        return bool(self.since) and self.connection.pgconn.transaction_status == TransactionStatus.ACTIVE


class Links:
    """The links in use of one pool, and the thread that looks after them; it begins with the first.

    ``seconds`` is the time that a statement may take in the server; ``silent`` is called where a server said nothing at all,
    ``stale`` where one connection was lost.
    """

    def __init__(self, dsn: str, seconds: float | None, silent: Callable[[], None], stale: Callable[[], None]) -> None:
        self._dsn, self._seconds, self._silent, self._stale = dsn, seconds, silent, stale
        self._change = threading.Condition()
        self._links: set[Link] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def link(self, connection: psycopg.Connection) -> Iterator[Link]:
        """Look after a connection while it is in use."""
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
            with self._change:  # a cut under way ends first: none hits what comes after the block
                self._links.remove(link)

    def _watch(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._links)
            time.sleep(QUIET_S / 5)
            now = time.monotonic()
            with self._change:
                quiet = [link for link in self._links if link.waits and now - link.looked >= QUIET_S]
            by_server = defaultdict[Server, list[Link]](list)
            for link in quiet:
                by_server[link.server].append(link)
            for server, links in by_server.items():
                self._judge(links, at_work(self._dsn, server, [link.pid for link in links]))

    def _judge(self, links: Sequence[Link], working: set[int] | None) -> None:
        """Cut the links that the server does not work on; all of them where it says nothing."""
        now, lost = time.monotonic(), []
        with self._change:
            for link in self._links.intersection(links):
                link.looked = now
                link.lost = 0 if working is not None and link.pid in working else link.lost + 1
                late = self._seconds is not None and now - link.since > self._seconds + ASK_S
                if link.waits and (working is None or late or link.lost >= LOST):
                    cut(link.connection)
                    lost.append(link)
        if working is None:
            self._silent()
        elif lost:
            self._stale()


def answers(server: dict[str, str]) -> bool:
    """Whether a server answers at all: to the question whether it would encrypt, which needs no role and no free place."""
    host, port = server.get("hostaddr") or server.get("host", ""), int(server["port"])
    local = host.startswith("/")
    family = socket.AF_UNIX if local else socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family) as end:
        end.settimeout(ASK_S)
        end.connect(f"{host}/.s.PGSQL.{port}" if local else (host, port))
        end.sendall(ENCRYPTED)
        return end.recv(1) in {b"S", b"N"}
    return False


def at_work(dsn: str, server: Server, pids: Sequence[int]) -> set[int] | None:
    """Return those of a server's processes that are at work, None where it says nothing in time or is not there."""
    ask = _Ask(dsn, dict(server), pids)
    ask.start()
    ask.join(ASK_S)
    if ask.is_alive() and ask.connection is not None:
        cut(ask.connection)
    return ask.working


class _Ask(threading.Thread):
    """Asks a server, in a thread that nobody has to wait for: to connect alone may take longer than there is time."""

    def __init__(self, dsn: str, server: dict[str, str], pids: Sequence[int]) -> None:
        super().__init__(name="links-ask", daemon=True)
        self._dsn = psycopg.conninfo.make_conninfo(dsn, **server, connect_timeout=2, application_name="geoservice")
        self._server, self._pids = server, set(pids)
        self.connection: psycopg.Connection | None = None
        self.working: set[int] | None = None

    def run(self) -> None:
        """Ask; a server that refuses to connect is there, and nothing more is known."""
        try:
            with psycopg.connect(self._dsn, autocommit=True) as self.connection:
                self.working = self._told(self.connection)
        except psycopg.Error:
            if self.connection is None and answers(self._server):
                self.working = self._pids

    def _told(self, connection: psycopg.Connection) -> set[int]:
        """Return who is at work; all where the asker is not among them.

        A pooler before the server has process ids of its own, and a server may be set to tell nothing of its work.
        """
        own = connection.info.backend_pid
        working = {pid for (pid,) in connection.execute(AT_WORK, [[*self._pids, own]]).fetchall()}
        return working if own in working else self._pids

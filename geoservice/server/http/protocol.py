"""A connection: ready answers before all else, and limits to what a client may make it hold, or wait for.

Everything but a ready answer is uvicorn's: it parses, makes the ASGI scope, keeps order and flow. A ready answer is given where
bytes arrive, for a request that came whole, alone and plain, while no other is being read or answered; to make a scope and a
task of such a request costs more than all else that is done for it.
"""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from geoservice.server.app import Application
from geoservice.server.errors import PROBLEM, problem
from geoservice.server.http.request_head import HeadCache
from geoservice.server.operations.drain import Drain
from geoservice.server.response_cache import ResponseCache

CONNECTIONS = 2048
"""Connections of a worker, idle ones as well: how much is in work at once is for the gate to say, an idle one is some KiB."""
IDLE_S = 15.0
"""Seconds that a connection may be without a request, from the last answer on until a head has come whole; or that a client
may take nothing of an answer that waits for it here."""
HEAD_BYTES = 64 * 1024
"""Bytes that a head may be and still not be whole."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
WHY = problem(
    400, "this is no request of HTTP/1.1; in a URL allowed are ASCII characters without spaces, all others as %XX: %E6%9D%91"
)
NO_REQUEST = b"content-type: %b\r\nx-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: " % PROBLEM.encode()
LINE_END = b" HTTP/1.1"


class HttpProtocol(HttpToolsProtocol):
    """One connection of a client."""

    def __init__(self, config: "Config", **how: Any) -> None:
        super().__init__(config, **how)
        self._ready, self._heads, self._drain = config.ready, config.heads, config.drain
        self._between, self._part, self._since, self._unread = True, 0, 0.0, 0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin; a client that says nothing, or all too slowly, is left in time."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.write(TOO_MANY)
            transport.close()
        self._since = self.loop.time()
        self._watch = self.loop.call_later(IDLE_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Give a ready answer, or let uvicorn make a request of what came."""
        if self._between and not self._drain.begun and data.startswith(b"GET /") and self._answered(data):
            return
        self._part += len(data)
        super().data_received(data)
        if self._part > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _answered(self, data: bytes) -> bool:
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return False
        line, _, head = data.partition(b"\r\n")
        asked = self._heads.read(head)
        if asked is None or not line.endswith(LINE_END):
            return False
        found = self._ready.find(line[4 : -len(LINE_END)], *asked)
        if found is None:
            return False
        self._since = self.loop.time()
        self.transport.write(b"%b%b\r\n%b" % (found[0], self._own(), found[1]))
        return True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn's own, whose words say nothing
        """Answer bytes that are no request, and leave."""
        own = self._own()
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%b%b%d\r\n\r\n%b" % (own, NO_REQUEST, len(WHY), WHY))
        self.transport.close()

    def _own(self) -> bytes:
        """Return the lines of the server itself: the date."""
        return b"".join(b"%b: %b\r\n" % field for field in self.server_state.default_headers)

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that a head is whole; what comes now is a body."""
        self._part = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body: the application bounds it."""
        self._part = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        self._between, self._part = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, as long as ``_look`` lets it."""
        super().on_response_complete()
        self._unset_keepalive_if_required()
        self._since = self.loop.time()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: there is no other protocol here, and a log is not for strangers to fill."""

    def _look(self) -> None:
        """Leave a client that has had its time, and look again when another's may be up."""
        busy = self.cycle is not None and not self.cycle.response_complete
        waits, before = self.transport.get_write_buffer_size(), self._unread
        self._unread = waits
        left = IDLE_S if busy or waits else self._since + IDLE_S - self.loop.time()
        if waits and waits == before:
            self.transport.abort()
        elif left <= 0:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(left, self._look)


class Config(uvicorn.Config):
    """What uvicorn is told; ``make`` returns the application and is called in each worker."""

    def __init__(self, make: Callable[[], Application], **how: Any) -> None:
        super().__init__(
            make, factory=True, interface="asgi3", http=HttpProtocol, ws="none", lifespan="on",
            access_log=False, proxy_headers=False, server_header=False, **how,
        )  # fmt: skip

    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        """Return what makes the event loop: with asyncio's own an answer takes twice as long."""
        return uvloop.new_event_loop

    @cached_property
    def ready(self) -> ResponseCache:
        """Ready answers of the application, once it is made."""
        assert isinstance(self.loaded_app, Application)
        return self.loaded_app.answers

    @cached_property
    def drain(self) -> Drain:
        """That the service is being stopped, as the application knows it."""
        assert isinstance(self.loaded_app, Application)
        return self.loaded_app.drain

    @cached_property
    def heads(self) -> HeadCache:
        """What reads the heads of requests, for all connections of a worker."""
        return HeadCache(self.ready.barred)

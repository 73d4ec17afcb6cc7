"""The HTTP protocol of a connection: cached responses are sent directly, and a client's use of memory and time is limited.

Everything else is uvicorn's: parsing, the ASGI scope, order and flow control. A cached response is sent as soon as the bytes
arrive, for a plain request that is complete and alone, while no other request of the connection is being read or answered.
Creating an ASGI scope and a task for such a request would take longer than all the rest.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from geoservice.server.errors import PROBLEM, problem
from geoservice.server.http.config import CONNECTIONS, Config

IDLE_S = 15.0
"""Seconds that a connection may be idle, from the last response until the next request headers are complete; also the time in
which a client must read some of a response that is buffered here."""
HEAD_BYTES = 64 * 1024
"""Maximum size of request headers."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
BAD_REQUEST = problem(
    400,
    "not a valid request of HTTP/1.1; allowed in a URL are ASCII characters without spaces, others as %XX: %E6%9D%91",
)
BAD_REQUEST_FIELDS = (
    b"content-type: %b\r\nx-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: " % PROBLEM.encode()
)
LINE_END = b" HTTP/1.1"


class HttpProtocol(HttpToolsProtocol):
    """One connection of a client."""

    def __init__(self, config: Config, **options: Any) -> None:
        super().__init__(config, **options)
        self._cache, self._heads, self._drain = config.response_cache, config.heads, config.drain
        self._server_lines = config.server_lines
        self._between_requests, self._head_bytes, self._idle_since, self._unread = True, 0, 0.0, 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the idle timer, and close the connection if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.write(TOO_MANY)
            transport.close()
        self._idle_since = self.loop.time()
        self._timer = self.loop.call_later(IDLE_S, self._check_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the idle timer."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Send a cached response, or let uvicorn parse the request."""
        if self._between_requests and not self._drain.begun and data.startswith(b"GET /") and self._send_cached(data):
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _send_cached(self, data: bytes) -> bool:
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return False
        line, _, head = data.partition(b"\r\n")
        fields = self._heads.read(head)
        if fields is None or not line.endswith(LINE_END):
            return False
        response = self._cache.get(line[4 : -len(LINE_END)], *fields)
        if response is None:
            return False
        self._idle_since = self.loop.time()
        self.transport.write(b"%b%b\r\n%b" % (response[0], self._server_headers(), response[1]))
        return True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature; its message says nothing
        """Answer an invalid request, and close the connection."""
        fields, length = self._server_headers() + BAD_REQUEST_FIELDS, len(BAD_REQUEST)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%b%d\r\n\r\n%b" % (fields, length, BAD_REQUEST))
        self.transport.close()

    def _server_headers(self) -> bytes:
        """Return the server's own header lines: the date."""
        return self._server_lines.of(self.server_state.default_headers)

    def on_message_begin(self) -> None:
        """Record the start of a request."""
        self._between_requests = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Record that the request headers are complete; a body may follow."""
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Receive a part of a body, whose size the application limits."""
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Record that a request is complete."""
        self._between_requests, self._head_bytes = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, as long as ``_check_idle`` allows."""
        super().on_response_complete()
        self._unset_keepalive_if_required()
        self._idle_since = self.loop.time()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: there is no other protocol here, and clients must not be able to fill the log."""

    def _check_idle(self) -> None:
        """Close the connection if the client has been idle for too long, else check again when its time ends."""
        busy = self.cycle is not None and not self.cycle.response_complete
        unread, before = self.transport.get_write_buffer_size(), self._unread
        self._unread = unread
        remaining = IDLE_S if busy or unread else self._idle_since + IDLE_S - self.loop.time()
        if unread and unread == before:
            self.transport.abort()
        elif remaining <= 0:
            self.transport.close()
        else:
            self._timer = self.loop.call_later(remaining, self._check_idle)

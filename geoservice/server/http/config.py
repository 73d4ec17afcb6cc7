"""The configuration of a worker's server; it imports the application only in a worker.

The process that starts the workers answers no request, so it leaves out what they import: that takes most of the time of a
start.
"""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import uvicorn

from geoservice.server.operations.drain import Drain

if TYPE_CHECKING:
    from geoservice.server.app import Application
    from geoservice.server.http.request_head import HeadCache
    from geoservice.server.response_cache import ResponseCache

PROTOCOL = "geoservice.server.http.protocol:HttpProtocol"
"""What uvicorn imports in a worker."""
CONNECTIONS = 2048
"""Connections of a worker, idle ones included; running requests are limited elsewhere, an idle one takes a few KiB."""


class ServerLines:
    """The server's header fields as lines; uvicorn makes a new list of fields every second, not for every response."""

    def __init__(self) -> None:
        self._fields: list[tuple[bytes, bytes]] = []
        self._lines = b""

    def of(self, fields: list[tuple[bytes, bytes]]) -> bytes:
        """Return the lines of these fields."""
        if fields is not self._fields:
            self._fields, self._lines = fields, b"".join(b"%b: %b\r\n" % field for field in fields)
        return self._lines


class Config(uvicorn.Config):
    """uvicorn's configuration; ``make`` returns the application and is called in each worker."""

    def __init__(self, make: "Callable[[], Application]", **options: Any) -> None:
        super().__init__(
            make, factory=True, interface="asgi3", http=PROTOCOL, ws="none", lifespan="on",
            access_log=False, proxy_headers=False, server_header=False, **options,
        )  # fmt: skip

    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        """Return the factory of the event loop: with asyncio's own loop a response takes twice as long."""
        import uvloop

        return uvloop.new_event_loop

    @cached_property
    def application(self) -> "Application":
        """The application, once it is loaded."""
        from geoservice.server.app import Application

        assert isinstance(self.loaded_app, Application)
        return self.loaded_app

    @cached_property
    def response_cache(self) -> "ResponseCache":
        """The application's response cache, once the application is loaded."""
        return self.application.response_cache

    @cached_property
    def drain(self) -> Drain:
        """The application's shutdown state."""
        return self.application.drain

    @cached_property
    def server_lines(self) -> ServerLines:
        """The server's header lines, shared by all connections of a worker."""
        return ServerLines()

    @cached_property
    def heads(self) -> "HeadCache":
        """The cache of request headers, shared by all connections of a worker."""
        from geoservice.server.http.request_head import HeadCache

        return HeadCache(self.response_cache.excluded_fields)

"""The server of one worker, stopped without breaking off anybody who has connected."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

from uvicorn.server import Server

from geoservice.server.app import Application

LAST_S = 0.3
"""Seconds for requests that were on their way when the worker stopped listening."""


class DrainingServer(Server):
    """uvicorn's server that serves who has connected already; each answer says that the connection ends with it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take the connections that the kernel has accepted, listen no more, then end what is idle and wait for the rest."""
        if isinstance(self.config.loaded_app, Application):
            self.config.loaded_app.drain.begun = True
        while ends := [end for listening in sockets or [] for end in accepted(listening)]:
            for end in ends:
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, end)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await asyncio.sleep(LAST_S)
        await super().shutdown([])

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # as uvicorn makes it


def accepted(listening: socket.socket) -> Iterator[socket.socket]:
    """Yield the connections that wait to be taken."""
    with suppress(BlockingIOError):
        while True:
            yield listening.accept()[0]

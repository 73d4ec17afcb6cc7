"""The server of one worker, which stops without dropping connections that were accepted."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress

from uvicorn.server import Server

LAST_S = 1.0
"""Most seconds for requests that were in transit when the worker stopped listening; a client on a busy machine is slow."""
STEP_S = 0.02


class DrainingServer(Server):
    """uvicorn's server that at shutdown still serves open connections; each response then has ``Connection: close``."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept the connections queued in the kernel, stop listening, close idle connections and wait for the others."""
        from geoservice.server.app import Application  # the process that starts the workers does without

        if isinstance(self.config.loaded_app, Application):
            self.config.loaded_app.drain.begun = True
        while connections := [c for listening in sockets or [] for c in accepted_connections(listening)]:
            for connection in connections:
                await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for _ in range(round(LAST_S / STEP_S)):
            if not self.server_state.connections:
                break
            await asyncio.sleep(STEP_S)
        await super().shutdown([])

    def _protocol(self) -> asyncio.Protocol:
        protocol_class = self.config.http_protocol_class
        return protocol_class(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # as in uvicorn


def accepted_connections(listening: socket.socket) -> Iterator[socket.socket]:
    """Yield the connections that are queued at a listening socket."""
    with suppress(BlockingIOError):
        while True:
            yield listening.accept()[0]

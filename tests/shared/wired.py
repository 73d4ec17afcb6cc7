"""An application behind the real server, in a thread of the test; responses are not decompressed."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from geoservice.server.app import Application
from geoservice.server.http.config import Config
from geoservice.server.http.workers import listen


class Wired:
    """A persistent connection to an application's server, with its response cache."""

    def __init__(self, app: Application, address: tuple[str, int]) -> None:
        self.app, self.response_cache, self.address = app, app.response_cache, address
        self._connection = http.client.HTTPConnection(*address, timeout=30)

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        """Return status, headers and body; no header is sent but Host and the given ones."""
        try:
            return self._ask(path, method, headers)
        except http.client.RemoteDisconnected:  # it was left for saying nothing, as a test may have the server do soon
            self._connection.close()
            return self._ask(path, method, headers)

    def _ask(self, path: str, method: str, headers: dict[str, str]) -> tuple[int, Any, bytes]:
        self._connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            self._connection.putheader(name.replace("_", "-"), value)
        self._connection.endheaders()
        answer = self._connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def send(self, data: bytes, pieces: int = 1, pause: float = 0.02) -> bytes:
        """Send bytes on a connection of their own, in so many pieces; return all that comes until the server hangs up."""
        with socket.create_connection(self.address, timeout=30) as client:
            size = -(-len(data) // pieces)
            for at in range(0, len(data), size):
                client.sendall(data[at : at + size])
                time.sleep(pause)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def wire_up(app: Application) -> Iterator[Wired]:
    """Serve an application while in a ``with``."""
    with listen("127.0.0.1", 0) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)  # what a client does not read waits in the server
        server = uvicorn.Server(Config(lambda: app, log_config=None, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, args=([listening],))
        address = listening.getsockname()
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        found = Wired(app, address)
        try:
            yield found
        finally:
            found.close()
            server.should_exit = True
            thread.join(20)

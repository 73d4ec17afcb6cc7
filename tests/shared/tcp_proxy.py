"""A TCP proxy in front of a PostgreSQL server's socket, which can silently stop forwarding or be closed."""

import socket
import threading
from contextlib import suppress
from pathlib import Path


class Proxy:
    """Forwards ``port`` of this machine to a socket file.

    ``hold`` stops all that is open from then on, and what is opened until ``release``: what is sent is acknowledged and goes
    nowhere. ``hold(new=False)`` lets new connections through.
    """

    def __init__(self, server: Path) -> None:
        self._server, self._listening = server, socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._new_go, self._open = threading.Event(), list[tuple[socket.socket, threading.Event]]()
        self._new_go.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def dsn(self, dsn: str) -> str:
        """Return a connection string of the server's, with the proxy in the server's place."""
        return " ".join([f"host=127.0.0.1 port={self.port}", *(word for word in dsn.split() if not word.startswith("host="))])

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                go = threading.Event()
                if self._new_go.is_set():
                    go.set()
                threading.Thread(target=self._serve, args=(client, go), daemon=True).start()

    def _serve(self, client: socket.socket, go: threading.Event) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            self._open += [(client, go), (server, go)]
            go.wait()
            server.connect(str(self._server))
            answers = threading.Thread(target=_copy, args=(server, client, go), daemon=True)
            answers.start()
            _copy(client, server, go)
            answers.join()

    def hold(self, *, new: bool = True) -> None:
        """Forward nothing more; with ``new`` nothing of connections to come either."""
        for _, go in self._open:
            go.clear()
        if new:
            self._new_go.clear()

    def release(self) -> None:
        """Forward again."""
        self._new_go.set()
        for _, go in self._open:
            go.set()

    def close(self) -> None:
        """Be gone: what is open is cut, who comes is refused."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.release()
        for end, _ in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket, go: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            go.wait()
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

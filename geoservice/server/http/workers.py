"""Several processes that take connections from one socket, watched, replaced when they die, stopped with notice."""

import os
import resource
import socket
import time
from collections.abc import Callable
from contextlib import closing

import structlog
from uvicorn.supervisors import Multiprocess

from geoservice.errors import Unavailable
from geoservice.server.http.protocol import CONNECTIONS, Config

BACKLOG = 1024
"""Connections the kernel holds while a worker takes no more, or is being replaced."""

FILES = 512
"""Files that a worker has open beside its connections: those of releases, of figures, and links to a database."""


class Workers(Multiprocess):
    """uvicorn's workers that say they are going before they go: who asks whether one is ready sends its clients elsewhere.

    ``notice`` is called when all are to stop, before any of them is told; ``seconds`` is the time they have from then on.
    """

    def __init__(self, config: Config, listening: socket.socket, notice: Callable[[], None], seconds: float) -> None:
        super().__init__(config, [listening])
        self._notice, self._seconds = notice, seconds

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died."""
        for worker in self.processes:
            if not worker.process.is_alive() and not self.should_exit.is_set():
                structlog.get_logger().warning("a worker has died and is replaced", pid=worker.pid, code=worker.exitcode)
        super().keep_subprocess_alive()

    def terminate_all(self) -> None:
        """Give notice, then tell every worker to stop: listening at once, requests in work when they are done."""
        self._notice()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the workers; one that does not end in its time is killed."""
        until = time.monotonic() + self._seconds
        for worker in self.processes:
            worker.process.join(max(until - time.monotonic(), 0))
            if worker.process.is_alive():
                structlog.get_logger().warning("a worker did not stop in time and was killed", pid=worker.pid)
                worker.process.kill()
                worker.process.join()


def allow_connections() -> None:
    """Let this worker have as many files open as it may have connections, and its own beside them, if the machine does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def keep_to_core(place: int, workers: int) -> None:
    """Keep this worker, by its place among so many, to one core, if there is a worker for each that the service may use.

    A request goes from the event loop to a thread and back; on another core, which first has to wake up and has nothing of it
    in its caches, a tile takes half as long again. With fewer workers than cores, threads of one may use several.
    """
    cores = sorted(os.sched_getaffinity(0))
    if workers >= len(cores):
        os.sched_setaffinity(0, {cores[place % len(cores)]})


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises :class:`Unavailable` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        found = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Unavailable(
            f"host {host}, port {port}: {os.strerror(error.errno or 0)}; free it, or choose another one"
        ) from None
    # what is accepted inherits it; an answer of two parts would otherwise wait 40 ms for the client's acknowledgement
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def run(config: Config, notice: Callable[[], None], seconds: float) -> None:
    """Serve with as many workers as the configuration says until SIGTERM or SIGINT."""
    with closing(listen(config.host, config.port)) as listening:
        listening.set_inheritable(True)
        Workers(config, listening, notice, seconds).run()

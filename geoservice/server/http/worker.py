"""One worker process: its server, its end when the parent dies, its file limit, its stack dumps and its core."""

import faulthandler
import multiprocessing
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import structlog
import uvicorn
from uvicorn.server import Server
from uvicorn.supervisors.multiprocess import Process

from geoservice.server.http.config import CONNECTIONS
from geoservice.server.http.draining import DrainingServer

STACKS = "stacks"
"""Prefix of the files with stack dumps; the process id follows."""
FILES = 512
"""Files that a worker opens besides its connections: those of releases and metrics, and database connections."""


class Worker(Process):
    """A worker process that ends with its parent, within ``seconds`` for running requests."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], seconds: float) -> None:
        self._seconds = seconds
        super().__init__(config, sockets)

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve; runs in the worker process."""
        threading.Thread(target=end_with_parent, args=[self._seconds], name="parent", daemon=True).start()
        super().target(sockets)

    @property
    def server(self) -> Server:
        """Return the server, created in the worker process."""
        if self._server is None:
            self._server = DrainingServer(self.config)
        return self._server


def end_with_parent(seconds: float) -> None:
    """Wait for the end of the parent process, then shut down gracefully, and kill this process after ``seconds``."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    structlog.get_logger().error("the parent process has died; this worker ends", pid=os.getpid())
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def dump_stacks_on_signal(folder: Path) -> None:
    """Write the stacks of this worker's threads to a file on SIGUSR1, even while one thread blocks all others."""
    stacks = (folder / f"{STACKS}-{os.getpid()}").open("w", encoding="utf-8")
    faulthandler.register(signal.SIGUSR1, file=stacks)  # which keeps it open


def raise_file_limit() -> None:
    """Raise the limit of open files to that of connections and own files, as far as the machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    required = CONNECTIONS + FILES
    if soft != resource.RLIM_INFINITY and soft < required:
        resource.setrlimit(resource.RLIMIT_NOFILE, (required if hard == resource.RLIM_INFINITY else min(required, hard), hard))


def pin_to_core(index: int, workers: int) -> None:
    """Pin this worker to one core by its index, if there is at least one worker for each core that the service may use.

    A request goes from the event loop to a thread and back. If the thread runs on another core, which must wake up and has cold
    caches, a tile takes half as long again. With fewer workers than cores, the threads of one worker may use several cores.
    """
    cores = sorted(os.sched_getaffinity(0))
    if workers >= len(cores):
        os.sched_setaffinity(0, {cores[index % len(cores)]})

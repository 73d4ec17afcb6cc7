"""The supervisor of worker processes on one socket: replaces workers that die or hang, and stops them gracefully."""

import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import structlog
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from geoservice.errors import Unavailable
from geoservice.server.http.config import Config
from geoservice.server.http.worker import STACKS, Worker
from geoservice.server.operations.work import WORK, Work, read_work

BACKLOG = 1024
"""Connections that the kernel queues while a worker accepts no more, or is being replaced."""

START_S = 120
"""Seconds for the start of a worker."""
CHECK_S = 0.5
"""Seconds between checks of the workers: uvicorn's own interval."""
STACK_S = 0.5
"""Seconds for a hanging worker to write its stack dump."""
HANDSHAKE_S = 0.5
"""Seconds for handshakes that have begun when the service stops listening: a round trip to a far client."""
SO_ATTACH_FILTER = getattr(socket, "SO_ATTACH_FILTER", 26)
"""Linux: the option's name is not in Python's socket module."""
NO_SYN = (
    (0x30, 0, 0, 13),  # load the byte of flags of the TCP header
    (0x54, 0, 0, 0x12),  # SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone, the first packet of a connection:
    (0x06, 0, 0, 0),  # ignore it
    (0x06, 0, 0, 0xFFFFFFFF),  # pass any other in full: the value is the length that is kept, also of later connections
)
"""A filter of classic BPF: code, jump if true, jump if false, value; see the kernel's networking/filter document."""


class Workers(Multiprocess):
    """uvicorn's worker supervisor that reports not-ready before stopping, so that a load balancer sends clients elsewhere.

    Parameters
    ----------
    config
        The configuration of each worker's server.
    listening
        The socket that the workers share.
    folder
        The folder in which each worker records its running requests.
    notice
        Called at shutdown, before any worker is stopped.
    seconds
        The time for the workers to stop after that.
    hanging
        Seconds without progress of its event loop after which a worker is killed and replaced.
    """

    def __init__(
        self, config: Config, listening: socket.socket, folder: Path, notice: Callable[[], None], seconds: float, hanging: float
    ) -> None:
        super().__init__(config, [listening])
        self._folder, self._notice, self._seconds = folder, notice, seconds
        self._unchanged, self._max_checks = dict[int, tuple[float, int]](), hanging / CHECK_S
        self.failed = False

    def _start(self) -> Worker:
        worker = Worker(self.config, self.sockets, self._seconds)
        worker.start()
        return worker

    def init_processes(self) -> None:
        """Start the configured number of workers."""
        self.processes = [self._start() for _ in range(self.processes_num)]

    def handle_ttin(self) -> None:
        """Start one more worker."""
        self.processes.append(self._start())

    def restart_all(self) -> None:
        """Replace the workers one by one, each as soon as its successor serves."""
        for index, old in enumerate(self.processes):
            new = self._start()
            if not new.wait_until_ready(START_S, self.should_exit):
                new.kill()
                new.join()
                return
            old.terminate()
            old.join()
            self.processes[index] = new

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died or that hang."""
        for index, worker in enumerate(self.processes):
            is_alive = worker.process.is_alive()
            if self.should_exit.is_set() or (is_alive and not self._hangs(worker)):
                continue
            if is_alive:
                self._report("a worker hangs, is ended and replaced", worker)
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                self.failed = True
                self.should_exit.set()
                return
            if not is_alive:
                doing = self._work(worker).lines
                structlog.get_logger().warning(
                    "a worker has died and is replaced", pid=worker.pid, code=worker.exitcode, doing=doing
                )
            for kind in (WORK, STACKS):
                self._path(kind, worker).unlink(missing_ok=True)
            self.processes[index] = self._start()

    def _path(self, kind: str, worker: Process) -> Path:
        return self._folder / f"{kind}-{worker.pid}"

    def _work(self, worker: Process) -> Work:
        return read_work(self._path(WORK, worker))

    def _hangs(self, worker: Process) -> bool:
        """Whether a worker's event loop made no progress in too many checks; not by time, as a machine may be suspended."""
        beat, pid = self._work(worker).beat, worker.pid or 0
        before, checks = self._unchanged.get(pid, (beat, 0))
        self._unchanged[pid] = (beat, checks + 1 if beat == before else 0)
        return self._unchanged[pid][1] > (self._max_checks if beat else START_S / CHECK_S)

    def _report(self, event: str, worker: Process) -> None:
        """Log the running requests of a worker and the stacks of its threads."""
        path = self._path(STACKS, worker)
        if worker.pid is not None and path.exists():
            os.kill(worker.pid, signal.SIGUSR1)
            time.sleep(STACK_S)
        stacks = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        structlog.get_logger().error(event, pid=worker.pid, doing=self._work(worker).lines, stacks=stacks)

    def terminate_all(self) -> None:
        """Give notice, then stop the workers: they stop listening immediately, and end after their running requests."""
        self._notice()
        for listening in self.sockets:
            refuse_handshakes(listening)
        time.sleep(HANDSHAKE_S)
        for listening in self.sockets:  # else the kernel would go on accepting connections that no worker serves
            listening.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the workers; one that does not end in time is killed."""
        deadline = time.monotonic() + self._seconds
        for worker in self.processes:
            worker.process.join(max(deadline - time.monotonic(), 0))
            if worker.process.is_alive():
                self._report("a worker did not stop in time and was killed", worker)
                worker.process.kill()
                worker.process.join()


def refuse_handshakes(listening: socket.socket) -> None:
    """Let the kernel ignore new connections of a TCP socket, while those that are being opened, or wait, can be accepted.

    Closing a listening socket resets the connections in its queue, also those that arrived since the last one was accepted.
    A client whose first packet was ignored sends it again after a second, when nobody listens, and gets "connection refused".
    Where the kernel has no socket filters, such connections may be reset.
    """
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in NO_SYN))
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(NO_SYN), ctypes.addressof(program)))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises :class:`Unavailable` if the address cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Unavailable(
            f"host {host}, port {port}: {os.strerror(error.errno or 0)}; free it, or choose another one"
        ) from None
    # inherited by accepted connections; without it a response in two parts waits 40 ms for the client's acknowledgement
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def run(config: Config, folder: Path, notice: Callable[[], None], seconds: float, hanging: float) -> None:
    """Serve with the configured number of workers until SIGTERM or SIGINT; see :class:`Workers`."""
    with closing(listen(config.host, config.port)) as listening:
        listening.set_inheritable(True)
        workers = Workers(config, listening, folder, notice, seconds, hanging)
        workers.run()
    if workers.failed:
        raise Unavailable("a worker could not start; the log says why")

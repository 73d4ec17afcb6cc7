"""Several processes that take connections from one socket, watched, replaced when they die, stopped with notice."""

import faulthandler
import multiprocessing
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import Server
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from geoservice.errors import Unavailable
from geoservice.server.http.draining import DrainingServer
from geoservice.server.http.protocol import CONNECTIONS, Config
from geoservice.server.operations.work import WORK, Work, read_work

BACKLOG = 1024
"""Connections the kernel holds while a worker takes no more, or is being replaced."""

STACKS = "stacks"
FILES = 512
"""Files that a worker has open beside its connections: those of releases, of figures, and links to a database."""


START_S = 120
"""Seconds that a worker has to begin its work."""
LOOK_S = 0.5
"""Seconds between looks at the workers: uvicorn's own."""
STACK_S = 0.5
"""Seconds for a worker that hangs to write down where its threads are."""


class Worker(Process):
    """A worker that ends with its parent; ``seconds`` is the time it then has for what is in work."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], seconds: float) -> None:
        self._seconds = seconds
        super().__init__(config, sockets)

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, in a process of its own."""
        threading.Thread(target=end_with_parent, args=[self._seconds], name="parent", daemon=True).start()
        super().target(sockets)

    @property
    def server(self) -> Server:
        """Return the server, made in the process that serves."""
        if self._server is None:
            self._server = DrainingServer(self.config)
        return self._server


def end_with_parent(seconds: float) -> None:
    """Wait for the end of the parent, then end: as when told to stop, or without more ado when that takes too long."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    structlog.get_logger().error("the parent process has died; this worker ends", pid=os.getpid())
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


class Workers(Multiprocess):
    """uvicorn's workers that say they are going before they go: who asks whether one is ready sends its clients elsewhere.

    Parameters
    ----------
    config
        What each worker serves.
    listening
        The socket that they share.
    folder
        Where each writes what it has in work.
    notice
        Called when all are to stop, before any of them is told.
    seconds
        The time they have from then on.
    hanging
        Seconds without a turn of its event loop after which a worker is ended and replaced.
    """

    def __init__(
        self, config: Config, listening: socket.socket, folder: Path, notice: Callable[[], None], seconds: float, hanging: float
    ) -> None:
        super().__init__(config, [listening])
        self._folder, self._notice, self._seconds = folder, notice, seconds
        self._looks, self._looks_most = dict[int, tuple[float, int]](), hanging / LOOK_S
        self.failed = False

    def _start(self) -> Worker:
        worker = Worker(self.config, self.sockets, self._seconds)
        worker.start()
        return worker

    def init_processes(self) -> None:
        """Start as many workers as the configuration says."""
        self.processes = [self._start() for _ in range(self.processes_num)]

    def handle_ttin(self) -> None:
        """Start one more."""
        self.processes.append(self._start())

    def restart_all(self) -> None:
        """Replace the workers one after the other, each when the new one serves."""
        for at, old in enumerate(self.processes):
            new = self._start()
            if not new.wait_until_ready(START_S, self.should_exit):
                new.kill()
                new.join()
                return
            old.terminate()
            old.join()
            self.processes[at] = new

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died or hang."""
        for at, worker in enumerate(self.processes):
            alive = worker.process.is_alive()
            if self.should_exit.is_set() or (alive and not self._hangs(worker)):
                continue
            if alive:
                self._report("a worker hangs, is ended and replaced", worker)
            worker.kill()
            worker.join()
            if worker.exitcode == STARTUP_FAILURE:
                self.failed = True
                self.should_exit.set()
                return
            if not alive:
                doing = self._work(worker).lines
                structlog.get_logger().warning(
                    "a worker has died and is replaced", pid=worker.pid, code=worker.exitcode, doing=doing
                )
            for kind in (WORK, STACKS):
                self._path(kind, worker).unlink(missing_ok=True)
            self.processes[at] = self._start()

    def _path(self, kind: str, worker: Process) -> Path:
        return self._folder / f"{kind}-{worker.pid}"

    def _work(self, worker: Process) -> Work:
        return read_work(self._path(WORK, worker))

    def _hangs(self, worker: Process) -> bool:
        """Whether a worker's event loop has not turned for too many looks; by the clock a machine that has slept would hang."""
        beat, pid = self._work(worker).beat, worker.pid or 0
        before, looks = self._looks.get(pid, (beat, 0))
        self._looks[pid] = (beat, looks + 1 if beat == before else 0)
        return self._looks[pid][1] > (self._looks_most if beat else START_S / LOOK_S)

    def _report(self, event: str, worker: Process) -> None:
        """Write down what a worker has in work and where its threads are."""
        path = self._path(STACKS, worker)
        if worker.pid is not None and path.exists():
            os.kill(worker.pid, signal.SIGUSR1)
            time.sleep(STACK_S)
        stacks = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        structlog.get_logger().error(event, pid=worker.pid, doing=self._work(worker).lines, stacks=stacks)

    def terminate_all(self) -> None:
        """Give notice, then tell every worker to stop: listening at once, requests in work when they are done."""
        self._notice()
        for listening in self.sockets:  # or the kernel would go on to accept connections that nobody takes
            listening.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the workers; one that does not end in its time is killed."""
        until = time.monotonic() + self._seconds
        for worker in self.processes:
            worker.process.join(max(until - time.monotonic(), 0))
            if worker.process.is_alive():
                self._report("a worker did not stop in time and was killed", worker)
                worker.process.kill()
                worker.process.join()


def show_stacks(folder: Path) -> None:
    """Write down where this worker's threads are when the parent asks; also while one of them lets no other run."""
    stacks = (folder / f"{STACKS}-{os.getpid()}").open("w", encoding="utf-8")
    faulthandler.register(signal.SIGUSR1, file=stacks)  # which keeps it open


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


def run(config: Config, folder: Path, notice: Callable[[], None], seconds: float, hanging: float) -> None:
    """Serve with as many workers as the configuration says until SIGTERM or SIGINT; see :class:`Workers`."""
    with closing(listen(config.host, config.port)) as listening:
        listening.set_inheritable(True)
        workers = Workers(config, listening, folder, notice, seconds, hanging)
        workers.run()
    if workers.failed:
        raise Unavailable("a worker could not start; the log says why")

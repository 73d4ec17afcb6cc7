"""Workers: several on one socket, replaced when they die, stopped gracefully or killed; an address in use."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from geoservice.errors import Unavailable
from geoservice.release import open_store
from geoservice.server.http.workers import listen, refuse_handshakes


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workers")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(content())
    store.close()
    return folder


@pytest.fixture
def served(serve: Any, home: Path) -> Iterator[Any]:
    with serve(home, GEOSERVICE_NOTICE_SECONDS="0", GEOSERVICE_DRAIN_SECONDS="1") as found:
        yield found


def children(pid: int) -> list[int]:
    """Return the workers of a service: its processes that have the serving socket and can be asked."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(p) for p in found if b"spawn_main" in Path(f"/proc/{p}/cmdline").read_bytes()]


def live(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/health/live", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def until(true: Callable[[], bool], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_a_worker_that_dies_is_replaced(served: Any) -> None:
    (first,) = children(served.process.pid)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: children(served.process.pid) not in ([], [first]))
    assert until(lambda: live(served.url))
    assert "a worker has died and is replaced" in served.log.read_text()


def events(log: Path) -> dict[str, dict[str, Any]]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return {line["event"]: line for line in lines}


def connected(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout=20)


HUNG = "a worker hangs, is ended and replaced"


def test_a_suspended_worker_is_replaced(serve: Any, home: Path) -> None:
    with serve(home, GEOSERVICE_NOTICE_SECONDS="0") as served:
        (first,) = children(served.process.pid)
        time.sleep(0.5)  # a client has the answer a moment before the request counts as finished
        os.kill(first, signal.SIGSTOP)
        assert until(lambda: HUNG in served.log.read_text())
        assert until(lambda: live(served.url))
        assert (events(served.log)[HUNG]["pid"], events(served.log)[HUNG]["doing"]) == (first, [])


def test_a_worker_with_a_blocked_event_loop_is_replaced_and_logged(home: Path, tmp_path: Path) -> None:
    program, log = Path(__file__).with_name("stuck_worker.py"), tmp_path / "log"
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        server = subprocess.Popen([sys.executable, program, home, str(port), tmp_path], stdout=out, stderr=out)
        try:
            assert until(lambda: live(url))
            with closing(connected(url)) as client:
                client.sendall(b"GET /styles/map/legend?f=json&lang=zh HTTP/1.1\r\nHost: a\r\n\r\n")
                assert until(lambda: HUNG in log.read_text())
                assert client.recv(1) == b""
            assert until(lambda: live(url))
        finally:
            server.terminate()
            server.wait(60)
    hung = events(log)[HUNG]
    (doing,) = hung["doing"]
    assert re.fullmatch(r"GET /styles/\{style_id\}/legend, [2-9]\.[0-9] s", doing)
    assert any("stuck_worker.py" in line for line in hung["stacks"])
    assert "lang=zh" not in log.read_text()


def test_workers_end_with_a_parent_that_is_killed(serve: Any, home: Path) -> None:
    """The address is free at once, what is in work is brought to its end."""
    with serve(home, GEOSERVICE_WORKERS="2") as served:
        workers = children(served.process.pid)
        with closing(connected(served.url)) as client:
            client.sendall(b"GET /collections HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n")
            served.process.kill()
            client.sendall(b"\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 5)
        place = urlsplit(served.url)
        listen(str(place.hostname), int(place.port or 0)).close()
        assert "the parent process has died" in served.log.read_text()


def test_a_worker_that_does_not_stop_is_killed(served: Any) -> None:
    (worker,) = children(served.process.pid)
    os.kill(worker, signal.SIGSTOP)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0
    assert not Path(f"/proc/{worker}").exists()
    assert "did not stop in time" in served.log.read_text()


def test_an_interrupt_stops_the_service(served: Any) -> None:
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(60) == 0
    assert not live(served.url)


def test_the_limit_of_open_files_is_raised(serve: Any, home: Path) -> None:
    few = serve(home, open_files=200, GEOSERVICE_NOTICE_SECONDS="0", GEOSERVICE_DRAIN_SECONDS="1")
    with few as served, ExitStack() as clients:
        place = urlsplit(served.url)
        for _ in range(400):
            clients.enter_context(socket.create_connection((place.hostname, place.port), timeout=20))
        assert live(served.url)


CORES = sorted(os.sched_getaffinity(0))


@pytest.mark.parametrize(("more", "keeps"), [(0, True), (1, True), (-1, False)])
def test_with_a_worker_for_each_core_it_is_pinned(more: int, keeps: bool) -> None:
    def cores_of(place: int) -> list[int]:
        code = (
            "import os; from geoservice.server.http.worker import pin_to_core; "
            f"pin_to_core({place}, {len(CORES) + more}); print(*sorted(os.sched_getaffinity(0)))"
        )
        return [int(c) for c in subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split()]

    last = len(CORES) - 1
    assert [cores_of(0), cores_of(last)] == ([[CORES[0]], [CORES[last]]] if keeps else [CORES, CORES])


def test_an_address_in_use_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound, pytest.raises(Unavailable, match=r"127\.0\.0\.1, port"):
        listen(*bound.getsockname())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_accepted_connections_have_no_delay(host: str) -> None:
    with closing(listen(host, 0)) as listening, socket.create_connection(listening.getsockname()[:2]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_before_it_is_closed_a_socket_takes_no_new_connections_and_loses_none() -> None:
    listening = listen("127.0.0.1", 0)
    address = listening.getsockname()
    with closing(socket.create_connection(address, timeout=5)) as queued:
        refuse_handshakes(listening)
        with closing(socket.socket()) as late:
            late.settimeout(0.3)
            with pytest.raises(TimeoutError):
                late.connect(address)
        accepted, _ = listening.accept()
        listening.close()
        with closing(accepted):
            queued.sendall(b"request")
            assert accepted.recv(100) == b"request"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)

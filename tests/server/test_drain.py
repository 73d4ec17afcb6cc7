"""Graceful shutdown: not ready first, then not listening; running requests are finished and the exit code is 0."""

import contextlib
import http.client
import itertools
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bigger import publish

PAGE = "/collections/stations/items?limit=10000"


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("drain"), content(), rows=4000, words="x" * 5000)


def slow_reader(url: str) -> socket.socket:
    """Request a page of 20 MB, more than the kernel buffers, and read the first bytes of it, with a window of a few KiB."""
    found = urlsplit(url)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    client.settimeout(20)
    client.connect((found.hostname, found.port))
    client.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: {found.netloc}\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def status(url: str) -> int:
    """Return the status; 0 if the port is closed: connections are refused immediately."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return 0
        raise


def test_running_requests_are_finished_and_no_new_ones_accepted(home: Path, serve: Any) -> None:
    with (
        serve(home, GEOSERVICE_NOTICE_SECONDS="1", GEOSERVICE_DRAIN_SECONDS="20") as served,
        contextlib.closing(slow_reader(served.url)) as client,
    ):
        served.process.send_signal(signal.SIGTERM)
        seen, until = [], time.monotonic() + 10
        while (not seen or seen[-1]) and time.monotonic() < until:
            seen.append(status(f"{served.url}/health/ready"))
            time.sleep(0.05)
        assert set(seen) - {200} == {503, 0}, "not ready is said before nobody listens"
        assert served.process.poll() is None, "it waits for the download"
        body = bytearray()
        while piece := client.recv(65536):
            body += piece
        assert body.rstrip().endswith(b"}"), "to the last byte"
        assert len(body) > 20_000_000
        assert served.process.wait(30) == 0


def test_a_client_that_never_reads_does_not_delay_it(home: Path, serve: Any) -> None:
    with (
        serve(home, GEOSERVICE_NOTICE_SECONDS="0", GEOSERVICE_DRAIN_SECONDS="1") as served,
        contextlib.closing(slow_reader(served.url)),
    ):
        started = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
        assert 0.5 < time.monotonic() - started < 20


LOAD = ("/collections?f=json", "/tiles/coverage/10/583/296.mvt", "/collections/stations/items?limit=20", "/health/ready")


def load(address: tuple[str, int]) -> list[int]:
    """Send requests on a keep-alive connection, or a new one if the service closes it, until the port is closed."""
    statuses, connection = list[int](), http.client.HTTPConnection(*address, timeout=20)
    with contextlib.suppress(ConnectionRefusedError):
        for path in itertools.cycle(LOAD):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status if path != LOAD[-1] else -answer.status)
    return statuses


@pytest.mark.parametrize("notice", ["0", "1"])
def test_no_response_is_cut_off_under_load(home: Path, serve: Any, notice: str) -> None:
    with serve(home, GEOSERVICE_WORKERS="2", GEOSERVICE_NOTICE_SECONDS=notice, GEOSERVICE_RATE_LIMIT="") as served:
        place = urlsplit(served.url)
        with ThreadPoolExecutor(12) as pool:
            clients = [pool.submit(load, (str(place.hostname), int(place.port or 0))) for _ in range(12)]
            time.sleep(2)
            served.process.send_signal(signal.SIGTERM)
            seen = {status for client in clients for status in client.result(30)}
        assert served.process.wait(60) == 0
    assert seen == {200, -200, -503} if notice == "1" else seen >= {200, -200}

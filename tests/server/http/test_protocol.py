"""Connections: cached responses in order, and clients that send too little, too much or nothing."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from wired import Wired, wire_up

from geoservice.release import open_store
from geoservice.server.app import create_app
from geoservice.server.http import protocol
from geoservice.settings import Settings

TILE = "/tiles/coverage/10/583/296.mvt"
HOST = b"Host: geo.test\r\n"


@pytest.fixture(scope="module")
def server(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    folder = tmp_path_factory.mktemp("wire")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(content())
    store.close()
    app = create_app(Settings(rate_limit=""), open_store(folder / "releases", None, "x", read_only=True))
    with wire_up(app) as app_server:
        yield app_server


@pytest.fixture
def ready(server: Wired) -> Wired:
    """The server with a tile in its response cache."""
    server.ask(TILE)
    before = server.response_cache.hits
    assert server.ask(TILE)[0] == 200
    assert server.response_cache.hits == before + 1
    return server


def get(path: str, more: bytes = b"", version: bytes = b"1.1") -> bytes:
    return b"GET " + path.encode() + b" HTTP/" + version + b"\r\n" + HOST + more + b"\r\n"


CLOSE = get("/health/live", b"Connection: close\r\n")


def statuses(received: bytes) -> list[int]:
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"Authorization": "Bearer nonsense"}, 401), ({"method": "HEAD"}, 200), ({"method": "OPTIONS"}, 204),
        ({"method": "POST"}, 405), ({"Accept_Encoding": "zstd;q=0.25, gzip;q=0.125"}, 200), ({"If_None_Match": "*"}, 304),
        ({"path": "/tiles/nope/1/0/0.mvt"}, 404), ({"path": "/tiles/WebMercatorQuad/5/9/18"}, 200), ({"path": f"{TILE}?"}, 200),
    ],
)  # fmt: skip
def test_other_requests_reach_the_application(ready: Wired, how: dict[str, str], status: int) -> None:
    before = ready.response_cache.hits, ready.response_cache.not_modified
    answered = ready.ask(**{"path": TILE, **how})
    assert answered[0] == status
    assert (answered[2] == b"") == (how.get("method") in {"HEAD", "OPTIONS"} or status == 304)
    assert "x-request-id" in answered[1]
    assert (ready.response_cache.hits, ready.response_cache.not_modified) == before


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_a_request_may_come_in_pieces(ready: Wired, pieces: int) -> None:
    received = ready.send(get(TILE, b"Connection: close\r\n"), pieces)
    assert statuses(received) == [200]


def test_pipelined_requests_are_answered_in_order(ready: Wired) -> None:
    requests = get("/collections/coverage?f=json") + get(TILE) + get("/nope") + get(TILE) + CLOSE
    for pieces in (1, 3, len(requests) // 40):
        received = ready.send(requests, pieces, pause=0.002)
        assert statuses(received) == [200, 200, 404, 200, 200]
        assert received.endswith(b'{"status":"live"}')


def test_a_cached_response_waits_for_the_one_before(ready: Wired) -> None:
    with socket.create_connection(ready.address, timeout=20) as client:
        client.sendall(get("/collections/coverage/items?limit=10000"))
        time.sleep(0.001)
        client.sendall(get(TILE))
        client.sendall(CLOSE)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    kinds = [part.partition(b"content-type: ")[2].partition(b"\r\n")[0] for part in received.split(b"HTTP/1.1 ")[1:]]
    assert kinds == [b"application/geo+json", b"application/vnd.mapbox-vector-tile", b"application/json"]


def test_a_body_is_not_a_request(ready: Wired) -> None:
    hits, inner = ready.response_cache.hits, get(TILE)
    with socket.create_connection(ready.address, timeout=20) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(inner))
        time.sleep(0.1)
        client.sendall(inner)
        time.sleep(0.1)
        client.sendall(CLOSE)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert statuses(received) == [200, 200]
    assert ready.response_cache.hits == hits


def test_a_slow_reader_gets_all_responses_in_order(ready: Wired) -> None:
    many, before = 1500, ready.response_cache.hits
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        client.settimeout(30)
        client.connect(ready.address)
        for _ in range(many):
            client.sendall(get(TILE))
            time.sleep(0.0005)
        cached = ready.response_cache.hits - before
        assert ready.ask(TILE)[0] == 200, "nobody else waits for this client"
        client.sendall(CLOSE)
        received = b"".join(iter(lambda: client.recv(2**20), b""))
    assert 0 < cached < many / 2, "no more is written than a client takes"
    assert statuses(received) == [200] * (many + 1)
    assert received.endswith(b'{"status":"live"}')


def test_http_1_0_is_answered_and_closed(ready: Wired) -> None:
    assert statuses(ready.send(get(TILE, version=b"1.0"))) == [200]


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET / HTTP/9\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"]
)
def test_invalid_http_is_400_and_closed(ready: Wired, nonsense: bytes) -> None:
    assert statuses(ready.send(nonsense)) == [400]


def test_headers_without_end_are_431_and_closed(ready: Wired) -> None:
    assert statuses(ready.send(b"GET / HTTP/1.1\r\n" + b"A: " + b"a" * (protocol.HEAD_BYTES + 100))) == [431]


class Times:
    """A server whose patience is a second."""

    seconds = 1.0

    def __init__(self, server: Wired) -> None:
        self.server = server

    def until_closed(self, *messages: bytes) -> float:
        """Return the seconds from the server's last byte until it closed; ``messages`` are sent 0.1 s apart."""
        with socket.create_connection(self.server.address, timeout=20) as client:
            last = time.monotonic()
            for data in messages:
                client.sendall(data)
                time.sleep(0.1)
            try:
                while client.recv(65536):
                    last = time.monotonic()
            except ConnectionResetError:
                pass
            return time.monotonic() - last


@pytest.fixture
def times(ready: Wired, monkeypatch: pytest.MonkeyPatch) -> Times:
    monkeypatch.setattr(protocol, "IDLE_S", Times.seconds)
    return Times(ready)


@pytest.mark.parametrize("messages", [[], [b"GET"], [CLOSE[:-2], b"A: b\r\n"], [get(TILE)], [get("/collections?f=json")]])
def test_an_idle_connection_is_closed(times: Times, messages: list[bytes]) -> None:
    assert 0.1 < times.until_closed(*messages) < 5


def test_slow_request_headers_get_no_more_time(times: Times) -> None:
    began = time.monotonic()
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        times.until_closed(get(TILE)[:20], *[b"A: b\r\n"] * 200)
    assert time.monotonic() - began < 15


def test_an_active_connection_stays_open(times: Times) -> None:
    received: list[int] = []
    with socket.create_connection(times.server.address, timeout=20) as client:
        for _ in range(12):
            client.sendall(get(TILE))
            received.append(client.recv(12) == b"HTTP/1.1 200")
            time.sleep(0.2)
            client.recv(100_000)
    assert received == [True] * 12


@pytest.mark.parametrize("takes", [False, True])
def test_a_client_that_reads_nothing_is_closed(times: Times, takes: bool) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        client.settimeout(20)
        client.connect(times.server.address)
        for _ in range(200):
            client.sendall(get(TILE))
            time.sleep(0.0005)
        received = b""
        for _ in range(30):
            time.sleep(0.1)
            received += client.recv(8192) if takes else b""
        with suppress(ConnectionResetError):
            while data := client.recv(2**16):
                received += data
    assert (received.count(b"HTTP/1.1 200") == 200) == takes


def test_connections_beyond_the_limit_get_503(ready: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "CONNECTIONS", 3)
    connections = [socket.create_connection(ready.address, timeout=20) for _ in range(8)]
    time.sleep(0.2)
    answers = []
    for client in connections:
        client.setblocking(False)
        try:
            answers.append(statuses(client.recv(1000)))
        except BlockingIOError:
            answers.append([])
        client.close()
    assert answers.count([503]) >= 5
    assert [] in answers
    time.sleep(0.2)
    assert ready.ask(TILE)[0] == 200


def test_responses_have_a_date_and_no_server_name(ready: Wired, tmp_path: Path) -> None:
    for path in (TILE, "/collections", "/health/live"):
        headers = ready.ask(path)[1]
        assert headers["date"].endswith("GMT")
        assert "server" not in headers

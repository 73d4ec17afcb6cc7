"""A response that is complete before the request body: the client receives it, whether it sends the rest or not."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from wired import Wired, wire_up

from geoservice.release import open_store
from geoservice.server.app import create_app
from geoservice.server.http import unread_bodies
from geoservice.server.http.unread_bodies import UnreadBodies
from geoservice.settings import Settings

BYTES = 3_000_000
PIECE = b"x" * 100_000
HEAD = b"POST /processes/unknown/execution HTTP/1.1\r\nHost: geo.test\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    folder = tmp_path_factory.mktemp("unread")
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(content())
    store.close()
    app = create_app(Settings(rate_limit=""), open_store(folder / "releases", None, "x", read_only=True))
    with wire_up(app) as app_server:
        yield app_server


def connect(server: Wired) -> socket.socket:
    return socket.create_connection(server.address, timeout=20)


def read_to_end(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65536):
        received += piece
    return received


@pytest.mark.parametrize(("framing", "status"), [("length", 413), ("chunked", 404)])
def test_a_client_that_sends_all_before_it_reads_gets_the_response(server: Wired, framing: str, status: int) -> None:
    with closing(connect(server)) as client:
        length = b"Content-Length: %d\r\n" % BYTES if framing == "length" else b"Transfer-Encoding: chunked\r\n"
        client.sendall(HEAD + length + b"Connection: close\r\n\r\n")
        for _ in range(BYTES // len(PIECE)):  # after the first pieces the response has been sent
            time.sleep(0.01)
            client.sendall(PIECE if framing == "length" else b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        client.sendall(b"" if framing == "length" else b"0\r\n\r\n")
        received = read_to_end(client)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.endswith(b"}")


def test_the_connection_serves_the_next_request(server: Wired) -> None:
    with closing(connect(server)) as client:
        client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % BYTES)
        client.sendall(b"x" * BYTES)
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: geo.test\r\nConnection: close\r\n\r\n")
        received = read_to_end(client)
    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"HTTP/1.1 200 " in received


def test_the_response_does_not_wait_for_the_body(server: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread_bodies, "LINGER_S", 0.5)
    with closing(connect(server)) as client:
        client.sendall(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % BYTES)
        assert client.recv(13) == b"HTTP/1.1 413 "
        assert read_to_end(client).endswith(b"}"), "and the connection is closed though the body never comes"


def test_a_client_that_waits_for_100_continue_is_not_waited_for(server: Wired) -> None:
    with closing(connect(server)) as client:
        started = time.monotonic()
        client.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % BYTES)
        assert read_to_end(client).startswith(b"HTTP/1.1 413 ")
        assert time.monotonic() - started < unread_bodies.LINGER_S


@pytest.mark.parametrize(("pieces_read", "pieces_received"), [(0, 0), (1, 3)])
def test_a_client_that_got_100_continue_is_sending(pieces_read: int, pieces_received: int) -> None:
    """The first call of ``receive`` sends 100 Continue: a response after that finds the client sending."""
    received, events = 0, list[str]()

    async def refuse(_scope: Any, receive: Any, send: Any) -> None:
        for _ in range(pieces_read):
            await receive()
        await send({"type": "http.response.start", "status": 413, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": PIECE, "more_body": received < 3}

    async def send(message: Any) -> None:
        events.append(f"{message['type']} after {received}")

    fields = [(b"content-length", b"300000"), (b"expect", b"100-continue")]
    asyncio.run(UnreadBodies(refuse)({"type": "http", "method": "POST", "headers": fields}, receive, send))
    assert (received, events[-1]) == (pieces_received, f"http.response.body after {pieces_received}")

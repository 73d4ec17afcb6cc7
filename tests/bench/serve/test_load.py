"""The benchmark's client, against a real server of the standard library."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from geoservice.bench.serve.load import Client


class Handler(BaseHTTPRequestHandler):
    """Response by path: with a length, without a body, in chunks, cut off."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/none":
            self.send_response(204)
            self.end_headers()
        elif self.path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        else:
            body = self.headers["Accept-Encoding"].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + (self.path == "/cut")))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = self.path == "/cut"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_one_connection_gets_responses_of_every_kind(url: str) -> None:
    client = Client(url)
    assert client.get("/x")[::2] == (200, b"gzip")
    assert client.get("/none")[::2] == (204, b"")
    assert client.get("/chunks", {"Accept-Encoding": "identity"})[::2] == (200, b"abcde")
    assert client.get("/x", {"Accept-Encoding": "identity"})[2] == b"identity"
    assert client.seconds("/none") > 0
    client.close()


def test_a_response_that_is_cut_off_is_an_error(url: str) -> None:
    client = Client(url)
    with pytest.raises(ConnectionResetError, match="/cut"):
        client.get("/cut")
    client.close()
    assert client.get("/x")[0] == 200, "after close it connects again"
    client.close()

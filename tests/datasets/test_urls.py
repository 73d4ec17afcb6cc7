"""URLs of stores, and what an S3-compatible store may refuse."""

import pickle
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from county_tables import TABLES
from s3_server import S3Server

from geoservice.datasets import open_store, read_dataset, write_dataset
from geoservice.datasets.urls import split_url
from geoservice.errors import Forbidden, InputError, NotFound, Unavailable

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "word"}


class Refusing(BaseHTTPRequestHandler):
    """Refuses every access key, as a store does."""

    def do_GET(self) -> None:
        body = b"<Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def refusing() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gs://bucket/a", r"^gs://: this scheme is not supported; allowed are a folder and s3://bucket/prefix$"),
        ("https://host/a", r"^https://: this scheme is not supported"),
        ("s3://key:word@bucket/a", r"^s3://: a URL may have no user, password, query or fragment"),
        ("s3://bucket/a?secret_key=word", r"^s3://: a URL may have no user, password, query or fragment"),
        ("s3://UPPER/a", r"^s3: got the bucket 'UPPER'; allowed are 3 to 63 of a-z"),
        ("file://host/a", r"^file://host: got a host, allowed is file:///path$"),
    ],
)
def test_urls_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_store(url, KEYS)
    assert "word@" not in str(caught.value)
    assert "=word" not in str(caught.value)


def test_paths_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in (str(tmp_path), f"file://{tmp_path}", "."):
        assert open_store(url).root == str(tmp_path)
    assert split_url("stations") == (str(tmp_path), "stations")
    assert split_url("..") == (str(tmp_path.parent.parent), tmp_path.parent.name)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, r"^s3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"),
        ({**KEYS, "AWS_ENDPOINT_URL": "ftp://host"}, r"^AWS_ENDPOINT_URL: allowed is http:// or https://"),
        ({**KEYS, "AWS_ENDPOINT_URL": "http://key:word@host"}, r"without a user or password$"),
    ],
)
def test_settings_that_are_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        open_store("s3://bucket/a", environment)


def test_a_bucket_that_does_not_exist(s3: S3Server) -> None:
    with pytest.raises(NotFound, match=r"^s3://no-such-bucket/a: the bucket does not exist"):
        open_store("s3://no-such-bucket/a", s3.environment)


def test_refused_keys() -> None:
    with (
        refusing() as endpoint,
        pytest.raises(Forbidden, match=r"s3://bucket/a: the store refused the access keys \(INVALID") as e,
    ):
        open_store("s3://bucket/a", {**KEYS, "AWS_ENDPOINT_URL": endpoint})
    assert "word" not in str(e.value)


def test_an_endpoint_that_cannot_be_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    began = time.monotonic()
    with pytest.raises(Unavailable, match=rf"^s3://bucket/a: {endpoint} cannot be reached: .*[Cc]onnect"):
        open_store("s3://bucket/a", {**KEYS, "AWS_ENDPOINT_URL": endpoint})
    assert time.monotonic() - began < 30


def test_a_store_in_another_process_takes_the_keys_from_its_own_environment(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"s3://{s3.bucket()}/a", s3.environment)
    write_dataset(store, "stations", TABLES)
    pickled = pickle.dumps(store)
    assert b"testing" not in pickled
    for name in s3.environment:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="set AWS_ACCESS_KEY_ID"):
        pickle.loads(pickled)
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    assert read_dataset(pickle.loads(pickled), "stations").num_rows == 37


def test_a_public_bucket_needs_no_keys(s3: S3Server) -> None:
    bucket = s3.bucket()
    write_dataset(open_store(f"s3://{bucket}", s3.environment), "stations", TABLES)
    anonymous = open_store(f"s3://{bucket}", {"AWS_ENDPOINT_URL": s3.endpoint, "AWS_NO_SIGN_REQUEST": "yes"})
    assert read_dataset(anonymous, "stations").num_rows == 37

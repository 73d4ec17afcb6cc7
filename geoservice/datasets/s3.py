"""Datasets in a bucket of an S3-compatible store; access keys come from the environment only."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pyarrow.fs as pa_fs

from geoservice.datasets.store import Store
from geoservice.errors import Forbidden, GeoserviceError, InputError, NotFound, Unavailable

CONNECT_SECONDS, SILENCE_SECONDS, ATTEMPTS = 4, 8, 2
"""Limits of connecting and of waiting for an answer, and how often a request is tried: an unreachable store is reported in
seconds."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ERROR = re.compile(r"AWS Error ([A-Z0-9_]+) during (\w+) operation: (.*?)(?: \(Request ID:.*)?$", re.DOTALL)
_DENIED = {
    "ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "INVALID_CLIENT_TOKEN_ID", "UNRECOGNIZED_CLIENT",
    "MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "REQUEST_EXPIRED",
}  # fmt: skip
_AWAY = {"NETWORK_CONNECTION", "SERVICE_UNAVAILABLE", "SLOW_DOWN", "INTERNAL_FAILURE", "REQUEST_TIMEOUT", "THROTTLING"}
KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


class S3Store(Store):
    """Datasets under a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, environment: Mapping[str, str]) -> None:
        url = f"s3://{bucket}/{prefix}".rstrip("/")
        self._endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL") or ""
        super().__init__(url, pa_fs.S3FileSystem(**_options(environment, self._endpoint)), url.removeprefix("s3://"))
        self._check()

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to open the store in another process, which takes the access keys from its own environment."""
        from geoservice.datasets.urls import open_store

        return open_store, (self.url,)

    def _check(self) -> None:
        """Raise an error if the store does not answer, refuses the keys, or has no such bucket."""
        with self.errors(""):
            try:
                self.filesystem.get_file_info(pa_fs.FileSelector(self.root))
            except FileNotFoundError:  # the bucket is there, and nothing under the prefix yet
                return

    def write(self, path: str, data: bytes) -> None:
        """Put one object, which replaces the former one when it is complete."""
        with self.errors(path), self.filesystem.open_output_stream(self.absolute(path)) as out:
            out.write(data)

    @contextmanager
    def errors(self, path: str) -> Iterator[None]:
        """Turn errors of the client into errors of geoservice."""
        name = f"s3://{self.absolute(path)}".rstrip("/")
        try:
            yield
        except FileNotFoundError as e:
            raise NotFound(f"{name}: the object does not exist") from e
        except OSError as e:
            if error := _error(name, self._endpoint, str(e)):
                raise error from e
            raise


def _options(environment: Mapping[str, str], endpoint: str) -> dict[str, Any]:
    """Return the options of the client; raises :class:`InputError` for missing keys or a bad endpoint."""
    options: dict[str, Any] = {
        "region": environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1",
        "connect_timeout": CONNECT_SECONDS,
        "request_timeout": SILENCE_SECONDS,
        "retry_strategy": pa_fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    }
    if endpoint:
        options |= _endpoint_options(endpoint)
    if environment.get("AWS_NO_SIGN_REQUEST", "").lower() in {"1", "yes", "true"}:
        return {**options, "anonymous": True}
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        raise InputError(f"s3: set {KEYS} in the environment, or AWS_NO_SIGN_REQUEST=yes for a public bucket")
    return {**options, "access_key": key, "secret_key": secret, "session_token": environment.get("AWS_SESSION_TOKEN")}


def _endpoint_options(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or parts.query:
        raise InputError("AWS_ENDPOINT_URL: allowed is http:// or https:// with a host, and a port, without a user or password")
    return {"scheme": parts.scheme, "endpoint_override": parts.netloc + parts.path.rstrip("/")}


def check_bucket(bucket: str) -> None:
    """Raise :class:`InputError` for a text that cannot be the name of a bucket."""
    if not _BUCKET.fullmatch(bucket):
        raise InputError(f"s3: got the bucket {bucket!r:.80}; allowed are 3 to 63 of a-z, 0-9, dot and hyphen")


def _error(name: str, endpoint: str, text: str) -> GeoserviceError | None:
    """Return our error for the client's, None for an unknown one."""
    match = _ERROR.search(text)
    if match is None:
        return None
    code, _, detail = match.groups()
    if code == "NO_SUCH_BUCKET":
        return NotFound(f"{name}: the bucket does not exist; create it in the store first")
    if code in _DENIED:
        return Forbidden(f"{name}: the store refused the access keys ({code}); check {KEYS} and the rights of this key")
    if code in _AWAY:
        where = endpoint or "the endpoint of AWS (AWS_ENDPOINT_URL is not set)"
        return Unavailable(f"{name}: {where} cannot be reached: {detail:.200}")
    return None

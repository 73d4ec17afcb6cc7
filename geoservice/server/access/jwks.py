"""The public keys of the identity provider (JWKS), from a file or from the one URL that the administrator has set."""

import http.client
import ipaddress
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from geoservice.errors import Unavailable

MAX_BYTES = 256 * 1024
TIMEOUT_S = 5
DEADLINE_S = 10
"""Reading from a provider that trickles its keys stops after this time plus at most one ``TIMEOUT_S``."""
REFRESH_S = 3600
"""Keys are read again after this time, so that a withdrawn key is not trusted for ever."""
EXPIRY_S = 24 * 3600
"""Keys that could not be read again for this time are no longer trusted."""
RETRY_S = 60
"""After an unknown ``kid`` or a failed attempt the keys are read again, at most this often."""

UNREADABLE = (OSError, http.client.HTTPException, JoseError, ValueError, TypeError, KeyError, RecursionError)
"""Errors raised when the provider is unreachable or the document is not a key set."""

Key = RSAKey | ECKey | OKPKey


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Requests the configured URL and no other."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


def fetch(source: str) -> bytes:
    """Return the content of a file or URL, at most ``MAX_BYTES``; raises :class:`OSError` or ValueError."""
    if "://" not in source:
        with Path(source).open("rb") as file:
            return _check_size(file.read(MAX_BYTES + 1))
    check_source(source)
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(source, timeout=TIMEOUT_S) as response:
        return _check_size(_read(response))


def _read(response: http.client.HTTPResponse) -> bytes:
    """Return the body of a response, at most a little more than ``MAX_BYTES``; raises :class:`TimeoutError`."""
    data, deadline = b"", time.monotonic() + DEADLINE_S
    while len(data) <= MAX_BYTES and (chunk := response.read1(MAX_BYTES)):
        data += chunk
        if time.monotonic() > deadline:
            raise TimeoutError(f"keys: not read in {DEADLINE_S} s")
    return data


def _check_size(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ValueError(f"keys: more than {MAX_BYTES} bytes")
    return data


def check_source(source: str) -> str:
    """Return the source of keys, a path or an https URL; plain http is allowed on this machine only. Raises ValueError."""
    parts = urlsplit(source)
    if "://" not in source or parts.scheme == "https":
        return source
    try:
        loopback = parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError("allowed are a path and a URL that begins with https://")
    return source


class Keys:
    """The cached keys by their ``kid``; safe to use from several threads.

    ``read`` returns the JWKS document; ``clock`` is monotonic seconds.
    """

    def __init__(self, read: Callable[[], bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock, self._lock = read, clock, threading.Lock()
        self._cached: tuple[Mapping[str, Key], float] = {}, float("-inf")
        """The keys and when they were read, replaced together."""
        self._last_attempt = float("-inf")

    def find(self, kid: str) -> Key | None:
        """Return the key of a ``kid``, None for an unknown one; while one thread reads the keys, others use the cached ones.

        Raises :class:`Unavailable` if keys could not be read for ``EXPIRY_S``, or never.
        """
        keys, read_at = self._cached
        usable = kid in keys and self._clock() - read_at < EXPIRY_S
        if self._needs_reading(kid) and self._lock.acquire(blocking=not usable):
            try:
                if self._needs_reading(kid):
                    self._load(self._clock())
            finally:
                self._lock.release()
        keys, read_at = self._cached
        if self._clock() - read_at >= EXPIRY_S:
            raise Unavailable("the keys of the identity provider cannot be read at the moment; try again in a minute")
        return keys.get(kid)

    def _needs_reading(self, kid: str) -> bool:
        """Whether to read the keys: they are old or lack the ``kid``, and the last attempt was not just now."""
        (keys, read_at), now = self._cached, self._clock()
        return now - self._last_attempt >= RETRY_S and (now - read_at >= REFRESH_S or kid not in keys)

    def _load(self, now: float) -> None:
        """Read the keys; if that fails, the cached ones stay."""
        try:
            self._cached = parse(self._read()), now
        except UNREADABLE as e:
            structlog.get_logger().error("oidc keys cannot be read", error=type(e).__name__)
        finally:
            self._last_attempt = now


def parse(data: bytes) -> dict[str, Key]:
    """Return the public keys of a JWKS by ``kid``, without secret keys (``oct``) and those that have no ``kid``."""
    content = json.loads(data)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("not a key set")  # noqa: TRY004 - the document is invalid, for which json raises ValueError too
    usable = [k for k in content["keys"] if isinstance(k, dict) and k.get("kty") in {"RSA", "EC", "OKP"} and k.get("kid")]
    key_set = KeySet.import_key_set({"keys": usable}) if usable else KeySet([])
    return {str(k.kid): k for k in key_set if isinstance(k, (RSAKey, ECKey, OKPKey))}

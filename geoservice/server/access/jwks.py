"""The public keys of the identity provider, from a file or from the one URL that the administrator has set."""

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
"""A provider that sends its keys drop by drop is given up after this time and one more ``TIMEOUT_S``."""
REFRESH_S = 3600
"""Keys are read again after this time, so that one withdrawn is not trusted for ever."""
EXPIRY_S = 24 * 3600
"""Keys that could not be read again for this time are not trusted any more."""
RETRY_S = 60
"""An unknown ``kid``, or a reading that failed, has the keys read again, at most this often."""

UNREADABLE = (OSError, http.client.HTTPException, JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What a provider that is away, or a document that is no key set, raises."""

Key = RSAKey | ECKey | OKPKey


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Asks the address set and no other."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


def fetch(place: str) -> bytes:
    """Return what stands in a file or at a URL, at most ``MOST_BYTES``; raises :class:`OSError` or ValueError."""
    if "://" not in place:
        with Path(place).open("rb") as file:
            return _bounded(file.read(MAX_BYTES + 1))
    check_source(place)
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(place, timeout=TIMEOUT_S) as answer:
        return _bounded(_read(answer))


def _read(answer: http.client.HTTPResponse) -> bytes:
    """Return what an answer holds, a little more than ``MOST_BYTES`` at most; raises :class:`TimeoutError`."""
    data, end = b"", time.monotonic() + DEADLINE_S
    while len(data) <= MAX_BYTES and (piece := answer.read1(MAX_BYTES)):
        data += piece
        if time.monotonic() > end:
            raise TimeoutError(f"keys: not read in {DEADLINE_S} s")
    return data


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ValueError(f"keys: more than {MAX_BYTES} bytes")
    return data


def check_source(place: str) -> str:
    """Return where keys are, a path or an https URL; plain http is for this machine alone. Raises ValueError."""
    parts = urlsplit(place)
    if "://" not in place or parts.scheme == "https":
        return place
    try:
        here = parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        here = False
    if not here:
        raise ValueError("allowed are a path and a URL that begins with https://")
    return place


class Keys:
    """The keys by their ``kid``; safe to use from several threads.

    ``read`` returns the JWKS document; ``clock`` is monotonic seconds.
    """

    def __init__(self, read: Callable[[], bytes], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock, self._lock = read, clock, threading.Lock()
        self._held: tuple[Mapping[str, Key], float] = {}, float("-inf")
        """The keys and when they were read, changed in one step."""
        self._tried = float("-inf")

    def find(self, kid: str) -> Key | None:
        """Return the key of a ``kid``, None when there is none; while one thread reads them again the others use those held.

        Raises :class:`Unavailable` when keys could not be read for ``DROPPED_S``, or never.
        """
        keys, got = self._held
        known = kid in keys and self._clock() - got < EXPIRY_S
        if self._due(kid) and self._lock.acquire(blocking=not known):
            try:
                if self._due(kid):
                    self._load(self._clock())
            finally:
                self._lock.release()
        keys, got = self._held
        if self._clock() - got >= EXPIRY_S:
            raise Unavailable("the keys of the identity provider cannot be read just now; try again in a minute")
        return keys.get(kid)

    def _due(self, kid: str) -> bool:
        """Whether the keys should be read: they are old or have no such ``kid``, and nobody has tried just now."""
        (keys, got), now = self._held, self._clock()
        return now - self._tried >= RETRY_S and (now - got >= REFRESH_S or kid not in keys)

    def _load(self, now: float) -> None:
        """Read the keys; where that fails the ones read before stay."""
        try:
            self._held = parse(self._read()), now
        except UNREADABLE as e:
            structlog.get_logger().error("oidc keys cannot be read", error=type(e).__name__)
        finally:
            self._tried = now


def parse(data: bytes) -> dict[str, Key]:
    """Return the public keys of a JWKS by ``kid``; secret (``oct``) ones and those without a ``kid`` are left out."""
    content = json.loads(data)
    if not isinstance(content, dict) or not isinstance(content.get("keys"), list):
        raise ValueError("no key set")  # noqa: TRY004 - of a document, as json says it too
    usable = [k for k in content["keys"] if isinstance(k, dict) and k.get("kty") in {"RSA", "EC", "OKP"} and k.get("kid")]
    found = KeySet.import_key_set({"keys": usable}) if usable else KeySet([])
    return {str(k.kid): k for k in found if isinstance(k, (RSAKey, ECKey, OKPKey))}

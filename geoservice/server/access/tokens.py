"""One worker's token verification: tokens are read again when the store changes, slow hashes are cached for a short time."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from anyio import CapacityLimiter, Event, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from geoservice.errors import GeoserviceError, TooManyRequests, Unauthorized, Unavailable
from geoservice.server.access.store import AccessStore
from geoservice.server.access.token import TEXT, Token, invalid_reason, rfc3339
from geoservice.server.outage import Outage
from geoservice.server.principal import Principal

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with 19 MiB: the secret has 256 random bits, so the hash need not protect a weak one."""

MAX_HASHING = 2
MAX_WAITING = 16
"""Slow hashes computed at the same time, and requests waiting for one, in a worker; further requests get a 429."""

MAX_VERIFIED = 1024
RETRY_S = 1
UNKNOWN = "unknown token"
"""The message for an unknown id and for a wrong secret."""


class TokenVerifier:
    """Checks tokens of this service.

    Parameters
    ----------
    store
        The store of tokens.
    max_age_s
        Seconds before the store is queried again; a revoked token is refused after that time at the latest.
    verified_s
        Seconds before the slow hash of a verified token is computed again.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, store: AccessStore, max_age_s: float = 0.5, verified_s: float = 300, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._max_age_s, self._verified_s, self._clock = store, max_age_s, verified_s, clock
        self._lock, self._version = threading.Lock(), -2
        self._read_at = self._retry_at = float("-inf")
        self._by_id: dict[str, Token] = {}
        self._verified: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._in_progress: dict[bytes, Event] = {}
        self._threads = CapacityLimiter(MAX_HASHING)  # separate threads, or waiting hashes would occupy those of queries
        self._waiting = 0
        self.outage = Outage("access store")

    @property
    def _fresh(self) -> bool:
        return self._clock() - self._read_at < self._max_age_s

    def _refresh(self) -> None:
        """Read the tokens again if they have changed; one thread reads, others wait for it."""
        with self._lock:
            if self._fresh:
                return
            now = self._clock()
            if now >= self._retry_at:
                self._read()
            if self._clock() < self._retry_at:
                raise Unavailable("tokens cannot be checked at the moment; public layers can be read without one")
            self._read_at = now

    def _read(self) -> None:
        """Read the tokens if their version has changed; after a failure there is no new attempt for ``RETRY_S``."""
        try:
            version = self._store.version()
            if version != self._version:
                self._by_id, self._version = {t.id: t for t in self._store.tokens()}, version
        except GeoserviceError as error:  # a client cannot do anything about any of these errors
            self._retry_at = self._clock() + RETRY_S
            self.outage.begin(error)
        else:
            self.outage.end()

    async def principal(self, text: str) -> Principal:
        """Return the caller that a token identifies.

        Raises :class:`Unauthorized` for an invalid token, :class:`Unavailable` if the store cannot be read and
        :class:`TooManyRequests` if too many tokens are being checked.
        """
        if not self._fresh:
            await to_thread.run_sync(self._refresh, abandon_on_cancel=True)  # the thread finishes, for the next request
        token = await self._verify(text)
        if reason := invalid_reason(token, self._by_id, rfc3339()):
            raise Unauthorized(f"this token {'has' if reason == 'expired' else 'is'} {reason}")
        return Principal(token.name, token.role, token.areas, token.layers, token.id, token.expires)

    def is_verified(self, text: str) -> bool:
        """Whether a token was verified a short time ago, so that checking it again costs nothing."""
        return self._cached(digest(text)) is not None

    def _cached(self, key: bytes) -> Token | None:
        """Return the token that was verified under a digest, None if that was too long ago or the token is gone."""
        token_id, expires = self._verified.get(key, ("", float("-inf")))
        return self._by_id.get(token_id) if expires > self._clock() else None

    async def _verify(self, text: str) -> Token:
        key, parts = digest(text), TEXT.fullmatch(text)
        while event := self._in_progress.get(key):  # a map requests many tiles together: one hash serves all of them
            await event.wait()
        if token := self._cached(key):
            return token
        token = self._by_id.get(parts.group(1)) if parts else None
        if token is None:
            # An id has 64 random bits and cannot be guessed, so a client without a token cannot trigger the slow hash.
            raise Unauthorized(UNKNOWN)
        self._in_progress[key] = Event()
        try:
            await self._check(token, text)
        finally:
            self._in_progress.pop(key).set()
        self._cache(key, token.id)
        return token

    async def _check(self, token: Token, text: str) -> None:
        """Compute the slow hash; raises :class:`Unauthorized` if it differs."""
        if self._waiting >= MAX_HASHING + MAX_WAITING:
            raise TooManyRequests("too many new tokens are being checked; try again in a moment")
        self._waiting += 1
        try:
            good = await to_thread.run_sync(_same, token.hash, text, limiter=self._threads)
        finally:
            self._waiting -= 1
        if not good:
            raise Unauthorized(UNKNOWN)

    def _cache(self, key: bytes, token_id: str) -> None:
        self._verified[key] = (token_id, self._clock() + self._verified_s)
        while len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)


def _same(secret_hash: str, text: str) -> bool:
    """Whether the slow hash of a token's text is the stored one."""
    try:
        return HASHER.verify(secret_hash, text)
    except VerificationError:
        return False


def digest(text: str) -> bytes:
    """Return the cache key of a token."""
    return hashlib.sha256(text.encode()).digest()

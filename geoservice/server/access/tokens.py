"""Tokens as one worker knows them: read again when the store changes, slow hashes remembered for a short time."""

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
from geoservice.server.access.token import TEXT, Token, stamp, why_dead
from geoservice.server.outage import Outage
from geoservice.server.principal import Principal

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id with 19 MiB: the secret has 256 random bits, so the hash need not make up for a weak one."""

AT_ONCE = 2
WAITING = 16
"""Slow hashes computed at once, and waiting for that, in one worker; callers beyond are told to come back."""

KEPT = 1024
REST_S = 1
UNKNOWN = "this token is not known here"
"""Said of an unknown id and of a wrong secret alike."""


class Tokens:
    """Checks tokens of this service.

    Parameters
    ----------
    store
        Where they are kept.
    patience
        Seconds for which what was read of the store is believed; a token revoked is refused after that at the latest.
    remember
        Seconds for which a token whose hash was computed is known again without.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, store: AccessStore, patience: float = 0.5, remember: float = 300, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._patience, self._remember, self._clock = store, patience, remember, clock
        self._refreshing, self._version = threading.Lock(), -2
        self._asked = self._broken = float("-inf")
        self._known: dict[str, Token] = {}
        self._verified: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._going: dict[bytes, Event] = {}
        self._slots = CapacityLimiter(AT_ONCE)  # threads of its own: waiting ones would take those of the queries
        self._waiting = 0
        self.outage = Outage("access store")

    @property
    def _fresh(self) -> bool:
        return self._clock() - self._asked < self._patience

    def _refresh(self) -> None:
        """Read the tokens again if they have changed; one thread reads, others wait for it."""
        with self._refreshing:
            if self._fresh:
                return
            asked = self._clock()
            if asked >= self._broken:
                self._read()
            if self._clock() < self._broken:
                raise Unavailable("tokens cannot be checked just now; what is public can be read without one")
            self._asked = asked

    def _read(self) -> None:
        """Read the tokens if their version is another; where that fails nobody tries again for a second."""
        try:
            version = self._store.version()
            if version != self._version:
                self._known, self._version = {t.id: t for t in self._store.tokens()}, version
        except GeoserviceError as error:  # whatever the store says, a reader cannot mend it
            self._broken = self._clock() + REST_S
            self.outage.begin(error)
        else:
            self.outage.end()

    async def principal(self, text: str) -> Principal:
        """Return whose token this is.

        Raises :class:`Unauthorized` for one that is not good, :class:`Unavailable` when the store does not answer and
        :class:`TooManyRequests` when too many are being checked.
        """
        if not self._fresh:
            await to_thread.run_sync(self._refresh, abandon_on_cancel=True)  # it ends by itself, for whoever comes next
        token = await self._verify(text)
        if reason := why_dead(token, self._known, stamp()):
            raise Unauthorized(f"this token is {'no longer good: it has ' if reason == 'expired' else ''}{reason}")
        return Principal(token.name, token.role, token.areas, token.layers, token.id, token.expires)

    def knows(self, text: str) -> bool:
        """Whether a token was verified a short time ago, so that checking it again costs nothing."""
        return self._recall(digest(text)) is not None

    def _recall(self, key: bytes) -> Token | None:
        """Return the token verified before under a digest, while it is remembered and has the hash it had then."""
        found = self._verified.get(key)
        if found is None or found[1] <= self._clock():
            return None
        return self._known.get(found[0])

    async def _verify(self, text: str) -> Token:
        key, parts = digest(text), TEXT.fullmatch(text)
        while going := self._going.get(key):  # a map asks for many tiles at once: the first one pays for all
            await going.wait()
        if token := self._recall(key):
            return token
        token = self._known.get(parts.group(1)) if parts else None
        if token is None:
            # An id has 64 random bits: nobody finds one by trying, and strangers cannot keep the slow hash busy.
            raise Unauthorized(UNKNOWN)
        self._going[key] = Event()
        try:
            await self._check(token, text)
        finally:
            self._going.pop(key).set()
        self._keep(key, token.id)
        return token

    async def _check(self, token: Token, text: str) -> None:
        """Compute the slow hash; raises :class:`Unauthorized` when it is another."""
        if self._waiting >= AT_ONCE + WAITING:
            raise TooManyRequests("too many new tokens are being checked; try again in a moment")
        self._waiting += 1
        try:
            good = await to_thread.run_sync(_same, token.hash, text, limiter=self._slots)
        finally:
            self._waiting -= 1
        if not good:
            raise Unauthorized(UNKNOWN)

    def _keep(self, key: bytes, token_id: str) -> None:
        self._verified[key] = (token_id, self._clock() + self._remember)
        while len(self._verified) > KEPT:
            self._verified.popitem(last=False)


def _same(hashed: str, text: str) -> bool:
    """Compute the slow hash of a token's text and compare."""
    try:
        return HASHER.verify(hashed, text)
    except VerificationError:
        return False


def digest(text: str) -> bytes:
    """Return what a verified token is remembered by."""
    return hashlib.sha256(text.encode()).digest()

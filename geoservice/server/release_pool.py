"""The release being served: noticed without a restart, swapped in one step, kept until its last reader has gone."""

import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import structlog
from anyio import to_thread

from geoservice.errors import DamagedFile, DiskFull, GeoserviceError, NotFound, ReleaseError, Unavailable, for_operators
from geoservice.release.base import PublishedLayer, ReleaseReader, ReleaseStore
from geoservice.server.outage import Outage

OLD = 3
"""Releases before the current one that stay open for maps that still ask for them."""
IDLE_S = 60.0
"""An old release that nobody has asked for so long is closed."""
NOTHING = "nothing has been published here yet; try again later"
TIDY_S = 5.0
"""Seconds between looks for old releases to close."""
RETRY_S = 5.0
"""Seconds after which a release that could not be opened is tried again."""


def version_of(reader: ReleaseReader) -> str:
    """Return what a URL says in ``v=``: the number alone could come back with other content when a study is begun anew."""
    return f"{reader.number}-{reader.manifest.hash[:12]}"


@dataclass
class _PooledRelease:
    reader: ReleaseReader
    version: str
    users: int = 0
    retired: bool = False
    used: float = 0.0


@dataclass(frozen=True)
class _Failure:
    """A release that could not be opened, and until when it is not tried again."""

    number: int | None
    error: GeoserviceError
    until: float


def nothing_yet() -> GeoserviceError:
    """Return the error of a store without a release."""
    text = "no release has been published yet; make one with: geoservice publish"
    return for_operators(Unavailable(text), NOTHING)


class ReleasePool:
    """The open readers of one worker, shared by its threads: that of the current release, and of a few before it.

    Nothing served is older than ``limit``: the store is asked again after ``patience``, by one thread. While this thread opens
    a new release the others go on with the one they have, as long as it was the current one less than ``limit`` ago. Of one
    that is damaged the operator is told by the log, and the one before it goes on being served.

    Parameters
    ----------
    store
        Where releases come from.
    patience
        Seconds for which the answer of ``store.current()`` is believed.
    limit
        Seconds after which no answer comes from a release that may have been replaced, however long the new one takes to open.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, store: ReleaseStore, patience: float = 0.25, limit: float = 0.8, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._patience, self._limit, self.clock = store, patience, max(limit, patience), clock
        self._lock, self._refreshing, self._opening = threading.Lock(), threading.Lock(), threading.Lock()
        self._held: _PooledRelease | None = None
        self._old: OrderedDict[str, _PooledRelease] = OrderedDict()
        self._seen: dict[int, str] = {}
        self._failure: _Failure | None = None
        self._logged: set[tuple[int, str, str]] = set()
        self._tidied = clock()
        self.outage = Outage("releases")
        self.version: str | None = None
        """Version of the current release: the same object as long as that is the same."""
        self.damaged = 0
        """Damaged files of the current release, when it was last inspected."""
        self.soon = self.until = float("-inf")
        """On ``clock``: from when on the store should be asked again, and until when the answer now held may be given."""

    @property
    def layers(self) -> tuple[PublishedLayer, ...]:
        """The layers of the current release: they say who may read those of the same ids in an older one."""
        held = self._held
        return held.reader.manifest.layers if held else ()

    @property
    def fresh(self) -> bool:
        """Whether a lease now needs no question to the store."""
        return self._held is not None and self.clock() < self.soon

    def ready(self, version: str | None = None) -> bool:
        """Whether a lease now waits for no disk and no network."""
        return self.fresh and (version is None or version == self.version or version in self._old or not self._may_be(version))

    def prepare(self, version: str | None = None) -> None:
        """Do what a lease would have to wait for: ask the store, open readers."""
        if not self.fresh:
            self.refresh()
        if version is not None and version != self.version and version not in self._old and self._may_be(version):
            self._recall(version)

    def _may_be(self, version: str) -> bool:
        """Whether a release of this version may be in the store: each is opened once to learn its version."""
        digits = version.partition("-")[0]
        return digits.isascii() and digits.isdecimal() and len(digits) < 10 and self._seen.get(int(digits), version) == version

    def refresh(self) -> None:
        """Ask the store, and swap readers if its current release is another; one thread asks, others wait if they must."""
        if not self._refreshing.acquire(blocking=self.clock() >= self.until):
            return
        try:
            if self.fresh:
                return
            asked = self.clock()
            self._follow(asked)
            self.soon, self.until = asked + self._patience, asked + self._limit
            if asked - self._tidied > TIDY_S:
                self.tidy()
        except (GeoserviceError, OSError) as error:
            self.outage.begin(error)
            raise
        finally:
            self._refreshing.release()

    def _follow(self, now: float) -> None:
        """Serve the store's current release; the one before it where that cannot be opened, until it can."""
        try:
            number = self._store.current()
        except ReleaseError as error:
            self._fail(None, error, now)
        else:
            held = self._held
            if number is not None and (held is None or held.reader.number != number):
                self._switch(number, now)
            else:
                self._failure = None
                if held is not None and number is None:
                    self._swap(None)
            if number is None:
                self.outage.begin(nothing_yet())
            else:
                self.outage.end()
        if self._failure is not None and self._held is None:
            raise self._failure.error.with_traceback(None)

    def _switch(self, number: int, now: float) -> None:
        if self._failure is not None and self._failure.number == number and now < self._failure.until:
            return
        try:
            new = self._open(number)
        except (ReleaseError, NotFound, Unavailable) as error:
            if error.public is not None:  # the store is away, not this release
                raise
            self._fail(number, error, now)
        else:
            self._failure = None
            self._swap(new)

    def _fail(self, number: int | None, error: GeoserviceError, now: float) -> None:
        """Note that a release cannot be opened, and log it once; a store that is away for a moment is asked again at once."""
        known, until = self._failure, now if isinstance(error, Unavailable) else now + RETRY_S
        if known is None or (known.number, str(known.error)) != (number, str(error)):
            serving = self._held.reader.number if self._held else None
            structlog.get_logger().error("release cannot be opened", release=number, serving=serving, reason=str(error))
        self._failure = _Failure(number, Unavailable(str(error)) if isinstance(error, NotFound) else error, until)

    def _open(self, number: int) -> _PooledRelease:
        reader = self._store.open(number)
        held = _PooledRelease(reader, version_of(reader), used=self.clock())
        self._seen[number] = held.version
        self._log_faults(reader)
        return held

    def inspect(self) -> None:
        """Look for a new release and for damaged files of the one that is served; raises as :meth:`lease` does."""
        self.refresh()
        with self.lease() as reader:
            self._log_faults(reader)

    def _log_faults(self, reader: ReleaseReader) -> None:
        faults = reader.faults()
        self.damaged = len(faults)
        for file, reason in faults:
            self._log_damage(reader.number, file, reason)

    def _log_damage(self, number: int, file: str, reason: str) -> None:
        """Tell the operator of a damaged file, once."""
        if (number, file, reason) not in self._logged:
            self._logged.add((number, file, reason))
            advice = "geoservice doctor; publish again, or geoservice rollback"
            structlog.get_logger().error("damaged file", release=number, file=file, reason=reason, advice=advice)

    def _swap(self, new: _PooledRelease | None) -> None:
        with self._lock:
            old, self._held = self._held, new
            self.version = new.version if new else None
            if old is not None:
                old.used = self.clock()
                self._old[old.version] = old
            known = self._old.pop(new.version, None) if new else None
        self._retire([known] if known else [])
        self.tidy()

    def _retire(self, those: list[_PooledRelease]) -> None:
        """Close readers, those still in use when their last user goes."""
        with self._lock:
            for held in those:
                held.retired = True
            idle = [held for held in those if held.users == 0]
        for held in idle:
            held.reader.close()

    def tidy(self) -> None:
        """Close old releases that nobody asks for, or that are too many, or that the store no longer keeps."""
        self._tidied = self.clock()
        if not self._old:
            return
        kept, now = set(self._store.numbers()), self.clock()
        with self._lock:
            many = len(self._old) - OLD
            gone = [
                self._old.pop(version)
                for at, (version, held) in enumerate(list(self._old.items()))
                if at < many or now - held.used > IDLE_S or held.reader.number not in kept
            ]
        self._retire(gone)

    @contextmanager
    def lease(self, version: str | None = None) -> Iterator[ReleaseReader]:
        """Yield a reader and keep it open meanwhile; raises :class:`Unavailable` when there is no release.

        The reader is that of ``version`` if the store still keeps this release, the current one otherwise: a map that asks for
        a release that has gone shows the new numbers instead of nothing.
        """
        if not self.ready(version):
            self.prepare(version)
        with self._used(version) as reader:
            yield reader

    @contextmanager
    def _used(self, version: str | None) -> Iterator[ReleaseReader]:
        """Hold a reader. Damage is logged; a store that does not answer is asked anew before the next answer."""
        held = self._take(version)
        try:
            yield held.reader
        except DamagedFile as error:
            self._log_damage(held.reader.number, error.file, error.reason)
            raise
        except GeoserviceError as error:
            if error.public is not None and not isinstance(error, DiskFull):
                self.outage.begin(error)
                self.soon = self.until = float("-inf")
            raise
        finally:
            self._give_back(held)

    @asynccontextmanager
    async def borrow(self, version: str | None = None) -> AsyncIterator[ReleaseReader]:
        """Do what :meth:`lease` does without ever making the event loop wait."""
        if not self.ready(version):
            await to_thread.run_sync(self.prepare, version)
        with self._used(version) as reader:
            yield reader

    def _take(self, version: str | None) -> _PooledRelease:
        with self._lock:
            held = self._old.get(version) if version is not None and version != self.version else None
            held = held or self._held
            if held is None:
                raise nothing_yet()
            held.users += 1
        return held

    def _give_back(self, held: _PooledRelease) -> None:
        with self._lock:
            held.users -= 1
            held.used = self.clock()
            last = held.retired and held.users == 0
        if last:
            held.reader.close()

    def _recall(self, version: str) -> None:
        """Open an older release that a URL names, if the store keeps it."""
        number = int(version.partition("-")[0])
        with self._opening:
            if version in self._old or number not in self._store.numbers():
                return
            try:
                held = self._open(number)
            except GeoserviceError:  # pruned since
                return
            if held.version != version:
                held.reader.close()
                return
            with self._lock:
                self._old[version] = held
        self.tidy()

    def close(self) -> None:
        """Let go of the readers and of the store."""
        with self._lock:
            held, self._held, self.version = self._held, None, None
            those = [*self._old.values(), *([held] if held else [])]
            self._old.clear()
        self._retire(those)
        self._store.close()

"""The release being served: a new one is noticed without a restart, and older ones stay available for a while."""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import structlog
from anyio import to_thread

from geoservice.errors import DamagedFile, DiskFull, GeoserviceError, NotFound, ReleaseError, Unavailable, for_operators
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader, ReleaseStore
from geoservice.server.damage_log import DamageLog
from geoservice.server.open_releases import OpenRelease, OpenReleases
from geoservice.server.outage import Outage

NO_RELEASE = "nothing has been published here yet; try again later"
TIDY_S = 5.0
"""Seconds between checks for older releases to close."""
RETRY_S = 5.0
"""Seconds after which a release that could not be opened is tried again."""


def version_of(reader: ReleaseReader) -> str:
    """Return the version in URLs (``v=``): number and hash, as a number may recur when a study is started anew."""
    return f"{reader.number}-{reader.manifest.hash[:12]}"


@dataclass(frozen=True)
class _Failure:
    """A release that could not be opened, and the time until which it is not tried again."""

    number: int | None
    error: GeoserviceError
    retry_at: float


def no_release_error() -> GeoserviceError:
    """Return the error of a store without a release."""
    text = "no release has been published yet; make one with: geoservice publish"
    return for_operators(Unavailable(text), NO_RELEASE)


class ReleasePool:
    """The open releases of one worker, shared by its threads: the current one and a few older ones.

    The store is queried again after ``refresh_s``, by one thread. While that thread opens a new release, the others continue
    with the one they have, for at most ``max_age_s`` after the last query. If a release is damaged, this is logged, and the
    release before it continues to be served.

    Parameters
    ----------
    store
        The store of the releases.
    refresh_s
        Seconds for which a result of ``store.current()`` is used without a new query.
    max_age_s
        Seconds after which a release that may have been replaced is no longer used, however long the new one takes to open.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, store: ReleaseStore, refresh_s: float = 0.25, max_age_s: float = 0.8, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._refresh_s, self._max_age_s, self.clock = store, refresh_s, max(max_age_s, refresh_s), clock
        self._refreshing, self._opening = threading.Lock(), threading.Lock()
        self._open = OpenReleases(clock)
        self._versions: dict[int, str] = {}
        self._failure: _Failure | None = None
        self._tidied = clock()
        self.damage = DamageLog()
        self.outage = Outage("releases")
        self.version: str | None = None
        """Version of the current release; the same object as long as the release is the same."""
        self.refresh_at = self.valid_until = float("-inf")
        """On ``clock``: when the store should be queried again, and until when the current release may be used without that."""

    @property
    def layers(self) -> tuple[PublishedLayer, ...]:
        """The layers of the current release; their roles also apply to layers of the same ids in older releases."""
        current = self._open.current
        return current.reader.manifest.layers if current else ()

    @property
    def fresh(self) -> bool:
        """Whether a lease needs no query of the store now."""
        return self._open.current is not None and self.clock() < self.refresh_at

    def ready(self, version: str | None = None) -> bool:
        """Whether a lease needs neither disk nor network now."""
        return self.fresh and not self._needs_opening(version)

    def prepare(self, version: str | None = None) -> None:
        """Do the slow part of a lease: query the store, open readers."""
        if not self.fresh:
            self.refresh()
        if version is not None and self._needs_opening(version):
            self._open_older(version)

    def _needs_opening(self, version: str | None) -> bool:
        """Whether an older release is requested that is not open but may exist; each is opened once to learn its version."""
        if version is None or self._open.is_open(version):
            return False
        digits = version.partition("-")[0]
        is_number = digits.isascii() and digits.isdecimal() and len(digits) < 10
        return is_number and self._versions.get(int(digits), version) == version

    def refresh(self) -> None:
        """Query the store, and switch to its current release; one thread does so, the others wait only if they must."""
        if not self._refreshing.acquire(blocking=self.clock() >= self.valid_until):
            return
        try:
            if self.fresh:
                return
            now = self.clock()
            self._follow_store(now)
            self.refresh_at, self.valid_until = now + self._refresh_s, now + self._max_age_s
            if now - self._tidied > TIDY_S:
                self.tidy()
        except (GeoserviceError, OSError) as error:
            self.outage.begin(error)
            raise
        finally:
            self._refreshing.release()

    def _follow_store(self, now: float) -> None:
        """Serve the store's current release; if it cannot be opened, continue with the one before and retry later."""
        try:
            number = self._store.current()
        except ReleaseError as error:
            self._fail(None, error, now)
        else:
            current = self._open.current
            if number is not None and (current is None or current.reader.number != number):
                self._switch(number, now)
            else:
                self._failure = None
                if current is not None and number is None:
                    self._replace_current(None)
            if number is None:
                self.outage.begin(no_release_error())
            else:
                self.outage.end()
        if self._failure is not None and self._open.current is None:
            raise self._failure.error.with_traceback(None)

    def _switch(self, number: int, now: float) -> None:
        if self._failure is not None and self._failure.number == number and now < self._failure.retry_at:
            return
        try:
            new = self._open_release(number)
        except (ReleaseError, NotFound, Unavailable) as error:
            if error.public is not None:  # the whole store is unavailable, not this release
                raise
            self._fail(number, error, now)
        else:
            self._failure = None
            self._replace_current(new)

    def _fail(self, number: int | None, error: GeoserviceError, now: float) -> None:
        """Record that a release cannot be opened, and log it once; an unavailable store is retried immediately."""
        last, retry_at = self._failure, now if isinstance(error, Unavailable) else now + RETRY_S
        if last is None or (last.number, str(last.error)) != (number, str(error)):
            serving = self._open.current.reader.number if self._open.current else None
            structlog.get_logger().error("release cannot be opened", release=number, serving=serving, reason=str(error))
        self._failure = _Failure(number, Unavailable(str(error)) if isinstance(error, NotFound) else error, retry_at)

    def _open_release(self, number: int) -> OpenRelease:
        reader = self._store.open(number)
        release = OpenRelease(reader, version_of(reader), last_used=self.clock())
        self._versions[number] = release.version
        self.damage.inspect(reader)
        return release

    def _replace_current(self, new: OpenRelease | None) -> None:
        self._open.replace_current(new)
        self.version = new.version if new else None
        self.tidy()

    def inspect(self) -> None:
        """Check for a new release, and for damaged files of the current one; raises as :meth:`lease` does."""
        self.refresh()
        with self.lease() as reader:
            self.damage.inspect(reader)

    def tidy(self) -> None:
        """Close older releases that are idle, too many, or no longer in the store."""
        self._tidied = self.clock()
        if self._open.has_older:
            self._open.close_unused(set(self._store.numbers()))

    @contextmanager
    def lease(self, version: str | None = None) -> Iterator[ReleaseReader]:
        """Yield a reader that stays open meanwhile; raises :class:`Unavailable` if there is no release.

        The reader is that of ``version`` if the store still has that release, else the current one: a map whose URLs name a
        removed release shows the new numbers instead of nothing.
        """
        if not self.ready(version):
            self.prepare(version)
        with self._use(version) as reader:
            yield reader

    @contextmanager
    def _use(self, version: str | None) -> Iterator[ReleaseReader]:
        """Yield a reader; log damage, and query the store before the next use if it is unavailable."""
        release = self._open.acquire(version)
        if release is None:
            raise no_release_error()
        try:
            yield release.reader
        except DamagedFile as error:
            self.damage.log(release.reader.number, error.file, error.reason)
            raise
        except GeoserviceError as error:
            if error.public is not None and not isinstance(error, DiskFull):
                self.outage.begin(error)
                self.refresh_at = self.valid_until = float("-inf")
            raise
        finally:
            self._open.release(release)

    @asynccontextmanager
    async def borrow(self, version: str | None = None) -> AsyncIterator[ReleaseReader]:
        """Do the same as :meth:`lease` without blocking the event loop."""
        if not self.ready(version):
            await to_thread.run_sync(self.prepare, version)
        with self._use(version) as reader:
            yield reader

    def _open_older(self, version: str) -> None:
        """Open an older release that a URL names, if the store still has it."""
        number = int(version.partition("-")[0])
        with self._opening:
            if self._open.is_open(version) or number not in self._store.numbers():
                return
            try:
                release = self._open_release(number)
            except GeoserviceError:  # deleted since the list was read
                return
            if release.version != version:
                release.reader.close()
                return
            self._open.add_older(release)
        self.tidy()

    def close(self) -> None:
        """Close the readers and the store."""
        self.version = None
        self._open.close()
        self._store.close()

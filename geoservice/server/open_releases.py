"""The open readers of one worker: the current release and a few older ones, each with the number of its users."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from geoservice.release.protocols import ReleaseReader

MAX_OLDER = 3
"""Releases before the current one that stay open, for maps whose URLs name them."""
IDLE_S = 60.0
"""An older release is closed after this time without a request."""


@dataclass
class OpenRelease:
    """A reader with its version; a ``retired`` reader is closed when ``users`` reaches 0."""

    reader: ReleaseReader
    version: str
    last_used: float
    users: int = 0
    retired: bool = False


class OpenReleases:
    """The current release and older ones, for use from several threads; a reader in use is closed only after its last user."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._older: OrderedDict[str, OpenRelease] = OrderedDict()
        self.current: OpenRelease | None = None

    @property
    def has_older(self) -> bool:
        """Whether an older release is open."""
        return bool(self._older)

    def is_open(self, version: str) -> bool:
        """Whether the release of a version is open."""
        current = self.current
        return (current is not None and version == current.version) or version in self._older

    def acquire(self, version: str | None) -> OpenRelease | None:
        """Return the release of a version, else the current one, and count a user of it; None without any release."""
        with self._lock:
            current = self.current
            is_older = version is not None and (current is None or version != current.version)
            release = (self._older.get(version) if version and is_older else None) or current
            if release is not None:
                release.users += 1
        return release

    def release(self, release: OpenRelease) -> None:
        """End the use of a release by one user."""
        with self._lock:
            release.users -= 1
            release.last_used = self._clock()
            is_last = release.retired and release.users == 0
        if is_last:
            release.reader.close()

    def replace_current(self, new: OpenRelease | None) -> None:
        """Make a release the current one; the previous one becomes an older one."""
        with self._lock:
            previous, self.current = self.current, new
            if previous is not None:
                previous.last_used = self._clock()
                self._older[previous.version] = previous
            duplicate = self._older.pop(new.version, None) if new else None
        self._retire([duplicate] if duplicate else [])

    def add_older(self, release: OpenRelease) -> None:
        """Add a release that is not the current one."""
        with self._lock:
            self._older[release.version] = release

    def close_unused(self, stored: Collection[int]) -> None:
        """Close older releases that are idle, too many, or not among the numbers that the store has."""
        now = self._clock()
        with self._lock:
            excess = len(self._older) - MAX_OLDER
            unused = [
                self._older.pop(version)
                for index, (version, release) in enumerate(list(self._older.items()))
                if index < excess or now - release.last_used > IDLE_S or release.reader.number not in stored
            ]
        self._retire(unused)

    def close(self) -> None:
        """Close all releases."""
        with self._lock:
            current, self.current = self.current, None
            releases = [*self._older.values(), *([current] if current else [])]
            self._older.clear()
        self._retire(releases)

    def _retire(self, releases: list[OpenRelease]) -> None:
        """Close readers; those in use are closed after their last user."""
        with self._lock:
            for release in releases:
                release.retired = True
            idle = [release for release in releases if release.users == 0]
        for release in idle:
            release.reader.close()

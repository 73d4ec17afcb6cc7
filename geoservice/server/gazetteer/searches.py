"""The place searches of open releases."""

import threading

from geoservice.addresses.search import PlaceSearch
from geoservice.release.files import GAZETTEER
from geoservice.release.protocols import ReleaseReader
from geoservice.server.release_pool import version_of

OPEN = 2
"""Searches that stay open: that of the current release, and of the one before for requests that began earlier."""


class Searches:
    """The place search of each release, opened at its first use; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock, self._open = threading.Lock(), dict[str, PlaceSearch]()

    def of(self, reader: ReleaseReader) -> PlaceSearch:
        """Return the place search of a release.

        Raises
        ------
        NotFound
            The release has no gazetteer.
        GazetteerError, DamagedFile
            A file of it cannot be read.
        """
        version = version_of(reader)
        search = self._open.get(version)
        if search is None:
            with self._lock:
                search = self._open.get(version) or PlaceSearch.open(reader.gazetteer())
                self._open[version] = search
                while len(self._open) > OPEN:
                    del self._open[next(iter(self._open))]
        return search


def has_gazetteer(reader: ReleaseReader) -> bool:
    """Whether a release has a gazetteer; older ones do not."""
    return any(name.startswith(f"{GAZETTEER}/") for name in reader.manifest.files)

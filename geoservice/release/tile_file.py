"""The tiles of one layer in a release's folder: not served if the file is damaged, and again after it is repaired."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from geoservice.errors import DamagedFile, ReleaseError
from geoservice.geo import Tile
from geoservice.release.base import FileFault, StoredFile
from geoservice.release.files import MISSING, difference
from geoservice.release.pmtiles import Archive
from geoservice.release.reader import BASE_MAP

Identity = tuple[int, int, int, int]
"""Device, inode, size and modification time: they differ for another file and after any change."""


@dataclass(frozen=True)
class _State:
    """The file at its last check: an archive, or the reason why it is not one.

    ``verified``: the complete file was read and matches its SHA-256.
    """

    identity: Identity | None
    archive: Archive | None
    reason: str = ""
    verified: bool = False


class TileFile:
    """A layer's archive. The file is checked before each read; if it was removed, the open one is used.

    Its size, directory and layer, and the checksum of each tile, are checked when they are read; its SHA-256 before the first
    bytes are returned that the checksum of no tile covers.
    """

    def __init__(self, folder: Path, name: str, layer_id: str, expected: StoredFile) -> None:
        self._path, self._name, self._layer, self._expected = folder / name, name, layer_id, expected
        self._lock, self._torn = Lock(), ""
        self._state = self._opened(_identity(self._path))

    def _opened(self, identity: Identity | None) -> _State:
        if identity is None:
            return _State(None, None, MISSING)
        if wrong := difference(identity[2], self._expected):
            return _State(identity, None, wrong)
        try:
            return _State(identity, Archive(self._path, None if self._layer == BASE_MAP else self._layer))
        except ReleaseError as error:
            return _State(identity, None, str(error))
        except OSError as error:
            return _State(identity, None, f"the file cannot be opened: {error.strerror}")

    def _now(self) -> _State:
        identity = _identity(self._path)
        if identity == self._state.identity or (identity is None and self._state.archive is not None):
            return self._state
        with self._lock:
            if identity != self._state.identity:
                self._state, self._torn = self._opened(identity), ""
        return self._state

    def _archive(self) -> Archive:
        state = self._now()
        if state.archive is None:
            raise self._damaged(state.reason)
        return state.archive

    def _damaged(self, reason: str) -> DamagedFile:
        what = "the base map" if self._layer == BASE_MAP else f"the tiles of layer {self._layer}"
        return DamagedFile(
            f"{what} cannot be served: the file is damaged, or not there; publish again (geoservice doctor says more)",
            self._name,
            reason,
        )

    def fault(self) -> FileFault | None:
        """Return the known fault of the file, None if it has none."""
        state = self._now()
        reason = state.reason or self._torn
        return FileFault(self._name, reason) if reason else None

    def get(self, tile: Tile) -> bytes:
        """Return a tile; raises :class:`DamagedFile`."""
        archive = self._archive()
        try:
            return archive.get(tile)
        except ReleaseError as error:
            self._torn = str(error)
            raise self._damaged(str(error)) from error

    def verified(self) -> Archive:
        """Return the archive after its complete file was compared with the manifest; raises :class:`DamagedFile`."""
        archive = self._archive()
        if not self._state.verified:
            with self._lock:
                if self._state.archive is archive and not self._state.verified:
                    wrong = difference(archive.stored_file(), self._expected)
                    kept = None if wrong else archive
                    self._state = _State(self._state.identity, kept, wrong, verified=True)
            archive = self._archive()
        return archive

    def __iter__(self) -> Iterator[tuple[Tile, bytes]]:
        return iter(self.verified())

    def close(self) -> None:
        """Close the file."""
        if (archive := self._state.archive) is not None:
            archive.close()


def _identity(path: Path) -> Identity | None:
    """Return what identifies a file and its last change, None if it cannot be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_ctime_ns

"""The tiles of one layer in a release's folder: refused where the file is damaged, and served again once it is mended."""

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
"""Device, inode, size and time of the last change: those of another file, or of one that was written to, differ."""


@dataclass(frozen=True)
class _State:
    """What the file was when it was looked at: an archive, or the reason why there is none.

    ``verified``: the whole of it was read and is what was written.
    """

    identity: Identity | None
    archive: Archive | None
    reason: str = ""
    verified: bool = False


class TileFile:
    """A layer's archive. The file is looked at before each reading; where it is gone, the open one goes on.

    Its size, its directory, whose layer it is, and the checksum of each tile are checked as they are read; its SHA-256 before
    the first bytes are given that no tile's checksum covers.
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
        """Return what is wrong with the file, as far as it is known."""
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
        """Return the archive once its whole file was compared with what was written; raises :class:`DamagedFile`."""
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
        """Let go of the file."""
        if (archive := self._state.archive) is not None:
            archive.close()


def _identity(path: Path) -> Identity | None:
    """Return what tells a file from any other and from itself after a change; None where there is none to be seen."""
    try:
        at = path.stat()
    except OSError:
        return None
    return at.st_dev, at.st_ino, at.st_size, at.st_ctime_ns

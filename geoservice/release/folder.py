"""Releases as numbered folders: ``layers.duckdb``, ``tiles/*.pmtiles``, ``manifest.json``; ``current`` is a link to one."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from geoservice.db import DUCKDB
from geoservice.db.duckdb import (
    DuckDBSession,
    domain_errors,
    open_duckdb,
    statement_parser,
)
from geoservice.db.lock import file_lock
from geoservice.db.watchdog import Watchdog
from geoservice.durable import remove_on_failure, replace_symlink, sync, sync_tree
from geoservice.errors import Conflict, DamagedFile, GeoserviceError, NotFound, ReleaseError, Unavailable
from geoservice.geo import Tile
from geoservice.release import sql
from geoservice.release.base import FileFault, Manifest, ReleaseContent
from geoservice.release.content import check_stored, checked
from geoservice.release.files import LAYERS, MANIFEST, archives_in, check_size, folder_faults, stored_files
from geoservice.release.folder_files import write_files
from geoservice.release.manifest import complete, read_manifest
from geoservice.release.protocols import ReleaseReader
from geoservice.release.reader import Reader
from geoservice.release.release_numbers import check_removable, older
from geoservice.release.tile_file import TileFile

CURRENT = "current"


class FolderReader(Reader):
    """A release in a folder. Its database is open read-only and cannot reach any other file."""

    def __init__(self, number: int, folder: Path, watchdog: Watchdog | None = None) -> None:
        super().__init__(number, _manifest(number, folder), DUCKDB, None)
        self._watchdog, self._folder, self._unreadable = watchdog, folder, ""
        names = archives_in(self.manifest.files)
        self._archives = {layer: TileFile(folder, name, layer, self.manifest.files[name]) for layer, name in names.items()}
        try:
            # many small queries at a time, in a process per core: more threads per query cost more than they save
            self._connection = open_duckdb(folder / LAYERS, read_only=True, threads=1)
            self._idle, self._parse = list[duckdb.DuckDBPyConnection](), statement_parser(self._connection)
            identity = self._connection.execute(sql.identity(DUCKDB, DUCKDB.quote(sql.IDENTITY))).fetchall()
        except (duckdb.Error, OSError) as e:
            raise ReleaseError(f"release {number}: {LAYERS} cannot be read; publish again, or: geoservice rollback") from e
        if identity != [(self.manifest.hash,)]:
            self.close()
            raise ReleaseError(f"release {number}: {LAYERS} is of another release; publish again, or: geoservice rollback")

    @contextmanager
    def _session(self) -> Iterator[DuckDBSession]:
        with self._checked(), self._cursor() as cursor:
            if self._watchdog is None:
                yield DuckDBSession(cursor, self._parse)
            else:
                with self._watchdog.limit(cursor.interrupt, duckdb.InterruptException):
                    yield DuckDBSession(cursor, self._parse)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Raise :class:`DamagedFile` if a block of the file does not match its checksum; others can still be read."""
        try:
            with _quiet(self._folder):
                yield
        except Unavailable as e:
            if not isinstance(e.__context__, (duckdb.IOException, duckdb.FatalException)):
                raise
            self._unreadable = "part of the file cannot be read"
            text = "these features cannot be served: their file is damaged; publish again (geoservice doctor says more)"
            raise DamagedFile(text, LAYERS, self._unreadable) from e

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a connection, so that threads do not wait for each other; a new one is slow at first, so they are reused."""
        try:
            cursor = self._idle.pop()
        except IndexError:
            cursor = self._connection.cursor()
        try:
            yield cursor
        except BaseException:
            cursor.close()
            raise
        self._idle.append(cursor)

    def _tile(self, layer_id: str, tile: Tile) -> bytes:
        archive = self._archives.get(layer_id)
        return b"" if archive is None else archive.get(tile)

    def _archive_size(self, layer_id: str) -> int:
        archive = self._archives.get(layer_id)
        return 0 if archive is None else len(archive.verified())

    def _archive_part(self, layer_id: str, offset: int, length: int) -> bytes:
        return self._archives[layer_id].verified().read(offset, length)

    def _part_folder(self, part: str, names: Sequence[str]) -> Path:
        for name in names:
            file = f"{part}/{name}"
            check_size(file, self._folder / file, self.manifest.files[file])
        return self._folder / part

    def faults(self) -> list[FileFault]:
        """Return the files that cannot be served, or only in part."""
        faults = [fault for archive in self._archives.values() if (fault := archive.fault())]
        return [*faults, FileFault(LAYERS, self._unreadable)] if self._unreadable else faults

    def tiles(self, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """Yield all tiles of a layer."""
        yield from self._archives.get(layer_id, ())

    def close(self) -> None:
        """Close the files."""
        super().close()
        for connection in (self._connection, *self._idle):
            connection.close()
        for archive in self._archives.values():
            archive.close()


@contextmanager
def _quiet(folder: Path) -> Iterator[None]:
    """Raise an error of ours for any of DuckDB's, without its text, which may contain values and paths."""
    try:
        with domain_errors(folder):
            yield
    except duckdb.Error as e:
        raise GeoserviceError(f"database: a query failed, {type(e).__name__}") from None


def _manifest(number: int, folder: Path) -> Manifest:
    try:
        text = (folder / MANIFEST).read_bytes()
    except OSError as e:
        raise ReleaseError(f"release {number}: its manifest cannot be read") from e
    return read_manifest(number, text)


class FolderStore:
    """See :class:`geoservice.release.protocols.ReleaseStore`."""

    def __init__(self, folder: Path, read_only: bool, seconds: float | None = None) -> None:
        self._folder, self._read_only, self._seconds = folder, read_only, seconds
        self._watchdog = None if seconds is None else Watchdog(seconds)
        if not read_only:
            folder.mkdir(parents=True, exist_ok=True)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process opens the same store, read-only."""
        return FolderStore, (self._folder, True, self._seconds)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._read_only:
            raise Conflict("releases: the store is open read-only")
        with file_lock(self._folder / ".lock", True, 0.0):
            yield

    def write(self, content: ReleaseContent, keep: int = 5) -> int:
        """Write a release aside, check it, make it durable and current; return its number."""
        manifest, table = checked(content)
        with self._alone():
            for left in self._folder.glob(".*.tmp"):
                shutil.rmtree(left)
            number = max([*self.numbers(), 0]) + 1
            aside = self._folder / f".{number}.tmp"
            with remove_on_failure(aside), domain_errors(self._folder):
                aside.mkdir()
                write_files(aside, content, manifest, table)
                manifest = complete(manifest, stored_files(aside))
                (aside / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
                _check(number, aside, manifest, table)
                sync_tree(aside)
            aside.rename(self._folder / str(number))
            sync(self._folder)
            replace_symlink(self._folder / CURRENT, str(number))
            self._prune(keep)
        return number

    def _prune(self, keep: int) -> None:
        """Remove all but the last releases; a folder is renamed first, so that no partial release is ever listed."""
        for number in self.numbers()[: -max(keep, 1)]:
            if number != self.current():
                self._remove(number)

    def _remove(self, number: int) -> None:
        gone = (self._folder / str(number)).rename(self._folder / f".{number}.tmp")
        shutil.rmtree(gone)

    def remove(self, number: int) -> None:
        """Remove a release that is not the current one."""
        with self._alone():
            check_removable(number, self.numbers(), self.current())
            self._remove(number)

    def numbers(self) -> list[int]:
        """Return the complete releases, oldest first."""
        if not self._folder.is_dir():
            return []
        return sorted(int(p.name) for p in self._folder.iterdir() if p.name.isdecimal() and (p / MANIFEST).is_file())

    def current(self) -> int | None:
        """Return the number of the current release: one read of a link."""
        try:
            return int((self._folder / CURRENT).readlink().name)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as e:
            raise ReleaseError("releases: current is not a link to a release") from e

    def open(self, number: int | None = None) -> ReleaseReader:
        """Open a release, the current one by default."""
        wanted = self.current() if number is None else number
        if wanted is None:
            raise Unavailable("no release yet; create one with: geoservice publish")
        folder = self._folder / str(wanted)
        try:
            return FolderReader(wanted, folder, self._watchdog)
        except ReleaseError:
            if folder.is_dir():
                raise
            raise NotFound(f"release {wanted} does not exist; there are {self.numbers()}") from None

    def rollback(self, number: int | None = None) -> int:
        """Make an older release current and return its number."""
        with self._alone():
            target = older(self.numbers(), self.current(), number)
            replace_symlink(self._folder / CURRENT, str(target))
        return target

    def tiles(self, reader: ReleaseReader, layer_id: str) -> Iterator[tuple[Tile, bytes]]:
        """Yield all baked tiles of a layer."""
        assert isinstance(reader, FolderReader)
        return reader.tiles(layer_id)

    def file_faults(self, number: int) -> list[FileFault]:
        """Read every file of a release and return those that differ from the manifest."""
        folder = self._folder / str(number)
        return folder_faults(folder, _manifest(number, folder).files)

    def close(self) -> None:
        """Do nothing: nothing stays open between calls."""


def _check(number: int, folder: Path, manifest: Manifest, table: pa.Table) -> None:
    """Read the release back with another connection, as a server does."""
    if _manifest(number, folder) != manifest:
        raise ReleaseError(f"{MANIFEST}: the file does not contain what was written")
    connection = open_duckdb(folder / LAYERS, read_only=True, spatial=False)
    try:
        check_stored(DuckDBSession(connection), None, manifest, table)
    finally:
        connection.close()

"""Atomic and durable writes of files, and errors of full disks."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoservice.errors import Conflict, DiskFull, GeoserviceError

FULL_DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
MIN_FREE_BYTES = 256 * 1024
"""Bytes that SQLite's write-ahead log and its index need."""
_FULL_DISK_TEXTS = ("No space left", "File too large", "Disk quota", "disk is full", " requested and ")
"""Parts of the messages of DuckDB, SQLite, GDAL, libosmium and numpy, which do not pass on an error number."""


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; it replaces ``path`` at the end of the block, or is removed if the block raises."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Give a file that never changes a second name, or copy it where that is not possible, as between disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@contextmanager
def remove_on_failure(folder: Path) -> Iterator[None]:
    """Remove a folder if the block raises: on a full disk its space is needed."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def building(folder: Path, subject: str) -> Iterator[None]:
    """Lock a folder while the block builds in it; raises :class:`Conflict` if another process builds the same subject."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Conflict(f"another process is building the {subject}; wait for it to end") from e
        yield


def has_room(folder: Path) -> bool:
    """Whether a folder's disk has room for small files."""
    return shutil.disk_usage(folder).free >= MIN_FREE_BYTES


def is_disk_full(error: BaseException) -> bool:
    """Whether an error of any library means a full disk."""
    if isinstance(error, GeoserviceError):  # its text may quote user input
        return isinstance(error, DiskFull)
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL_DISK_ERRNOS
    return any(text in str(error) for text in _FULL_DISK_TEXTS)


def disk_full(what: str, *folders: Path) -> DiskFull:
    """Return the error of a full disk with the free and total size of the disk of each folder, the fullest first."""
    spaces: dict[int, tuple[int, int, Path]] = {}
    for folder in folders:
        existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        usage = shutil.disk_usage(existing)
        spaces.setdefault(existing.stat().st_dev, (usage.free, usage.total, folder))
    sizes = "".join(f"; {folder} has {_size(free)} free of {_size(total)}" for free, total, folder in sorted(spaces.values()))
    return DiskFull(f"{what}: the disk is full or over quota{sizes}; make room there; nothing was changed")


def _size(count: int) -> str:
    """Return a number of bytes as text.

    >>> _size(0), _size(5_300_000), _size(71_000_000_000)
    ('0 MB', '5.3 MB', '71000 MB')
    """
    return f"{count / 1e6:.3g} MB" if count < 1e9 else f"{count / 1e6:.0f} MB"


def sync(path: Path) -> None:
    """Write a file or folder to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync a folder and everything in it."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def replace_symlink(link: Path, target: str) -> None:
    """Make ``link`` point to ``target`` atomically."""
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(target)
    temporary.replace(link)
    sync(link.parent)

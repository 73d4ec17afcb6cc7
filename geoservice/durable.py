"""Files that survive a power cut: written, synced, then named. What a disk without room for them is called."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoservice.errors import DiskFull, GeoserviceError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LITTLE = 256 * 1024
"""Bytes: what a log of SQLite and its index need."""
_FULL_SAID = ("No space left", "File too large", "Disk quota", "disk is full", " requested and ")
"""Words of DuckDB, SQLite, GDAL, libosmium and numpy, which have no number for it."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; it takes the place of ``path`` at the end, and is gone where that fails."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def gone_on_failure(folder: Path) -> Iterator[None]:
    """Leave nothing of a folder whose filling failed: on a full disk its room is what is missing."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def has_room(folder: Path) -> bool:
    """Whether small files can still be written to a folder's disk."""
    return shutil.disk_usage(folder).free >= LITTLE


def is_full(error: BaseException) -> bool:
    """Whether an error is that of a full disk, whichever library raised it."""
    if isinstance(error, GeoserviceError):  # whose texts may quote whatever somebody wrote
        return isinstance(error, DiskFull)
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in FULL
    return any(words in str(error) for words in _FULL_SAID)


def disk_full(what: str, *folders: Path) -> DiskFull:
    """Return the error of a full disk: which folders are on one, the fullest first, and how much of it is free."""
    spaces: dict[int, tuple[int, int, Path]] = {}
    for folder in folders:
        there = next(above for above in (folder.absolute(), *folder.absolute().parents) if above.exists())
        usage = shutil.disk_usage(there)
        spaces.setdefault(there.stat().st_dev, (usage.free, usage.total, folder))
    told = "".join(f"; {folder} has {_size(free)} free of {_size(total)}" for free, total, folder in sorted(spaces.values()))
    return DiskFull(f"{what}: the disk is full, or a quota is met{told}; make room there; nothing was changed")


def _size(count: int) -> str:
    """Return bytes in words.

    >>> _size(0), _size(5_300_000), _size(71_000_000_000)
    ('0 MB', '5.3 MB', '71000 MB')
    """
    return f"{count / 1e6:.3g} MB" if count < 1e9 else f"{count / 1e6:.0f} MB"


def sync(path: Path) -> None:
    """Ask the disk to have the file or folder now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder below, and the folder itself."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def point(link: Path, target: str) -> None:
    """Make ``link`` point to ``target`` by one atomic step."""
    aside = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    aside.symlink_to(target)
    aside.replace(link)
    sync(link.parent)

"""The folder of a copy: what may be there before, and how the new one takes its place."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from geoservice import __version__
from geoservice.durable import remove_on_failure, sync, sync_tree
from geoservice.errors import Conflict, InputError
from geoservice.release.protocols import ReleaseReader
from geoservice.server.release_pool import version_of
from geoservice.static_site.links import CONFIG, PAGE_DATA, TILES_FOLDER

FORMAT = 1
CHECKSUMS = "SHA256SUMS"


@contextmanager
def new_folder(folder: Path, *, replace: bool) -> Iterator[Path]:
    """Yield an empty folder beside ``folder``, which takes its place at the end, or is removed if the block raises.

    Raises :class:`Conflict` if the folder has files, unless they are an earlier copy and ``replace`` is set;
    :class:`InputError` if it is no folder, or a mount point.
    """
    folder = folder.resolve()  # beside the target of a link, which may be on another disk
    check_folder(folder, replace=replace)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with remove_on_failure(aside):
        aside.mkdir()
        yield aside
        sync_tree(aside)
        check_folder(folder, replace=replace)
        _put(aside, folder)


def check_folder(folder: Path, *, replace: bool) -> None:
    """Raise the errors of :func:`new_folder`."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder}: this is a file; a copy needs a new or an empty folder")
    if os.path.ismount(folder):
        raise InputError(f"{folder}: this is a mount point, which no other folder can replace; name a folder in it")
    if not any(folder.iterdir()):
        return
    if not is_copy(folder):
        raise Conflict(f"{folder}: the folder has other files, and nothing was written; a copy needs a new or an empty folder")
    if not replace:
        raise Conflict(f"{folder}: the folder has an earlier copy, and nothing was written; --replace puts the new one there")


def is_copy(folder: Path) -> bool:
    """Whether a folder is a copy that an earlier export has written."""
    try:
        config = orjson.loads((folder / CONFIG).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and isinstance(config.get("geoservice"), dict) and "format" in config["geoservice"]


def _put(new: Path, folder: Path) -> None:
    """Move a new folder into place; what was there before is removed afterwards, or put back if the new one cannot be moved."""
    old = new.with_name(new.name + ".old")
    was_there = folder.exists()
    if was_there:
        folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        if was_there:
            old.rename(folder)
        raise
    sync(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def content_version(folder: Path, reader: ReleaseReader) -> str:
    """Return the version of a copy, in addresses ``v=``: that of the release, and a digest of the files that these name.

    Web servers call these files immutable, and another version of geoservice may write others for the same release.
    """
    lines = [f"{__version__} {FORMAT}\n", *_checksum_lines(folder, TILES_FOLDER), *_checksum_lines(folder, PAGE_DATA)]
    return f"{version_of(reader)}-{hashlib.sha256(''.join(lines).encode()).hexdigest()[:8]}"


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of every file, as ``sha256sum --check`` reads it."""
    (folder / CHECKSUMS).write_text("".join(_checksum_lines(folder)), encoding="utf-8")


def _checksum_lines(folder: Path, part: str = "") -> list[str]:
    paths = sorted(path for path in (folder / part).rglob("*") if path.is_file())
    return [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(folder: Path) -> tuple[int, int]:
    """Return the number of files and their bytes."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)

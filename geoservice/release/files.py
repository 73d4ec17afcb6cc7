"""Files of a release: their names, and their differences from the manifest."""

import hashlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from geoservice.errors import DamagedFile
from geoservice.release.base import FileFault, ReleaseContent, StoredFile

LAYERS, MANIFEST, TILES = "layers.duckdb", "manifest.json", "tiles"
LIVE, GAZETTEER = "live", "gazetteer"
PARTS = {LIVE: "live questions cannot be answered", GAZETTEER: "addresses and places cannot be found"}
"""Folders of files that a release carries as they are, and what is impossible where one is damaged."""
THREADS = 2
"""Files that are read in parallel: SHA-256 takes about a second per gigabyte."""
MISSING = "the file is missing"
EXTRA = "the file does not belong to the release"


def archive_name(layer_id: str) -> str:
    """Return the name of a layer's PMTiles archive; ``base`` is the base map."""
    return f"{TILES}/{layer_id}.pmtiles"


def archives_in(files: Collection[str]) -> dict[str, str]:
    """Return names of PMTiles archives by their layer.

    >>> archives_in(["layers.duckdb", "tiles/coverage.pmtiles"])
    {'coverage': 'tiles/coverage.pmtiles'}
    """
    return {PurePosixPath(name).stem: name for name in files if name.startswith(f"{TILES}/")}


def files_in(part: str, files: Collection[str]) -> list[str]:
    """Return the names of the files in a folder of a release, as they are in it.

    >>> files_in("live", ["layers.duckdb", "live/network/network.json"])
    ['network/network.json']
    """
    return [name.removeprefix(f"{part}/") for name in files if name.startswith(f"{part}/")]


def part_folders(content: ReleaseContent) -> dict[str, Path]:
    """Return the folders whose files a release carries as they are, by their names in it."""
    folders = {LIVE: content.live, GAZETTEER: content.gazetteer}
    return {part: folder for part, folder in folders.items() if folder is not None}


def stored_file(path: Path) -> StoredFile:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return StoredFile(bytes=file.tell(), sha256=digest)


def stored_files(folder: Path) -> dict[str, StoredFile]:
    """Return size and SHA-256 of all files of a folder except the manifest."""
    names = sorted(_names(folder))
    with ThreadPoolExecutor(THREADS) as threads:
        return dict(zip(names, threads.map(lambda name: stored_file(folder / name), names), strict=True))


def _names(folder: Path) -> set[str]:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    return files - {MANIFEST}


def folder_faults(folder: Path, files: Mapping[str, StoredFile]) -> list[FileFault]:
    """Return the files that a folder lacks, that differ from ``files``, or that do not belong to it."""
    with ThreadPoolExecutor(THREADS) as threads:
        reasons = list(threads.map(lambda name: _reason(folder / name, files[name]), files))
    faults = [FileFault(name, reason) for name, reason in zip(files, reasons, strict=True) if reason]
    extra = sorted(_names(folder) - set(files))
    return [*faults, *(FileFault(name, EXTRA) for name in extra)]


def _reason(path: Path, expected: StoredFile) -> str:
    try:
        size = path.stat().st_size
        return difference(stored_file(path) if size == expected.bytes else size, expected)
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"


def check_size(name: str, path: Path, expected: StoredFile) -> None:
    """Raise :class:`DamagedFile` if a file of one of :data:`PARTS` is missing or has another size; its content is not read."""
    reason = difference(path.stat().st_size, expected) if path.exists() else MISSING
    if reason:
        raise DamagedFile(f"{PARTS[name.partition('/')[0]]}: a file of the release is damaged; publish again", name, reason)


def difference(got: StoredFile | int, expected: StoredFile) -> str:
    """Return how a file, or only its size, differs from the manifest; empty if it does not.

    >>> difference(7, StoredFile(bytes=9, sha256="0" * 64))
    'the file has 7 bytes, 9 were written'
    """
    size = got if isinstance(got, int) else got.bytes
    if size != expected.bytes:
        return f"the file has {size} bytes, {expected.bytes} were written"
    if isinstance(got, StoredFile) and got.sha256 != expected.sha256:
        return f"the file was changed: its SHA-256 is {got.sha256:.12}…, {expected.sha256:.12}… was written"
    return ""

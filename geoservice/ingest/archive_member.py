"""The one file of an archive to import: selected among all folders of the archive, unpacked and checked."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from geoservice.errors import InputError, UnreadableFile
from geoservice.ingest.archives import archive_entries, check_archive, member_name, unpack
from geoservice.ingest.formats import SIDECARS, SUFFIXES, Format, format_of

NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
"""Suffixes of archives; an archive inside an archive is not opened."""
_LAYERED: tuple[Format, ...] = ("workbook", "gpkg", "topojson", "kml", "kmz", "gpx", "geotiff")
"""Formats with several layers in one file, so that ``--layer`` may name one of those."""


class Member(NamedTuple):
    """A file unpacked from an archive: its path, its format, the layer to read, and notes for the report."""

    path: Path
    kind: Format
    layer: str | None
    notes: list[str]


def unpack_member(path: Path, layer: str | None, out: Path, kinds: Sequence[Format] = ()) -> Member:
    """Unpack the only readable file of an archive, or the one that ``layer`` names by path, name or stem.

    Parameters
    ----------
    path
    layer
        The file to unpack; ``FILE/LAYER`` for a layer of it. If there is only one readable file, a layer of that file.
    out
        An empty folder.
    kinds
        Formats to look for; empty for all that are read.

    Raises
    ------
    TooLarge, UnreadableFile
        As :func:`check_archive`; a path leads out of the archive, or it holds another archive.
    InputError
        No readable file, or several and ``layer`` names none.
    """
    check_archive(path)
    entries = {member_name(e): e for e in archive_entries(path) if not e.is_dir()}
    _check_names(list(entries))
    readable = _readable(list(entries), kinds)
    if not readable:
        suffixes = [s for s, kind in SUFFIXES.items() if kind != "zip" and (not kinds or kind in kinds)]
        raise InputError(f"the archive holds no file of a supported format; supported are {', '.join(suffixes)}")
    name, inner = _choose(readable, layer, first="doc.kml" if kinds == ("kml",) else "")
    target = out / f"{PurePosixPath(name).stem[:50]}{PurePosixPath(name).suffix.lower()}"
    with zipfile.ZipFile(path) as archive:
        for part in [name, *_sidecars(name, list(entries))]:
            unpack(archive, entries[part], target.with_suffix(PurePosixPath(part).suffix.lower()))
    notes = [f"{name!r} was read from the archive"]
    if others := [n for n in readable if n != name]:
        notes[0] += f"; not read: {others[:20]}"
    return Member(target, format_of(target), inner, notes)


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name):
            raise UnreadableFile(f"the archive holds {name[:80]!r}, a path that leads out of it; nothing was unpacked")
    if nested := [n for n in names if n.lower().endswith(NESTED) and not _is_hidden(n)]:
        raise UnreadableFile(f"the archive holds other archives, which are not opened: {nested[:5]}; unpack it first")


def _is_hidden(name: str) -> bool:
    """Whether a member is a system or lock file of macOS or Office: ``__MACOSX/``, ``._name``, ``~$name``."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith((".", "~$"))


def _readable(names: Sequence[str], kinds: Sequence[Format]) -> list[str]:
    """Return the files of supported formats, sorted."""
    kinds_by_name = {n: SUFFIXES.get(PurePosixPath(n).suffix.lower()) for n in names if not _is_hidden(n)}
    return sorted(n for n, kind in kinds_by_name.items() if kind and (not kinds or kind in kinds))


def _choose(names: Sequence[str], layer: str | None, first: str) -> tuple[str, str | None]:
    """Return the file to read and the layer of it; a text file beside other files counts as a readme."""
    for part in ("path", "name", "stem"):
        matches = [n for n in names if layer is not None and layer in _names_of(n, part)]
        if len(matches) == 1 and not (len(names) == 1 and part == "stem" and _is_layered(matches[0])):
            return matches[0], None
    main = [n for n in names if n == first] or [n for n in names if not n.lower().endswith(".txt")] or names
    if len(main) == 1:
        return main[0], layer
    for name in names:
        if layer is not None and layer.startswith(name + "/"):
            return name, layer.removeprefix(name + "/")
    no_match = "" if layer is None else f", none of which is named {layer!r}"
    raise InputError(f"the archive holds {len(main)} files{no_match}; choose one with --layer: {list(main[:20])}")


def _names_of(name: str, part: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    return {"path": (name,), "name": (path.name,), "stem": (path.stem, str(path.with_suffix("")))}[part]


def _is_layered(name: str) -> bool:
    return SUFFIXES[PurePosixPath(name).suffix.lower()] in _LAYERED


def _sidecars(name: str, names: Sequence[str]) -> list[str]:
    """Return the sidecar files of a shapefile; empty for other formats."""
    if not name.lower().endswith(".shp"):
        return []
    return [n for n in names if n[:-4].lower() == name[:-4].lower() and n[-4:].lower() in SIDECARS]

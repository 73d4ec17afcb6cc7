"""The one file to read of an archive: which it is, whatever folder it lies in and whatever stands beside it."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from geoservice.errors import InputError, UnreadableFile
from geoservice.ingest.archives import archive_entries, check_archive, member_name, unpack
from geoservice.ingest.formats import SIDECARS, SUFFIXES, Format, format_of

NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
"""Archives, which are not looked for inside others."""
_LAYERED: tuple[Format, ...] = ("workbook", "gpkg", "topojson", "kml", "kmz", "gpx", "geotiff")
"""Formats of which a file holds several layers, so that ``--layer`` may be for them."""


class Member(NamedTuple):
    """A file taken out of an archive: where it is now, its format, the layer to read of it, and what to tell."""

    path: Path
    kind: Format
    layer: str | None
    notes: list[str]


def unpack_member(path: Path, layer: str | None, out: Path, kinds: Sequence[Format] = ()) -> Member:
    """Take the one readable file out of an archive, or the one that is chosen by its path, name or stem.

    Parameters
    ----------
    path
    layer
        Which file; of one that holds layers itself, ``FILE/LAYER``. With a single readable file it is a layer of this.
    out
        An empty folder.
    kinds
        Formats that count; all that are read when empty.

    Raises
    ------
    TooLarge, UnreadableFile
        As :func:`check_archive`; a path leads out of the archive, or an archive is inside.
    InputError
        No readable file, or several and none chosen.
    """
    check_archive(path)
    entries = {member_name(e): e for e in archive_entries(path) if not e.is_dir()}
    _check_names(list(entries))
    readable = _readable(list(entries), kinds)
    if not readable:
        suffixes = [s for s, kind in SUFFIXES.items() if kind != "zip" and (not kinds or kind in kinds)]
        raise InputError(f"the archive holds no file that is read; read are {', '.join(suffixes)}")
    name, inner = _choose(readable, layer, first="doc.kml" if kinds == ("kml",) else "")
    target = out / f"{PurePosixPath(name).stem[:50]}{PurePosixPath(name).suffix.lower()}"
    with zipfile.ZipFile(path) as archive:
        for part in [name, *_beside(name, list(entries))]:
            unpack(archive, entries[part], target.with_suffix(PurePosixPath(part).suffix.lower()))
    notes = [f"{name!r} was read out of the archive"]
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
    """Whether a member is what a Mac or a spreadsheet puts beside files: ``__MACOSX/``, ``._name``, ``~$name``."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith((".", "~$"))


def _readable(names: Sequence[str], kinds: Sequence[Format]) -> list[str]:
    """Return the files that are read, in order."""
    known = {n: SUFFIXES.get(PurePosixPath(n).suffix.lower()) for n in names if not _is_hidden(n)}
    return sorted(n for n, kind in known.items() if kind and (not kinds or kind in kinds))


def _choose(names: Sequence[str], layer: str | None, first: str) -> tuple[str, str | None]:
    """Return the file to read and the layer of it; a text beside others is taken for a remark on them."""
    for part in ("path", "name", "stem"):
        found = [n for n in names if layer is not None and layer in _names_of(n, part)]
        if len(found) == 1 and not (len(names) == 1 and part == "stem" and _is_layered(found[0])):
            return found[0], None
    main = [n for n in names if n == first] or [n for n in names if not n.lower().endswith(".txt")] or names
    if len(main) == 1:
        return main[0], layer
    for name in names:
        if layer is not None and layer.startswith(name + "/"):
            return name, layer.removeprefix(name + "/")
    said = "" if layer is None else f", and not one of the name {layer!r}"
    raise InputError(f"the archive holds {len(main)} files{said}; say which one (--layer): {list(main[:20])}")


def _names_of(name: str, part: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    return {"path": (name,), "name": (path.name,), "stem": (path.stem, str(path.with_suffix("")))}[part]


def _is_layered(name: str) -> bool:
    return SUFFIXES[PurePosixPath(name).suffix.lower()] in _LAYERED


def _beside(name: str, names: Sequence[str]) -> list[str]:
    """Return the other files of a shapefile."""
    if not name.lower().endswith(".shp"):
        return []
    return [n for n in names if n[:-4].lower() == name[:-4].lower() and n[-4:].lower() in SIDECARS]

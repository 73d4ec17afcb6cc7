"""ZIP archives: checked before anything is unpacked, and one file taken out of them."""

import re
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.ingest.formats import SIDECARS, SUFFIXES, Format, format_of

MAX_UNPACKED = 1 << 30
"""Most bytes an archive may unpack into."""
MAX_RATIO = 200
"""Most times that one member may grow, when it is over a megabyte: real sheets grow 5 to 20 times, bombs a thousand."""
NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
"""Archives, which are not looked for inside others."""
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_LAYERED: tuple[Format, ...] = ("workbook", "gpkg", "topojson", "kml", "kmz", "gpx", "geotiff")
"""Formats of which a file holds several layers, so that ``--layer`` may be for them."""


def check_archive(path: Path, what: str = "archive") -> None:
    """Raise :class:`TooLarge` if an archive says or shows that it unpacks into too much; unpacks nothing.

    Raises
    ------
    UnreadableFile
        It is damaged or cut short, or has a password; ``what`` it is then called.
    """
    entries = _entries(path, what)
    if any(e.flag_bits & _ENCRYPTED for e in entries):
        raise UnreadableFile(f"the {what} is protected by a password; unpack it, and import the file that was in it")
    total = sum(e.file_size for e in entries)
    if total > MAX_UNPACKED:
        raise TooLarge(f"the archive unpacks into {total >> 20} MB, allowed are {MAX_UNPACKED >> 20} MB")
    for entry in entries:
        growth = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > 1 << 20 and growth > MAX_RATIO:
            raise TooLarge(f"{member_name(entry)} in the archive grows {growth} times; allowed are {MAX_RATIO}")


def _entries(path: Path, what: str = "archive") -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise UnreadableFile(f"the {what} is damaged, or cut short on its way here") from e


def member_name(entry: zipfile.ZipInfo) -> str:
    """Return the path of a member, in UTF-8 or GBK where the archive does not say which, with forward slashes.

    >>> member_name(zipfile.ZipInfo("乡镇/站点.csv".encode("gbk").decode("cp437")))
    '乡镇/站点.csv'
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            data = name.encode("cp437")
        except UnicodeEncodeError:
            return name.replace("\\", "/")
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding).replace("\\", "/")
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


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
        Folder in which a new one is made for the file.
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
    entries = {member_name(e): e for e in _entries(path) if not e.is_dir()}
    _check_names(list(entries))
    readable = _readable(list(entries), kinds)
    if not readable:
        suffixes = [s for s, kind in SUFFIXES.items() if kind != "zip" and (not kinds or kind in kinds)]
        raise InputError(f"the archive holds no file that is read; read are {', '.join(suffixes)}")
    name, inner = _choose(readable, layer, first="doc.kml" if kinds == ("kml",) else "")
    folder = out / "unpacked"  # apart from the files by which this process answers
    folder.mkdir()
    target = folder / f"{PurePosixPath(name).stem[:50]}{PurePosixPath(name).suffix.lower()}"
    with zipfile.ZipFile(path) as archive:
        for part in [name, *_beside(name, list(entries))]:
            _unpack(archive, entries[part], target.with_suffix(PurePosixPath(part).suffix.lower()))
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
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith((".", "~$"))


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


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one member; no more comes out of it than it says, which was checked."""
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except NotImplementedError as e:
        how = f"in a way that is not read (method {entry.compress_type})"
        raise UnreadableFile(f"{member_name(entry)} is packed {how}; unpack the archive, and import the file") from e
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as e:
        raise UnreadableFile(f"{member_name(entry)} in the archive is damaged") from e

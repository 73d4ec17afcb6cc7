"""Shapefiles: completeness checks of their several files, and the encoding of attributes, which is often stated wrong."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from geoservice.errors import UnreadableFile, WrongEncoding
from geoservice.ingest.encodings import ALLOWED, guess_encoding
from geoservice.ingest.formats import input_files


def check_shapefile(path: Path) -> None:
    """Raise :class:`UnreadableFile` for truncated or mismatched files: GDAL silently drops missing rows."""
    files = _files_by_suffix(path)
    size = path.stat().st_size
    with path.open("rb") as file:
        stated = 2 * int.from_bytes(file.read(100)[24:28], "big")
    if stated > size:
        raise UnreadableFile(f"the .shp is cut short: it has {size} bytes of {stated}")
    if ".dbf" not in files:
        return
    with files[".dbf"].open("rb") as file:
        head = file.read(32)
    rows, length, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    size = files[".dbf"].stat().st_size
    if len(head) < 32 or length + rows * width > size:
        raise UnreadableFile(f"the .dbf is cut short: it has {size} bytes of {length + rows * width}")
    shapes = _shape_count(files[".shx"]) if ".shx" in files else rows
    if shapes != rows:
        raise UnreadableFile(f"the .shx has {shapes} shapes, the .dbf {rows} rows; do they belong to one shapefile?")


def _shape_count(shx: Path) -> int:
    return max(shx.stat().st_size - 100, 0) // 8


def _files_by_suffix(path: Path) -> dict[str, Path]:
    return {p.suffix.lower(): p for p in input_files(path, "shapefile")}


def with_index(path: Path, scratch: Path) -> Path:
    """Return a shapefile to which GDAL may add a missing .shx: the file itself if it has one, else a link in ``scratch``.

    GDAL writes the index that it restores beside the .shp, and nothing is ever written beside a user's file.
    """
    files = _files_by_suffix(path)
    if ".shx" in files:
        return path
    folder = scratch / "shapefile"
    folder.mkdir()
    for file in files.values():
        (folder / file.name).symlink_to(file.resolve())
    return folder / path.name


def dbf_encoding(path: Path, notes: list[str]) -> str | None:
    """Return the encoding of a shapefile's attributes, whatever its .cpg states; None if there are no attributes."""
    files = _files_by_suffix(path)
    if ".dbf" not in files:
        return None
    stated = files[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in files else ""
    text = b"".join(_dbf_text(files[".dbf"]))
    encoding = "utf-8" if _decodes(text, "utf-8") else guess_encoding(text) or (stated if _decodes(text, stated) else None)
    if encoding is None:
        raise WrongEncoding(f"the attributes are in none of {ALLOWED}; the .cpg file says {stated!r}")
    if stated and not text.isascii() and not _same(stated, encoding):
        notes.append(f"the .cpg file says {stated!r}, but the attributes were read as {encoding}, which fits them")
    return encoding


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _same(stated: str, encoding: str) -> bool:
    """Whether two names mean the same encoding, GBK being part of GB18030."""
    try:
        name = codecs.lookup(f"cp{stated}" if stated.isdecimal() else stated).name
    except (LookupError, ValueError):  # a NUL in a damaged .cpg
        return False
    return name == codecs.lookup(encoding).name or (encoding == "gb18030" and name in {"gbk", "gb2312"})


def _dbf_text(dbf: Path) -> Iterator[bytes]:
    """Yield the field names and the first rows of a dBASE file, without the binary part of its header."""
    with dbf.open("rb") as file:
        head = file.read(32)
        length, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        fields = file.read(max(length - 32, 0))
        for start in range(0, len(fields) - 31, 32):
            yield fields[start : start + 11].split(b"\0")[0] + b" "
        for _ in range(2000):
            row = file.read(width)
            if len(row) < width or width < 2:
                break
            yield row.rstrip(b"\x1a\0") + b" "

"""Supported formats, and the check that a file is what its suffix says, by its first bytes, before any driver opens it."""

import re
from pathlib import Path
from typing import Literal

from geoservice.errors import EmptyFile, UnreadableFile
from geoservice.ingest.signatures import content_name, is_text
from geoservice.ingest.sqlite_files import database_files

Format = Literal[
    "csv", "workbook", "gpkg", "geojson", "geojsonl", "topojson", "flatgeobuf", "shapefile", "kml", "kmz", "gpx", "zip",
    "parquet", "geotiff", "json", "dataset",
]  # fmt: skip
SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".et": "workbook",
    ".ods": "workbook",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    ".geojsonl": "geojsonl",
    ".geojsons": "geojsonl",
    ".ndjson": "geojsonl",
    ".topojson": "topojson",
    ".fgb": "flatgeobuf",
    ".shp": "shapefile",
    ".kml": "kml",
    ".kmz": "kmz",
    ".gpx": "gpx",
    ".zip": "zip",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".tif": "geotiff",
    ".tiff": "geotiff",
}
SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
VECTOR = ("gpkg", "geojson", "geojsonl", "flatgeobuf", "shapefile", "zip")
"""Vector formats of GDAL, and archives, which may hold one."""
_TEXT = ("csv", "geojson", "geojsonl", "topojson", "kml", "gpx")
_ZIP, _XML = b"PK\x03\x04", (b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")
_MAGIC: dict[Format, tuple[bytes, ...]] = {
    "workbook": (_ZIP, b"\xd0\xcf\x11\xe0"),
    "gpkg": (b"SQLite format 3\x00",),
    "geojson": (b"{",),
    "geojsonl": (b"{", b"\x1e"),
    "topojson": (b"{",),
    "flatgeobuf": (b"fgb",),
    "shapefile": (b"\x00\x00\x27\x0a",),
    "kml": _XML,
    "kmz": (_ZIP,),
    "gpx": _XML,
    "zip": (_ZIP, b"PK\x05\x06"),  # the second is an empty archive
    "parquet": (b"PAR1",),
    "geotiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
_TABLE = "text: if it is a table, give it the suffix .csv"
_TOPOLOGY = re.compile(rb'"type"\s*:\s*"Topology"')
_FEATURES = re.compile(rb'"type"\s*:\s*"Feature(Collection)?"')
_ENDS = 1 << 16
"""Bytes from either end of a JSON file in which its type is looked for."""


def format_of(path: Path) -> Format:
    """Return the format of a file by its suffix, confirmed by its first bytes.

    Raises
    ------
    UnreadableFile
        The file is missing, its suffix is not supported, or its content does not match.
    EmptyFile
        The file has no bytes.
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise UnreadableFile(f"{path.name}: suffix {path.suffix!r} is not supported; allowed are {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise UnreadableFile(f"{path.name}: the file does not exist")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise EmptyFile(f"{path.name}: the file has no bytes")
    _confirm(path.name, kind, head)
    return _kind_of_json(path) if kind in {"geojson", "topojson"} else kind


def table_format_of(path: Path) -> Format:
    """Return the format of a file of rows without positions: as :func:`format_of`, and ``json`` for JSON without features.

    Raises
    ------
    UnreadableFile, EmptyFile
        As :func:`format_of`.
    """
    if path.suffix.lower() != ".json" or not path.is_file():
        return format_of(path)
    with path.open("rb") as file:
        head = file.read(_ENDS)
    if _FEATURES.search(head) or _TOPOLOGY.search(head) or not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return format_of(path)
    return "json"


def _confirm(name: str, expected: Format, head: bytes) -> None:
    """Reject content that does not match the suffix, such as OGR VRT XML under another name, which GDAL would follow."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip() if expected in _TEXT else head
    magic = _MAGIC.get(expected)
    if magic and start.startswith(magic):
        return
    actual = content_name(head)
    if magic and not actual:
        actual = _TABLE if expected == "workbook" and is_text(head) else "of another format"
    if actual:
        raise UnreadableFile(f"{name}: the name says {expected}, but the content is {actual}; nothing was read")


def _kind_of_json(path: Path) -> Format:
    """Return the format of a JSON file, TopoJSON or GeoJSON; its type may be at its end."""
    with path.open("rb") as file:
        head = file.read(_ENDS)
        file.seek(max(path.stat().st_size - _ENDS, 0))
        tail = file.read()
    topology = not _FEATURES.search(head) and (_TOPOLOGY.search(head) or _TOPOLOGY.search(tail))
    return "topojson" if topology else "geojson"


def input_files(path: Path, kind: Format) -> list[Path]:
    """Return the files that make up an input: a shapefile has several, listed in a fixed order.

    Raises :class:`UnreadableFile` for a GeoPackage with an unfinished transaction.
    """
    if kind == "gpkg":
        return database_files(path)
    if kind != "shapefile":
        return [path]
    files_by_name = {p.name.lower(): p for p in path.parent.iterdir()}
    sidecars = [files_by_name.get((path.stem + suffix).lower()) for suffix in SIDECARS]
    return [path, *(p for p in sidecars if p is not None)]

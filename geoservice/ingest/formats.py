"""Which formats are read, and whether a file is what its name says: by first bytes, before any driver sees it."""

from pathlib import Path
from typing import Literal

from geoservice.errors import EmptyFile, UnreadableFile
from geoservice.ingest.sqlite_files import database_files

Format = Literal[
    "csv", "workbook", "gpkg", "geojson", "geojsonl", "flatgeobuf", "shapefile", "shapefile.zip", "parquet", "geotiff"
]
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
    ".fgb": "flatgeobuf",
    ".shp": "shapefile",
    ".zip": "shapefile.zip",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".tif": "geotiff",
    ".tiff": "geotiff",
}
SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
VECTOR = ("gpkg", "geojson", "geojsonl", "flatgeobuf", "shapefile", "shapefile.zip")
"""What GDAL reads as vectors."""
_MAGIC: dict[Format, tuple[bytes, ...]] = {
    "workbook": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    "gpkg": (b"SQLite format 3\x00",),
    "geojson": (b"{",),
    "geojsonl": (b"{", b"\x1e"),
    "flatgeobuf": (b"fgb",),
    "shapefile": (b"\x00\x00\x27\x0a",),
    "shapefile.zip": (b"PK\x03\x04",),
    "parquet": (b"PAR1",),
    "geotiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
_KNOWN = {
    b"<": "XML",
    b"PK\x03\x04": "a ZIP archive (XLSX?)",
    b"SQLite format 3": "an SQLite database (GeoPackage?)",
    b"\x00\x00\x27\x0a": "a shapefile",
    b"PAR1": "Parquet",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"\xd0\xcf\x11\xe0": "an old Office file (.xls, or one with a password)",
    b"%PDF": "PDF",
}


def format_of(path: Path) -> Format:
    """Return the format of a file, by its suffix, confirmed by its first bytes.

    Raises
    ------
    UnreadableFile
        The file is missing, its suffix is not accepted, or its content is something else.
    EmptyFile
        It has no bytes.
    """
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise UnreadableFile(f"{path.name}: suffix {path.suffix!r} is not read; allowed are {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise UnreadableFile(f"{path.name}: there is no such file")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise EmptyFile(f"{path.name}: the file has no bytes")
    _confirm(path.name, found, head)
    return found


def _confirm(name: str, expected: Format, head: bytes) -> None:
    """Refuse content that is not what the suffix says, e.g. OGR-VRT XML under another name, which GDAL would follow."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip() if expected in {"csv", "geojson", "geojsonl"} else head
    if expected == "csv":
        actual = next((what for magic, what in _KNOWN.items() if start.startswith(magic)), None)
    elif start.startswith(_MAGIC[expected]):
        actual = None
    else:
        actual = next((what for magic, what in _KNOWN.items() if head.lstrip().startswith(magic)), "something else")
    if actual:
        raise UnreadableFile(f"{name}: the name says {expected}, the content is {actual}; nothing was read")


def members(path: Path, kind: Format) -> list[Path]:
    """Return the files that make up an input: a shapefile's are several, present ones in a fixed order.

    Raises :class:`UnreadableFile` for a GeoPackage in the middle of a write.
    """
    if kind == "gpkg":
        return database_files(path)
    if kind != "shapefile":
        return [path]
    beside = {p.name.lower(): p for p in path.parent.iterdir()}
    found = [beside.get((path.stem + suffix).lower()) for suffix in SIDECARS]
    return [path, *(p for p in found if p is not None)]

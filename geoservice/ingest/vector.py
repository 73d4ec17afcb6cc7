"""GeoPackage, GeoJSON, FlatGeobuf and Shapefile through GDAL, with nothing but these drivers alive."""

import codecs
import os
import re
import sqlite3
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from geoservice.errors import InputError, TooLarge, UnreadableFile, WrongEncoding
from geoservice.ingest.arrow import Column
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.encodings import ALLOWED, find_encoding, judged_encoding
from geoservice.ingest.formats import SIDECARS, members
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw import GEOMETRY, ROW, Meta
from geoservice.ingest.sandbox import DRIVERS
from geoservice.ingest.sqlite_files import whole_database
from geoservice.ingest.workbook import check_archive

# Triggers of the GeoPackage standard and of GDAL; they fire on writes, and we open read-only.
_STANDARD_TRIGGERS = re.compile(r"^(rtree_.+|gpkg_.+|trigger_(insert|delete)_feature_count_.+)$")


def check_drivers() -> None:
    """Raise :class:`UnreadableFile` unless GDAL has just the accepted drivers; a hostile file could wake any other."""
    import pyogrio

    left = set(pyogrio.list_drivers()) - set(DRIVERS)
    if left or "VRT" not in os.environ.get("GDAL_SKIP", ""):
        raise UnreadableFile(f"refused to start: GDAL has drivers that are not accepted: {sorted(left)}")


def check_geopackage(path: Path) -> None:
    """Refuse views and triggers of the file's own: a view can be endless. Reads the catalogue only.

    Raises
    ------
    UnreadableFile
        It is no database, or holds views, or triggers that no standard names.
    """
    from geoservice.vintages.sql import GEOPACKAGE_VIEWS  # brings a database library, which no other format needs here

    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            *settings, question = GEOPACKAGE_VIEWS
            for setting in settings:
                database.execute(setting)
            found = database.execute(question).fetchall()
    except sqlite3.Error as e:
        raise UnreadableFile("the GeoPackage is damaged") from e
    bad = [f"{kind} {name!r}" for kind, name in found if kind == "view" or not _STANDARD_TRIGGERS.match(str(name))]
    if bad:
        raise UnreadableFile(f"the GeoPackage holds {', '.join(bad[:5])}; views and triggers are refused, export plain tables")


def _unzipped(path: Path, out: Path) -> Path:
    """Unpack the one shapefile of an archive next to the answer; paths inside the archive are ignored."""
    check_archive(path)
    with zipfile.ZipFile(path) as archive:
        shapes = [n for n in archive.namelist() if n.lower().endswith(".shp") and not n.startswith("__MACOSX")]
        if len(shapes) != 1:
            raise InputError(f"the archive holds {len(shapes)} shapefiles, exactly one is read: {shapes[:5]}")
        stem = shapes[0][:-4]
        for name in archive.namelist():
            if name[:-4] == stem and name[-4:].lower() in {".shp", *SIDECARS}:
                (out / f"input{name[-4:].lower()}").write_bytes(archive.read(name))
    return out / "input.shp"


def _dbf_encoding(path: Path, notes: list[str]) -> str | None:
    """Return the encoding of a shapefile's attributes, whatever its .cpg states; None for one without attributes."""
    beside = {p.suffix.lower(): p for p in members(path, "shapefile")}
    if ".dbf" not in beside:
        return None
    stated = beside[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in beside else ""
    text = b"".join(_dbf_text(beside[".dbf"]))
    found = "utf-8" if _decodes(text, "utf-8") else judged_encoding(text) or (stated if _decodes(text, stated) else None)
    if found is None:
        raise WrongEncoding(f"the attributes are neither UTF-8 nor what reads like {ALLOWED}; the .cpg file says {stated!r}")
    if stated and not text.isascii() and not _same(stated, found):
        notes.append(f"the .cpg file says {stated!r}, the attributes were read as {found}, as which they read well")
    return found


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _same(stated: str, found: str) -> bool:
    """Whether two names are of one encoding, GBK being part of GB18030."""
    try:
        name = codecs.lookup(f"cp{stated}" if stated.isdecimal() else stated).name
    except LookupError:
        return False
    return name == codecs.lookup(found).name or (found == "gb18030" and name in {"gbk", "gb2312"})


def _as_utf8(path: Path, out: Path, notes: list[str]) -> Path:
    """Return GeoJSON as UTF-8, which is all that GDAL reads: a file of another encoding is written anew next to the answer."""
    encoding = find_encoding(path)
    if encoding in {"utf-8", "utf-8-sig"}:
        return path
    notes.append(f"the file is not UTF-8, as GeoJSON must be; it was read as {encoding}")
    try:
        (out / path.name).write_text(path.read_text(encoding), "utf-8")
    except UnicodeDecodeError as e:
        raise WrongEncoding(f"byte {e.start} is not {encoding} as the text before it; allowed: UTF-8") from e
    return out / path.name


def _dbf_text(dbf: Path) -> Iterator[bytes]:
    """Give the field names and the first rows of a dBASE file, without the binary of its header."""
    with dbf.open("rb") as file:
        head = file.read(32)
        length, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        fields = file.read(max(length - 32, 0))
        for at in range(0, len(fields) - 31, 32):
            yield fields[at : at + 11].split(b"\0")[0] + b" "
        for _ in range(2000):
            row = file.read(width)
            if len(row) < width or width < 2:
                break
            yield row.rstrip(b"\x1a\0") + b" "


def _layer(path: Path, wanted: str | None) -> str:
    import pyogrio

    found = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    if wanted is not None:
        if wanted not in found:
            raise InputError(f"there is no layer {wanted!r}; layers are {sorted(found)}")
        return wanted
    spatial = [name for name, kind in found.items() if kind is not None] or list(found)
    if len(spatial) != 1:
        raise InputError(f"there are {len(spatial)} layers, say which one (--layer): {sorted(spatial)}")
    return spatial[0]


def read_vector(path: Path, kind: str, layer: str | None, out: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and how a layer was read; attributes are text, geometry is WKB in the file's own CRS.

    Raises
    ------
    UnreadableFile
        As :func:`check_drivers` and :func:`check_geopackage`, or GDAL cannot read it.
    InputError
        No such layer, or several and none chosen.
    """
    if kind == "gpkg":
        path = whole_database(path, out)
        check_geopackage(path)
    check_drivers()
    import pyogrio

    if kind == "shapefile.zip":
        path = _unzipped(path, out)
    notes: list[str] = []
    encoding = _dbf_encoding(path, notes) if kind.startswith("shapefile") else None
    path = _as_utf8(path, out, notes) if kind in {"geojson", "geojsonl"} else path
    try:
        name = _layer(path, layer)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on fields do not matter: every value is checked as text
            about, table = pyogrio.read_arrow(path, layer=name, encoding=encoding, datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as e:
        raise UnreadableFile(f"GDAL cannot read it as {kind}; it is damaged or something else") from e
    meta = Meta(encoding or str(about.get("encoding") or ""), layer=name, crs=str(about.get("crs") or ""), notes=notes)
    return _text_table(table, str(about.get("geometry_name") or "wkb_geometry"), meta)


def _text_table(table: pa.Table, geometry: str, meta: Meta) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Turn every attribute into text; geometry columns of other names are left out."""
    geometry = geometry if geometry in table.column_names else "wkb_geometry"
    names = [n for n in table.column_names if n != geometry and not pa.types.is_binary(table.schema.field(n).type)]
    headers = clean_headers(names, meta.notes)
    columns = {ROW: pa.array(range(2, table.num_rows + 2), pa.int64())}
    columns |= {h: as_text(table.column(n)) for h, n in zip(headers, names, strict=True)}
    if geometry in table.column_names:
        columns[GEOMETRY] = pc.cast(table.column(geometry), pa.binary())
    done = pa.table(columns)
    return done.schema, iter(done.to_batches()), meta


def as_text(column: Column) -> Column:
    """Return any column as text, lists joined by ``;``, empty text as null.

    >>> as_text(pa.chunked_array([pa.array([340811100.0, None])])).to_pylist()
    ['340811100', None]
    """
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = pc.binary_join(pc.cast(column, pa.list_(pa.string())), ";")
    elif pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowInvalid as e:
        raise TooLarge("a column holds more text than can be read at once") from e
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)

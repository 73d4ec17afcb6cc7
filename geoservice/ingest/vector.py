"""GeoPackage, GeoJSON, FlatGeobuf and Shapefile through GDAL, with nothing but these drivers alive."""

import os
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from geoservice.errors import InputError, TooLarge, UnreadableFile
from geoservice.geo import Bools
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.features import UNREADABLE
from geoservice.ingest.geojson import has_geometries, whole_geojson
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import GEOMETRY, ROW, Meta
from geoservice.ingest.sandbox import DRIVERS
from geoservice.ingest.shapefile import check_shapefile, dbf_encoding
from geoservice.ingest.sqlite_files import whole_database

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
    except (sqlite3.Error, UnicodeDecodeError) as e:
        raise UnreadableFile("the GeoPackage is damaged") from e
    bad = [f"{kind} {name!r}" for kind, name in found if kind == "view" or not _STANDARD_TRIGGERS.match(str(name))]
    if bad:
        raise UnreadableFile(f"the GeoPackage holds {', '.join(bad[:5])}; views and triggers are refused, export plain tables")


def _layer(path: Path, wanted: str | None) -> str:
    import pyogrio

    found = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    if wanted is not None:
        if wanted not in found:
            raise InputError(f"there is no layer {wanted!r}; layers are {sorted(found)}")
        return wanted
    if not found:
        raise UnreadableFile("there are no layers in it; it is empty, damaged or cut short")
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

    notes: list[str] = []
    if kind == "shapefile":
        check_shapefile(path)
    encoding = dbf_encoding(path, notes) if kind == "shapefile" else None
    path = whole_geojson(path, kind, out, notes) if kind in {"geojson", "geojsonl"} else path
    try:
        name = _layer(path, layer)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on fields do not matter: every value is checked as text
            about, table = pyogrio.read_arrow(path, layer=name, encoding=encoding, datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as e:  # Arrow raises the last
        raise UnreadableFile(f"GDAL cannot read it as {kind}; it is damaged, cut short or something else") from e
    if kind == "flatgeobuf" and table.num_rows < (stated := pyogrio.read_info(path, layer=name)["features"]):
        raise UnreadableFile(f"the file is cut short: it holds {table.num_rows} features of {stated}")
    geometry = str(about.get("geometry_name") or "wkb_geometry")
    if kind in {"geojson", "geojsonl"} and geometry in table.column_names and table.column(geometry).null_count:
        table = _with_unreadable(table, geometry, has_geometries(path, kind, table.num_rows))
    meta = Meta(encoding or str(about.get("encoding") or ""), layer=name, crs=str(about.get("crs") or ""), notes=notes)
    return _text_table(table, geometry, meta)


def _with_unreadable(table: pa.Table, geometry: str, there: Bools) -> pa.Table:
    """Return the table with the mark of a geometry that cannot be read where there is one and GDAL gave none."""
    column = table.column(geometry)
    marked = pc.if_else(pc.and_(column.is_null(), pa.array(there)), pa.scalar(UNREADABLE, column.type), column)
    return table.set_column(table.column_names.index(geometry), geometry, marked)


def _text_table(table: pa.Table, geometry: str, meta: Meta) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Turn every attribute into text; columns of binary data are left out."""
    geometry = geometry if geometry in table.column_names else "wkb_geometry"
    places = [i for i, f in enumerate(table.schema) if f.name != geometry]  # two fields may have one name
    binary = [table.column_names[i] for i in places if pa.types.is_binary(table.schema.types[i])]
    plain = [i for i in places if not pa.types.is_binary(table.schema.types[i])]
    meta.notes.extend([f"columns {binary} hold binary data and were left out"] if binary else [])
    headers = clean_headers([table.column_names[i] for i in plain], meta.notes)
    columns = {ROW: pa.array(range(2, table.num_rows + 2), pa.int64())}
    columns |= {h: as_text(table.column(i)) for h, i in zip(headers, plain, strict=True)}
    if geometry in table.column_names:
        columns[GEOMETRY] = pc.cast(table.column(geometry), pa.binary())
    done = pa.table(columns)
    return done.schema, iter(done.to_batches()), meta


def as_text(column: Column) -> Column:
    """Return any column as text, lists joined by ``;``, NaN and empty text as null.

    >>> as_text(pa.chunked_array([pa.array([340811100001.0, 0.5, None])])).to_pylist()
    ['340811100001', '0.5', None]
    >>> as_text(pa.chunked_array([pa.array([["checkup", None, "care"], []])])).to_pylist()
    ['checkup;care', None]
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = _joined(pc.cast(column, pa.list_(pa.string())))
    elif pa.types.is_floating(kind):
        column = _decimals(column)
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowInvalid as e:
        raise TooLarge("a column holds more text than can be read at once") from e
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _joined(lists: Column) -> Column:
    """Join lists of text, without values that are null: for Arrow one of these makes the whole list null."""
    text = pc.binary_join(lists, ";")
    lost = bools(pc.and_(lists.is_valid(), text.is_null()))
    if not lost.any():
        return text
    words = [";".join(v for v in some if v is not None) for some in lists.filter(pa.array(lost)).to_pylist()]
    return pc.replace_with_mask(text.combine_chunks(), pa.array(lost), pa.array(words, pa.string()))


def _decimals(column: Column) -> Column:
    """Write numbers out, whole ones without a point: Arrow's own 3.408111e+11 would be taken for a code that was spoilt."""
    column = pc.cast(column, pa.float64()) if column.type == pa.float16() else column
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53))
    digits = pc.cast(pc.cast(pc.if_else(whole, column, pa.scalar(None, column.type)), pa.int64()), pa.string())
    return pc.coalesce(digits, pc.cast(column, pa.string()))

"""GeoPackage, GeoJSON, FlatGeobuf and Shapefile through GDAL, with only these drivers enabled."""

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
from geoservice.ingest.geojson import has_geometries, prepare_geojson
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.raw_table import GEOMETRY, ROW, Meta
from geoservice.ingest.sandbox import DRIVERS
from geoservice.ingest.shapefile import check_shapefile, dbf_encoding, with_index
from geoservice.ingest.sqlite_files import merged_database

# Triggers of the GeoPackage standard and of GDAL; they fire on writes, and the file is opened read-only.
_STANDARD_TRIGGERS = re.compile(r"^(rtree_.+|gpkg_.+|trigger_(insert|delete)_feature_count_.+)$")


def check_drivers() -> None:
    """Raise :class:`UnreadableFile` unless GDAL has only the accepted drivers; a hostile file could use any other."""
    import pyogrio

    others = set(pyogrio.list_drivers()) - set(DRIVERS)
    if others or "VRT" not in os.environ.get("GDAL_SKIP", ""):
        raise UnreadableFile(f"refused to start: GDAL has drivers that are not accepted: {sorted(others)}")


def check_geopackage(path: Path) -> None:
    """Refuse GeoPackages with views or triggers, since a view can run forever; reads only the catalogue.

    Raises
    ------
    UnreadableFile
        The file is not a database, or holds views or non-standard triggers.
    """
    from geoservice.vintages.sql import GEOPACKAGE_VIEWS  # imports a database library, which other formats do not need

    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            *settings, query = GEOPACKAGE_VIEWS
            for setting in settings:
                database.execute(setting)
            objects = database.execute(query).fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as e:
        raise UnreadableFile("the GeoPackage is damaged") from e
    bad = [f"{kind} {name!r}" for kind, name in objects if kind == "view" or not _STANDARD_TRIGGERS.match(str(name))]
    if bad:
        raise UnreadableFile(f"the GeoPackage holds {', '.join(bad[:5])}; views and triggers are refused; export plain tables")


def _layer(path: Path, requested: str | None) -> str:
    import pyogrio

    kind_by_layer = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    if requested is not None:
        if requested not in kind_by_layer:
            raise InputError(f"there is no layer {requested!r}; layers are {sorted(kind_by_layer)}")
        return requested
    if not kind_by_layer:
        raise UnreadableFile("there are no layers in it; it is empty, damaged or cut short")
    spatial = [name for name, kind in kind_by_layer.items() if kind is not None] or list(kind_by_layer)
    if len(spatial) != 1:
        raise InputError(f"there are {len(spatial)} layers; choose one with --layer: {sorted(spatial)}")
    return spatial[0]


def read_vector(path: Path, kind: str, layer: str | None, out: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata of a layer; attributes are text, geometry is WKB in the file's own CRS.

    Raises
    ------
    UnreadableFile
        As :func:`check_drivers` and :func:`check_geopackage`; GDAL cannot read the file.
    InputError
        No such layer, or several and ``layer`` names none.
    """
    if kind == "gpkg":
        path = merged_database(path, out)
        check_geopackage(path)
    check_drivers()
    import pyogrio

    notes: list[str] = []
    encoding = None
    if kind == "shapefile":
        check_shapefile(path)
        encoding = dbf_encoding(path, notes)
        path = with_index(path, out)
    path = prepare_geojson(path, kind, out, notes) if kind in {"geojson", "geojsonl"} else path
    try:
        name = _layer(path, layer)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's warnings about fields do not matter: every value is checked as text
            info, table = pyogrio.read_arrow(path, layer=name, encoding=encoding, datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as e:  # Arrow raises the last
        raise UnreadableFile(f"GDAL cannot read it as {kind}; it is damaged, cut short or in another format") from e
    if kind == "flatgeobuf" and table.num_rows < (stated := pyogrio.read_info(path, layer=name)["features"]):
        raise UnreadableFile(f"the file is cut short: it holds {table.num_rows} features of {stated}")
    geometry = str(info.get("geometry_name") or "wkb_geometry")
    if kind in {"geojson", "geojsonl"} and geometry in table.column_names and table.column(geometry).null_count:
        table = _with_unreadable(table, geometry, has_geometries(path, kind, table.num_rows))
    meta = Meta(encoding or str(info.get("encoding") or ""), layer=name, crs=str(info.get("crs") or ""), notes=notes)
    return _text_table(table, geometry, meta)


def _with_unreadable(table: pa.Table, geometry: str, present: Bools) -> pa.Table:
    """Return the table with a mark for each geometry that is present in the file but missing from GDAL's result."""
    column = table.column(geometry)
    marked = pc.if_else(pc.and_(column.is_null(), pa.array(present)), pa.scalar(UNREADABLE, column.type), column)
    return table.set_column(table.column_names.index(geometry), geometry, marked)


def _text_table(table: pa.Table, geometry: str, meta: Meta) -> tuple[pa.Schema, Iterator[pa.RecordBatch], Meta]:
    """Return schema, batches and metadata with every attribute as text; columns of binary data are left out."""
    geometry = geometry if geometry in table.column_names else "wkb_geometry"
    indexes = [i for i, f in enumerate(table.schema) if f.name != geometry]  # two fields may share a name
    binary = [table.column_names[i] for i in indexes if pa.types.is_binary(table.schema.types[i])]
    plain = [i for i in indexes if not pa.types.is_binary(table.schema.types[i])]
    meta.notes.extend([f"columns {binary} hold binary data and were left out"] if binary else [])
    headers = clean_headers([table.column_names[i] for i in plain], meta.notes)
    columns = {ROW: pa.array(range(2, table.num_rows + 2), pa.int64())}
    columns |= {h: as_text(table.column(i)) for h, i in zip(headers, plain, strict=True)}
    if geometry in table.column_names:
        columns[GEOMETRY] = pc.cast(table.column(geometry), pa.binary())
    rows = pa.table(columns)
    return rows.schema, iter(rows.to_batches()), meta


def as_text(column: Column) -> Column:
    """Return any column as text, with lists joined by ``;`` and NaN and empty text as null.

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
        raise TooLarge("a column holds more text than can be read in one piece") from e
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _joined(lists: Column) -> Column:
    """Join lists of text without their nulls; Arrow would make a list with a null entirely null."""
    text = pc.binary_join(lists, ";")
    with_nulls = bools(pc.and_(lists.is_valid(), text.is_null()))
    if not with_nulls.any():
        return text
    joined = [";".join(v for v in values if v is not None) for values in lists.filter(pa.array(with_nulls)).to_pylist()]
    return pc.replace_with_mask(text.combine_chunks(), pa.array(with_nulls), pa.array(joined, pa.string()))


def _decimals(column: Column) -> Column:
    """Return numbers as text, integers without a point; Arrow's 3.408111e+11 would look like a code spoilt by a spreadsheet."""
    column = pc.cast(column, pa.float64()) if column.type == pa.float16() else column
    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53))
    digits = pc.cast(pc.cast(pc.if_else(whole, column, pa.scalar(None, column.type)), pa.int64()), pa.string())
    return pc.coalesce(digits, pc.cast(column, pa.string()))

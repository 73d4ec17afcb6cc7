"""SQL of layers and rows, as functions of the dialect. Values are bound; names come from the manifest's layers."""
# ruff: noqa: S608 - SQL text has its place here: values are bound, names are checked and quoted by the dialect

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from geoservice.db import DUCKDB, Dialect
from geoservice.geo import BBox
from geoservice.release.base import TABLE, Key, Sort
from geoservice.release.paging_keys import Order

RELEASE_TABLE, IDENTITY = "release_table", "release"
AREA = "_area"
BLOCK = "_block"
BOUNDS = ("_west", "_south", "_east", "_north")


def layer_table(layer_id: str) -> str:
    """Return the name of a layer's table."""
    return f"layer_{layer_id}"


def create(dialect: Dialect, name: str, columns: pa.Schema) -> str:
    """Return the statement that creates a table."""
    parts = ", ".join(f"{dialect.quote(f.name)} {dialect.type_of(f)}" for f in columns)
    return f"CREATE TABLE {name} ({parts})"


def select_table(dialect: Dialect, name: str) -> str:
    """Return the query for the whole release table."""
    return f"SELECT {', '.join(map(dialect.quote, TABLE.names))} FROM {name}"


def unit_areas(dialect: Dialect, name: str) -> str:
    """Return the query for the geography, unit and area path of each feature of a layer, in order."""
    return f"SELECT geography, unit, {dialect.quote(AREA)} AS area FROM {name} ORDER BY fid"


def create_table_view(layer_id: str) -> str:
    """Return the statement that makes the release table a view of the layer that has its rows (DuckDB)."""
    return f"CREATE VIEW {RELEASE_TABLE} AS {select_table(DUCKDB, DUCKDB.quote(layer_table(layer_id)))}"


def identity(dialect: Dialect, name: str) -> str:
    """Read the hash of the release whose tables these are."""
    return f"SELECT {dialect.quote('hash')} FROM {name}"


def insert_layer(name: str, columns: Sequence[str], shapes: Sequence[str]) -> str:
    """Insert the Arrow table ``incoming``, geometries as WKB, into a layer's table, with the bounds by which DuckDB prunes."""
    plain, geometries = ", ".join(map(DUCKDB.quote, columns)), ", ".join(map(DUCKDB.quote, shapes))
    parsed = ", ".join(f"ST_GeomFromWKB({DUCKDB.quote(s)}) AS {DUCKDB.quote(s)}" for s in shapes)
    corners = ", ".join(f"{f}(geometry)" for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"))
    return (
        f"INSERT INTO {name} ({plain}, {geometries}, {', '.join(BOUNDS)}) "
        f"SELECT {plain}, {geometries}, {corners} FROM (SELECT * REPLACE ({parsed}) FROM incoming)"
    )


def unique(dialect: Dialect, schema: str | None, layer_id: str) -> str:
    """Return the statement that creates a layer's index on ``fid``; without it, any lookup would scan the whole column."""
    return f"CREATE UNIQUE INDEX {dialect.quote(f'ids_{layer_id}')} ON {dialect.table(schema, layer_table(layer_id))} (fid)"


def rows(dialect: Dialect, name: str, columns: Sequence[str], geometry: bool, where: str) -> str:
    """Return the query for features that match ``where``, unordered: sorting hundreds of columns costs more than reading."""
    parts = ["fid", *map(dialect.quote, columns), *([_as_wkb(dialect)] if geometry else [])]
    return f"SELECT {', '.join(parts)} FROM {name} WHERE {where}"


def keys(dialect: Dialect, name: str, order: Order, where: str) -> str:
    """Return the query for the keys of features that match ``where``, in the page's direction; limit and offset are bound."""
    names = [dialect.quote(s.property) for s in order.sortby]
    sort_keys = [_sort_key(dialect, *pair, order.forward) for pair in zip(order.sortby, order.types, strict=True)]
    fid = f"fid {'ASC' if order.forward else 'DESC'}"
    return (
        f"SELECT {', '.join([*names, 'fid'])} FROM {name} WHERE {where} "
        f"ORDER BY {', '.join([*sort_keys, fid])} LIMIT {dialect.mark} OFFSET {dialect.mark}"
    )


def _sort_key(dialect: Dialect, sort: Sort, kind: str, forward: bool) -> str:
    direction = "DESC NULLS" if sort.descending == forward else "ASC NULLS"
    return f"{_sort_column(dialect, sort, kind)} {direction} {'LAST' if forward else 'FIRST'}"


def _sort_column(dialect: Dialect, sort: Sort, kind: str) -> str:
    return dialect.quote(sort.property) + (dialect.bytewise if kind == "text" else "")


def after_key(dialect: Dialect, order: Order, key: Key, forward: bool) -> tuple[str, list[Any]]:
    """Return the condition that a feature follows a key in an order, or precedes it, and its values."""
    alternatives: list[str] = []
    values: list[Any] = []
    same: list[str] = []
    before: list[Any] = []
    for sort, kind, value in zip(order.sortby, order.types, key, strict=False):
        column = _sort_column(dialect, sort, kind)
        text, bound = _follows(dialect, column, value, sort.descending == forward, forward)
        if text:
            alternatives.append(" AND ".join([*same, text]))
            values += [*before, *bound]
        same.append(f"{column} IS NULL" if value is None else f"{column} = {dialect.mark}")
        before += [] if value is None else [value]
    alternatives.append(" AND ".join([*same, f"fid {'>' if forward else '<'} {dialect.mark}"]))
    return f"({' OR '.join(alternatives)})", [*values, *before, key[-1]]


def _follows(dialect: Dialect, column: str, value: Any, less: bool, forward: bool) -> tuple[str, list[Any]]:
    """Return the condition that one property follows a value; null is last, so nothing follows it."""
    if value is None:
        return ("", []) if forward else (f"{column} IS NOT NULL", [])
    text = f"{column} {'<' if less else '>'} {dialect.mark}"
    return (f"({text} OR {column} IS NULL)" if forward else text), [value]


def _as_wkb(dialect: Dialect) -> str:
    """Return the geometry as WKB; DuckDB stores and returns WKB, so it needs no function."""
    return "geometry" if dialect.engine == "duckdb" else "ST_AsBinary(geometry, 'NDR') AS geometry"


def count(name: str, where: str = "true") -> str:
    """Return the query for the number of features that match ``where``."""
    return f"SELECT count(*) FROM {name} WHERE {where}"


def exists(name: str, where: str) -> str:
    """Return a query that has a row if any feature matches ``where``."""
    return f"SELECT 1 FROM {name} WHERE {where} LIMIT 1"


def id_equals(dialect: Dialect) -> str:
    """Return the condition that a feature has a bound id."""
    return f"fid = {dialect.mark}"


def id_between(dialect: Dialect) -> str:
    """Return the condition that ``fid`` is in a bound range, ends included."""
    return f"fid BETWEEN {dialect.mark} AND {dialect.mark}"


def id_in(dialect: Dialect, number: int) -> str:
    """Return the condition that ``fid`` is one of so many bound ids."""
    return f"fid IN ({', '.join([dialect.mark] * number)})" if number else "false"


def in_areas(dialect: Dialect, number: int) -> str:
    """Return the condition that a feature is in any of so many areas; their paths are matched without wildcards."""
    return f"({' OR '.join([f'strpos({dialect.quote(AREA)}, {dialect.mark}) > 0'] * number)})" if number else "false"


def path_begins(dialect: Dialect) -> str:
    """Return the condition that the path of a feature's areas is in a bound range; either engine finds it by its order."""
    path = dialect.quote(AREA) + dialect.bytewise
    return f"({path} >= {dialect.mark} AND {path} < {dialect.mark})"


def area_path(dialect: Dialect, name: str) -> str:
    """Return the query for the path of the area whose code is bound, from a layer of areas."""
    return f"SELECT {dialect.quote(AREA)} FROM {name} WHERE unit = {dialect.mark} AND {dialect.quote(AREA)} IS NOT NULL LIMIT 1"


def equal(dialect: Dialect, column: str) -> str:
    """Return the condition that a property has a bound value."""
    return f"{dialect.quote(column)} = {dialect.mark}"


def intersects_box(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """Return the condition that the geometry intersects a box; DuckDB has no spatial index and prunes by the bounds columns."""
    shape, values = _box(dialect, box)
    if dialect.engine == "postgis":
        return f"ST_Intersects(geometry, ST_SetSRID({shape}, 4326))", values
    mark = dialect.mark
    bounds = f"_east >= {mark} AND _west <= {mark} AND _north >= {mark} AND _south <= {mark}"
    return f"({bounds} AND ST_Intersects(geometry, {shape}))", [box.west, box.east, box.south, box.north, *values]


def _box(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """Return a box; without width or height it is a line or point, because an invalid polygon would intersect nothing."""
    point = f"ST_Point({dialect.mark}, {dialect.mark})"
    if box.west < box.east and box.south < box.north:
        return f"ST_MakeEnvelope({', '.join([dialect.mark] * 4)})", list(box)
    if box[:2] == box[2:]:
        return point, [box.west, box.south]
    return f"ST_MakeLine({point}, {point})", list(box)


def checkpoint() -> str:
    """Return the statement that writes everything to the database file."""
    return "CHECKPOINT"

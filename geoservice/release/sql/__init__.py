"""The statements of layers and rows, as functions of the dialect. Values are bound; names come from the manifest's layers."""
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
    """Make a table."""
    parts = ", ".join(f"{dialect.quote(f.name)} {dialect.type_of(f)}" for f in columns)
    return f"CREATE TABLE {name} ({parts})"


def whole_table(dialect: Dialect, name: str) -> str:
    """Read the whole release table."""
    return f"SELECT {', '.join(map(dialect.quote, TABLE.names))} FROM {name}"


def identity(dialect: Dialect, name: str) -> str:
    """Read the hash of the release whose tables these are."""
    return f"SELECT {dialect.quote('hash')} FROM {name}"


def insert_layer(name: str, columns: Sequence[str], shapes: Sequence[str]) -> str:
    """Fill a layer's table from the Arrow table ``incoming``, shapes as WKB, with the bounds that DuckDB prunes by."""
    plain, drawn = ", ".join(map(DUCKDB.quote, columns)), ", ".join(map(DUCKDB.quote, shapes))
    read = ", ".join(f"ST_GeomFromWKB({DUCKDB.quote(s)}) AS {DUCKDB.quote(s)}" for s in shapes)
    corners = ", ".join(f"{f}(geometry)" for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"))
    return (
        f"INSERT INTO {name} ({plain}, {drawn}, {', '.join(BOUNDS)}) "
        f"SELECT {plain}, {drawn}, {corners} FROM (SELECT * REPLACE ({read}) FROM incoming)"
    )


def unique(dialect: Dialect, schema: str | None, layer_id: str) -> str:
    """Find a layer's features by ``fid``; without it, to read a few of a million would be to read the whole column."""
    return f"CREATE UNIQUE INDEX {dialect.quote(f'ids_{layer_id}')} ON {dialect.table(schema, layer_table(layer_id))} (fid)"


def rows(dialect: Dialect, name: str, columns: Sequence[str], geometry: bool, where: str) -> str:
    """Features that ``where`` lets through, in no order: sorting hundreds of columns costs more than reading them."""
    parts = ["fid", *map(dialect.quote, columns), *([_as_wkb(dialect)] if geometry else [])]
    return f"SELECT {', '.join(parts)} FROM {name} WHERE {where}"


def keys(dialect: Dialect, name: str, order: Order, where: str) -> str:
    """Keys of the features that ``where`` lets through, in an order, or against it; how many, and behind how many, is bound."""
    names = [dialect.quote(s.property) for s in order.sortby]
    turns = [_turn(dialect, *pair, order.forward) for pair in zip(order.sortby, order.types, strict=True)]
    fid = f"fid {'ASC' if order.forward else 'DESC'}"
    return (
        f"SELECT {', '.join([*names, 'fid'])} FROM {name} WHERE {where} "
        f"ORDER BY {', '.join([*turns, fid])} LIMIT {dialect.mark} OFFSET {dialect.mark}"
    )


def _turn(dialect: Dialect, sort: Sort, kind: str, forward: bool) -> str:
    way = "DESC NULLS" if sort.descending == forward else "ASC NULLS"
    return f"{_compared(dialect, sort, kind)} {way} {'LAST' if forward else 'FIRST'}"


def _compared(dialect: Dialect, sort: Sort, kind: str) -> str:
    return dialect.quote(sort.property) + (dialect.bytewise if kind == "text" else "")


def beyond(dialect: Dialect, order: Order, key: Key, forward: bool) -> tuple[str, list[Any]]:
    """A feature comes behind a key in an order, or in front of it."""
    ways: list[str] = []
    values: list[Any] = []
    same: list[str] = []
    before: list[Any] = []
    for sort, kind, value in zip(order.sortby, order.types, key, strict=False):
        column = _compared(dialect, sort, kind)
        text, bound = _farther(dialect, column, value, sort.descending == forward, forward)
        if text:
            ways.append(" AND ".join([*same, text]))
            values += [*before, *bound]
        same.append(f"{column} IS NULL" if value is None else f"{column} = {dialect.mark}")
        before += [] if value is None else [value]
    ways.append(" AND ".join([*same, f"fid {'>' if forward else '<'} {dialect.mark}"]))
    return f"({' OR '.join(ways)})", [*values, *before, key[-1]]


def _farther(dialect: Dialect, column: str, value: Any, less: bool, forward: bool) -> tuple[str, list[Any]]:
    """One property lies farther along than a value; nothing lies behind null, and everything else in front of it."""
    if value is None:
        return ("", []) if forward else (f"{column} IS NOT NULL", [])
    text = f"{column} {'<' if less else '>'} {dialect.mark}"
    return (f"({text} OR {column} IS NULL)" if forward else text), [value]


def _as_wkb(dialect: Dialect) -> str:
    """The shape as WKB. As such DuckDB keeps it and gives it out, so that no function need be called."""
    return "geometry" if dialect.engine == "duckdb" else "ST_AsBinary(geometry, 'NDR') AS geometry"


def count(name: str, where: str = "true") -> str:
    """How many features ``where`` lets through."""
    return f"SELECT count(*) FROM {name} WHERE {where}"


def some(name: str, where: str) -> str:
    """A row if ``where`` lets any feature through."""
    return f"SELECT 1 FROM {name} WHERE {where} LIMIT 1"


def is_feature(dialect: Dialect) -> str:
    """One feature."""
    return f"fid = {dialect.mark}"


def from_to(dialect: Dialect) -> str:
    """Features from one ``fid`` to another, both within."""
    return f"fid BETWEEN {dialect.mark} AND {dialect.mark}"


def one_of(dialect: Dialect, number: int) -> str:
    """Features of so many ids."""
    return f"fid IN ({', '.join([dialect.mark] * number)})" if number else "false"


def in_areas(dialect: Dialect, number: int) -> str:
    """The feature lies in any of so many areas; the path is searched as it is, without wildcards."""
    return f"({' OR '.join([f'strpos({dialect.quote(AREA)}, {dialect.mark}) > 0'] * number)})" if number else "false"


def equal(dialect: Dialect, column: str) -> str:
    """A property has a bound value."""
    return f"{dialect.quote(column)} = {dialect.mark}"


def inside(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """The geometry meets a box. DuckDB has no index on the table: it skips blocks of rows by the bounds beside the geometry."""
    shape, values = _box(dialect, box)
    if dialect.engine == "postgis":
        return f"ST_Intersects(geometry, ST_SetSRID({shape}, 4326))", values
    mark = dialect.mark
    near = f"_east >= {mark} AND _west <= {mark} AND _north >= {mark} AND _south <= {mark}"
    return f"({near} AND ST_Intersects(geometry, {shape}))", [box.west, box.east, box.south, box.north, *values]


def _box(dialect: Dialect, box: BBox) -> tuple[str, list[float]]:
    """Draw a box. One without width or height is a line or a point: as a polygon it would be invalid and meet no point."""
    point = f"ST_Point({dialect.mark}, {dialect.mark})"
    if box.west < box.east and box.south < box.north:
        return f"ST_MakeEnvelope({', '.join([dialect.mark] * 4)})", list(box)
    if box[:2] == box[2:]:
        return point, [box.west, box.south]
    return f"ST_MakeLine({point}, {point})", list(box)


def checkpoint() -> str:
    """Put everything into the one file."""
    return "CHECKPOINT"

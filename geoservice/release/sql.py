"""Every statement of the releases, as a function of the dialect. Values are bound; names come from the manifest's layers."""
# ruff: noqa: S608 - one of the two places for SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Sequence

import pyarrow as pa

from geoservice.db import DUCKDB, Dialect
from geoservice.release.base import TABLE

RELEASE_TABLE = "release_table"
BOUNDS = ("_west", "_south", "_east", "_north")


def layer_table(layer_id: str) -> str:
    """Return the name of a layer's table."""
    return f"layer_{layer_id}"


def create(dialect: Dialect, name: str, columns: pa.Schema) -> str:
    """Make a table."""
    parts = ", ".join(f"{dialect.quote(f.name)} {dialect.type_of(f)}" for f in columns)
    return f"CREATE TABLE {name} ({parts})"


def ordered(dialect: Dialect, name: str) -> str:
    """Read the whole release table."""
    return f"SELECT {', '.join(map(dialect.quote, TABLE.names))} FROM {name}"


def insert_layer(name: str, columns: Sequence[str]) -> str:
    """Fill a layer's table from the Arrow table ``incoming``, geometry as WKB, with the bounds that DuckDB prunes by."""
    plain = ", ".join(map(DUCKDB.quote, columns))
    corners = ", ".join(f"{f}(g)" for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"))
    return (
        f"INSERT INTO {name} ({plain}, geometry, {', '.join(BOUNDS)}) "
        f"SELECT {plain}, g, {corners} FROM (SELECT *, ST_GeomFromWKB(geometry) AS g FROM incoming) ORDER BY fid"
    )


def select(dialect: Dialect, name: str, columns: Sequence[str], geometry: bool, where: str) -> str:
    """Features that ``where`` lets through in order of ``fid``, at most a bound number."""
    parts = ["fid", *map(dialect.quote, columns), *([_as_wkb(dialect)] if geometry else [])]
    return f"SELECT {', '.join(parts)} FROM {name} WHERE {where} ORDER BY fid LIMIT {dialect.mark}"


def _as_wkb(dialect: Dialect) -> str:
    wkb = "ST_AsWKB(geometry)" if dialect.engine == "duckdb" else "ST_AsBinary(geometry, 'NDR')"
    return f"{wkb} AS geometry"


def count(name: str, where: str = "true") -> str:
    """How many features ``where`` lets through."""
    return f"SELECT count(*) FROM {name} WHERE {where}"


def after(dialect: Dialect) -> str:
    """Keyset paging."""
    return f"fid > {dialect.mark}"


def is_feature(dialect: Dialect) -> str:
    """One feature."""
    return f"fid = {dialect.mark}"


def equal(dialect: Dialect, column: str) -> str:
    """A property has a bound value."""
    return f"{dialect.quote(column)} = {dialect.mark}"


def inside(dialect: Dialect, boxes: int) -> str:
    """The geometry meets one of ``boxes`` boxes, each bound as west, south, east, north."""
    mark = dialect.mark
    if dialect.engine == "postgis":
        one = f"ST_Intersects(geometry, ST_MakeEnvelope({mark}, {mark}, {mark}, {mark}, 4326))"
    else:
        # The bounds prune; bound twice they would double the values, so a box is named once in a subquery.
        one = (
            f"EXISTS (SELECT 1 FROM (SELECT {mark}::DOUBLE AS w, {mark}::DOUBLE AS s, {mark}::DOUBLE AS e, {mark}::DOUBLE AS n) AS b "
            "WHERE _east >= w AND _west <= e AND _north >= s AND _south <= n "
            "AND ST_Intersects(geometry, ST_MakeEnvelope(w, s, e, n)))"
        )
    return "(" + " OR ".join([one] * boxes) + ")"


def cut_table() -> str:
    """Make room for the pieces of one zoom; a piece is null where the shape does not reach into the tile."""
    return "CREATE OR REPLACE TEMP TABLE cut (fid BIGINT, x INTEGER, y INTEGER, piece GEOMETRY)"


def cut(z: int, extent: int, buffer: int) -> str:
    """Cut ``shapes`` along the tiles of ``candidates``."""
    envelope = f"ST_Extent(ST_TileEnvelope({int(z)}, c.x, c.y))"
    piece = f"ST_AsMVTGeom(ST_GeomFromWKB(s.wkb), {envelope}, {int(extent)}, {int(buffer)}, true)"
    return f"INSERT INTO cut SELECT s.fid, c.x, c.y, {piece} FROM candidates AS c JOIN shapes AS s USING (fid)"


def uncut() -> str:
    """Features that are in no tile yet."""
    return "SELECT fid FROM cut GROUP BY fid HAVING count(piece) = 0 ORDER BY fid"


def bake(properties: Sequence[str]) -> str:
    """Tiles of one zoom out of ``cut`` and ``features``; the layer's name is bound."""
    fields = ", ".join(f"{DUCKDB.quote(p)} := f.{DUCKDB.quote(p)}" for p in properties)
    row = f"struct_pack(fid := c.fid, {fields}, geometry := c.piece)"
    return (
        f"SELECT x, y, ST_AsMVT({row}, $1, 4096, 'geometry', 'fid' ORDER BY c.fid) FROM cut AS c JOIN features AS f USING (fid) "
        "WHERE c.piece IS NOT NULL GROUP BY x, y ORDER BY x, y"
    )

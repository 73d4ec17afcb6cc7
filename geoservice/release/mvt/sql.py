"""Statements of vector tiles. Values are bound; names come from the layer, a tile's own numbers are written in."""
# ruff: noqa: S608 - a place for SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Sequence

from geoservice.db import DUCKDB


def cut_table() -> str:
    """Make room for the pieces of one zoom; a piece is null where the shape does not reach into the tile."""
    return "CREATE OR REPLACE TEMP TABLE cut (fid BIGINT, x INTEGER, y INTEGER, piece GEOMETRY)"


def drop_cut() -> str:
    """Leave nothing behind."""
    return "DROP TABLE IF EXISTS temp.cut"


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
        f"SELECT x, y, ST_AsMVT({row}, $1, 4096, 'geometry', 'fid' ORDER BY c.fid) "
        "FROM cut AS c JOIN features AS f USING (fid) WHERE c.piece IS NOT NULL GROUP BY x, y ORDER BY x, y"
    )

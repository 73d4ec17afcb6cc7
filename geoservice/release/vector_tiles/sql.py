"""SQL of vector tiles. Values are bound; names come from the layer; the numbers of a tile are written as literals."""
# ruff: noqa: S608 - a place for SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Mapping, Sequence
from math import pi

from geoservice.db import DUCKDB, Dialect
from geoservice.geo import MAX_MERCATOR_LAT, MERCATOR_RADIUS_M, BBox
from geoservice.release.sql import BLOCK, BOUNDS
from geoservice.release.vector_tiles.budget import FEATURES
from geoservice.release.vector_tiles.grid import BUFFER, EXTENT, TileFrame

_SRID = {"geometry": 4326, "_mercator": 3857}
_TEXT = {
    "duckdb": {"date": "CAST({0} AS VARCHAR)", "timestamp": "replace(strftime({0}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000', '')"},
    "postgis": {
        "date": "CAST({0} AS text)",
        "timestamp": """replace(to_char({0}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000', '')""",
    },
}


def _tile_value(dialect: Dialect, name: str, kind: str) -> str:
    """Return a property as a column of a tile; dates are text, because vector tiles have no dates."""
    column = dialect.quote(name)
    form = _TEXT[dialect.engine].get(kind)
    return f"{form.format(column)} AS {column}" if form else column


def geography_equals(dialect: Dialect) -> str:
    """Return the condition that a feature has a bound geography."""
    return f"geography = {dialect.mark}"


def intersects_box(dialect: Dialect, box: BBox, points: bool) -> str:
    """Return the condition that the geometry intersects a box, edges included, as for items; for points, by their bounds."""
    west, south, east, north = (repr(float(v)) for v in box)
    if dialect.engine == "postgis":
        return f"ST_Intersects(geometry, ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))"
    if points:
        return f"_west BETWEEN {west} AND {east} AND _south BETWEEN {south} AND {north}"
    bounds_meet = f"_east >= {west} AND _west <= {east} AND _north >= {south} AND _south <= {north}"
    is_inside = f"_west >= {west} AND _east <= {east} AND _south >= {south} AND _north <= {north}"
    box_shape = f"ST_MakeEnvelope({west}, {south}, {east}, {north})"
    return f"{bounds_meet} AND (({is_inside}) OR ST_Intersects(geometry, {box_shape}))"


def has_geometry(dialect: Dialect) -> str:
    """Return the condition that the geometry is not empty, which suffices for a box around the whole layer."""
    return "NOT ST_IsEmpty(geometry)" if dialect.engine == "postgis" else "_west IS NOT NULL"


def block_in(blocks: Sequence[int]) -> str:
    """Return the condition that a row is in one of these blocks, of which there is at least one."""
    if blocks[-1] - blocks[0] == len(blocks) - 1:
        return f"{BLOCK} BETWEEN {int(blocks[0])} AND {int(blocks[-1])}"
    return f"{BLOCK} IN ({', '.join(map(str, map(int, blocks)))})"


def count(table: str, where: str) -> str:
    """Return the query for the number of features, up to one more than fit."""
    return f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where} LIMIT {FEATURES + 1})"


def point_rows(table: str, properties: Mapping[str, str], where: str) -> str:
    """Return the query for points (DuckDB): ``fid``, properties, longitude and latitude, up to one more than fit."""
    columns = ", ".join(["fid", *(_tile_value(DUCKDB, n, kind) for n, kind in properties.items())])
    return f"SELECT {columns}, _west, _south FROM {table} WHERE {where} LIMIT {FEATURES + 1}"


def tile(
    dialect: Dialect, table: str, name: str, kind: str, properties: Mapping[str, str], frame: TileFrame, where: str
) -> str:
    """Return the query for the number of features, up to one more than fit, and the tile, which is unusable in that case."""
    columns = ", ".join(
        ["fid", *(_tile_value(dialect, n, k) for n, k in properties.items()), f"{_valid_shape(kind, frame)} AS shape"]
    )
    cut = f"SELECT {columns} FROM {table} WHERE {where} LIMIT {FEATURES + 1}"
    piece, label = _piece(dialect, kind, frame), dialect.quote(name).replace('"', "'")
    names = list(map(dialect.quote, properties))
    if dialect.engine == "duckdb":
        row = ", ".join(["fid := fid", *(f"{n} := {n}" for n in names), f"geometry := {piece}"])
        return f"SELECT count(*), ST_AsMVT(struct_pack({row}), {label}, {EXTENT}, 'geometry', 'fid' ORDER BY fid) FROM ({cut})"
    rows = f"SELECT {', '.join(['fid', *names])}, {piece} AS geometry FROM cut ORDER BY fid"
    encoded = f"SELECT ST_AsMVT(q, {label}, {EXTENT}, 'geometry', 'fid') FROM ({rows}) AS q"
    return (
        f"WITH cut AS MATERIALIZED ({cut}) "
        f"SELECT n, CASE WHEN n <= {FEATURES} THEN ({encoded}) END FROM (SELECT count(*) AS n FROM cut) AS c"
    )


def _valid_shape(kind: str, frame: TileFrame) -> str:
    """Return the shape in the tile's plane, valid for clipping; shapes in Web Mercator were repaired when they were written."""
    if kind != "polygon" or frame.column != "geometry":
        return frame.column
    return "CASE WHEN ST_IsValid(geometry) THEN geometry ELSE ST_MakeValid(geometry) END"


def _piece(dialect: Dialect, kind: str, frame: TileFrame) -> str:
    """Return the part of ``shape`` in the tile; if it vanishes by rounding, a shape of two grid units."""
    shapes = ("shape", _minimal_shape(dialect, kind, frame))
    pieces = (f"ST_AsMVTGeom({s}, {_extent(dialect, frame)}, {EXTENT}, {BUFFER}, true)" for s in shapes)
    return f"coalesce({', '.join(pieces)})"


def _extent(dialect: Dialect, frame: TileFrame) -> str:
    west, south, east, north = _edges(frame, 0)
    if dialect.engine == "duckdb":
        return f"{{'min_x': {west!r}, 'min_y': {south!r}, 'max_x': {east!r}, 'max_y': {north!r}}}::BOX_2D"
    return f"ST_MakeEnvelope({west!r}, {south!r}, {east!r}, {north!r}, {_SRID[frame.column]})"


def _edges(frame: TileFrame, margin: float) -> tuple[float, float, float, float]:
    distance = margin * frame.unit
    return (
        float(frame.west - distance),
        float(frame.south - distance),
        float(frame.east + distance),
        float(frame.north + distance),
    )


def _minimal_shape(dialect: Dialect, kind: str, frame: TileFrame) -> str:
    west, south, east, north = _edges(frame, BUFFER)
    u = float(frame.unit)
    x = f"least(greatest({_middle('X', 'shape', west, east)}, {west + u!r}), {east - u!r})"
    y = f"least(greatest({_middle('Y', 'shape', south, north)}, {south + u!r}), {north - u!r})"
    srid = f", {_SRID[frame.column]}" if dialect.engine == "postgis" else ""
    if kind == "polygon":
        return f"ST_MakeEnvelope({x} - {u!r}, {y} - {u!r}, {x} + {u!r}, {y} + {u!r}{srid})"
    shape = f"ST_Point({x}, {y})" if kind == "point" else f"ST_MakeLine(ST_Point({x} - {u!r}, {y}), ST_Point({x} + {u!r}, {y}))"
    return f"ST_SetSRID({shape}{srid})" if srid else shape


def _middle(axis: str, shape: str, low: float, high: float) -> str:
    """Return the middle of a shape's bounds, clipped to two edges."""
    return f"(greatest(ST_{axis}Min({shape}), {low!r}) + least(ST_{axis}Max({shape}), {high!r})) / 2"


def cells(table: str, frame: TileFrame, where: str, points: bool) -> str:
    """Return the query that counts features by cells of the finest grid, each at the middle of its bounds within the tile.

    Columns ``x``, ``y`` (0 to 255), ``n``, and the sums of the features' positions in units of the tile's grid. ``points``:
    all are points with their bounds in columns (DuckDB); without reading geometries it takes a third of the time.
    """
    west, south, east, north = _edges(frame, 0)
    u, shape, number = float(frame.unit), frame.column, "CAST(round({0}) AS BIGINT)"
    across, down = _plane(frame) if points else (_middle("X", shape, west, east), _middle("Y", shape, south, north))
    x = number.format(f"least(greatest(({across} - {west!r}) / {u!r}, 0), {EXTENT})")
    y = number.format(f"least(greatest(({north!r} - {down}) / {u!r}, 0), {EXTENT})")
    sums = "count(*) AS n, CAST(sum(u) AS BIGINT) AS across, CAST(sum(v) AS BIGINT) AS down"
    positions = f"SELECT {x} AS u, {y} AS v FROM {table} WHERE {where}"
    cell = f"SELECT least(u >> 4, 255) AS x, least(v >> 4, 255) AS y, u, v FROM ({positions}) AS p"
    return f"SELECT x, y, {sums} FROM ({cell}) AS c GROUP BY x, y ORDER BY y, x"


def _plane(frame: TileFrame) -> tuple[str, str]:
    """Return the expressions for a point's coordinates in the tile's plane, from its degrees."""
    if frame.column == "geometry":
        return "_west", "_south"
    lat = f"radians(least(greatest(_south, {-MAX_MERCATOR_LAT!r}), {MAX_MERCATOR_LAT!r}))"
    return f"radians(_west) * {MERCATOR_RADIUS_M!r}", f"ln(tan({lat} / 2 + {pi / 4!r})) * {MERCATOR_RADIUS_M!r}"


def fill_blocks(dialect: Dialect, schema: str | None, table: str) -> str:
    """Return the statement that stores the bounds of a layer's blocks and whether all are points; the layer's id is bound."""
    west, south, east, north = _bounds(dialect)
    bounds = f"min({west}), min({south}), max({east}), max({north})"
    points = f"bool_and({west} = {east} AND {south} = {north}) IS NOT FALSE"
    values = f"{dialect.mark}, {BLOCK}, {bounds}, {points}"
    return f"INSERT INTO {_blocks(dialect, schema)} SELECT {values} FROM {table} GROUP BY {BLOCK} ORDER BY {BLOCK}"


def blocks(dialect: Dialect, schema: str | None) -> str:
    """Return the query for the bounds of the blocks, with a geometry in them, of a bound layer."""
    columns, where = "block, west, south, east, north, points", f"layer = {dialect.mark} AND west IS NOT NULL"
    return f"SELECT {columns} FROM {_blocks(dialect, schema)} WHERE {where} ORDER BY block"


def _blocks(dialect: Dialect, schema: str | None) -> str:
    return dialect.table(schema, "blocks")


def _bounds(dialect: Dialect) -> Sequence[str]:
    """Return west, south, east and north of a shape; DuckDB has them in columns."""
    if dialect.engine == "duckdb":
        return BOUNDS
    return "ST_XMin(geometry)", "ST_YMin(geometry)", "ST_XMax(geometry)", "ST_YMax(geometry)"


def block_rows(dialect: Dialect, table: str, columns: Mapping[str, str], blocks: Sequence[int]) -> str:
    """Return the query for columns (name: kind) of the rows of some blocks of points; ``BOUNDS`` are degrees."""
    bounds = dict(zip(BOUNDS, _bounds(dialect), strict=True))
    selected = [f"{bounds[n]} AS {n}" if n in bounds else _tile_value(dialect, n, kind) for n, kind in columns.items()]
    return f"SELECT {', '.join([BLOCK, *selected])} FROM {table} WHERE {block_in(blocks)} ORDER BY {BLOCK}, fid"


def create_pieces() -> str:
    """Return the statement that creates the table of the pieces of one zoom; a piece outside its tile is null."""
    return "CREATE OR REPLACE TEMP TABLE cut (fid BIGINT, x INTEGER, y INTEGER, piece GEOMETRY)"


def drop_pieces() -> str:
    """Return the statement that drops the table of pieces."""
    return "DROP TABLE IF EXISTS temp.cut"


def insert_pieces(z: int) -> str:
    """Return the statement that cuts ``shapes`` along the tiles of ``candidates``."""
    envelope = f"ST_Extent(ST_TileEnvelope({int(z)}, c.x, c.y))"
    piece = f"ST_AsMVTGeom(s.shape, {envelope}, {EXTENT}, {BUFFER}, true)"
    shapes = "WITH s AS MATERIALIZED (SELECT part, ST_GeomFromWKB(wkb) AS shape FROM shapes)"  # once, not for every tile
    return f"INSERT INTO cut {shapes} SELECT c.fid, c.x, c.y, {piece} FROM candidates AS c JOIN s USING (part)"


def features_without_piece() -> str:
    """Return the query for features that are in no tile yet."""
    return "SELECT fid FROM cut GROUP BY fid HAVING count(piece) = 0 ORDER BY fid"


def full_tiles() -> str:
    """Return the query for tiles with more features than fit."""
    return f"SELECT x, y FROM cut GROUP BY x, y HAVING count(piece) > {FEATURES}"


def pieces_by_column() -> str:
    """Return the query for the number of pieces in each column of tiles, from west to east."""
    return "SELECT x, count(*) FROM cut GROUP BY x ORDER BY x"


def encode_tiles(name: str, properties: list[str]) -> str:
    """Return the query for the tiles of one zoom, from ``cut`` and ``features``, without those that have too many.

    Its parameters are the first and the last ``x``.
    """
    fields = ", ".join(f"{DUCKDB.quote(p)} := f.{DUCKDB.quote(p)}" for p in properties)
    row = f"struct_pack(fid := c.fid, {fields}, geometry := c.piece)"
    tile_sql = f"ST_AsMVT({row}, {DUCKDB.quote(name).replace(chr(34), chr(39))}, {EXTENT}, 'geometry', 'fid' ORDER BY c.fid)"
    fitting = f"ANTI JOIN ({full_tiles()}) USING (x, y)"
    return (
        f"SELECT x, y, {tile_sql} FROM (SELECT * FROM cut {fitting}) AS c JOIN features AS f USING (fid) "
        "WHERE c.piece IS NOT NULL AND x BETWEEN ? AND ? GROUP BY x, y ORDER BY x, y"
    )

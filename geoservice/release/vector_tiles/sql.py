"""Statements of vector tiles. Values are bound; names come from the layer, a tile's own numbers are written in."""
# ruff: noqa: S608 - a place for SQL text: values are bound, names are checked and quoted by the dialect

from collections.abc import Mapping, Sequence
from math import pi

from geoservice.db import DUCKDB, Dialect
from geoservice.geo import MAX_MERCATOR_LAT, BBox
from geoservice.release.mercator import RADIUS_M
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


def _written(dialect: Dialect, name: str, kind: str) -> str:
    """A property as a tile holds it: there are no dates in one, so these are text."""
    column = dialect.quote(name)
    form = _TEXT[dialect.engine].get(kind)
    return f"{form.format(column)} AS {column}" if form else column


def of_geography(dialect: Dialect) -> str:
    """Features of a bound geography."""
    return f"geography = {dialect.mark}"


def meets(dialect: Dialect, box: BBox, points: bool) -> str:
    """The shape meets a box, edges included, exactly as items decide it. Where all are points their bounds say it alone."""
    west, south, east, north = (repr(float(v)) for v in box)
    if dialect.engine == "postgis":
        return f"ST_Intersects(geometry, ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326))"
    if points:
        return f"_west BETWEEN {west} AND {east} AND _south BETWEEN {south} AND {north}"
    near = f"_east >= {west} AND _west <= {east} AND _north >= {south} AND _south <= {north}"
    whole = f"_west >= {west} AND _east <= {east} AND _south >= {south} AND _north <= {north}"
    shape = f"ST_MakeEnvelope({west}, {south}, {east}, {north})"
    return f"{near} AND (({whole}) OR ST_Intersects(geometry, {shape}))"


def there(dialect: Dialect) -> str:
    """There is a shape: all that is asked where the box holds the whole layer."""
    return "NOT ST_IsEmpty(geometry)" if dialect.engine == "postgis" else "_west IS NOT NULL"


def of_blocks(blocks: Sequence[int]) -> str:
    """Rows of these blocks, of which there is one at least."""
    if blocks[-1] - blocks[0] == len(blocks) - 1:
        return f"{BLOCK} BETWEEN {int(blocks[0])} AND {int(blocks[-1])}"
    return f"{BLOCK} IN ({', '.join(map(str, map(int, blocks)))})"


def count(table: str, where: str) -> str:
    """How many features there are: one more than fit, at the most."""
    return f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {where} LIMIT {FEATURES + 1})"


def point_rows(table: str, properties: Mapping[str, str], where: str) -> str:
    """Points as rows (DuckDB): ``fid``, properties, longitude and latitude; one more than fit into a tile, at most."""
    columns = ", ".join(["fid", *(_written(DUCKDB, n, kind) for n, kind in properties.items())])
    return f"SELECT {columns}, _west, _south FROM {table} WHERE {where} LIMIT {FEATURES + 1}"


def tile(
    dialect: Dialect, table: str, name: str, kind: str, properties: Mapping[str, str], frame: TileFrame, where: str
) -> str:
    """A tile, and how many features are in it: one more than fit, at most; the tile is worth nothing then."""
    columns = ", ".join(["fid", *(_written(dialect, n, k) for n, k in properties.items()), f"{_sound(kind, frame)} AS shape"])
    cut = f"SELECT {columns} FROM {table} WHERE {where} LIMIT {FEATURES + 1}"
    piece, label = _piece(dialect, kind, frame), dialect.quote(name).replace('"', "'")
    names = list(map(dialect.quote, properties))
    if dialect.engine == "duckdb":
        row = ", ".join(["fid := fid", *(f"{n} := {n}" for n in names), f"geometry := {piece}"])
        return f"SELECT count(*), ST_AsMVT(struct_pack({row}), {label}, {EXTENT}, 'geometry', 'fid' ORDER BY fid) FROM ({cut})"
    rows = f"SELECT {', '.join(['fid', *names])}, {piece} AS geometry FROM cut ORDER BY fid"
    made = f"SELECT ST_AsMVT(q, {label}, {EXTENT}, 'geometry', 'fid') FROM ({rows}) AS q"
    return (
        f"WITH cut AS MATERIALIZED ({cut}) "
        f"SELECT n, CASE WHEN n <= {FEATURES} THEN ({made}) END FROM (SELECT count(*) AS n FROM cut) AS c"
    )


def _sound(kind: str, frame: TileFrame) -> str:
    """The shape in the tile's plane, fit to be cut: those in Web Mercator were mended when they were written."""
    if kind != "polygon" or frame.column != "geometry":
        return frame.column
    return "CASE WHEN ST_IsValid(geometry) THEN geometry ELSE ST_MakeValid(geometry) END"


def _piece(dialect: Dialect, kind: str, frame: TileFrame) -> str:
    """What of ``shape`` is in the tile; two units of the grid in its place where nothing is left of it."""
    shapes = ("shape", _speck(dialect, kind, frame))
    pieces = (f"ST_AsMVTGeom({s}, {_extent(dialect, frame)}, {EXTENT}, {BUFFER}, true)" for s in shapes)
    return f"coalesce({', '.join(pieces)})"


def _extent(dialect: Dialect, frame: TileFrame) -> str:
    west, south, east, north = _edges(frame, 0)
    if dialect.engine == "duckdb":
        return f"{{'min_x': {west!r}, 'min_y': {south!r}, 'max_x': {east!r}, 'max_y': {north!r}}}::BOX_2D"
    return f"ST_MakeEnvelope({west!r}, {south!r}, {east!r}, {north!r}, {_SRID[frame.column]})"


def _edges(frame: TileFrame, margin: float) -> tuple[float, float, float, float]:
    away = margin * frame.unit
    return float(frame.west - away), float(frame.south - away), float(frame.east + away), float(frame.north + away)


def _speck(dialect: Dialect, kind: str, frame: TileFrame) -> str:
    west, south, east, north = _edges(frame, BUFFER)
    u = float(frame.unit)
    x = f"least(greatest({_middle('X', 'shape', west, east)}, {west + u!r}), {east - u!r})"
    y = f"least(greatest({_middle('Y', 'shape', south, north)}, {south + u!r}), {north - u!r})"
    srid = f", {_SRID[frame.column]}" if dialect.engine == "postgis" else ""
    if kind == "polygon":
        return f"ST_MakeEnvelope({x} - {u!r}, {y} - {u!r}, {x} + {u!r}, {y} + {u!r}{srid})"
    drawn = f"ST_Point({x}, {y})" if kind == "point" else f"ST_MakeLine(ST_Point({x} - {u!r}, {y}), ST_Point({x} + {u!r}, {y}))"
    return f"ST_SetSRID({drawn}{srid})" if srid else drawn


def _middle(axis: str, shape: str, low: float, high: float) -> str:
    """The middle of a shape's bounds within two edges."""
    return f"(greatest(ST_{axis}Min({shape}), {low!r}) + least(ST_{axis}Max({shape}), {high!r})) / 2"


def cells(table: str, frame: TileFrame, where: str, points: bool) -> str:
    """Features counted by cells of the finest grid, each where the middle of its part in the tile is.

    Columns ``x``, ``y`` (0 to 255), ``n``, and the sums of the features' positions in units of the tile's grid. ``points``:
    all are points whose bounds stand in columns (DuckDB); reading no shape takes a third of the time.
    """
    west, south, east, north = _edges(frame, 0)
    u, shape, number = float(frame.unit), frame.column, "CAST(round({0}) AS BIGINT)"
    across, down = _plane(frame) if points else (_middle("X", shape, west, east), _middle("Y", shape, south, north))
    x = number.format(f"least(greatest(({across} - {west!r}) / {u!r}, 0), {EXTENT})")
    y = number.format(f"least(greatest(({north!r} - {down}) / {u!r}, 0), {EXTENT})")
    sums = "count(*) AS n, CAST(sum(u) AS BIGINT) AS across, CAST(sum(v) AS BIGINT) AS down"
    placed = f"SELECT {x} AS u, {y} AS v FROM {table} WHERE {where}"
    cell = f"SELECT least(u >> 4, 255) AS x, least(v >> 4, 255) AS y, u, v FROM ({placed}) AS p"
    return f"SELECT x, y, {sums} FROM ({cell}) AS c GROUP BY x, y ORDER BY y, x"


def _plane(frame: TileFrame) -> tuple[str, str]:
    """A point's coordinates in the tile's plane, out of its degrees."""
    if frame.column == "geometry":
        return "_west", "_south"
    lat = f"radians(least(greatest(_south, {-MAX_MERCATOR_LAT!r}), {MAX_MERCATOR_LAT!r}))"
    return f"radians(_west) * {RADIUS_M!r}", f"ln(tan({lat} / 2 + {pi / 4!r})) * {RADIUS_M!r}"


def fill_blocks(dialect: Dialect, schema: str | None, table: str) -> str:
    """Note the bounds of each block of a layer's rows, and whether all in it are points; the layer's id is bound."""
    west, south, east, north = _bounds(dialect)
    bounds = f"min({west}), min({south}), max({east}), max({north})"
    points = f"bool_and({west} = {east} AND {south} = {north}) IS NOT FALSE"
    values = f"{dialect.mark}, {BLOCK}, {bounds}, {points}"
    return f"INSERT INTO {_blocks(dialect, schema)} SELECT {values} FROM {table} GROUP BY {BLOCK} ORDER BY {BLOCK}"


def blocks(dialect: Dialect, schema: str | None) -> str:
    """Bounds of the blocks of a bound layer that have a shape in them."""
    columns, there = "block, west, south, east, north, points", f"layer = {dialect.mark} AND west IS NOT NULL"
    return f"SELECT {columns} FROM {_blocks(dialect, schema)} WHERE {there} ORDER BY block"


def _blocks(dialect: Dialect, schema: str | None) -> str:
    return dialect.table(schema, "blocks")


def _bounds(dialect: Dialect) -> Sequence[str]:
    """West, south, east and north of a shape: DuckDB has them in columns."""
    if dialect.engine == "duckdb":
        return BOUNDS
    return "ST_XMin(geometry)", "ST_YMin(geometry)", "ST_XMax(geometry)", "ST_YMax(geometry)"


def block_rows(dialect: Dialect, table: str, columns: Mapping[str, str], blocks: Sequence[int]) -> str:
    """Columns of the rows of some blocks of points, by name and kind; ``BOUNDS`` are degrees. Block by block, by ``fid``."""
    bounds = dict(zip(BOUNDS, _bounds(dialect), strict=True))
    said = [f"{bounds[n]} AS {n}" if n in bounds else _written(dialect, n, kind) for n, kind in columns.items()]
    return f"SELECT {', '.join([BLOCK, *said])} FROM {table} WHERE {of_blocks(blocks)} ORDER BY {BLOCK}, fid"


def cut_table() -> str:
    """Make room for the pieces of one zoom; a piece is null where the shape does not reach into the tile."""
    return "CREATE OR REPLACE TEMP TABLE cut (fid BIGINT, x INTEGER, y INTEGER, piece GEOMETRY)"


def drop_cut() -> str:
    """Leave nothing behind."""
    return "DROP TABLE IF EXISTS temp.cut"


def cut(z: int) -> str:
    """Cut ``shapes`` along the tiles of ``candidates``."""
    envelope = f"ST_Extent(ST_TileEnvelope({int(z)}, c.x, c.y))"
    piece = f"ST_AsMVTGeom(ST_GeomFromWKB(s.wkb), {envelope}, {EXTENT}, {BUFFER}, true)"
    return f"INSERT INTO cut SELECT s.fid, c.x, c.y, {piece} FROM candidates AS c JOIN shapes AS s USING (fid)"


def uncut() -> str:
    """Features that are in no tile yet."""
    return "SELECT fid FROM cut GROUP BY fid HAVING count(piece) = 0 ORDER BY fid"


def full() -> str:
    """Tiles with more features than fit."""
    return f"SELECT x, y FROM cut GROUP BY x, y HAVING count(piece) > {FEATURES}"


def bake(name: str, properties: list[str]) -> str:
    """Tiles of one zoom out of ``cut`` and ``features``, of those that do not have too many."""
    fields = ", ".join(f"{DUCKDB.quote(p)} := f.{DUCKDB.quote(p)}" for p in properties)
    row = f"struct_pack(fid := c.fid, {fields}, geometry := c.piece)"
    made = f"ST_AsMVT({row}, {DUCKDB.quote(name).replace(chr(34), chr(39))}, {EXTENT}, 'geometry', 'fid' ORDER BY c.fid)"
    few = f"ANTI JOIN ({full()}) USING (x, y)"
    return (
        f"SELECT x, y, {made} FROM (SELECT * FROM cut {few}) AS c JOIN features AS f USING (fid) "
        "WHERE c.piece IS NOT NULL GROUP BY x, y ORDER BY x, y"
    )

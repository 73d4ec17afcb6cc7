"""Relations of a feature's shape to another, with what lets either database skip features that are elsewhere."""

import shapely

from geoservice.cql2.ast import GeometryLiteral, Property, Spatial
from geoservice.db import Dialect
from geoservice.release.base import PublishedLayer
from geoservice.release.sql.filters.fragments import Fragment, joined, put

_FUNCTIONS = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_within": "ST_Within",
    "s_contains": "ST_Contains",
}
# an invalid shape stops the query in PostGIS, and means something else in DuckDB; so do collections to the two versions of GEOS
_SOUND = {
    "duckdb": "ST_IsValid({0}) AND ST_GeometryType({0}) <> 'GEOMETRYCOLLECTION'",
    "postgis": "ST_IsValid({0}) AND GeometryType({0}) <> 'GEOMETRYCOLLECTION'",
}
_PARTS = 4


def relation(dialect: Dialect, layer: PublishedLayer, node: Spatial) -> Fragment:
    """Return a relation of shapes; unknown for a feature without a shape or, mostly, with an invalid or mixed one."""
    if node.op == "s_disjoint":
        return put("(NOT {0})", relation(dialect, layer, Spatial("s_intersects", node.left, node.right)))
    geometry = Fragment(dialect.quote(node.left.name))
    other = geometry if isinstance(node.right, Property) else _shape(dialect, node.right)
    related = put(f"{_FUNCTIONS[node.op]}({{0}}, {{1}})", geometry, other)
    if layer.geometry != "point" and not _simple(node):
        related = put(f"CASE WHEN {_SOUND[dialect.engine]} THEN {{1}} END", geometry, related)
    near = Fragment("true") if isinstance(node.right, Property) else _near(dialect, geometry, node.right)
    return put("({0} AND {1})", near, related)


def _simple(node: Spatial) -> bool:
    """Whether the relation never fails: whether a shape meets an upright rectangle is found without building its topology."""
    if node.op != "s_intersects" or not isinstance(node.right, GeometryLiteral):
        return False
    parts = shapely.get_parts(shapely.from_wkb(node.right.wkb))
    return len(parts) == 1 and bool(shapely.equals(parts[0], shapely.envelope(parts[0])))


def _shape(dialect: Dialect, shape: GeometryLiteral) -> Fragment:
    if dialect.engine == "duckdb":
        return Fragment(f"ST_GeomFromWKB(CAST({dialect.mark} AS BLOB))", (shape.wkb,))
    return Fragment(f"ST_GeomFromWKB(CAST({dialect.mark} AS bytea), 4326)", (shape.wkb,))


def _near(dialect: Dialect, geometry: Fragment, shape: GeometryLiteral) -> Fragment:
    """Whether the boxes around both meet: by the index in PostGIS, by the bounds beside the geometry in DuckDB."""
    parts = shapely.get_parts(shapely.from_wkb(shape.wkb))
    boxes = [tuple(p.bounds) for p in parts] if len(parts) <= _PARTS else [shape.bounds]
    mark = dialect.mark
    if dialect.engine == "postgis":
        text = f"{geometry.text} && ST_MakeEnvelope({mark}, {mark}, {mark}, {mark}, 4326)"
        return put("({0})", joined(" OR ", [Fragment(text, b) for b in boxes]))
    text = f"(_east >= {mark} AND _west <= {mark} AND _north >= {mark} AND _south <= {mark})"
    return put("({0})", joined(" OR ", [Fragment(text, (b[0], b[2], b[1], b[3])) for b in boxes]))

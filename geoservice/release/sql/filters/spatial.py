"""Spatial relations of a feature's geometry, with a test of bounding boxes for which either database skips other features."""

import shapely

from geoservice.cql2.ast import GeometryLiteral, Property, Spatial
from geoservice.db import Dialect
from geoservice.release.base import PublishedLayer
from geoservice.release.sql.filters.fragments import Fragment, fill, join

_FUNCTIONS = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_within": "ST_Within",
    "s_contains": "ST_Contains",
}
# invalid geometries are an error in PostGIS and mean something else in DuckDB; the two versions of GEOS differ on collections
_VALID = {
    "duckdb": "ST_IsValid({0}) AND ST_GeometryType({0}) <> 'GEOMETRYCOLLECTION'",
    "postgis": "ST_IsValid({0}) AND GeometryType({0}) <> 'GEOMETRYCOLLECTION'",
}
_MAX_BOXES = 4


def relation(dialect: Dialect, layer: PublishedLayer, node: Spatial) -> Fragment:
    """Return a relation of geometries; unknown for a null geometry and, for most relations, for an invalid or mixed one."""
    if node.op == "s_disjoint":
        return fill("(NOT {0})", relation(dialect, layer, Spatial("s_intersects", node.left, node.right)))
    geometry = Fragment(dialect.quote(node.left.name))
    other = geometry if isinstance(node.right, Property) else _shape(dialect, node.right)
    related = fill(f"{_FUNCTIONS[node.op]}({{0}}, {{1}})", geometry, other)
    if layer.geometry != "point" and not _is_rectangle_intersection(node):
        related = fill(f"CASE WHEN {_VALID[dialect.engine]} THEN {{1}} END", geometry, related)
    boxes = Fragment("true") if isinstance(node.right, Property) else _boxes_meet(dialect, geometry, node.right)
    return fill("({0} AND {1})", boxes, related)


def _is_rectangle_intersection(node: Spatial) -> bool:
    """Whether the relation is an intersection with a rectangle, which never fails: it builds no topology of the geometry."""
    if node.op != "s_intersects" or not isinstance(node.right, GeometryLiteral):
        return False
    parts = shapely.get_parts(shapely.from_wkb(node.right.wkb))
    return len(parts) == 1 and bool(shapely.equals(parts[0], shapely.envelope(parts[0])))


def _shape(dialect: Dialect, shape: GeometryLiteral) -> Fragment:
    if dialect.engine == "duckdb":
        return Fragment(f"ST_GeomFromWKB(CAST({dialect.mark} AS BLOB))", (shape.wkb,))
    return Fragment(f"ST_GeomFromWKB(CAST({dialect.mark} AS bytea), 4326)", (shape.wkb,))


def _boxes_meet(dialect: Dialect, geometry: Fragment, shape: GeometryLiteral) -> Fragment:
    """Return whether the bounding boxes intersect: by the index in PostGIS, by the bounds columns in DuckDB."""
    parts = shapely.get_parts(shapely.from_wkb(shape.wkb))
    boxes = [tuple(p.bounds) for p in parts] if len(parts) <= _MAX_BOXES else [shape.bounds]
    mark = dialect.mark
    if dialect.engine == "postgis":
        text = f"{geometry.text} && ST_MakeEnvelope({mark}, {mark}, {mark}, {mark}, 4326)"
        return fill("({0})", join(" OR ", [Fragment(text, b) for b in boxes]))
    text = f"(_east >= {mark} AND _west <= {mark} AND _north >= {mark} AND _south <= {mark})"
    return fill("({0})", join(" OR ", [Fragment(text, (b[0], b[2], b[1], b[3])) for b in boxes]))

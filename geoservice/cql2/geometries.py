"""Geometries in a filter: GeoJSON and bounding boxes, parsed strictly into valid two-dimensional geometries in degrees."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.cql2.ast import GeometryLiteral
from geoservice.cql2.value_text import short_repr
from geoservice.errors import ParameterError
from geoservice.geo import Floats

ToLonLat = Callable[[Floats], Floats]
"""Transforms positions of the filter's CRS, shape ``(n, 2)`` in the axis order of that CRS, to longitude and latitude."""

POINTS_PER_SIDE = 21
"""Points on each side of a box when it is transformed: its sides may be curves in degrees."""
_TOLERANCE = 1e-6
_MEMBERS = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def geometry_literal(value: dict[str, Any], to_lonlat: ToLonLat | None) -> GeometryLiteral:
    """Return the geometry of a GeoJSON object or of ``{"bbox": [...]}``.

    A box whose west is greater than its east crosses the 180th meridian. Raises :class:`ParameterError` for a geometry that is
    empty, invalid, or not on the globe.
    """
    try:
        geometry = _box(value["bbox"], to_lonlat) if "bbox" in value and "type" not in value else _geometry(value, to_lonlat)
    except (shapely.errors.ShapelyError, ValueError, ArithmeticError):
        raise _error("a geometry that cannot be read", "the geometries of GeoJSON and WKT") from None
    if geometry.is_empty or not geometry.is_valid:
        reason = "empty" if geometry.is_empty else shapely.is_valid_reason(geometry)
        raise _error(f"an invalid {geometry.geom_type} ({reason:.80})", "valid geometries")
    return GeometryLiteral(geometry.geom_type, shapely.to_wkb(geometry), geometry.bounds)


def _error(got: str, allowed: str) -> ParameterError:
    return ParameterError(f"filter: got {got}, allowed are {allowed}")


def _geometry(value: dict[str, Any], to_lonlat: ToLonLat | None) -> BaseGeometry:
    geometry = _geojson(value)
    if to_lonlat is not None:
        geometry = shapely.transform(geometry, to_lonlat)
    coordinates = shapely.get_coordinates(geometry)
    # Map clients round the edges of the world, and send longitudes up to 360 when the map is panned around it.
    if not (np.isfinite(coordinates).all() and (abs(coordinates) <= (360, 90 + _TOLERANCE)).all()):
        raise _error("positions that are not on the globe", "longitudes first, then latitudes from -90 to 90")
    return geometry


def _geojson(value: dict[str, Any]) -> BaseGeometry:
    kind = value.get("type")
    if kind == "GeometryCollection":
        members = _list(value.get("geometries"))
        if not all(isinstance(m, dict) and m.get("type") in _MEMBERS for m in members):
            raise _error("another member of a GeometryCollection", ", ".join(_MEMBERS))
        return shapely.GeometryCollection([_geojson(m) for m in members])
    if kind not in _MEMBERS:
        raise _error(f"a geometry of type {short_repr(kind, 40)}", f"{', '.join(_MEMBERS)}, GeometryCollection")
    return _CONSTRUCTORS[kind](value.get("coordinates"))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _error(f"{short_repr(value, 40)} within a geometry", "lists of positions that are not empty")
    return value


def _position(value: Any) -> tuple[float, float]:
    """Return the first two numbers of a position; a height does not matter on a map."""
    if not isinstance(value, list) or len(value) not in {2, 3} or not all(_is_number(v) for v in value):
        raise _error(f"the position {short_repr(value, 60)}", "two or three finite numbers")
    return float(value[0]), float(value[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1e300  # NaN is not


def _line(value: Any) -> shapely.LineString:
    return shapely.LineString([_position(p) for p in _list(value)])


def _polygon(value: Any) -> shapely.Polygon:
    rings = [[_position(p) for p in _list(ring)] for ring in _list(value)]
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise _error("a ring of a polygon that is not closed", "rings of at least four positions that end where they begin")
    return shapely.Polygon(rings[0], rings[1:])


_CONSTRUCTORS: dict[str, Callable[[Any], BaseGeometry]] = {
    "Point": lambda v: shapely.Point(_position(v)),
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": lambda v: shapely.MultiPoint([_position(p) for p in _list(v)]),
    "MultiLineString": lambda v: shapely.MultiLineString([_line(p) for p in _list(v)]),
    "MultiPolygon": lambda v: shapely.MultiPolygon([_polygon(p) for p in _list(v)]),
}


def _box(value: Any, to_lonlat: ToLonLat | None) -> BaseGeometry:
    if not isinstance(value, list) or len(value) not in {4, 6} or not all(_is_number(v) for v in value):
        raise _error(f"BBOX of {short_repr(value)}", "four finite numbers, or six with heights")
    half = len(value) // 2
    low, high = _position(value[:half]), _position(value[half:])
    corners = np.array([low, high], float)
    if to_lonlat is not None:
        corners = _corners_in_degrees(corners, to_lonlat)
    (west, south), (east, north) = corners.tolist()
    return _box_in_degrees(west, south, east, north)


def _corners_in_degrees(corners: Floats, to_lonlat: ToLonLat) -> Floats:
    """Return the bounds, in degrees, of a box of another CRS; a box whose corners are swapped crosses 180 degrees."""
    if (corners[0] > corners[1]).any():
        return to_lonlat(corners)
    (left, low), (right, high) = corners
    n = POINTS_PER_SIDE
    x, y = np.linspace(left, right, n), np.linspace(low, high, n)
    sides = [
        (x, np.full(POINTS_PER_SIDE, low)),
        (x, np.full(POINTS_PER_SIDE, high)),
        (np.full(POINTS_PER_SIDE, left), y),
        (np.full(POINTS_PER_SIDE, right), y),
    ]
    outline = to_lonlat(np.concatenate([np.column_stack(s) for s in sides]))
    return np.array([outline.min(axis=0), outline.max(axis=0)])


def _box_in_degrees(west: float, south: float, east: float, north: float) -> BaseGeometry:
    sides = (west, south, east, north)
    if not (all(math.isfinite(v) for v in sides) and abs(west) <= 180 + _TOLERANCE and abs(east) <= 180 + _TOLERANCE):
        raise _error(f"BBOX with west {west} and east {east}", "longitudes from -180 to 180")
    if not -90 - _TOLERANCE <= south <= north <= 90 + _TOLERANCE:
        raise _error(f"BBOX with south {south} and north {north}", "latitudes with -90 <= south <= north <= 90")
    if west <= east:
        return _rectangle(*sides)
    return shapely.union_all([_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)])


def _rectangle(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box as a polygon, or as a line or point if it has no width or height."""
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)

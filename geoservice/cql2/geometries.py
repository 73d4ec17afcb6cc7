"""Geometries that a filter states: GeoJSON and boxes, read strictly, turned into valid flat shapes in degrees."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.cql2.ast import GeometryLiteral
from geoservice.cql2.value_text import shown
from geoservice.errors import ParameterError
from geoservice.geo import Floats

ToLonLat = Callable[[Floats], Floats]
"""Turns positions of the filter's CRS, shape ``(n, 2)`` in the order in which they are written, into lon and lat."""

SIDE = 21
"""Points put on each side of a box before it is turned: its sides may be bent on the globe."""
_NUDGE = 1e-6
_MEMBERS = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def shape(value: dict[str, Any], to_lonlat: ToLonLat | None) -> GeometryLiteral:
    """Return a geometry of GeoJSON or ``{"bbox": [...]}``.

    A box whose west is greater than its east crosses the 180th meridian. Raises :class:`ParameterError` for a shape that is
    empty, invalid, or not on the globe.
    """
    try:
        found = _box(value["bbox"], to_lonlat) if "bbox" in value and "type" not in value else _geometry(value, to_lonlat)
    except (shapely.errors.ShapelyError, ValueError, ArithmeticError):
        raise _wrong("a shape that cannot be read", "the geometries of GeoJSON and WKT") from None
    if found.is_empty or not found.is_valid:
        reason = "empty" if found.is_empty else shapely.is_valid_reason(found)
        raise _wrong(f"an invalid {found.geom_type} ({reason:.80})", "valid shapes")
    return GeometryLiteral(found.geom_type, shapely.to_wkb(found), found.bounds)


def _wrong(got: str, allowed: str) -> ParameterError:
    return ParameterError(f"filter: got {got}, allowed are {allowed}")


def _geometry(value: dict[str, Any], to_lonlat: ToLonLat | None) -> BaseGeometry:
    made = _made(value)
    if to_lonlat is not None:
        made = shapely.transform(made, to_lonlat)
    at = shapely.get_coordinates(made)
    # Software that draws the world rounds its edges, and goes once around it.
    if not (np.isfinite(at).all() and (abs(at) <= (360, 90 + _NUDGE)).all()):
        raise _wrong("positions that are not on the globe", "longitudes first, then latitudes from -90 to 90")
    return made


def _made(value: dict[str, Any]) -> BaseGeometry:
    kind = value.get("type")
    if kind == "GeometryCollection":
        members = _list(value.get("geometries"))
        if not all(isinstance(m, dict) and m.get("type") in _MEMBERS for m in members):
            raise _wrong("a member of a GeometryCollection that is no simple geometry", ", ".join(_MEMBERS))
        return shapely.GeometryCollection([_made(m) for m in members])
    if kind not in _MEMBERS:
        raise _wrong(f"a shape of type {shown(kind, 40)}", f"{', '.join(_MEMBERS)}, GeometryCollection")
    return _MAKE[kind](value.get("coordinates"))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _wrong(f"{shown(value, 40)} within a shape", "lists of positions that are not empty")
    return value


def _position(value: Any) -> tuple[float, float]:
    """Return the first two numbers of a position; a height says nothing on a map."""
    if not isinstance(value, list) or len(value) not in {2, 3} or not all(_is_number(v) for v in value):
        raise _wrong(f"the position {shown(value, 60)}", "two or three finite numbers")
    return float(value[0]), float(value[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1e300  # NaN is not


def _line(value: Any) -> shapely.LineString:
    return shapely.LineString([_position(p) for p in _list(value)])


def _polygon(value: Any) -> shapely.Polygon:
    rings = [[_position(p) for p in _list(ring)] for ring in _list(value)]
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise _wrong("a ring of a polygon that is not closed", "rings of at least four positions that end where they begin")
    return shapely.Polygon(rings[0], rings[1:])


_MAKE: dict[str, Callable[[Any], BaseGeometry]] = {
    "Point": lambda v: shapely.Point(_position(v)),
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": lambda v: shapely.MultiPoint([_position(p) for p in _list(v)]),
    "MultiLineString": lambda v: shapely.MultiLineString([_line(p) for p in _list(v)]),
    "MultiPolygon": lambda v: shapely.MultiPolygon([_polygon(p) for p in _list(v)]),
}


def _box(value: Any, to_lonlat: ToLonLat | None) -> BaseGeometry:
    if not isinstance(value, list) or len(value) not in {4, 6} or not all(_is_number(v) for v in value):
        raise _wrong(f"BBOX of {shown(value)}", "four finite numbers, or six with heights")
    half = len(value) // 2
    low, high = _position(value[:half]), _position(value[half:])
    corners = np.array([low, high], float)
    if to_lonlat is not None:
        corners = _turned(corners, to_lonlat)
    (west, south), (east, north) = corners.tolist()
    return _drawn(west, south, east, north)


def _turned(corners: Floats, to_lonlat: ToLonLat) -> Floats:
    """Return the corners of the box of degrees around a box of another CRS; one that runs backwards crosses 180 degrees."""
    if (corners[0] > corners[1]).any():
        return to_lonlat(corners)
    (left, low), (right, high) = corners
    x, y = np.linspace(left, right, SIDE), np.linspace(low, high, SIDE)
    sides = [(x, np.full(SIDE, low)), (x, np.full(SIDE, high)), (np.full(SIDE, left), y), (np.full(SIDE, right), y)]
    found = to_lonlat(np.concatenate([np.column_stack(s) for s in sides]))
    return np.array([found.min(axis=0), found.max(axis=0)])


def _drawn(west: float, south: float, east: float, north: float) -> BaseGeometry:
    sides = (west, south, east, north)
    if not (all(math.isfinite(v) for v in sides) and abs(west) <= 180 + _NUDGE and abs(east) <= 180 + _NUDGE):
        raise _wrong(f"BBOX with west {west} and east {east}", "longitudes from -180 to 180")
    if not -90 - _NUDGE <= south <= north <= 90 + _NUDGE:
        raise _wrong(f"BBOX with south {south} and north {north}", "latitudes with -90 <= south <= north <= 90")
    if west <= east:
        return _rectangle(*sides)
    return shapely.union_all([_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)])


def _rectangle(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box; one without width or height is a line or a point."""
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)

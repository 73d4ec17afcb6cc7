"""Linearisation of curved geometries: a tree of parts, as in WKB and WKT, to points, lines and polygons."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely

from geoservice.geo import Floats

STEP = np.radians(2)
"""Largest angle of an arc that one segment replaces; it deviates by at most 0.015 % of the radius."""


MAX_VERTICES = 50_000
"""Most vertices of one circular string."""
MAX_DEPTH = 16
"""Deepest nesting of geometry collections."""
KINDS = {
    1: "POINT", 2: "LINESTRING", 3: "POLYGON", 4: "MULTIPOINT", 5: "MULTILINESTRING", 6: "MULTIPOLYGON",
    7: "GEOMETRYCOLLECTION", 8: "CIRCULARSTRING", 9: "COMPOUNDCURVE", 10: "CURVEPOLYGON", 11: "MULTICURVE", 12: "MULTISURFACE",
    15: "POLYHEDRALSURFACE", 16: "TIN", 17: "TRIANGLE",
}  # fmt: skip
"""Geometry types by WKB code, without the flags for Z, M and SRID."""
LINES = ("POINT", "LINESTRING", "CIRCULARSTRING")
"""Geometry types that hold vertices and no parts."""


@dataclass
class Node:
    """A geometry: vertices of shape ``(n, 2)`` for points and lines, parts for all other types."""

    kind: str
    vertices: Floats = field(default_factory=lambda: np.empty((0, 2)))
    parts: list["Node"] = field(default_factory=list)


def arc(a: Floats, b: Floats, c: Floats) -> Floats:
    """Return vertices along the circular arc from ``a`` through ``b`` to ``c``, ends included; a full circle if ``a == c``.

    >>> np.round(arc(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([-1.0, 0.0]))[45], 12).tolist()
    [0.0, 1.0]
    """
    if np.array_equal(a, c):
        centre, turn = (a + b) / 2, 2 * np.pi
    else:
        (bx, by), (cx, cy) = b - a, c - a
        area = 2 * (bx * cy - by * cx)
        if abs(area) <= 1e-12 * max(bx * bx + by * by, cx * cx + cy * cy):
            return np.stack([a, b, c])
        bb, cc = bx * bx + by * by, cx * cx + cy * cy
        centre = a + np.array([cy * bb - by * cc, bx * cc - cx * bb]) / area
        turn = (_angle(c - centre) - _angle(a - centre)) % (2 * np.pi)
        turn = turn if area > 0 else turn - 2 * np.pi
    angles = _angle(a - centre) + np.linspace(0, turn, int(np.ceil(abs(turn) / STEP - 1e-9)) + 1)
    vertices: Floats = centre + np.hypot(*(a - centre)) * np.column_stack([np.cos(angles), np.sin(angles)])
    vertices[0], vertices[-1] = a, c
    return vertices


def _angle(v: Floats) -> float:
    return float(np.arctan2(v[1], v[0]))


def linearize(node: Node) -> shapely.Geometry:
    """Return the geometry with straight lines in place of curves.

    Raises
    ------
    ValueError
        Too few vertices, or parts that do not fit the geometry type.
    """
    match node.kind:
        case "POINT":
            return shapely.points(node.vertices[0]) if len(node.vertices) else shapely.Point()
        case "LINESTRING" | "CIRCULARSTRING" | "COMPOUNDCURVE":
            vertices = _line(node)
            return shapely.linestrings(vertices) if len(vertices) else shapely.LineString()
        case "POLYGON" | "TRIANGLE" | "CURVEPOLYGON":
            rings = [shapely.linearrings(_line(p)) for p in node.parts]
            return shapely.polygons(rings[0], rings[1:] or None) if rings else shapely.Polygon()
    return _COLLECTIONS[node.kind]([linearize(p) for p in node.parts])


_COLLECTIONS: dict[str, Callable[[list[shapely.Geometry]], shapely.Geometry]] = {
    "MULTIPOINT": shapely.multipoints,
    "MULTILINESTRING": shapely.multilinestrings,
    "MULTICURVE": shapely.multilinestrings,
    "MULTIPOLYGON": shapely.multipolygons,
    "MULTISURFACE": shapely.multipolygons,
    "POLYHEDRALSURFACE": shapely.multipolygons,
    "TIN": shapely.multipolygons,
    "GEOMETRYCOLLECTION": shapely.geometrycollections,
}


def _line(node: Node) -> Floats:
    """Return the vertices along a curve, each joint of its parts once."""
    if node.kind == "COMPOUNDCURVE":
        pieces = [_line(p) for p in node.parts]
    elif node.kind == "CIRCULARSTRING" and len(node.vertices):
        if not 3 <= len(node.vertices) <= MAX_VERTICES or len(node.vertices) % 2 == 0:
            raise ValueError("a circular string has an odd number of vertices, three or more")
        pieces = [arc(*node.vertices[i : i + 3]) for i in range(0, len(node.vertices) - 2, 2)]
    elif node.kind in {"LINESTRING", "CIRCULARSTRING"}:
        return node.vertices
    else:
        raise ValueError(f"{node.kind} where a line is expected")
    vertices: Floats = np.concatenate([pieces[0], *(p[1:] for p in pieces[1:])]) if pieces else np.empty((0, 2))
    return vertices

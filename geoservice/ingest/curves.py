"""Curved geometries by straight pieces: a tree of parts, as WKB and WKT have it, into points, lines and polygons."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely

from geoservice.geo import Floats

STEP = np.radians(2)
"""Most of an arc that one straight piece stands for: it lies at most 0.015 % of the radius beside it."""


MAX_PLACES = 50_000
"""Most places of one line of arcs."""
MAX_DEPTH = 16
"""Deepest nesting of a geometry: a collection in a collection, and so on."""
KINDS = {
    1: "POINT", 2: "LINESTRING", 3: "POLYGON", 4: "MULTIPOINT", 5: "MULTILINESTRING", 6: "MULTIPOLYGON",
    7: "GEOMETRYCOLLECTION", 8: "CIRCULARSTRING", 9: "COMPOUNDCURVE", 10: "CURVEPOLYGON", 11: "MULTICURVE", 12: "MULTISURFACE",
    15: "POLYHEDRALSURFACE", 16: "TIN", 17: "TRIANGLE",
}  # fmt: skip
"""Types of WKB without their flags of height, measure and SRID."""
LINES = ("POINT", "LINESTRING", "CIRCULARSTRING")
"""Kinds that hold places and no parts."""


@dataclass
class Node:
    """A geometry: places of shape ``(n, 2)`` for points and lines, parts for all others."""

    kind: str
    places: Floats = field(default_factory=lambda: np.empty((0, 2)))
    parts: list["Node"] = field(default_factory=list)


def arc(a: Floats, b: Floats, c: Floats) -> Floats:
    """Return places along the circular arc from ``a`` over ``b`` to ``c``, both ends among them; a whole circle if they meet.

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
    places: Floats = centre + np.hypot(*(a - centre)) * np.column_stack([np.cos(angles), np.sin(angles)])
    places[0], places[-1] = a, c
    return places


def _angle(v: Floats) -> float:
    return float(np.arctan2(v[1], v[0]))


def linear(node: Node) -> shapely.Geometry:
    """Return a geometry of points, straight lines and polygons.

    Raises
    ------
    ValueError
        Too few places, or parts that cannot be of such a geometry.
    """
    match node.kind:
        case "POINT":
            return shapely.points(node.places[0]) if len(node.places) else shapely.Point()
        case "LINESTRING" | "CIRCULARSTRING" | "COMPOUNDCURVE":
            places = _line(node)
            return shapely.linestrings(places) if len(places) else shapely.LineString()
        case "POLYGON" | "TRIANGLE" | "CURVEPOLYGON":
            rings = [shapely.linearrings(_line(p)) for p in node.parts]
            return shapely.polygons(rings[0], rings[1:] or None) if rings else shapely.Polygon()
    return _COLLECTIONS[node.kind]([linear(p) for p in node.parts])


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
    """Return the places along a curve, those where its parts meet once."""
    if node.kind == "COMPOUNDCURVE":
        pieces = [_line(p) for p in node.parts]
    elif node.kind == "CIRCULARSTRING" and len(node.places):
        if not 3 <= len(node.places) <= MAX_PLACES or len(node.places) % 2 == 0:
            raise ValueError("arcs have three places each, of which neighbours share one")
        pieces = [arc(*node.places[i : i + 3]) for i in range(0, len(node.places) - 2, 2)]
    elif node.kind in {"LINESTRING", "CIRCULARSTRING"}:
        return node.places
    else:
        raise ValueError(f"{node.kind} in the place of a line")
    places: Floats = np.concatenate([pieces[0], *(p[1:] for p in pieces[1:])]) if pieces else np.empty((0, 2))
    return places

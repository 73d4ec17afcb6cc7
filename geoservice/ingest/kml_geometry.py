"""Geometry of KML: longitude and latitude in degrees, without heights."""

import re

import numpy as np
import shapely

from geoservice.geo import Floats
from geoservice.ingest.features import combine
from geoservice.ingest.xml_records import Element

_COMMA = re.compile(r"\s*,\s*")


def shape_of(parent: Element) -> shapely.Geometry | None:
    """Return the geometry within an element, several as one collection, None if there is none.

    Raises :class:`ValueError` if one cannot be read.
    """
    shapes = [s for child in parent.children if (s := _shape(child)) is not None]
    return combine(shapes)


def _shape(element: Element) -> shapely.Geometry | None:
    if element.tag in {"MultiGeometry", "MultiTrack"}:
        return shape_of(element)
    if element.tag == "Point":
        positions = coordinates(element.value("coordinates") or "")
        if len(positions) > 1:
            raise ValueError("a point has one position")
        return shapely.points(positions[0]) if len(positions) else None
    if element.tag in {"LineString", "LinearRing"}:
        return _line(coordinates(element.value("coordinates") or ""))
    if element.tag == "Track":
        return _line(coordinates(" ".join(",".join(c.text.split()) for c in element.find("coord"))))
    return _polygon(element) if element.tag == "Polygon" else None


def _line(positions: Floats) -> shapely.Geometry | None:
    """Return a line through positions, or a point if there is only one."""
    if len(positions) < 2:
        return shapely.points(positions[0]) if len(positions) else None
    return shapely.linestrings(positions)


def _polygon(element: Element) -> shapely.Geometry | None:
    outer = _rings(element, "outerBoundaryIs")
    if len(outer) != 1:
        raise ValueError("a polygon has one outer ring")
    return shapely.polygons(outer[0], _rings(element, "innerBoundaryIs") or None)


def _rings(element: Element, side: str) -> list[shapely.Geometry]:
    texts = [ring.value("coordinates") or "" for ring in element.find(side, "LinearRing")]
    return [shapely.linearrings(coordinates(t)) for t in texts]


def coordinates(text: str) -> Floats:
    """Return longitudes and latitudes, shape ``(n, 2)``, of text such as ``116.95,30.6,0 117,30.6``, without heights.

    >>> coordinates(" 116.95,30.6,0  117, 30.65 ").tolist()
    [[116.95, 30.6], [117.0, 30.65]]

    Raises
    ------
    ValueError
        A position is not two or three numbers.
    """
    positions = []
    for position in _COMMA.sub(",", text).split():
        numbers = [float(n) for n in position.split(",")]
        if not 2 <= len(numbers) <= 3 or not np.isfinite(numbers[:2]).all():
            raise ValueError("a position is a longitude, a latitude and optionally a height")
        positions.append(numbers[:2])
    return np.array(positions, float).reshape(-1, 2)

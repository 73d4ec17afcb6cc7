"""Geometries in Web Mercator, the plane of map tiles."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoservice.geo import mercator_easting, mercator_northing


def to_mercator(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return geometries in Web-Mercator metres; latitudes beyond the plane's edge are drawn at the edge.

    >>> shapely.get_coordinates(to_mercator(np.array([shapely.Point(180, 0)]))).round(3).tolist()
    [[20037508.343, -0.0]]
    """

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([mercator_easting(points[:, 0]), mercator_northing(points[:, 1])])

    return np.asarray(shapely.transform(shapely.force_2d(shapes), project))


def make_valid(shapes: NDArray[Any]) -> NDArray[Any]:
    """Repair, in place, invalid geometries, which could not be clipped; return them all. Polygons stay polygons if possible."""
    invalid = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    repaired: Any = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    shapes[invalid] = np.where(shapely.is_empty(repaired), shapely.make_valid(shapes[invalid]), repaired)
    return shapes

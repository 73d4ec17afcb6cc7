"""The areas that have borders: which of them contains a point, a point inside each, and its extent."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from geoservice.areas import last_containing
from geoservice.geo import METRES_PER_DEGREE, Floats, Ints, Objects

TOWN_LEVEL, VILLAGE_LEVEL = 3, 4


class AreaShapes:
    """Borders of areas of a tree, by their numbers in it.

    Parameters
    ----------
    shapes : mapping
        Polygons in degrees by area.
    level, parent : sequence of int, length n
        Of each area of the tree.
    """

    def __init__(self, shapes: Mapping[int, shapely.Geometry], level: Sequence[int], parent: Sequence[int]) -> None:
        order = sorted(shapes, key=lambda area: (level[area], area))
        self.areas: Ints = np.array(order, np.int64)
        self.shapes: Objects = np.array([shapes[area] for area in order], object)
        town = list(range(len(level)))
        for area in range(len(level)):
            while town[area] >= 0 and level[town[area]] > TOWN_LEVEL:
                town[area] = parent[town[area]]
        self._town: Ints = np.array([*town, -1], np.int64)  # the last entry is that of area -1

    def locate(self, lon: Floats, lat: Floats) -> Ints:
        """Return the lowest area that contains each point, -1 for none; shape ``(n,)``."""
        found = last_containing(self.shapes, lon, lat)
        return np.where(found >= 0, self.areas[found], -1) if len(self.areas) else found

    def town(self, area: Ints) -> Ints:
        """Return for each area itself, or the township around it if it is a village; -1 stays."""
        return self._town[area]


def point_inside(shape: shapely.Geometry, outer: shapely.Geometry | None) -> tuple[float, float]:
    """Return a point inside a polygon, and inside the outer one too if they overlap."""
    point = shapely.point_on_surface(shape)
    if outer is not None and not outer.covers(point):
        both = shape.intersection(outer)
        if not both.is_empty and both.area > 0:
            point = shapely.point_on_surface(both)
    return float(point.x), float(point.y)


def half_extent_m(shapes: Objects) -> Floats:
    """Return half the diagonal of the bounding box of each geometry in metres; 0 for a point.

    >>> half_extent_m(shapely.linestrings([[[10, 0], [10.002, 0]]])).round(1).tolist()
    [111.2]
    """
    west, south, east, north = shapely.bounds(shapes).T
    return half_diagonal_m(west, south, east, north)


def half_diagonal_m(west: Floats, south: Floats, east: Floats, north: Floats) -> Floats:
    """Return half the diagonal of boxes in degrees, in metres."""
    x = (east - west) * np.cos(np.radians((south + north) / 2))
    return np.asarray(np.hypot(x, north - south) * METRES_PER_DEGREE / 2, float)

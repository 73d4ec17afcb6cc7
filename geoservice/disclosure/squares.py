"""The finest squares of the tree of places: those where people may live by the public map."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from geoservice.areas import last_containing
from geoservice.geo import Floats, Int32s, Ints, Objects

SQUARE_METRES = 100.0
"""Side of the finest squares."""
SPARSE_POINTS = 40
"""An area with fewer points of the map (a kilometre of street) has all its squares: its map is incomplete."""


class Squares(NamedTuple):
    """Finest squares in order of area, row and column, arrays of shape ``(squares,)``; and the square of each point.

    ``area`` is the position of the lowest area of the square's points; a square shared by two areas occurs twice.
    ``of_point`` has shape ``(points,)`` and is -1 for points outside all areas.
    """

    area: Int32s
    row: Ints
    column: Ints
    of_point: Int32s


def map_squares(plane: Objects, divided: Collection[int], x: Floats, y: Floats) -> Squares:
    """Return the squares that contain a point of the map, and all squares of areas where the map is sparse.

    Parameters
    ----------
    plane : object array of polygons, shape (areas,)
        Borders in metres, wider levels first.
    divided : collection of int
        Areas with areas below them; their squares without a point are omitted.
    x, y : float64 arrays, shape (points,), metres
    """
    lowest = last_containing(plane, x, y)
    cell = np.column_stack([lowest, np.floor(y / SQUARE_METRES), np.floor(x / SQUARE_METRES)]).astype(np.int64)
    count = np.bincount(lowest[lowest >= 0], minlength=len(plane))
    sparse = [i for i in range(len(plane)) if count[i] < SPARSE_POINTS and i not in divided]
    candidates = [cell[lowest >= 0], *(_all_squares(plane[i], i) for i in sparse)]
    squares = np.unique(np.concatenate(candidates), axis=0)
    index = pd.MultiIndex.from_arrays(list(squares.T))
    of_point = np.asarray(index.get_indexer(pd.MultiIndex.from_arrays(list(cell.T))), np.int32)
    return Squares(squares[:, 0].astype(np.int32), squares[:, 1], squares[:, 2], of_point)


def _all_squares(shape: shapely.Geometry, area: int) -> Ints:
    """Return area, row and column of the squares with their centre in a shape; if none, of the square at a point inside."""
    west, south, east, north = np.floor(np.asarray(shapely.bounds(shape)) / SQUARE_METRES)
    column, row = (a.ravel() for a in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, (column + 0.5) * SQUARE_METRES, (row + 0.5) * SQUARE_METRES)
    if not inside.any():
        point = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        column, row = np.floor(point[:1] / SQUARE_METRES), np.floor(point[1:] / SQUARE_METRES)
        inside = np.array([True])
    return np.column_stack([np.full(int(inside.sum()), area), row[inside], column[inside]]).astype(np.int64)

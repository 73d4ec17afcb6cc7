"""The finest squares of the tree of places: those of the public map where somebody may live."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from geoservice.areas import last_containing
from geoservice.geo import Floats, Int32s, Ints, Objects

SQUARE_METRES = 100.0
"""Side of the finest squares."""
THIN_POINTS = 40
"""An area with fewer points of the map, a kilometre of street, keeps all its squares: the map is not to be trusted there."""


class Squares(NamedTuple):
    """Finest squares in order of area, row and column, arrays of shape ``(squares,)``; and the square of each point.

    ``area`` is the position of the lowest area that the square's points lie in; a square that two areas share is there twice.
    ``of_point`` has shape ``(points,)`` and is -1 for points outside all areas.
    """

    area: Int32s
    row: Ints
    column: Ints
    of_point: Int32s


def kept_squares(plane: Objects, divided: Collection[int], x: Floats, y: Floats) -> Squares:
    """Find the squares that hold a point of the map, and all squares of areas where the map is thin.

    Parameters
    ----------
    plane : object array of polygons, shape (areas,)
        Borders in metres, wider levels first.
    divided : collection of int
        Areas that have areas below them; of these no square is kept without a point.
    x, y : float64 arrays, shape (points,), metres
    """
    lowest = last_containing(plane, x, y)
    cell = np.column_stack([lowest, np.floor(y / SQUARE_METRES), np.floor(x / SQUARE_METRES)]).astype(np.int64)
    count = np.bincount(lowest[lowest >= 0], minlength=len(plane))
    thin = [i for i in range(len(plane)) if count[i] < THIN_POINTS and i not in divided]
    kept = [cell[lowest >= 0], *(_all_squares(plane[i], i) for i in thin)]
    squares = np.unique(np.concatenate(kept), axis=0)
    index = pd.MultiIndex.from_arrays(list(squares.T))
    of_point = np.asarray(index.get_indexer(pd.MultiIndex.from_arrays(list(cell.T))), np.int32)
    return Squares(squares[:, 0].astype(np.int32), squares[:, 1], squares[:, 2], of_point)


def _all_squares(shape: shapely.Geometry, area: int) -> Ints:
    """Area, row and column of the squares whose middle lies in a shape; if there are none, of the square around its middle."""
    west, south, east, north = np.floor(np.asarray(shapely.bounds(shape)) / SQUARE_METRES)
    column, row = (a.ravel() for a in np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1)))
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, (column + 0.5) * SQUARE_METRES, (row + 0.5) * SQUARE_METRES)
    if not inside.any():
        middle = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        column, row = np.floor(middle[:1] / SQUARE_METRES), np.floor(middle[1:] / SQUARE_METRES)
        inside = np.array([True])
    return np.column_stack([np.full(int(inside.sum()), area), row[inside], column[inside]]).astype(np.int64)

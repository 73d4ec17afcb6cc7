"""The tiles that shapes touch, and large polygons in parts: cutting a tile then takes as long as what is in and around it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geoservice.geo import MERCATOR_HALF_M, Floats, Ints, repeated
from geoservice.release.vector_tiles.grid import BUFFER, EXTENT

LARGE = 1000
"""Vertices of a polygon above which it is divided; cutting it takes as long for each of its tiles as it has vertices."""

Shapes = NDArray[Any]


class Parts(NamedTuple):
    """Shapes in parts: of each part the shape, its position among the whole ones, and its first and last tiles.

    ``tiles`` has the columns first x, first y, last x, last y; shape ``(n, 4)``.
    """

    shapes: Shapes
    whole: Ints
    tiles: Ints

    def candidates(self) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
        """Return the tiles that each part may be in: positions of the parts, x and y."""
        x0, y0, x1, y1 = self.tiles.T
        wide = x1 - x0 + 1
        position, step = repeated(wide * (y1 - y0 + 1))
        x, y = x0[position] + step % wide[position], y0[position] + step // wide[position]
        return position, x.astype(np.int32), y.astype(np.int32)


def parts_of(shapes: Shapes, z: int) -> Parts:
    """Return shapes (Web-Mercator metres), large polygons divided along tiles of a zoom, with more than their buffer."""
    tiles = np.stack(tile_ranges(shapely.bounds(shapes), z, BUFFER), axis=1)
    is_large = (shapely.get_num_coordinates(shapes) > LARGE) & (shapely.get_dimensions(shapes) == 2)
    large = np.flatnonzero(is_large)
    if not len(large):
        return Parts(shapes, np.arange(len(shapes)), tiles)
    divided = [(part, i, touched) for i in large for part, touched in _divided(shapes[i], tiles[i], z)]
    small = np.flatnonzero(~is_large)
    return Parts(
        np.array([*shapes[small], *(part for part, _, _ in divided)], object),
        np.array([*small, *(i for _, i, _ in divided)], np.int64),
        np.vstack([tiles[small], *(touched for _, _, touched in divided)]),
    )


def _divided(shape: Any, tiles: Ints, z: int) -> Iterator[tuple[Any, Ints]]:
    """Yield the parts of a polygon in halves of its tiles, halved again until they are small or one tile; with those tiles."""
    x0, y0, x1, y1 = (int(i) for i in tiles)
    if shapely.get_num_coordinates(shape) <= LARGE or (x0 == x1 and y0 == y1):
        yield shape, tiles
        return
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    halves = [(x0, y0, x, y1), (x + 1, y0, x1, y1)] if x1 - x0 >= y1 - y0 else [(x0, y0, x1, y), (x0, y + 1, x1, y1)]
    for half in halves:
        part = _polygons(shapely.intersection(shape, _box(half, z)))
        if not shapely.is_empty(part):
            yield from _divided(part, np.array(half), z)


def _polygons(shape: Any) -> Any:
    """Return the polygons of a shape: where a border runs along the edge of a box, the intersection has lines too."""
    if shapely.get_type_id(shape) != shapely.GeometryType.GEOMETRYCOLLECTION:
        return shape
    pieces = shapely.get_parts(shape)
    return shapely.multipolygons(pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON])


def _box(tiles: tuple[int, int, int, int], z: int) -> Any:
    """Return the rectangle of some tiles with twice their buffer, so that its edges are in none of them."""
    x0, y0, x1, y1 = tiles
    side = 2 * MERCATOR_HALF_M / 2**z
    margin = 2 * side * BUFFER / EXTENT
    return shapely.box(
        x0 * side - MERCATOR_HALF_M - margin,
        MERCATOR_HALF_M - (y1 + 1) * side - margin,
        (x1 + 1) * side - MERCATOR_HALF_M + margin,
        MERCATOR_HALF_M - y0 * side + margin,
    )


def tile_ranges(bounds: Floats, z: int, buffer: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the first column and row, and the last column and row, of the tiles that each box touches."""
    side, last = 2 * MERCATOR_HALF_M / 2**z, 2**z - 1
    margin = side * buffer / EXTENT

    def tile(metres: Floats) -> Ints:
        return np.asarray(np.clip(np.floor(metres / side), 0, last), np.int64)

    west, south, east, north = bounds.T
    return (
        tile(west + MERCATOR_HALF_M - margin),
        tile(MERCATOR_HALF_M - north - margin),
        tile(east + MERCATOR_HALF_M + margin),
        tile(MERCATOR_HALF_M - south + margin),
    )

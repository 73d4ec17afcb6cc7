"""The frame of a tile: its rectangle in its plane, its box in degrees, and its grid of 4096 units."""

from collections.abc import Callable
from dataclasses import dataclass

from geoservice.geo import MERCATOR_HALF_M, BBox, Floats, Tile, mercator_easting, mercator_northing, row_latitude

EXTENT = 4096
BUFFER = 64
MAX_ZOOM = 24
"""The last zoom of tiles on request: a unit of the grid is half a millimetre there."""


@dataclass(frozen=True)
class TileFrame:
    """A tile in its plane.

    ``column`` has the shapes in that plane; ``west, south, east, north`` are the tile's edges in its units and ``unit`` is the
    width of a unit of the tile's grid. ``bbox`` is the tile in degrees, ``reach`` the same with its buffer: a feature is in the
    tile if its shape intersects ``reach``, edges included. In Web Mercator the outermost tiles reach to the poles, because
    features beyond the plane are drawn at its edge.
    """

    column: str
    west: float
    south: float
    east: float
    north: float
    bbox: BBox
    reach: BBox

    @property
    def unit(self) -> float:
        """The width of a unit of the grid."""
        return (self.east - self.west) / EXTENT

    def place(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return points in units of the grid, x to the east and y to the south, from the tile's north-west corner."""
        return self.units(lon, lat) if self.column == "geometry" else self.units(mercator_easting(lon), mercator_northing(lat))

    def units(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return points of the tile's plane in units of the grid, from its north-west corner."""
        return (x - self.west) / self.unit, (self.north - y) / self.unit


def _quad(tile: Tile) -> TileFrame | None:
    z, x, y = tile
    n = 2**z
    if not (0 <= x < n and 0 <= y < n):
        return None
    half = MERCATOR_HALF_M
    side = 2 * half / n
    edges = (x * side - half, half - (y + 1) * side, (x + 1) * side - half, half - y * side)
    return TileFrame("_mercator", *edges, _quad_box(tile, 0.0), _quad_box(tile, BUFFER / EXTENT))


def _quad_box(tile: Tile, margin: float) -> BBox:
    z, x, y = tile
    n = 2**z
    south = row_latitude(y + 1 + margin, z) if y < n - 1 else -90.0
    north = row_latitude(y - margin, z) if y else 90.0
    return BBox((x - margin) / n * 360 - 180, south, (x + 1 + margin) / n * 360 - 180, north)


def _crs84(tile: Tile) -> TileFrame | None:
    z, x, y = tile
    side = 180 / 2**z
    if not (0 <= x < 2 ** (z + 1) and 0 <= y < 2**z):
        return None
    box = BBox(x * side - 180, 90 - (y + 1) * side, (x + 1) * side - 180, 90 - y * side)
    margin = side * BUFFER / EXTENT
    reach = BBox(box.west - margin, box.south - margin, box.east + margin, box.north + margin)
    return TileFrame("geometry", *box, box, reach)


MATRIX_SETS: dict[str, Callable[[Tile], TileFrame | None]] = {"WebMercatorQuad": _quad, "WorldCRS84Quad": _crs84}


def frame_of(matrix_set: str, tile: Tile) -> TileFrame | None:
    """Return the frame of a tile, None for one outside the matrix.

    >>> frame_of("WorldCRS84Quad", Tile(0, 1, 0)).bbox
    BBox(west=0.0, south=-90.0, east=180.0, north=90.0)
    """
    return MATRIX_SETS[matrix_set](tile) if 0 <= tile.z <= MAX_ZOOM else None

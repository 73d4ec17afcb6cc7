"""Bounding boxes, tiles, projections and array aliases.

Everywhere in geoservice a coordinate pair is ``(lon, lat)`` in degrees on WGS 84, and every distance is in metres.
"""

import math
from functools import lru_cache
from math import atan, cos, degrees, log, pi, radians, sinh, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]
Ints = NDArray[np.int64]
Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Keys = NDArray[np.uint64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

WGS84 = "EPSG:4326"
EARTH_RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
MAX_MERCATOR_LAT = 85.0511287798066
MERCATOR_RADIUS_M = 6_378_137.0
MERCATOR_HALF_M = pi * MERCATOR_RADIUS_M
"""Half the side of the Web-Mercator square, in metres."""


class BBox(NamedTuple):
    """A bounding box: west, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float

    def intersects(self, other: "BBox") -> bool:
        """Whether the two boxes have at least a point in common."""
        return self.west <= other.east and other.west <= self.east and self.south <= other.north and other.south <= self.north


def mercator_easting(lon: Floats) -> Floats:
    """Return Web-Mercator eastings of longitudes, in metres."""
    return np.radians(lon) * MERCATOR_RADIUS_M


def mercator_northing(lat: Floats) -> Floats:
    """Return Web-Mercator northings of latitudes, in metres; latitudes are clipped to those of the Web-Mercator square."""
    phi = np.radians(np.clip(lat, -MAX_MERCATOR_LAT, MAX_MERCATOR_LAT))
    return np.asarray(np.log(np.tan(np.pi / 4 + phi / 2)) * MERCATOR_RADIUS_M)


def mercator_latitude(northing: float) -> float:
    """Return the latitude of a Web-Mercator northing in metres.

    >>> round(mercator_latitude(MERCATOR_HALF_M), 6)
    85.051129
    """
    return degrees(atan(sinh(northing / MERCATOR_RADIUS_M)))


class Tile(NamedTuple):
    """A WebMercatorQuad tile, origin at the north-west."""

    z: int
    x: int
    y: int

    @property
    def bbox(self) -> BBox:
        """The tile's bounds in degrees."""
        n = 2**self.z
        south, north = (row_latitude(row, self.z) for row in (self.y + 1, self.y))
        return BBox(self.x / n * 360 - 180, south, (self.x + 1) / n * 360 - 180, north)


def row_latitude(row: float, z: int) -> float:
    """Return the latitude of the northern edge of a row of tiles; fractions are within the row."""
    return degrees(atan(sinh(pi * (1 - 2 * row / 2**z))))


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """Return the tile of zoom ``z`` that contains a point; latitudes beyond the tile matrix are clamped.

    >>> tile_at(24.94, 60.17, 10)
    Tile(z=10, x=582, y=296)
    """
    n = 2**z
    phi = radians(max(-MAX_MERCATOR_LAT, min(MAX_MERCATOR_LAT, lat)))
    x = int((lon + 180) / 360 * n)
    y = int((1 - log(tan(phi) + 1 / cos(phi)) / pi) / 2 * n)
    return Tile(z, min(max(x, 0), n - 1), min(max(y, 0), n - 1))


@lru_cache(maxsize=64)
def _local_transformer(lon: float, lat: float, inverse: bool) -> Transformer:
    local = CRS.from_proj4(f"+proj=tmerc +lat_0={lat} +lon_0={lon} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs")
    source, target = (local, WGS84) if inverse else (WGS84, local)
    return Transformer.from_crs(source, target, always_xy=True)


class LocalProjection(NamedTuple):
    """A transverse Mercator plane centred on a study: metres east and north of ``(lon, lat)``, true to 0.1 % within 250 km."""

    lon: float
    lat: float

    @classmethod
    def of(cls, bbox: BBox) -> "LocalProjection":
        """Return the plane centred on a box, rounded to 0.01 degree so that boxes close together share it."""
        return cls(round((bbox.west + bbox.east) / 2, 2), round((bbox.south + bbox.north) / 2, 2))

    def forward(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Project degrees to metres; arrays keep their shape."""
        x, y = _local_transformer(self.lon, self.lat, False).transform(lon, lat)
        return np.asarray(x, float), np.asarray(y, float)

    def inverse(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Unproject metres to degrees; arrays keep their shape."""
        lon, lat = _local_transformer(self.lon, self.lat, True).transform(x, y)
        return np.asarray(lon, float), np.asarray(lat, float)


def haversine_m(lon1: Floats, lat1: Floats, lon2: Floats, lat2: Floats) -> Floats:
    """Return the great-circle distance in metres between paired points; inputs broadcast."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    a = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(a)), float)


def hilbert_index(lon: Floats, lat: Floats, bits: int = 16, frame: BBox | None = None) -> Ints:
    """Return the position of each point along a Hilbert curve over the points' bounding box; shape ``(n,)``, int64.

    The curve is over ``frame`` if there is one, and points outside are moved to its edge.
    Points close on the curve are close on the ground, so that sorting by it keeps neighbouring nodes, rows and tiles together.
    Follows Skilling, "Programming the Hilbert curve" (2004), in its two-dimensional form.
    """
    if len(lon) == 0:
        return np.empty(0, np.int64)
    side = (1 << bits) - 1

    def scaled(v: Floats, low: float, high: float) -> Int32s:
        return (np.clip(v - low, 0, high - low) * (side / (high - low) if high > low else 0.0)).astype(np.int32)

    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    box = frame or BBox(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    x, y = scaled(lon, box.west, box.east), scaled(lat, box.south, box.north)
    index = np.zeros(len(x), np.int64)
    for bit in range(bits - 1, -1, -1):
        rx, ry = (x >> bit) & 1, (y >> bit) & 1
        index <<= 2
        index |= (3 * rx) ^ ry
        swap = ry - 1  # all bits where ry is 0, none where it is 1
        flip = swap & -rx & side
        x ^= flip
        y ^= flip
        difference = (x ^ y) & swap
        x ^= difference
        y ^= difference
    return index


def ranks(chosen: Ints, size: int) -> Int32s:
    """Return the rank of each of ``size`` things among the chosen ones, -1 for others; the last entry is that of thing -1.

    >>> ranks(np.array([2, 0]), 3).tolist(), ranks(np.array([2, 0]), 3)[[-1, 2]].tolist()
    ([1, -1, 0, -1], [-1, 0])
    """
    number = np.full(size + 1, -1, np.int32)
    number[chosen] = np.arange(len(chosen))
    return number


def repeated(counts: Ints | Int32s) -> tuple[Ints, Ints]:
    """Return each position ``i`` ``counts[i]`` times, and the number of each repetition from 0; both of shape ``(sum,)``.

    >>> [a.tolist() for a in repeated(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    sizes = np.asarray(counts, np.int64)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)

"""Tile matrix sets: how the world is cut into tiles, as OGC's Two Dimensional Tile Matrix Set standard (2.0) writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from types import MappingProxyType
from typing import Any

from geoservice.geo import MERCATOR_HALF_M, BBox, tile_at
from geoservice.server.links import CRS84

PIXEL_M = 0.00028
"""The standardised size of a pixel, in metres."""
TILE = 256
LAST = 24
DEF = "http://www.opengis.net/def"


@dataclass(frozen=True)
class MatrixSet:
    """Zooms of the world, each with twice as many columns and rows as the one before.

    ``cell`` is the side of a pixel of zoom 0 and ``corner`` the world's north-west, both in units of the CRS, of which one is
    ``metres`` long; ``columns`` and ``rows`` are those of zoom 0.
    """

    id: str
    title: str
    crs: str
    axes: tuple[str, str]
    scales: str
    cell: float
    metres: float
    corner: tuple[float, float]
    columns: int
    rows: int

    @property
    def uri(self) -> str:
        """Return the name that all the world has for this set."""
        return f"{DEF}/tilematrixset/OGC/1.0/{self.id}"

    def size(self, z: int) -> tuple[int, int]:
        """Return how many columns and rows a zoom has.

        >>> CRS84_QUAD.size(1)
        (4, 2)
        """
        return self.columns << z, self.rows << z

    def document(self) -> dict[str, Any]:
        """Return the whole set."""
        return {
            "id": self.id,
            "title": self.title,
            "uri": self.uri,
            "crs": self.crs,
            "orderedAxes": list(self.axes),
            "wellKnownScaleSet": f"{DEF}/wkss/OGC/1.0/{self.scales}",
            "tileMatrices": [self._matrix(z) for z in range(LAST + 1)],
        }

    def _matrix(self, z: int) -> dict[str, Any]:
        cell, (columns, rows) = self.cell / 2**z, self.size(z)
        return {
            "id": str(z),
            "scaleDenominator": cell * self.metres / PIXEL_M,
            "cellSize": cell,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": list(self.corner),
            "tileWidth": TILE,
            "tileHeight": TILE,
            "matrixWidth": columns,
            "matrixHeight": rows,
        }

    def tile_of(self, lon: float, lat: float, z: int) -> tuple[int, int]:
        """Return column and row of the tile that holds a point.

        >>> CRS84_QUAD.tile_of(25.0, 60.1, 2), MERCATOR.tile_of(24.94, 60.17, 10)
        ((4, 0), (582, 296))
        """
        if self is MERCATOR:
            return tile_at(lon, lat, z)[1:]
        columns, rows = self.size(z)
        x, y = floor((lon + 180) / 360 * columns), floor((90 - lat) / 180 * rows)
        return min(max(x, 0), columns - 1), min(max(y, 0), rows - 1)

    def limits(self, bbox: BBox, low: int, high: int) -> list[dict[str, Any]]:
        """Return the tiles that a box touches, for zooms ``low`` to ``high``; all columns where it crosses 180 degrees."""
        return [self._limit(bbox, z) for z in range(low, high + 1)]

    def _limit(self, bbox: BBox, z: int) -> dict[str, Any]:
        (west, north), (east, south) = self.tile_of(bbox.west, bbox.north, z), self.tile_of(bbox.east, bbox.south, z)
        if bbox.west > bbox.east:
            west, east = 0, self.size(z)[0] - 1
        found = {"minTileRow": north, "maxTileRow": south, "minTileCol": west, "maxTileCol": east}
        return {"tileMatrix": str(z), **found}


MERCATOR = MatrixSet(
    "WebMercatorQuad", "Google Maps Compatible for the World", f"{DEF}/crs/EPSG/0/3857", ("X", "Y"), "GoogleMapsCompatible",
    2 * MERCATOR_HALF_M / TILE, 1.0, (-MERCATOR_HALF_M, MERCATOR_HALF_M), 1, 1,
)  # fmt: skip
CRS84_QUAD = MatrixSet(
    "WorldCRS84Quad", "CRS84 for the World", CRS84, ("Lon", "Lat"), "GoogleCRS84Quad",
    0.703125, MERCATOR_HALF_M / 180, (-180.0, 90.0), 2, 1,
)  # fmt: skip
SETS: Mapping[str, MatrixSet] = MappingProxyType({s.id: s for s in (MERCATOR, CRS84_QUAD)})

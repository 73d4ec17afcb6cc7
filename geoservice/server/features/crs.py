"""Coordinate reference systems of answers and of boxes: what a layer can be had in, and the way there and back.

Releases hold ``(lon, lat)`` on WGS 84 (CRS84). Outside, a position is written in the order of axes that the authority of a CRS
defines: EPSG:4326 and EPSG:4490 are latitude first, the Gauss-Krueger zones northing first. Files (GeoPackage, GeoParquet,
FlatGeobuf) are east first whatever the CRS, as their specifications say.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from pyproj import CRS, Transformer

from geoservice.errors import ParameterError
from geoservice.geo import MAX_MERCATOR_LAT, MERCATOR_HALF_M, BBox, Floats, Objects
from geoservice.release.base import PublishedLayer
from geoservice.server.links import CRS84

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_CODE = r"EPSG:(\d{1,9})|OGC:(CRS84)"
NAME = re.compile(
    rf"{_CODE}|\[(?:{_CODE})\]|urn:ogc:def:crs:(?:EPSG:[\d.]*:(\d{{1,9}})|OGC:[\d.]*:(CRS84))", re.ASCII | re.IGNORECASE
)
"""Other names of a CRS than its URI: CURIE, safe CURIE (OGC API Common) and URN."""
ALWAYS = (4326, 3857, 4490)
CHINA = BBox(73.5, 3.0, 135.0, 54.0)
WITH_ZONE, PLAIN = 4513 - 25, 4534 - 25
"""EPSG code of the CGCS2000 3-degree zone ``n``, less ``n``: with the zone's number before the easting, and without it."""
TURN = 360.0
HAIR, HAIR_LON = 0.5, 1e-3
"""Degrees beyond a pole, and beyond 180 degrees of longitude, that are taken for its edge."""
DENSIFY = 21
"""Points put on each side of a projected box, whose sides are bent on the globe."""


@dataclass(frozen=True)
class Crs:
    """A CRS by its EPSG code, None for CRS84."""

    code: int | None = None

    @property
    def uri(self) -> str:
        """Return the identifier as OGC writes it."""
        return CRS84 if self.code is None else f"{EPSG}{self.code}"

    @property
    def definition(self) -> CRS:
        """Return the whole definition."""
        return _definition("OGC:CRS84" if self.code is None else f"EPSG:{self.code}")

    @property
    def north_first(self) -> bool:
        """Whether the authority writes latitude or northing first."""
        return bool(self.definition.axis_info[0].direction == "north")

    @property
    def projected(self) -> bool:
        """Whether coordinates are metres."""
        return bool(self.definition.is_projected)

    def shapes(self, shapes: Objects, by_authority: bool = True) -> Objects:
        """Return shapes out of CRS84 in this CRS; in the authority's order of axes, or east first for files."""
        flip = by_authority and self.north_first

        def there(positions: Floats) -> Floats:
            found = self._forward(positions)
            return found[:, ::-1] if flip else found

        return shapes if self.code in {None, 4326} and not flip else shapely.transform(shapes, there)

    def _forward(self, positions: Floats) -> Floats:
        """Return ``(east, north)`` of ``(lon, lat)``, shape (n, 2)."""
        if self.code in {None, 4326}:
            return positions
        lon, lat = positions.T
        if self.code == 3857:  # the poles are infinitely far there
            lat = np.clip(lat, -MAX_MERCATOR_LAT, MAX_MERCATOR_LAT)
        return np.column_stack(_transformer(self.code or 0).transform(lon, lat))

    def to_lonlat(self, positions: Floats) -> Floats:
        """Return ``(lon, lat)`` of positions in the authority's order of axes, shape (n, 2); not finite where there is none."""
        found = positions[:, ::-1] if self.north_first else positions
        if self.code in {None, 4326}:
            return found
        x, y = found.T
        return np.column_stack(_transformer(self.code or 0).transform(x, y, direction="INVERSE"))

    def box(self, numbers: tuple[float, float, float, float]) -> BBox:
        """Return the box in CRS84 around a box of this CRS, in the authority's order of axes; raises ValueError.

        Of a geographic CRS, west > east crosses 180 degrees, and so does a box that goes on beyond them, also in Web Mercator.
        The sides of another projected box are densified before they are bent.

        >>> Crs(4326).box((30, 117, 31, 118))
        BBox(west=117, south=30, east=118, north=31)
        """
        a, b, c, d = numbers
        box = BBox(b, a, d, c) if self.north_first else BBox(a, b, c, d)
        if not all(map(math.isfinite, box)) or box.south > box.north:
            raise ValueError(numbers)
        if self.code == 3857:
            box = _from_mercator(box)
        elif self.projected:
            box = self._unprojected(box)
        return wrapped(box)

    def _unprojected(self, box: BBox) -> BBox:
        if box.west > box.east:
            raise ValueError(box)
        found = _transformer(self.code or 0).transform_bounds(*box, densify_pts=DENSIFY, direction="INVERSE")
        if not all(map(math.isfinite, found)):
            raise ValueError(box)
        return BBox(*found)


def _from_mercator(box: BBox) -> BBox:
    """Return a box of Web Mercator in degrees, perhaps beyond 180 of them; raises ValueError for west > east."""
    if box.west > box.east:
        raise ValueError(box)
    west, east = (x / MERCATOR_HALF_M * 180 for x in (box.west, box.east))
    ys = np.clip([box.south, box.north], -MERCATOR_HALF_M, MERCATOR_HALF_M)
    south, north = _transformer(3857).transform([0.0, 0.0], ys, direction="INVERSE")[1]
    return BBox(west, float(south), east, float(north))


def wrapped(box: BBox) -> BBox:
    """Return a box in degrees within the world, west > east where it crosses 180 degrees; raises ValueError.

    What is a hair outside is clamped: programs round, and maps show a rim. Longitudes may be one turn off.

    >>> wrapped(BBox(-180.0000001, -90.0000001, 180.0000001, 90.0000001))
    BBox(west=-180.0, south=-90.0, east=180.0, north=90.0)
    >>> wrapped(BBox(170.0, -10.0, 190.0, 10.0)), wrapped(BBox(-200.0, 0.0, 200.0, 1.0))
    (BBox(west=170.0, south=-10.0, east=-170.0, north=10.0), BBox(west=-180.0, south=0.0, east=180.0, north=1.0))
    """
    west, south, east, north = box
    if max(abs(west), abs(east)) > TURN + 180 or min(south, -north) < -90 - HAIR or south > 90 or north < -90:
        raise ValueError(box)
    south, north = max(south, -90.0), min(north, 90.0)
    if west <= east and east - west >= TURN:
        return BBox(-180.0, south, 180.0, north)
    return BBox(_within_turn(west), south, _within_turn(east), north)


def _within_turn(lon: float) -> float:
    """Return a longitude from -180 to 180."""
    if abs(lon) <= 180 + HAIR_LON:
        return min(max(lon, -180.0), 180.0)
    return (lon + 180) % TURN - 180


@lru_cache(maxsize=64)
def _definition(name: str) -> CRS:
    return CRS.from_user_input(name)


@lru_cache(maxsize=64)
def _transformer(code: int) -> Transformer:
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=True)


STORAGE = Crs()


def zone_of(bbox: tuple[float, float, float, float]) -> int | None:
    """Return the 3-degree zone whose central meridian is nearest the middle of a box, None outside China.

    >>> zone_of((116.9, 30.4, 117.2, 30.7)), zone_of((24.8, 60.1, 25.2, 60.3))
    (39, None)
    """
    west, south, east, north = bbox
    if west < CHINA.west or east > CHINA.east or south < CHINA.south or north > CHINA.north:
        return None
    return min(max(math.floor((west + east) / 6 + 0.5), 25), 45)


def offered(layer: PublishedLayer) -> tuple[Crs, ...]:
    """Return the CRS that a layer can be had in, the storage CRS first; a table without geometry has none other."""
    if layer.geometry == "none" or layer.bbox is None:
        return (STORAGE,)
    zone = zone_of(layer.bbox)
    zones = () if zone is None else (PLAIN + zone, WITH_ZONE + zone)
    return (STORAGE, *(Crs(code) for code in (*ALWAYS, *zones)))


def parse_crs(name: str, text: str | None, layer: PublishedLayer) -> Crs:
    """Return the CRS of a parameter, the storage CRS by default; raises :class:`ParameterError` naming those there are."""
    if text is None:
        return STORAGE
    for crs in offered(layer):
        if uri_of(text) == crs.uri:
            return crs
    allowed = ", ".join(crs.uri for crs in offered(layer))
    raise ParameterError(f"parameter {name}: got {text!r:.120}, allowed are {allowed}, also as EPSG:4326 or [EPSG:4326]")


def uri_of(text: str) -> str:
    """Return the URI of a CRS by its URI, CURIE, safe CURIE or URN; other text as it is.

    >>> uri_of("[EPSG:3857]"), uri_of("urn:ogc:def:crs:EPSG::3857") == uri_of("epsg:3857")
    ('http://www.opengis.net/def/crs/EPSG/0/3857', True)
    >>> uri_of("OGC:CRS84"), uri_of("x")
    ('http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'x')
    """
    found = NAME.fullmatch(text)
    if found is None:
        return text.replace("https://", "http://", 1)
    code = next(code for code in found.groups() if code is not None)
    return CRS84 if code.upper() == "CRS84" else f"{EPSG}{code}"

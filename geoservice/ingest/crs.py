"""Transformation of coordinates to WGS 84 degrees, including the two shifted Chinese datums.

GCJ-02 is WGS 84 shifted by some hundred metres through a sum of sines, defined for mainland China; BD-09 is GCJ-02 rotated
and shifted again. Neither has a closed inverse: a fixed-point iteration finds it to less than a millimetre.
"""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError

from geoservice.errors import ParameterError
from geoservice.geo import WGS84, Bools, Floats

SHIFTED = ("gcj02", "bd09")
TITLES = {"EPSG:4326": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}
"""Names for messages."""
_AXIS_M = 6_378_245.0
_ECCENTRICITY_2 = 0.006_693_421_622_965_943
_BD = np.pi * 3000 / 180
_LAST_STEP = 2e-7
"""Degrees; each step of the inverse leaves less than a hundredth of the one before, so 0.2 mm after a step this small."""
_CHUNK = 65_536
"""Points inverted at a time: small enough for the processor cache and for threads to share the work."""
Pair = tuple[Floats, Floats]


@lru_cache(maxsize=1)
def _china() -> shapely.Geometry:
    """Return the outline of the area where GCJ-02 is used: Natural Earth 1:10 m (public domain), 10 km wider, simplified."""
    return shapely.from_wkt(files(__package__).joinpath("china.wkt").read_text("utf-8"))


def in_china(lon: Floats, lat: Floats) -> Bools:
    """Whether points lie where GCJ-02 is used; by polygon, since a box would shift Hanoi, Seoul and Taipei.

    >>> in_china(np.array([116.4, 127.0]), np.array([39.9, 37.55])).tolist()
    [True, False]
    """
    outline = _china()
    shapely.prepare(outline)
    return np.asarray(shapely.contains_xy(outline, lon, lat), bool)


def _shift(lon: Floats, lat: Floats) -> Pair:
    """Return the degrees that GCJ-02 adds to WGS 84 at each point; shapes are kept."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    px, py = np.pi * x, np.pi * y
    common = 20.0 * np.sin(6 * px) + 20.0 * np.sin(2 * px)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (common + 20 * np.sin(py) + 40 * np.sin(py / 3) + 160 * np.sin(py / 12) + 320 * np.sin(py / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (common + 20 * np.sin(px) + 40 * np.sin(px / 3) + 150 * np.sin(px / 12) + 300 * np.sin(px / 30)) * 2 / 3
    phi = np.radians(lat)
    w2 = 1 - _ECCENTRICITY_2 * np.sin(phi) ** 2
    metres_north = _AXIS_M * (1 - _ECCENTRICITY_2) / (w2 * np.sqrt(w2))
    return np.degrees(east / (_AXIS_M / np.sqrt(w2) * np.cos(phi))), np.degrees(north / metres_north)


def _gcj_of(lon: Floats, lat: Floats) -> Pair:
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def _bd_of(lon: Floats, lat: Floats) -> Pair:
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def _inverse(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Return the points that ``forward``, a small shift, maps to ``lon`` and ``lat``; by fixed-point iteration."""
    flat_lon, flat_lat = lon.ravel(), lat.ravel()
    x, y = flat_lon.copy(), flat_lat.copy()

    def solve(start: int) -> None:
        chunk = slice(start, start + _CHUNK)
        _solve(forward, flat_lon[chunk], flat_lat[chunk], x[chunk], y[chunk])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(solve, range(0, len(x), _CHUNK)))
    return x.reshape(lon.shape), y.reshape(lat.shape)


def _solve(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats, x: Floats, y: Floats) -> None:
    """Change ``x`` and ``y``, initially ``lon`` and ``lat``, in place until ``forward`` maps them to ``lon`` and ``lat``."""
    for _ in range(12):
        mapped_x, mapped_y = forward(x, y)
        dx, dy = lon - mapped_x, lat - mapped_y
        x += dx
        y += dy
        if max(np.max(np.abs(dx), initial=0.0), np.max(np.abs(dy), initial=0.0)) < _LAST_STEP:
            break


def _where(inside: Bools, if_inside: Pair, if_outside: Pair) -> Pair:
    return np.where(inside, if_inside[0], if_outside[0]), np.where(inside, if_inside[1], if_outside[1])


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return GCJ-02 of WGS 84 degrees; shapes are kept, points outside China are unchanged.

    >>> [np.round(v, 4).tolist() for v in wgs84_to_gcj02(np.array([116.4, 24.94]), np.array([39.9, 60.17]))]
    [[116.4062, 24.94], [39.9014, 60.17]]
    """
    return _where(in_china(lon, lat), _gcj_of(lon, lat), (lon, lat))


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> Pair:
    """Return WGS 84 of GCJ-02 degrees; shapes are kept. Inverse of :func:`wgs84_to_gcj02` to less than 1 mm."""
    wgs84 = _inverse(_gcj_of, np.asarray(lon, float), np.asarray(lat, float))
    return _where(in_china(*wgs84), wgs84, (lon, lat))


def wgs84_to_bd09(lon: Floats, lat: Floats) -> Pair:
    """Return BD-09 of WGS 84 degrees; shapes are kept, points outside China are unchanged."""
    return _where(in_china(lon, lat), _bd_of(*_gcj_of(lon, lat)), (lon, lat))


def bd09_to_wgs84(lon: Floats, lat: Floats) -> Pair:
    """Return WGS 84 of BD-09 degrees; shapes are kept. Inverse of :func:`wgs84_to_bd09` to less than 1 mm."""
    wgs84 = _inverse(_gcj_of, *_inverse(_bd_of, np.asarray(lon, float), np.asarray(lat, float)))
    return _where(in_china(*wgs84), wgs84, (lon, lat))


WGS84_TO: Mapping[str, Callable[[Floats, Floats], Pair]] = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}
"""Functions from WGS 84 to the shifted datums."""


@lru_cache(maxsize=256)  # more than the projections that are tried for metres without a zone
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(CRS.from_user_input(crs), WGS84, always_xy=True)


_SHIFT = re.compile(r"(?P<crs>[^+]*?)\s*\+?\s*towgs84\s*=\s*(?P<numbers>[-+0-9.eE,\s]+)", re.IGNORECASE)
"""A CRS with parameters of its datum, ``EPSG:2437+towgs84=DX,DY,DZ``; PROJ texts hold them themselves."""
_OLD_DATUMS = ("Beijing 1954", "New Beijing", "Xian 1980", "Unknown based on Krassowsky, 1940 ellipsoid")
"""Datums up to 150 m off WGS 84, whose parameters are not public."""


def _with_shift(name: str, numbers: str) -> str:
    """Return a CRS with three or seven parameters of its datum as WKT; raises :class:`ParameterError`."""
    try:
        values = [float(v) for v in numbers.replace(",", " ").split()]
    except ValueError:
        values = []
    if len(values) not in {3, 7}:
        raise ParameterError(
            f"crs: got {len(values)} parameters of the datum, allowed are 3 (dx,dy,dz in metres) or 7 (with rx,ry,rz in "
            "seconds and ds in parts per million, position vector)"
        )
    source = CRS.from_user_input(parse_crs(name))
    return BoundCRS(source, WGS84, ToWGS84Transformation(source.geodetic_crs or source, *values)).to_wkt()


def datum_note(crs: str) -> str:
    """Return a note if a CRS has an old Chinese datum without parameters, so that positions are up to 150 m off; else empty.

    >>> datum_note("EPSG:2437")[:13], datum_note("EPSG:4490"), datum_note(parse_crs("EPSG:2437+towgs84=15.8,-154.4,-82.3"))
    ('Beijing 1954 ', '', '')
    """
    if crs in SHIFTED:
        return ""
    parsed = CRS.from_user_input(crs)
    datum = "" if parsed.is_bound or parsed.datum is None else parsed.datum.name
    if datum not in _OLD_DATUMS:
        return ""
    return (
        f"{datum} has no public parameters: positions are up to 150 m off; add them, --crs "
        f"'{crs_title(crs)}+towgs84=DX,DY,DZ,RX,RY,RZ,DS', or give points that are known in both systems, --control-points FILE"
    )


def parse_crs(text: str) -> str:
    """Return the canonical name of a CRS: ``gcj02``, ``bd09``, or a text that PROJ accepts.

    ``+towgs84=`` and three or seven numbers after a CRS are the parameters of its datum.

    Raises :class:`ParameterError` for anything else.

    >>> parse_crs("GCJ-02"), parse_crs("4490")
    ('gcj02', 'EPSG:4490')
    """
    plain = text.strip().lower().replace("-", "").replace("_", "")
    if plain in SHIFTED:
        return plain
    if shift := _SHIFT.fullmatch(text.strip()):
        return _with_shift(shift["crs"], shift["numbers"])
    name = f"EPSG:{text.strip()}" if text.strip().isdigit() else text.strip()
    try:
        CRS.from_user_input(name)
    except CRSError as e:
        raise ParameterError(f"crs: got {text[:80]!r}, allowed are EPSG:<number>, gcj02, bd09 or a text of PROJ") from e
    return name


def crs_title(crs: str) -> str:
    """Return a short name of a CRS for messages: the authority's code if known."""
    if crs in SHIFTED or len(crs) < 30:
        return crs
    parsed = CRS.from_user_input(crs)
    return str(parsed.to_string() if parsed.to_authority() else parsed.name)


def is_degrees(crs: str) -> bool:
    """Whether the coordinates of a CRS are in degrees."""
    return crs in SHIFTED or bool(CRS.from_user_input(crs).is_geographic)


def to_wgs84(crs: str, x: Floats, y: Floats) -> Pair:
    """Return WGS 84 longitude and latitude of coordinates in any CRS, x (east, lon) first whatever its axis order.

    Points that cannot be transformed are not finite, for the caller to reject; shapes are kept.
    """
    if crs == "gcj02":
        return gcj02_to_wgs84(x, y)
    if crs == "bd09":
        return bd09_to_wgs84(x, y)
    if crs.upper() in {"EPSG:4326", "OGC:CRS84"}:
        return x, y
    lon, lat = _transformer(crs).transform(x, y)
    return np.asarray(lon, float), np.asarray(lat, float)

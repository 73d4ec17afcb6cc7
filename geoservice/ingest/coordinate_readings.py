"""Other ways to read coordinates that lie where they should not: axes exchanged, another CRS, minutes for decimals."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pyproj import CRS

from geoservice.geo import WGS84, Floats
from geoservice.ingest.coordinate_pairs import Inside, in_box_of_china
from geoservice.ingest.crs import SHIFTED, TITLES, Pair, is_degrees, to_wgs84
from geoservice.ingest.header_names import PAIR_ORDERS

SAMPLE = 2000
_FEW = 200
"""Points that each of many projections is tried on."""
_PROJECTED = (
    *(f"EPSG:{n}" for n in range(4534, 4555)),
    "EPSG:3857",
    *(f"EPSG:{n}" for n in (*range(32601, 32661), *range(32701, 32761))),
)
"""What eastings without the number of a zone may be: the Chinese 3-degree meridians, web Mercator, UTM."""
_ZONES = {**{z: 4491 + z - 13 for z in range(13, 24)}, **{z: 4513 + z - 25 for z in range(25, 46)}}
"""EPSG codes of CGCS2000 by the zone in front of an easting: 6 degrees wide from 13 to 23, 3 degrees from 25 to 45."""
_BEYOND_MERCATOR = 15_100_000
"""Eastings in web Mercator are less, up to 135 degrees east."""
_UNSIGNED = "degrees, minutes and seconds written without their signs; write them as 116°57'00\" or in decimal degrees"


class FilePoints(NamedTuple):
    """Coordinates as a file has them, NaN where refused; ``mapping`` says which columns they came from, in which order."""

    crs: str
    x: Floats
    y: Floats
    mapping: Mapping[str, str]


class CoordinateReading(NamedTuple):
    """Coordinates read otherwise: the CRS, whether the axes are exchanged, and the share of points that are then inside."""

    crs: str
    swapped: bool
    share: float


def share_inside(crs: str, x: Floats, y: Floats, inside: Inside | None) -> float:
    """Return the share of points that lie in the areas loaded; without areas, where the CRS is meant to be used."""
    degrees = is_degrees(crs)
    there = (np.abs(x) <= 180) & (np.abs(y) <= 90) if degrees else np.isfinite(x)
    lon, lat = to_wgs84(crs, x[there], y[there])
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.any():
        return 0.0
    count = inside or (in_box_of_china if degrees else _area_of_use(crs))
    return count(lon[good], lat[good]) * float(good.sum()) / len(x)


def _area_of_use(crs: str) -> Inside:
    used = CRS.from_user_input(crs).area_of_use
    west, south, east, north = used.bounds if used is not None else (-180.0, -90.0, 180.0, 90.0)
    return lambda lon, lat: float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())


def sample(x: Floats, y: Floats, most: int = SAMPLE) -> Pair:
    """Return finite points, evenly out of all of them."""
    at = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    at = at[np.unique(np.linspace(0, len(at) - 1, min(len(at), most)).astype(int))] if len(at) else at
    return x[at], y[at]


def other_reading(points: FilePoints, inside: Inside | None) -> str:
    """Say how the coordinates of a file should be read, and by which options; empty where no other reading is better."""
    x, y = sample(points.x, points.y)
    if not len(x):
        return ""
    if reading := better_reading(points.crs, x, y, inside):
        share = f" ({reading.share:.0%} of a sample would be inside)" if inside is not None else ""
        return how_to_say(reading, points.crs, points.mapping) + share
    return sexagesimal(x, y, inside) if is_degrees(points.crs) and share_inside(points.crs, x, y, inside) < 0.5 else ""


def better_reading(crs: str, x: Floats, y: Floats, inside: Inside | None) -> CoordinateReading | None:
    """Return the reading that puts clearly more points inside than the one in use; None if none does.

    Parameters
    ----------
    crs, x, y
        The CRS in use and the coordinates as the file has them, shapes ``(n,)``.
    inside
        Share of points in the areas loaded; None where there are none: then only what the ranges of the numbers say counts.
    """
    x, y = sample(x, y)
    base = share_inside(crs, x, y, inside)
    near = [
        CoordinateReading(c, swapped, share_inside(c, *((y, x) if swapped else (x, y)), inside))
        for c, swapped in _near(crs, inside)
    ]
    best = max(near, key=lambda r: r.share)
    if best.share > base + max(0.02 * (1 - base), 0.001) and best.share - base > 0.3 * (1 - base):
        return best
    if base < 0.5 and (found := projected_reading(x, y, inside)):
        return found
    in_range = ((np.abs(y) <= 180) & (np.abs(x) <= 90)).mean() if is_degrees(crs) else 0.0
    return CoordinateReading(crs, True, 0.0) if in_range > 0.5 and (np.abs(y) > 90).mean() > 0.5 else None


def _near(crs: str, inside: Inside | None) -> Iterator[tuple[str, bool]]:
    """Give the readings that differ little: exchanged axes, and the shifted datums, which areas alone can tell apart."""
    yield crs, True
    if inside is not None and is_degrees(crs):
        yield from ((other, False) for other in (WGS84, *SHIFTED) if other != crs)


def projected_reading(x: Floats, y: Floats, inside: Inside | None) -> CoordinateReading | None:
    """Return the projected CRS, and the order of axes, under which most points lie inside; None if none does.

    Without areas only an easting that begins with the number of its zone tells.
    """
    x, y = sample(x, y, _FEW)
    if not len(x) or max(np.abs(x).max(), np.abs(y).max()) < 1000:
        return None
    zones = [CoordinateReading(*zone, 0.0) for zone in (_zone_of(x, y, False), _zone_of(y, x, True)) if zone is not None]
    if inside is None:
        return next((r for r in zones if (y if r.swapped else x).min() > _BEYOND_MERCATOR), None)
    tried = [(r.crs, r.swapped) for r in zones] + [(crs, swapped) for crs in _PROJECTED for swapped in (False, True)]
    readings = (
        CoordinateReading(crs, swapped, share_inside(crs, *((y, x) if swapped else (x, y)), inside)) for crs, swapped in tried
    )
    best = max(readings, key=lambda r: r.share)
    return best if best.share > 0.5 else None


def _zone_of(east: Floats, north: Floats, swapped: bool) -> tuple[str, bool] | None:
    """Return the CRS of Gauss-Krueger coordinates whose eastings begin with one zone: 39512345 is 512 km of zone 39."""
    zones = np.unique(east // 1_000_000)
    plausible = (np.abs(east % 1_000_000 - 500_000) < 400_000) & (north > 1_500_000) & (north < 6_500_000)
    if len(zones) != 1 or int(zones[0]) not in _ZONES or plausible.mean() < 0.9:
        return None
    return f"EPSG:{_ZONES[int(zones[0])]}", swapped


def sexagesimal(x: Floats, y: Floats, inside: Inside | None) -> str:
    """Return what to do about numbers that are degrees, minutes and seconds without signs; empty if they are none.

    Such are 1165700, 11657.0 and 116.57, each of them for 116°57′00″.
    """
    x, y = sample(x, y)
    for scale in (10_000.0, 100.0, 1.0):
        lon, lat = (_from_parts(v, scale) for v in (x, y))
        good = np.isfinite(lon) & np.isfinite(lat)
        if len(x) and good.mean() >= 0.98 and (inside or in_box_of_china)(lon[good], lat[good]) > 0.5:
            return f"they look like {_UNSIGNED}"
    return ""


def _from_parts(packed: Floats, scale: float) -> Floats:
    """Return degrees of numbers whose digits are degrees, minutes and seconds; NaN where minutes or seconds reach 60.

    >>> _from_parts(np.array([1165730.0, 1166100.0]), 10_000.0).round(4).tolist()
    [116.9583, nan]
    """
    size = np.abs(packed)
    degrees = np.floor(size / scale + 1e-9)
    minutes = (size / scale - degrees) * 100
    seconds = np.zeros_like(size)
    if scale != 100.0:
        seconds = np.maximum((minutes - np.floor(minutes + 1e-7)) * 100, 0)
        minutes = np.floor(minutes + 1e-7)
    good = (minutes < 60) & (seconds < 60) & (degrees <= 180)
    return np.where(good, np.sign(packed) * (degrees + np.maximum(minutes, 0) / 60 + seconds / 3600), np.nan)


def how_to_say(reading: CoordinateReading, crs: str, mapping: Mapping[str, str]) -> str:
    """Return what a reading is, and the options that choose it.

    >>> how_to_say(CoordinateReading("EPSG:4527", True, 1.0), "EPSG:4326", {"lon": "X", "lat": "Y"})
    'they look like EPSG:4527 with the axes exchanged: read them with --crs EPSG:4527 --map lon=Y --map lat=X'
    """
    other, exchanged = reading.crs != crs, _exchanged(mapping) if reading.swapped else []
    looks = f"like {TITLES.get(reading.crs, reading.crs)}" if other else "swapped"
    looks += " with the axes exchanged" if other and reading.swapped else ""
    options = [*([f"--crs {reading.crs}"] if other else []), *exchanged]
    remedies = [f"read them with {' '.join(options)}"] if options else []
    remedies += ["exchange the two numbers in the file's geometries"] if reading.swapped and not exchanged else []
    return f"they look {looks}: {' and '.join(remedies)}"


def _exchanged(mapping: Mapping[str, str]) -> Sequence[str]:
    """Return the options that exchange the axes; none where a geometry holds them."""
    for order, other in (PAIR_ORDERS, PAIR_ORDERS[::-1]):
        if header := mapping.get(order):
            return [f"--map {shlex.quote(f'{other}={header}')}"]
    if "lon" in mapping and "lat" in mapping:
        return [f"--map {shlex.quote(f'{field}={mapping[of]}')}" for field, of in (("lon", "lat"), ("lat", "lon"))]
    return []

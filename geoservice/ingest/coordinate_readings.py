"""Alternative readings of misplaced coordinates: exchanged axes, another CRS, or sexagesimal digits read as decimals."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pyproj import CRS

from geoservice.geo import WGS84, Bools, Floats, Ints
from geoservice.ingest.coordinate_pairs import Inside, share_in_china
from geoservice.ingest.crs import SHIFTED, TITLES, Pair, crs_title, is_degrees, to_wgs84
from geoservice.ingest.header_names import PAIR_ORDERS

SAMPLE = 2000
_PROJECTED_SAMPLE = 200
"""Number of points on which each of many projections is tried."""
_PROJECTED = (
    *(f"EPSG:{n}" for n in range(4534, 4555)),
    "EPSG:3857",
    *(f"EPSG:{n}" for n in (*range(32601, 32661), *range(32701, 32761))),
)
"""CRSs tried for eastings without a zone number: Chinese 3-degree zones by meridian, web Mercator, UTM."""
_ZONES = {**{z: 4491 + z - 13 for z in range(13, 24)}, **{z: 4513 + z - 25 for z in range(25, 46)}}
"""EPSG code of CGCS2000 by the zone number before an easting: 6-degree zones 13 to 23, 3-degree zones 25 to 45."""
_BEYOND_MERCATOR = 15_100_000
"""Web Mercator eastings up to 135 degrees east are below this."""
_UNSIGNED = "degrees, minutes and seconds without unit signs; write them as 116°57'00\" or in decimal degrees"


class FilePoints(NamedTuple):
    """Coordinates as in the file, NaN where rejected; ``mapping`` names the columns they came from."""

    crs: str
    x: Floats
    y: Floats
    mapping: Mapping[str, str]


class CoordinateReading(NamedTuple):
    """An alternative reading of coordinates: CRS, whether the axes are exchanged, and the share of points then inside.

    ``of_areas`` means that the points are right and the loaded areas are in this CRS, although they were read as WGS 84.
    """

    crs: str
    swapped: bool
    share: float
    of_areas: bool = False


def share_inside(crs: str, x: Floats, y: Floats, inside: Inside | None) -> float:
    """Return the share of points inside the loaded areas; without areas, inside the area of use of the CRS."""
    degrees = is_degrees(crs)
    plausible = (np.abs(x) <= 180) & (np.abs(y) <= 90) if degrees else np.isfinite(x)
    lon, lat = to_wgs84(crs, x[plausible], y[plausible])
    finite = np.isfinite(lon) & np.isfinite(lat)
    if not finite.any():
        return 0.0
    share = inside or (share_in_china if degrees else _share_in_area_of_use(crs))
    return share(lon[finite], lat[finite]) * float(finite.sum()) / len(x)


def _share_in_area_of_use(crs: str) -> Inside:
    area = CRS.from_user_input(crs).area_of_use
    west, south, east, north = area.bounds if area is not None else (-180.0, -90.0, 180.0, 90.0)
    return lambda lon, lat: float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean())


def sample(x: Floats, y: Floats, size: int = SAMPLE) -> Pair:
    """Return up to ``size`` finite points, evenly spaced over all of them."""
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    finite = finite[np.unique(np.linspace(0, len(finite) - 1, min(len(finite), size)).astype(int))] if len(finite) else finite
    return x[finite], y[finite]


def other_reading(points: FilePoints, inside: Inside | None) -> str:
    """Return a hint how the coordinates should be read, with the options for it; empty if no other reading is better."""
    x, y = sample(points.x, points.y)
    if not len(x):
        return ""
    if reading := better_reading(points.crs, x, y, inside):
        share = f" ({reading.share:.0%} of a sample would be inside)" if inside is not None else ""
        return reading_hint(reading, points.crs, points.mapping) + share
    return sexagesimal_hint(x, y, inside) if is_degrees(points.crs) and share_inside(points.crs, x, y, inside) < 0.5 else ""


def better_reading(crs: str, x: Floats, y: Floats, inside: Inside | None) -> CoordinateReading | None:
    """Return the reading that puts clearly more points inside than the current one; None if there is none.

    Parameters
    ----------
    crs, x, y
        The current CRS and the coordinates as in the file, shapes ``(n,)``.
    inside
        Share of points inside the loaded areas; None without areas, when only the ranges of the values count.
    """
    x, y = sample(x, y)
    base = share_inside(crs, x, y, inside)
    similar = [
        CoordinateReading(c, swapped, share_inside(c, *((y, x) if swapped else (x, y)), inside))
        for c, swapped in _similar_readings(crs, inside)
    ]
    best = max(similar, key=lambda r: r.share)
    if best.share > base + max(0.02 * (1 - base), 0.001) and best.share - base > 0.3 * (1 - base):
        return best
    if base < 0.5 and (projected := projected_reading(x, y, inside)):
        return projected
    in_range = ((np.abs(y) <= 180) & (np.abs(x) <= 90)).mean() if is_degrees(crs) else 0.0
    return CoordinateReading(crs, True, 0.0) if in_range > 0.5 and (np.abs(y) > 90).mean() > 0.5 else None


def _similar_readings(crs: str, inside: Inside | None) -> Iterator[tuple[str, bool]]:
    """Yield similar readings: exchanged axes, and with areas the shifted datums, which only areas can tell apart."""
    yield crs, True
    if inside is not None and is_degrees(crs):
        yield from ((other, False) for other in (WGS84, *SHIFTED) if other != crs)


MaskInside = Callable[[Floats, Floats, Ints], Bools]
"""Function of longitudes, latitudes and the indexes of the points: whether each lies inside its own area."""


def alternative_readings(crs: str, x: Floats, y: Floats, inside: MaskInside) -> Iterator[CoordinateReading]:
    """Yield the readings to compare with the current one, without shares; of projections only the best.

    Parameters
    ----------
    crs, x, y
        The current CRS and the coordinates as in the file, shapes ``(n,)``.
    inside
        Whether points lie inside their own areas; chooses the projection.
    """
    yield CoordinateReading(crs, True, 0.0)
    if ((np.abs(x) <= 180) & (np.abs(y) <= 180)).mean() > 0.5:
        others = [datum for datum in (WGS84, *SHIFTED) if datum != crs]
        yield from (CoordinateReading(datum, False, 0.0) for datum in others)
        yield from (CoordinateReading(datum, True, 0.0) for datum in others)
        if crs not in SHIFTED:
            yield from (CoordinateReading(datum, False, 0.0, of_areas=True) for datum in SHIFTED)
        return
    rows = np.unique(np.linspace(0, len(x) - 1, min(len(x), _PROJECTED_SAMPLE)).astype(int))
    few_x, few_y = x[rows], y[rows]
    readings = [CoordinateReading(*zone, 0.0) for zone in (_zone_crs(x, y, False), _zone_crs(y, x, True)) if zone is not None]
    readings += [CoordinateReading(c, swapped, 0.0) for c in _PROJECTED for swapped in (False, True)]
    shares = [inside(*to_wgs84(r.crs, *((few_y, few_x) if r.swapped else (few_x, few_y))), rows).mean() for r in readings]
    best = int(np.argmax(shares))
    if shares[best] > 0.5 and (readings[best].crs, readings[best].swapped) != (crs, False):
        yield readings[best]


def projected_reading(x: Floats, y: Floats, inside: Inside | None) -> CoordinateReading | None:
    """Return the projected CRS and axis order that puts most points inside; None if none does.

    Without areas, only eastings that begin with a zone number are recognised.
    """
    x, y = sample(x, y, _PROJECTED_SAMPLE)
    if not len(x) or max(np.abs(x).max(), np.abs(y).max()) < 1000:
        return None
    zones = [CoordinateReading(*zone, 0.0) for zone in (_zone_crs(x, y, False), _zone_crs(y, x, True)) if zone is not None]
    if inside is None:
        return next((r for r in zones if (y if r.swapped else x).min() > _BEYOND_MERCATOR), None)
    candidates = [(r.crs, r.swapped) for r in zones] + [(crs, swapped) for crs in _PROJECTED for swapped in (False, True)]
    readings = (
        CoordinateReading(crs, swapped, share_inside(crs, *((y, x) if swapped else (x, y)), inside))
        for crs, swapped in candidates
    )
    best = max(readings, key=lambda r: r.share)
    return best if best.share > 0.5 else None


def _zone_crs(east: Floats, north: Floats, swapped: bool) -> tuple[str, bool] | None:
    """Return CRS and ``swapped`` of Gauss-Krueger eastings with one zone prefix: 39512345 is 512 km in zone 39; else None."""
    zones = np.unique(east // 1_000_000)
    plausible = (np.abs(east % 1_000_000 - 500_000) < 400_000) & (north > 1_500_000) & (north < 6_500_000)
    if len(zones) != 1 or int(zones[0]) not in _ZONES or plausible.mean() < 0.9:
        return None
    return f"EPSG:{_ZONES[int(zones[0])]}", swapped


def sexagesimal_hint(x: Floats, y: Floats, inside: Inside | None) -> str:
    """Return a hint if the numbers are degrees, minutes and seconds without signs; empty otherwise.

    For example 1165700, 11657.0 and 116.57 for 116°57′00″.
    """
    x, y = sample(x, y)
    for scale in (10_000.0, 100.0, 1.0):
        lon, lat = (_unpack_sexagesimal(v, scale) for v in (x, y))
        good = np.isfinite(lon) & np.isfinite(lat)
        if len(x) and good.mean() >= 0.98 and (inside or share_in_china)(lon[good], lat[good]) > 0.5:
            return f"they look like {_UNSIGNED}"
    return ""


def _unpack_sexagesimal(packed: Floats, scale: float) -> Floats:
    """Return decimal degrees of packed sexagesimal numbers; NaN where minutes or seconds reach 60.

    >>> _unpack_sexagesimal(np.array([1165730.0, 1166100.0]), 10_000.0).round(4).tolist()
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


def reading_title(reading: CoordinateReading, crs: str) -> str:
    """Return the name of a reading in messages, compared with reading in ``crs``.

    >>> reading_title(CoordinateReading("gcj02", True, 0.0), "EPSG:4326")
    'GCJ-02 with the axes exchanged'
    """
    name = TITLES.get(reading.crs) or crs_title(reading.crs)
    if reading.of_areas:
        return f"{TITLES.get(crs) or crs_title(crs)}, areas in {name}"
    if reading.crs == crs and reading.swapped:
        return "exchanged axes"
    return f"{name} with the axes exchanged" if reading.swapped else name


def reading_hint(reading: CoordinateReading, crs: str, mapping: Mapping[str, str]) -> str:
    """Return a description of a reading and the options that select it.

    >>> reading_hint(CoordinateReading("EPSG:4527", True, 1.0), "EPSG:4326", {"lon": "X", "lat": "Y"})
    'they look like EPSG:4527 with the axes exchanged: read them with --crs EPSG:4527 --map lon=Y --map lat=X'
    """
    other_crs, swap_options = reading.crs != crs, _swap_options(mapping) if reading.swapped else []
    looks = f"like {TITLES.get(reading.crs, reading.crs)}" if other_crs else "swapped"
    looks += " with the axes exchanged" if other_crs and reading.swapped else ""
    options = [*([f"--crs {reading.crs}"] if other_crs else []), *swap_options]
    fixes = [f"read them with {' '.join(options)}"] if options else []
    fixes += ["exchange the two numbers in the file's geometries"] if reading.swapped and not swap_options else []
    return f"they look {looks}: {' and '.join(fixes)}"


def _swap_options(mapping: Mapping[str, str]) -> Sequence[str]:
    """Return the options that exchange the axes; empty for geometries."""
    for order, other in (PAIR_ORDERS, PAIR_ORDERS[::-1]):
        if header := mapping.get(order):
            return [f"--map {shlex.quote(f'{other}={header}')}"]
    if "lon" in mapping and "lat" in mapping:
        return [f"--map {shlex.quote(f'{field}={mapping[source]}')}" for field, source in (("lon", "lat"), ("lat", "lon"))]
    return []

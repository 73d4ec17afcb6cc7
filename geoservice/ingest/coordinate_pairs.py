"""Pairs of coordinates in one cell, such as 116.95,30.52 or N30°31′ E116°57′, and the order of the two numbers."""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geoservice.geo import Bools, Floats
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.degrees import Angle, parse_angle, plain_angle
from geoservice.ingest.header_names import PAIR_ORDERS
from geoservice.ingest.values import Text, normalize_text, numbers, without_missing

ALLOWED = "two coordinates such as 116.95,30.52 or N30°31′12″ E116°57′00″"
_PLAIN = r"^\s*[\[({（【]?\s*(?P<a>[+-]?\d+(?:\.\d+)?)\s*[,，;；、|/\s]\s*(?P<b>[+-]?\d+(?:\.\d+)?)\s*[\])}）】]?\s*$"
_NUMBER = r"[+-]?\d{1,3}\.\d+"
_HEIGHT = re.compile(rf"({_NUMBER})(\s*[,;\s]\s*)({_NUMBER})\s*[,;\s]\s*[+-]?\d+(?:\.\d+)?")
_LABEL = re.compile(r"\"?(LON|LAT)\"?\s*[:=]?\s*")
_BETWEEN = " \t,;、|/"
_BRACKETS = "()[]{}【】"


def parse_pair(text: str) -> tuple[Angle, Angle]:
    """Return the two coordinates of a text, in the order of the text.

    Raises :class:`ValueError` with the reason if there are not exactly two, or several ways to separate them.

    >>> [[a.degrees for a in parse_pair(t)] for t in ("(30.52, 116.95)", "116,95;30,52", "东经116°57′北纬30°30′")]
    [[30.52, 116.95], [116.95, 30.52], [116.95, 30.5]]
    """
    cleaned = _LABEL.sub(r"\1", plain_angle(text)).strip(_BRACKETS + _BETWEEN)
    if height := _HEIGHT.fullmatch(cleaned):
        cleaned = f"{height[1]},{height[3]}"
    splits = {pair for i in range(1, len(cleaned)) if _may_split(cleaned, i) and (pair := _halves(cleaned[:i], cleaned[i:]))}
    if len(splits) != 1:
        raise ValueError("several readings as two coordinates" if splits else "not two coordinates")
    return splits.pop()


def _may_split(text: str, i: int) -> bool:
    """Whether one coordinate may end before index ``i`` of a text: at a separator, or beside an axis or hemisphere."""
    return text[i] in _BETWEEN or text[i - 1] in "NSEW" or text[i] in "NSEWL"


def _halves(first: str, second: str) -> tuple[Angle, Angle] | None:
    try:
        a, b = (parse_angle(half.strip(_BETWEEN), bare=False) for half in (first, second))
    except ValueError:
        return None
    return (a, b) if a.axis is None or a.axis != b.axis else None


def looks_like_pair(text: str) -> bool:
    """Whether a text holds two coordinates."""
    try:
        parse_pair(text)
    except ValueError:
        return False
    return True


class Pairs(NamedTuple):
    """A column of pairs: both numbers, a mask of empty cells, and the reason for each cell that is no pair; shapes ``(n,)``.

    ``lon_first`` is 1 or 0 if the text itself shows whether the longitude comes first, else -1.
    """

    first: Floats
    second: Floats
    lon_first: "np.ndarray[tuple[int], np.dtype[np.int8]]"
    empty: Bools
    reasons: dict[int, str]


def read_pairs(column: Text) -> Pairs:
    """Return the pairs of a column: plain numbers vectorised, all other texts one by one."""
    text = without_missing(normalize_text(column))
    parts = pc.extract_regex(text, _PLAIN)
    first, second = (numbers(_part(parts, i)).values.copy() for i in (0, 1))
    empty = bools(text.is_null())
    lon_first = np.full(len(first), -1, np.int8)
    others = np.flatnonzero(bools(parts.is_null()) & ~empty)
    reasons: dict[int, str] = {}
    for i, cell in zip(others.tolist(), column.take(others).to_pylist(), strict=True):
        try:
            a, b = parse_pair(cell)
        except ValueError as e:
            reasons[i] = str(e)
        else:
            first[i], second[i] = a.degrees, b.degrees
            lon_first[i] = -1 if a.axis is None and b.axis is None else int(a.axis == "lon" or b.axis == "lat")
    return Pairs(first, second, lon_first, empty, reasons)


def _part(parts: Column, index: int) -> Column:
    return pc.struct_field(parts, [index])


Inside = Callable[[Floats, Floats], float]
"""Function of longitudes and latitudes: the share of points inside the loaded areas."""
_CHINA = (73.0, 136.0, 18.0, 54.0)
"""West, east, south, north of China in degrees. The ranges are disjoint, and exchanged axes fall in the Arctic."""
_LON, _LAT = r"lon(?:g(?:itude)?)?|lng|经度", r"lat(?:itude)?|纬度|纬(?=经度)"


def share_in_china(lon: Floats, lat: Floats) -> float:
    """Return the share of points within the bounding box of China."""
    west, east, south, north = _CHINA
    return float(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).mean()) if len(lon) else 0.0


def order_in_header(header: str) -> str:
    """Return the axis order that a header names, empty if none; 经纬度 is used for either order.

    >>> [order_in_header(h) for h in ("LatLng", "经度,纬度", "纬经度", "经纬度", "坐标")]
    ['lat,lon', 'lon,lat', 'lat,lon', '', '']
    """
    plain = header.lower()
    lon, lat = re.search(_LON, plain), re.search(_LAT, plain)
    if lon is None or lat is None or "经纬度" in plain:
        return ""
    return "lon,lat" if lon.start() < lat.start() else "lat,lon"


def find_order(first: Floats, second: Floats, header: str, inside: Inside | None) -> tuple[str, str]:
    """Return the axis order of pairs in degrees and the reason; empty strings if values, header and areas do not decide.

    >>> find_order(np.array([30.5]), np.array([116.9]), "坐标", None)
    ('lat,lon', 'the second number is beyond 90')
    >>> find_order(np.array([60.2]), np.array([24.9]), "坐标", None)
    ('', '')
    """
    beyond = int((np.abs(first) > 90).sum()), int((np.abs(second) > 90).sum())
    if beyond[0] != beyond[1]:
        which = int(beyond[1] > beyond[0])
        return PAIR_ORDERS[which], f"the {('first', 'second')[which]} number is beyond 90"
    if order := larger_share(share_in_china(first, second), share_in_china(second, first)):
        return order, "in that order they lie in China"
    if order := order_in_header(header):
        return order, "the header says so"
    if inside is not None and (order := larger_share(inside(first, second), inside(second, first))):
        return order, "in that order they lie in the loaded areas"
    return "", ""


def larger_share(lon_lat: float, lat_lon: float) -> str:
    """Return the axis order that a clear majority of points supports, empty if neither."""
    if max(lon_lat, lat_lon) <= 0.5 or min(lon_lat, lat_lon) > 0.5 * max(lon_lat, lat_lon):
        return ""
    return PAIR_ORDERS[int(lat_lon > lon_lat)]

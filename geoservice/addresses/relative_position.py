"""Positions relative to a place: 200 m north-east of a crossing."""

import re
from math import cos, isfinite, radians, sqrt

from geoservice.addresses.answers import Answer
from geoservice.addresses.elements import ElementKind as K
from geoservice.addresses.elements import ParsedAddress
from geoservice.addresses.precision import coarser_of
from geoservice.geo import METRES_PER_DEGREE

_MAX_RELATIVE_M = 5_000.0
_AXES = {"东": (1.0, 0.0), "西": (-1.0, 0.0), "北": (0.0, 1.0), "南": (0.0, -1.0)}
_METRES = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)\s*(公里|千米|km|里|米|m)?", re.IGNORECASE)
_UNITS = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0, "里": 500.0, "米": 1.0, "m": 1.0, None: 1.0}


def moved(answer: Answer, address: ParsedAddress) -> Answer:
    """Move an answer by the direction and the distance that the address states, as in 200 m north-east of a crossing."""
    direction, distance = address.first(K.DIRECTION), address.first(K.DISTANCE)
    metres = _metres(distance.text) if distance else 0.0
    if not direction or not 0 < metres <= _MAX_RELATIVE_M:
        return answer
    east = sum(_AXES[c][0] for c in direction.text if c in _AXES)
    north = sum(_AXES[c][1] for c in direction.text if c in _AXES)
    length = sqrt(east * east + north * north)
    if not length or not isfinite(answer.lat):
        return answer
    lat = answer.lat + north / length * metres / METRES_PER_DEGREE
    lon = answer.lon + east / length * metres / METRES_PER_DEGREE / cos(radians(answer.lat))
    return answer._replace(
        lon=lon,
        lat=lat,
        precision=coarser_of(answer.precision, "road"),
        uncertainty_m=answer.uncertainty_m + metres / 2,
        faults=(*answer.faults, "relative"),
    )


def _metres(text: str) -> float:
    match = _METRES.search(text)
    return float(match[1]) * _UNITS[match[2].lower() if match[2] else None] if match else 0.0

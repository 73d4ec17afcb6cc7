"""Posted speed limits: numbers with units, and codes of zones that the table of countries translates."""

import math
import re

from geoservice.network.access import Tags, values
from geoservice.network.speeds import MPH, Speeds

LIMIT_KEYS = ("maxspeed:forward", "maxspeed:backward", "maxspeed", "maxspeed:conditional", *(
    _ZONE_KEYS := ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
))  # fmt: skip
_UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": MPH, "knots": 1.852}
_LIMIT = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")
_CODE = re.compile(r"^(?:([a-z]{2}(?:-[a-z0-9]+)?):)?(?:zone:?)?(\d+|[a-z_]+)$")


def posted_kmh(tags: Tags, side: str, speeds: Speeds) -> float:
    """Return the speed limit of a way in the direction ``side`` (forward, backward) in km/h, infinite if none is known.

    The first key that is understood counts: ``maxspeed:<side>``, ``maxspeed``, then those that name the zone.
    """
    keys = (f"maxspeed:{side}", "maxspeed", *_ZONE_KEYS)
    return next((limit for key in keys if (limit := limit_kmh(tags.get(key), speeds)) is not None), math.inf)


def limit_kmh(text: str | None, speeds: Speeds) -> float | None:
    """Return a speed limit in km/h, infinite for ``none``; None if there is none or it is not understood.

    Of several values, one for each lane or vehicle, the lowest counts.

    >>> from geoservice.network.speeds import read_speeds
    >>> table = read_speeds()
    >>> [limit_kmh(text, table) for text in ("50", "30 mph", "80;60", "CN:urban", "DE:zone30", "signals")]
    [50.0, 48.28032, 60.0, 50.0, 30.0, None]
    """
    limits = [v for part in values(text) if (v := _one_limit(part, speeds))]
    return min(limits) if limits else None


def _one_limit(text: str, speeds: Speeds) -> float | None:
    if text == "none":
        return math.inf
    if text == "walk":
        return speeds.zone_kmh("", "walk")
    if match := _LIMIT.match(text):
        return float(match[1]) * _UNITS[match[2] or ""]
    match = _CODE.match(text)
    if not match or not (match[1] or match[2].isdigit()):
        return None
    country, zone = match[1] or "", match[2]
    return float(zone) * speeds.unit_kmh(country) if zone.isdigit() else speeds.zone_kmh(country, zone)

"""Speeds by class of way and mode, from ``speeds.toml`` and a file of the user that overrides it."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from geoservice.toml_file import read_toml, toml_model

Kmh = Annotated[float, Field(ge=0, le=200)]
MODES = ("walk", "cycle", "drive")
DEFAULTS = Path(__file__).with_name("speeds.toml")
_MPH = 1.609344
_ZONES = {"urban": 50.0, "rural": 90.0, "trunk": 100.0, "motorway": 120.0, "living_street": 10.0, "bicycle_road": 30.0}
_LIMIT = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?$")


class ModeSpeeds(BaseModel):
    """Speeds of one mode in km/h: by class of way, on ways opened by a tag only, pushing a bicycle; and the use of limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    opened: Kmh
    highway: dict[str, Kmh]
    dismount: Kmh = 0.0
    maxspeed_share: Annotated[float, Field(ge=0, le=1)] = 0.0


class Speeds(BaseModel):
    """The table of speeds of all modes, and the classes that no mode may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    never: frozenset[str]
    walk: ModeSpeeds
    cycle: ModeSpeeds
    drive: ModeSpeeds

    def of(self, mode: str) -> ModeSpeeds:
        """Return the speeds of ``walk``, ``cycle`` or ``drive``."""
        speeds: ModeSpeeds = getattr(self, mode)
        return speeds


def _merged(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in override.items():
        merged[key] = _merged(merged[key], value) if isinstance(value, dict) and isinstance(merged.get(key), dict) else value
    return merged


def read_speeds(path: Path | None = None) -> Speeds:
    """Return the table of ``speeds.toml``, with the values of ``path`` in place of its own.

    Raises :class:`StudyError` that names the file, the key, the value and what is allowed.
    """
    data = read_toml(DEFAULTS, "expected beside the program")
    if path is None:
        return toml_model(Speeds, data, DEFAULTS.name)
    return toml_model(Speeds, _merged(data, read_toml(path, "it should be a table of speeds in km/h")), path.name)


def limit_kmh(text: str | None) -> float | None:
    """Return a speed limit (OSM ``maxspeed``) in km/h; None if there is none or it is not understood.

    Of several values, one for each lane or vehicle, the lowest counts. ``none`` is no limit, which gives no speed.

    >>> limit_kmh("50"), limit_kmh("30 mph"), limit_kmh("80;60"), limit_kmh("CN:urban"), limit_kmh("signals")
    (50.0, 48.28032, 60.0, 50.0, None)
    """
    if not text:
        return None
    limits = [v for v in (_one_limit(part.strip().lower()) for part in text.split(";")) if v]
    return min(limits) if limits else None


def _one_limit(text: str) -> float | None:
    if text == "walk":
        return 7.0
    if match := _LIMIT.match(text):
        return float(match[1]) * (_MPH if match[2] == "mph" else 1.0)
    zone = text.rpartition(":")[2]
    if match := re.match(r"^(?:zone)?(\d+)$", zone):
        return float(match[1])
    return _ZONES.get(zone) if ":" in text else None

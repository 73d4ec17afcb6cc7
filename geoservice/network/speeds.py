"""Speeds by class of way and mode, out of ``speeds.toml`` and, over it, a file of the user."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from geoservice.toml_file import read_toml, validate

Kmh = Annotated[float, Field(ge=0, le=200)]
MODES = ("walk", "cycle", "drive")
_MPH = 1.609344
_ZONES = {"urban": 50.0, "rural": 90.0, "trunk": 100.0, "motorway": 120.0, "living_street": 10.0, "bicycle_road": 30.0}
_LIMIT = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?$")


class ModeSpeeds(BaseModel):
    """Speeds of one mode in km/h: by class, on ways that only a tag opens, pushing a bicycle; and how limits are used."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    opened: Kmh
    highway: dict[str, Kmh]
    dismount: Kmh = 0.0
    maxspeed_share: Annotated[float, Field(ge=0, le=1)] = 0.0


class Speeds(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    never: frozenset[str]
    walk: ModeSpeeds
    cycle: ModeSpeeds
    drive: ModeSpeeds

    def of(self, mode: str) -> ModeSpeeds:
        """Return the speeds of ``walk``, ``cycle`` or ``drive``."""
        found: ModeSpeeds = getattr(self, mode)
        return found


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in over.items():
        out[key] = _merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def read_speeds(path: Path | None = None) -> Speeds:
    """Read the table of the house, with the values of ``path`` in place of its own where given.

    Raises :class:`StudyError` naming the file, the key, what was got and what is allowed.
    """
    data = tomllib.loads(Path(__file__).with_name("speeds.toml").read_text(encoding="utf-8"))
    name = "speeds.toml"
    if path is not None:
        name = path.name
        data = _merged(data, read_toml(path, "it should be a table of speeds in km/h"))
    return validate(Speeds, data, name)


def limit_kmh(text: str | None) -> float | None:
    """Read a posted limit (OSM ``maxspeed``) in km/h; None where there is none or it cannot be read.

    Several values, one for each lane or vehicle, give the lowest. ``none`` is no limit and so tells nothing of the speed.

    >>> limit_kmh("50"), limit_kmh("30 mph"), limit_kmh("80;60"), limit_kmh("CN:urban"), limit_kmh("signals")
    (50.0, 48.28032, 60.0, 50.0, None)
    """
    if not text:
        return None
    found = [v for v in (_one_limit(part.strip().lower()) for part in text.split(";")) if v]
    return min(found) if found else None


def _one_limit(text: str) -> float | None:
    if text == "walk":
        return 7.0
    if match := _LIMIT.match(text):
        return float(match[1]) * (_MPH if match[2] == "mph" else 1.0)
    zone = text.rpartition(":")[2]
    if match := re.match(r"^(?:zone)?(\d+)$", zone):
        return float(match[1])
    return _ZONES.get(zone) if ":" in text else None

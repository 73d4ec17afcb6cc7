"""Speeds by class of way and mode, from ``speeds.toml`` and a file of the user that overrides it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, create_model, field_validator

from geoservice.modes import MODES, Hazard
from geoservice.toml_file import read_toml, toml_model

Kmh = Annotated[float, Field(ge=0, le=200)]
Seconds = Annotated[float, Field(ge=0, le=600)]
CeilingKey = Literal["surface", "smoothness", "tracktype", "service"]
CEILING_KEYS: tuple[CeilingKey, ...] = ("surface", "smoothness", "tracktype", "service")
DEFAULTS = Path(__file__).with_name("speeds.toml")
MPH = 1.609344
"""A mile per hour in km/h."""
_ALIASES = {"UK": "GB"}
"""Codes in OSM that are not those of ISO 3166-1."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModeSpeeds(_Frozen):
    """Speeds of one mode in km/h: by class of way, on ways opened by a tag only, pushing a bicycle; limits; times at junctions.

    ``detour`` and ``access_kmh`` are of the walk between a point and the street: metres walked per metre of the straight line,
    and the walking speed.
    """

    opened: Kmh
    highway: dict[str, Kmh]
    detour: Annotated[float, Field(ge=1, le=5)]
    access_kmh: Annotated[float, Field(gt=0, le=20)]
    dismount: Kmh = 0.0
    ramp: Kmh = 0.0
    maxspeed_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    junction_seconds: Seconds = 0.0
    signal_seconds: Seconds = 0.0
    ceilings: dict[CeilingKey, dict[str, Kmh]] = {}

    @property
    def has_delays(self) -> bool:
        """Whether time is lost at intersections."""
        return bool(self.junction_seconds or self.signal_seconds)


class Ferry(_Frozen):
    """Ferries: speed of those without a duration, and the waiting time of all."""

    kmh: Annotated[float, Field(gt=0, le=100)]
    wait_minutes: Annotated[float, Field(ge=0, le=600)]


class Country(_Frozen):
    """Rules of a country where tags leave it open: limits of zones by name, and classes without a sidewalk closed on foot."""

    limits: dict[str, Kmh] = {}
    mph: bool = False
    no_sidewalk: frozenset[str] | None = None

    @property
    def unit_kmh(self) -> float:
        """The km/h of a unit of its limits."""
        return MPH if self.mph else 1.0


class Speeds(_Frozen):
    """The table of speeds of all modes, the classes that no mode may use, ferries, and the rules of countries."""

    never: frozenset[str]
    open_hazards: frozenset[Hazard] = frozenset()
    ferry: Ferry
    countries: dict[str, Country]
    country: str

    @field_validator("country")
    @classmethod
    def _is_known(cls, code: str, info: ValidationInfo) -> str:
        known = info.data.get("countries", {})
        if code and code.upper() not in {*known, *_ALIASES}:
            raise ValueError(f"{code} is none of countries: {', '.join(sorted(set(known) - {'default'}))}")
        return code

    def of(self, mode: str) -> ModeSpeeds:
        """Return the speeds of a mode."""
        speeds: ModeSpeeds = getattr(self, mode)
        return speeds

    def of_country(self, code: str) -> list[Country]:
        """Return the tables for a code such as ``BE-VLG`` or ``CN``: the region's, the country's, and the default."""
        region = _ALIASES.get(code.upper(), code.upper())
        codes = (region, region.partition("-")[0], "default")
        return [self.countries[c] for c in dict.fromkeys(codes) if c in self.countries]

    def zone_kmh(self, code: str, zone: str) -> float | None:
        """Return the limit of a zone (urban, rural, ...) in km/h, None if it is not known."""
        tables = self.of_country(code or self.country)
        return next((table.limits[zone] * table.unit_kmh for table in tables if zone in table.limits), None)

    def unit_kmh(self, code: str) -> float:
        """Return the km/h of a number in the code of a zone: ``GB:zone20`` is in miles per hour."""
        return self.of_country(code or self.country)[0].unit_kmh

    @property
    def no_sidewalk(self) -> frozenset[str]:
        """Classes of ways that ``sidewalk=no`` closes on foot."""
        return next((t.no_sidewalk for t in self.of_country(self.country) if t.no_sidewalk is not None), frozenset())


_SECTIONS: dict[str, Any] = dict.fromkeys(MODES, (ModeSpeeds, ...))
_Table = create_model("Speeds", __base__=Speeds, **_SECTIONS)
"""The table with one section for each mode."""


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
        return toml_model(_Table, data, DEFAULTS.name)
    return toml_model(_Table, _merged(data, read_toml(path, "it should be a table of speeds in km/h")), path.name)

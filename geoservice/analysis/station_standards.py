"""What a station needs to be ready, and what a given station lacks: floor area, staff, hours, equipment, services."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geoservice.analysis.weekly_hours import weekly_hours

Status = Literal["ready", "unknown", "lacking"]
STATUSES: tuple[Status, ...] = ("ready", "unknown", "lacking")
Text = Annotated[str, Field(min_length=1, max_length=100)]
OR = "|"
"""Separates alternatives of one piece of equipment: ``彩超|B超``."""


class TierStandard(BaseModel):
    """The standard of the stations of a tier; what it does not name is not required.

    ``floor_area_m2`` in square metres, ``staff`` in full-time equivalents and ``hours_per_week`` are minima. A piece of
    ``equipment`` may name alternatives, separated by ``|``. ``services`` are ids of services of the study.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    floor_area_m2: float | None = Field(None, gt=0, le=1e6)
    staff: float | None = Field(None, gt=0, le=1e5)
    hours_per_week: float | None = Field(None, gt=0, le=168)
    equipment: tuple[Text, ...] = Field((), max_length=100)
    services: tuple[Text, ...] = Field((), max_length=12)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        """Refuse unknown keys with a message that lists the known ones."""
        if isinstance(data, Mapping) and (unknown := [key for key in data if key not in cls.model_fields]):
            raise ValueError(f"unknown key {unknown[0]!r:.60}, allowed are {', '.join(cls.model_fields)}")
        return data


class Readiness(NamedTuple):
    """Whether a station is ready, what it lacks and what is not known of it, in ``zh`` and ``en``; empty for nothing."""

    status: Status
    lacks: Mapping[str, str]
    unknown: Mapping[str, str]


class _Finding(NamedTuple):
    """A requirement that a station does not meet, or of which it states nothing."""

    is_known: bool
    zh: str
    en: str


def assess(station: Mapping[str, Any], standard: TierStandard, services: Mapping[str, Mapping[str, str]]) -> Readiness:
    """Return the readiness of a station.

    Missing data is not readiness: a station is ``unknown`` if it lacks nothing as far as is known, but states nothing of
    something that the standard requires. One that states no equipment at all states nothing of it.

    Parameters
    ----------
    station : mapping
        A row of the table of stations.
    standard : TierStandard
        Of its tier.
    services : mapping
        Names of services in ``zh`` and ``en`` by id.

    Examples
    --------
    >>> station = {"floor_area_m2": 45.0, "staff": None, "equipment": ["B超"], "services": ["checkup"], "opening_hours": None}
    >>> found = assess(station, TierStandard(floor_area_m2=60, staff=1, equipment=("彩超|b超",)), {})
    >>> found.status, found.lacks["en"], found.unknown["en"]
    ('lacking', 'floor area 45 of 60 m²', 'staff')
    """
    findings = [
        *_minimum(station["floor_area_m2"], standard.floor_area_m2, ("建筑面积", "floor area"), (" m²", " m²")),
        *_minimum(station["staff"], standard.staff, ("人员", "staff"), (" 人", "")),
        *_minimum(_hours(station), standard.hours_per_week, ("每周开放", "hours a week"), (" 小时", "")),
        *_equipment(station["equipment"], standard.equipment),
        *_services(station["services"], standard.services, services),
    ]
    lacking, unknown = ([f for f in findings if f.is_known is known] for known in (True, False))
    return Readiness("lacking" if lacking else "unknown" if unknown else "ready", _joined(lacking), _joined(unknown))


def _hours(station: Mapping[str, Any]) -> float | None:
    text = station["opening_hours"]
    return None if text is None else weekly_hours(text)


def _minimum(value: float | None, least: float | None, name: tuple[str, str], unit: tuple[str, str]) -> Iterator[_Finding]:
    if least is None:
        return
    if value is None:
        yield _Finding(False, *name)
    elif value < least:
        zh, en = (f"{name[0]}{value:g}{unit[0]}（标准{least:g}{unit[0]}）", f"{name[1]} {value:g} of {least:g}{unit[1]}")
        yield _Finding(True, zh, en)


def _equipment(owned: Sequence[str], required: Sequence[str]) -> Iterator[_Finding]:
    if required and not owned:
        yield _Finding(False, "设备", "equipment")
        return
    present = {_plain(item) for item in owned}
    missing = [item for item in required if not {_plain(name) for name in item.split(OR)} & present]
    if missing:
        names = [item.split(OR)[0].strip() for item in missing]
        yield _Finding(True, f"缺设备：{'、'.join(names)}", f"no {', '.join(names)}")


def _services(offered: Sequence[str], required: Sequence[str], titles: Mapping[str, Mapping[str, str]]) -> Iterator[_Finding]:
    missing = [titles.get(service, {"zh": service, "en": service}) for service in required if service not in offered]
    if missing:
        zh, en = ("、".join(m["zh"] for m in missing), ", ".join(m["en"] for m in missing))
        yield _Finding(True, f"未提供：{zh}", f"not offered: {en}")


def _plain(text: str) -> str:
    """Return a name without what differs between spellings: width of characters, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _joined(findings: Sequence[_Finding]) -> dict[str, str]:
    return {"zh": "；".join(f.zh for f in findings), "en": "; ".join(f.en for f in findings)}

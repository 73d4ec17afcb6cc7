"""Tours of mobile vans: the service they bring, their stops, their bases, and their working days."""

from collections.abc import Callable
from datetime import date, time
from typing import Any, Literal

from pydantic import Field, model_validator

from geoservice.study.base import Frozen, Id, Mode
from geoservice.toml_file import toml_model

_MINUTES_OF_DAY = 24 * 60
_LONGEST_PERIOD = 4


class Vans(Frozen):
    """Tours of vans that bring a service to people whom no station reaches.

    ``mode`` is how people come to a stop, ``drive`` how vans travel. People within ``minutes`` of a stop count, by default the
    standard of the service. ``stops`` is the most that there are; candidates are junctions, one in each square of ``spacing``
    metres. ``bases`` are ids of stations, by default those of the county tier that offer the service, or else of the township
    tier; each has ``vans``. A stop takes ``set_up_minutes`` and then, for people, ``minutes_per_person`` between
    ``least_minutes`` and ``most_minutes``. A working day is ``day_minutes`` long from ``day_start``, there are ``days`` a week
    from Monday on. Stops are visited ``every_weeks``, those with enough people more often. ``starts`` is the Monday of week 1.
    """

    service: Id
    mode: Mode = "walk"
    drive: Mode = "drive"
    minutes: int | None = Field(None, ge=1, le=240)
    stops: int = Field(12, ge=1, le=200)
    spacing: float = Field(500, ge=50, le=20_000)
    tier: Literal["any", "county", "township", "village", "van"] = "any"
    group: str = "all"
    bases: tuple[str, ...] = Field((), max_length=50)
    vans: int = Field(1, ge=1, le=20)
    set_up_minutes: int = Field(20, ge=0, le=240)
    least_minutes: int = Field(30, ge=1, le=720)
    minutes_per_person: float = Field(0.2, ge=0, le=60)
    most_minutes: int = Field(120, ge=1, le=720)
    day_start: time = time(8, 30)
    day_minutes: int = Field(480, ge=30, le=_MINUTES_OF_DAY)
    days: int = Field(5, ge=1, le=7)
    every_weeks: int = Field(2, ge=1, le=_LONGEST_PERIOD)
    weekly_from: float | None = Field(None, gt=0)
    fortnightly_from: float | None = Field(None, gt=0)
    starts: date | None = Field(None, description="Monday of week 1; by default the next one from the day of travel")

    @model_validator(mode="after")
    def _consistent(self) -> "Vans":
        def fail(message: str) -> None:
            raise ValueError(message)

        self._check_day(fail)
        if self.most_minutes < self.least_minutes:
            fail(f"most_minutes: got {self.most_minutes}, allowed are {self.least_minutes} (least_minutes) and above")
        if self.weekly_from is not None and self.every_weeks == 1:
            fail("weekly_from: allowed is none where every stop is visited every week")
        if self.fortnightly_from is not None and self.every_weeks != _LONGEST_PERIOD:
            fail(f"fortnightly_from: allowed with every_weeks {_LONGEST_PERIOD} only, got {self.every_weeks}")
        if self.weekly_from and self.fortnightly_from and self.weekly_from <= self.fortnightly_from:
            fail(f"weekly_from: got {self.weekly_from:g}, allowed is more than fortnightly_from, {self.fortnightly_from:g}")
        if len(set(self.bases)) != len(self.bases):
            fail(f"bases: got {list(self.bases)}, allowed is each station once")
        return self

    def _check_day(self, fail: Callable[[str], None]) -> None:
        if self.day_start.second or self.day_start.microsecond or self.day_start.tzinfo:
            fail(f"day_start: got {self.day_start}, allowed are hours and minutes of local time, as 08:30")
        if self.start_minute + self.day_minutes > _MINUTES_OF_DAY:
            fail(f"day_minutes: got {self.day_minutes}, allowed are days that end by midnight")
        if self.starts is not None and self.starts.weekday():
            fail(f"starts: got {self.starts}, allowed is a Monday")

    @property
    def start_minute(self) -> int:
        """Return the minutes from midnight to the start of a working day."""
        return self.day_start.hour * 60 + self.day_start.minute


def checked_vans(data: dict[str, Any]) -> Vans:
    """Return the vans of some options; raises :class:`StudyError` that names each wrong one, its value and what is allowed."""
    return toml_model(Vans, data, "vans")

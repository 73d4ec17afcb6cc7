"""study.toml: what a planner wants to know, as one frozen model."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geoservice.schema import LEVELS, TIERS
from geoservice.toml_file import read_toml, validate

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Mode = Literal["walk", "cycle", "drive"]
Direction = Literal["to", "from"]
MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(_Frozen):
    """A label in both languages of the house."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Service(_Frozen):
    """A service that stations offer; ``standard_minutes`` is the norm that gaps are measured against, one of the breaks."""

    id: Id
    title: Title
    standard_minutes: int = 30


class Group(_Frozen):
    """A population group counted by a column of the register."""

    id: Id
    title: Title


PROFILES = {"public": Fraction(1, 2), "planner": Fraction(1)}
"""Privacy loss rho of one measurement of the register: for releases that anyone reads, and for those that planners read."""
Source = Literal["register", "population"]


class Disclosure(_Frozen):
    """How a register is protected when it is measured, and how small numbers are shown.

    ``rho`` overrules ``profile``. ``lifetime_rho`` is what all measurements of the register together may spend. ``hide_below``
    shows counts below it as "under 10", for offices bound by such a rule; it protects nobody and is off by default.
    """

    profile: Literal["public", "planner"] = "public"
    rho: Decimal | None = Field(None, gt=0, le=8, decimal_places=4)
    lifetime_rho: Decimal = Field(Decimal(4), gt=0, le=100, decimal_places=4)
    hide_below: int | None = Field(None, ge=2, le=1000)

    @property
    def budget(self) -> Fraction:
        """Rho of one measurement."""
        return PROFILES[self.profile] if self.rho is None else Fraction(self.rho)


class DemandSources(_Frozen):
    """Two sources of people put together: e.g. residents of a census grid, migrants of a register."""

    residents: Source
    migrants: Source


class Study(_Frozen):
    """One study: which services, modes, tiers, breaks, groups and area levels, and how results are disclosed.

    ``levels`` are the area levels published, from the top down. ``tiers`` are asked one by one, beside ``any`` (all of them
    together). ``nth`` are the ranks of stations: 1 is the nearest. ``direction`` is ``to`` the station or ``from`` it.
    ``demand`` says where the people come from; left out, from the register if it was measured, else from the population.
    ``as_of`` is the day whose households and areas count; left out, the day on which these were last loaded.
    """

    id: Id
    title: Title
    synthetic: bool = Field(False, description="households are made up; said on every page")
    source: Title | None = Field(None, description="attribution shown on maps")
    as_of: date | None = Field(None, description="day whose households and areas count")
    code_system: str = "local"
    levels: tuple[Literal["province", "city", "county", "township", "village"], ...] = ("county", "township")
    services: tuple[Service, ...] = Field(min_length=1, max_length=12)
    modes: tuple[Mode, ...] = ("walk", "drive")
    tiers: tuple[Literal["county", "township", "village", "van"], ...] = ()
    minutes: tuple[int, ...] = Field(MINUTES, min_length=1, max_length=9)
    nth: tuple[int, ...] = (1,)
    direction: Direction = "to"
    groups: tuple[Group, ...] = Field((), max_length=8)
    migrants: bool | None = Field(
        None, description="tell residents and migrants apart; left out: where the demand surface does"
    )
    demand: Source | DemandSources | None = Field(None, description="where the people come from")
    snap_metres: float = Field(500, gt=0, le=5000, description="farthest a household or station may be from a street")
    cell_metres: int = Field(250, ge=100, le=5000, description="side of the travel-time cells")
    disclosure: Disclosure = Disclosure()

    @property
    def chinese(self) -> bool:
        """Whether area codes are those of Chinese divisions, whose digits tell the areas above."""
        return self.code_system.lower().replace("/", "").startswith(("nbs", "gb", "mca"))

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        def refuse(what: str) -> None:
            raise ValueError(what)

        if tuple(sorted(set(self.minutes))) != self.minutes or not set(self.minutes) <= set(MINUTES):
            refuse(f"minutes: got {list(self.minutes)}, allowed are some of {list(MINUTES)} in rising order")
        if [LEVELS.index(lv) for lv in self.levels] != sorted({LEVELS.index(lv) for lv in self.levels}):
            refuse(f"levels: got {list(self.levels)}, allowed are some of {list(LEVELS)} from the top down, each once")
        if not self.nth or not all(1 <= n <= 5 for n in self.nth) or len(set(self.nth)) != len(self.nth) or 1 not in self.nth:
            refuse(f"nth: got {list(self.nth)}, allowed are distinct ranks 1 to 5, 1 among them")
        ids = [s.id for s in self.services]
        if len(set(ids)) != len(ids):
            refuse(f"services: ids must differ, got {ids}")
        for s in self.services:
            if s.standard_minutes not in self.minutes:
                refuse(f"services.{s.id}.standard_minutes: got {s.standard_minutes}, allowed {list(self.minutes)}")
        reserved = {"all", "resident", "migrant", "any"}
        if clash := reserved & {g.id for g in self.groups}:
            refuse(f"groups: {sorted(clash)} are reserved names, choose others")
        return self

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Return the ids of the register's group columns."""
        return tuple(g.id for g in self.groups)

    @property
    def tier_choices(self) -> tuple[str, ...]:
        """Return ``any`` and then each tier asked for, in the order of the house."""
        return ("any", *(t for t in TIERS if t in self.tiers))


def read_study(path: Path) -> Study:
    """Read a study; raises :class:`StudyError` naming the file, the key, what was got and what is allowed."""
    return validate(Study, read_toml(path, "create one with: geoservice init"), path.name)

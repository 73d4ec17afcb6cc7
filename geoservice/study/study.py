"""The model of study.toml: services, tiers, modes, time breaks, groups, area levels and disclosure."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from geoservice.age_labels import age_label
from geoservice.modes import Hazard
from geoservice.schema import LEVELS, TIERS
from geoservice.study.base import Direction, Frozen, Id, Mode, Title
from geoservice.study.closures import Closure
from geoservice.study.vans import Vans
from geoservice.toml_file import read_toml, toml_model

PeakFactor = Annotated[float, Field(ge=1, le=5, multiple_of=0.01)]
MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120)


class Service(Frozen):
    """A service that stations offer.

    ``standard_minutes``, one of the breaks, is the norm that gaps are measured against; ``target`` is the percentage of
    eligible persons that should be served. ``use_rates`` are visits of a person by age, in the period of the stations'
    capacity, such as ``{"0-5" = 4, "65+" = 7}``; ages that are not named make none, and without rates everybody makes one.
    """

    id: Id
    title: Title
    standard_minutes: int = 30
    target: float | None = Field(None, gt=0, le=100)
    use_rates: dict[str, Annotated[float, Field(ge=0, le=1000)]] = Field({}, max_length=30)

    @model_validator(mode="after")
    def _ages(self) -> "Service":
        """Refuse rates of anything but age groups that do not overlap."""
        labels = {name: age_label(name) for name in self.use_rates}
        for name, label in labels.items():
            if label is None or label.sex != "all":
                raise ValueError(f"use_rates: got {name}, allowed are ages of both sexes such as 0-5 or 65+")
        bounds = sorted((v.first, 999 if v.last is None else v.last, name) for name, v in labels.items() if v)
        for (_, last, name), (first, _, other) in pairwise(bounds):
            if first <= last:
                raise ValueError(f"use_rates: {name} and {other} overlap, allowed is one rate for an age")
        return self


class Group(Frozen):
    """A population group counted by a column of the register."""

    id: Id
    title: Title


PROFILES = {"public": Fraction(1, 2), "planner": Fraction(1)}
"""Privacy loss rho of one measurement of the register, for releases open to the public and for those open to planners."""
Source = Literal["register", "population"]


class Disclosure(Frozen):
    """How a register is protected when it is measured, and how small numbers are shown.

    ``rho`` overrides ``profile``. ``lifetime_rho`` is the limit on the sum over all measurements of the register. Counts below
    ``hide_below`` are shown as "under 10", for offices bound by such a rule; it protects nobody, and is off by default.
    """

    profile: Literal["public", "planner"] = "public"
    rho: Decimal | None = Field(None, gt=0, le=8, decimal_places=4)
    lifetime_rho: Decimal = Field(Decimal(4), gt=0, le=100, decimal_places=4)
    hide_below: int | None = Field(None, ge=2, le=1000)

    @property
    def budget(self) -> Fraction:
        """Privacy loss rho of one measurement."""
        return PROFILES[self.profile] if self.rho is None else Fraction(self.rho)


class Projection(Frozen):
    """How pyramids are projected: the migration scenario that stations follow, the last year, life expectancy at birth."""

    scenario: Literal["as_observed", "no_net_migration", "half", "high"] = "as_observed"
    years: int = Field(10, ge=1, le=30)
    female_life_expectancy: float = Field(80.9, ge=40, le=95)
    male_life_expectancy: float = Field(75.4, ge=40, le=95)


class DemandSources(Frozen):
    """Two sources of demand, for instance residents from a census grid and migrants from a register."""

    residents: Source
    migrants: Source


class Study(Frozen):
    """One study: which services, modes, tiers, breaks, groups and area levels, and how results are disclosed.

    ``levels`` are the area levels published, from the top down. Each of ``tiers`` is analysed by itself, beside ``any`` (all
    of them together). ``nth`` are the ranks of stations: 1 is the nearest. ``direction`` is ``to`` the station or ``from``
    it. ``demand`` is the source of the demand surface; by default the register if it was measured, else the population.
    ``as_of`` is the day whose households and areas count; by default the day on which they were last loaded. ``travel_date`` is
    the day on which people travel: closures of that day count.
    """

    id: Id
    title: Title
    synthetic: bool = Field(False, description="households are synthetic; every page says so")
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
        None, description="results by migrant class; by default if the demand surface has the classes"
    )
    arrivals: bool = Field(
        False,
        description="measure migrants of the register by time since arrival, from its column since",
    )
    demand: Source | DemandSources | None = Field(None, description="source of the demand surface")
    snap_metres: float = Field(500, gt=0, le=5000, description="farthest a household or station may be from a street")
    cell_metres: int = Field(250, ge=100, le=5000, description="side of the travel-time cells")
    disclosure: Disclosure = Disclosure()
    projection: Projection = Projection()
    closures: tuple[Closure, ...] = Field((), max_length=200, description="streets that are closed or slow for a time")
    open_hazards: tuple[Hazard, ...] = Field((), description="fords, tidal ways, winter roads that are open")
    travel_date: date | None = Field(None, description="day whose closures count; by default the day of publishing")
    peak_factor: dict[Mode, PeakFactor] = Field({}, description="by mode: times on streets are multiplied by it")
    vans: Vans | None = Field(None, description="tours of mobile vans")

    @property
    def chinese(self) -> bool:
        """Whether area codes are Chinese division codes, whose leading digits name the areas above."""
        return self.code_system.lower().replace("/", "").startswith(("nbs", "gb", "mca"))

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        def fail(message: str) -> None:
            raise ValueError(message)

        if tuple(sorted(set(self.minutes))) != self.minutes or not set(self.minutes) <= set(MINUTES):
            fail(f"minutes: got {list(self.minutes)}, allowed are some of {list(MINUTES)} in ascending order")
        if [LEVELS.index(lv) for lv in self.levels] != sorted({LEVELS.index(lv) for lv in self.levels}):
            fail(f"levels: got {list(self.levels)}, allowed are some of {list(LEVELS)} from the top down, each once")
        if not self.nth or not all(1 <= n <= 5 for n in self.nth) or len(set(self.nth)) != len(self.nth) or 1 not in self.nth:
            fail(f"nth: got {list(self.nth)}, allowed are distinct ranks 1 to 5, 1 among them")
        ids = [s.id for s in self.services]
        if len(set(ids)) != len(ids):
            fail(f"services: ids must differ, got {ids}")
        for s in self.services:
            if s.standard_minutes not in self.minutes:
                fail(f"services.{s.id}.standard_minutes: got {s.standard_minutes}, allowed {list(self.minutes)}")
        reserved = {"all", "resident", "migrant", "any"}
        self._check_travel(fail)
        if self.vans is not None:
            self._check_vans(fail, self.vans)
        if clash := reserved & {g.id for g in self.groups}:
            fail(f"groups: {sorted(clash)} are reserved names, choose others")
        return self

    def _check_travel(self, fail: Callable[[str], None]) -> None:
        """Refuse closures of one id, and closures and peak factors of modes that the study does not have."""
        ids = [c.id for c in self.closures]
        if len(set(ids)) != len(ids):
            fail(f"closures: ids must differ, got {ids}")
        named = {f"closures.{c.id}.modes": c.modes for c in self.closures} | {"peak_factor": tuple(self.peak_factor)}
        for key, modes in named.items():
            if other := [mode for mode in modes if mode not in self.modes]:
                fail(f"{key}: got {other}, allowed are the modes of the study, {list(self.modes)}")

    def _check_vans(self, fail: Callable[[str], None], vans: Vans) -> None:
        """Refuse vans of a service or with modes that the study does not have."""
        if vans.service not in (services := [s.id for s in self.services]):
            fail(f"vans.service: got {vans.service!r}, allowed are {', '.join(services)}")
        for key in ("mode", "drive"):
            if (mode := getattr(vans, key)) not in self.modes:
                fail(f"vans.{key}: got {mode!r}, allowed are the modes of the study, {list(self.modes)}")

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Return the ids of the register's group columns."""
        return tuple(g.id for g in self.groups)

    @property
    def tier_choices(self) -> tuple[str, ...]:
        """Return ``any`` and then the tiers of the study, in the order of :data:`geoservice.schema.TIERS`."""
        return ("any", *(t for t in TIERS if t in self.tiers))


def read_study(path: Path) -> Study:
    """Read a study; raises :class:`StudyError` that names the file, the key, the value and what is allowed."""
    return toml_model(Study, read_toml(path, "make one with: geoservice init"), path.name)

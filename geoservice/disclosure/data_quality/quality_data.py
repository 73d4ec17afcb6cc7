"""The input of the checks: households, areas, and the public data that they are compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from geoservice.demand import Places
from geoservice.disclosure.data_quality.base import Bilingual
from geoservice.disclosure.data_quality.household_columns import HouseholdColumns
from geoservice.disclosure.data_quality.regions import Regions, count_by_region
from geoservice.geo import Int32s, Ints


@dataclass(frozen=True)
class Surroundings:
    """What is known besides the register.

    Attributes
    ----------
    areas : pyarrow.Table
        The loaded areas.
    day, loaded : date
        The day whose households count, and that of the last import.
    chinese : bool
        Whether area codes are Chinese division codes.
    is_known_code : callable
        Whether a code of a home area that is not loaded is in a code list.
    places : Places or None
        Buildings and streets where people may live.
    population : pyarrow.Table or None
        A public population.
    group_titles : mapping
        Titles of the groups by id.
    """

    areas: pa.Table
    day: date
    loaded: date
    chinese: bool = True
    is_known_code: Callable[[str], bool] = lambda _code: False
    places: Places | None = None
    population: pa.Table | None = None
    group_titles: Mapping[str, Bilingual] = field(default_factory=lambda: MappingProxyType({}))

    def group_title(self, group: str) -> Bilingual:
        """Return the title of a group, by default its id."""
        return self.group_titles.get(group, Bilingual(group, group))


@dataclass(frozen=True)
class QualityData:
    """Households with their regions, and the surroundings."""

    columns: HouseholdColumns
    regions: Regions
    around: Surroundings

    @classmethod
    def of(cls, households: pa.Table, around: Surroundings) -> "QualityData":
        """Return the input of the checks from a table of households."""
        return cls(HouseholdColumns.of(households), Regions.of(around.areas), around)

    @cached_property
    def residence(self) -> dict[str, Int32s]:
        """By level, the position of the region where each household lives, -1 for none; shapes ``(n,)``."""
        return self.regions.locate(self.columns.residence)

    @cached_property
    def home(self) -> dict[str, Int32s]:
        """By level, the position of the region where each household is registered, -1 for none; shapes ``(n,)``."""
        return self.regions.locate(self.columns.home)

    def households(self, level: str) -> Ints:
        """Return the number of households that live in each region of a level."""
        everybody = np.ones(len(self.columns), np.bool_)
        return count_by_region(self.residence[level], everybody, len(self.regions.by_level[level]))

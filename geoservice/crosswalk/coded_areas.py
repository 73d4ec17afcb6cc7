"""The areas of one code system, and the area within which the name of each is looked for."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.areas import ancestors, area_outlines, significant_digits
from geoservice.divisions import COUNTY_GROUPS
from geoservice.errors import InputError
from geoservice.schema import LEVELS


@dataclass(frozen=True)
class CodedAreas:
    """Areas of one code system by code, in the order of codes; ``outlines`` are those of areas that have one, in degrees."""

    system: str
    names: Mapping[str, str]
    levels: Mapping[str, str]
    parents: Mapping[str, str | None]
    outlines: Mapping[str, shapely.Geometry]

    @classmethod
    def of(cls, table: pa.Table) -> "CodedAreas":
        """Return the areas of a table as :data:`geoservice.schema.AREAS`, without cells of grids.

        An area without a border has that of the areas below it.

        Raises
        ------
        InputError
            The table has areas of several code systems, or of none, or a code twice.
        """
        table = table.filter(pc.is_in(table.column("level"), pa.array(LEVELS))).sort_by("code")
        rows: list[dict[str, Any]] = table.drop_columns(["geometry"]).to_pylist()
        systems, counts = sorted({row["code_system"] for row in rows}), Counter(row["code"] for row in rows)
        if len(systems) != 1:
            raise InputError(f"areas: got the code systems {systems}, expected are areas of one")
        if repeated := sorted(code for code, n in counts.items() if n > 1):
            raise InputError(f"areas: {len(repeated)} codes of {systems[0]} occur more than once, the first is {repeated[0]}")
        names, levels, parents = ({row["code"]: row[column] for row in rows} for column in ("name_zh", "level", "parent"))
        return cls(systems[0], names, levels, parents, area_outlines(table))

    @cached_property
    def by_level(self) -> dict[str, list[str]]:
        """The codes of each level that has areas."""
        return {level: codes for level in LEVELS if (codes := [c for c, found in self.levels.items() if found == level])}

    @cached_property
    def by_digits(self) -> dict[str, str]:
        """The code of each area by its significant digits."""
        return {significant_digits(code): code for code in self.names}

    def scopes(self, level: str, levels: Collection[str]) -> dict[str, str | None]:
        """Return for each area of a level the lowest place above it that is of one of some levels; None for none.

        Groups of counties such as 市辖区 are no places, nor is the county 东莞市 below the city of the same name.
        """
        return {code: self._scope(code, LEVELS.index(level), levels) for code in self.by_level.get(level, ())}

    def _scope(self, code: str, rank: int, levels: Collection[str]) -> str | None:
        for area in ancestors(code, self.parents)[1:]:
            level = self.levels.get(area)
            if level in levels and LEVELS.index(level) < rank and not self._is_group(area):
                return area
        return None

    def _is_group(self, code: str) -> bool:
        above = self.parents[code]
        return self.names[code] in COUNTY_GROUPS or (above is not None and self.names.get(above) == self.names[code])

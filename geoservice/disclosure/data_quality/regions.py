"""The areas that findings are about: townships and villages, and the one that each household belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors, significant_digits
from geoservice.disclosure.data_quality.base import Bilingual
from geoservice.disclosure.data_quality.household_columns import Coded
from geoservice.geo import Bools, Floats, Int32s, Ints

LEVELS = ("county", "township", "village")
"""Levels of areas that findings are about; counties only if there are several."""


class Region(NamedTuple):
    """One area of the report: its code, its name, and the code of the area above."""

    code: str
    name: Bilingual
    parent: str | None


@dataclass(frozen=True)
class Regions:
    """The areas of each level, in order of code, and the hierarchy of all areas.

    ``levels`` and ``parents`` have the level and the parent of every loaded area, also of those that are not in ``by_level``.
    """

    by_level: Mapping[str, tuple[Region, ...]]
    levels: Mapping[str, str]
    parents: Mapping[str, str | None]

    @classmethod
    def of(cls, areas: pa.Table) -> "Regions":
        """Return the regions of a table of areas."""
        rows = areas.select(["code", "level", "parent", "name_zh", "name_en"]).to_pylist()
        rows.sort(key=lambda row: str(row["code"]))
        by_level = {
            level: tuple(
                Region(r["code"], Bilingual(r["name_zh"], r["name_en"]), r["parent"]) for r in rows if r["level"] == level
            )
            for level in LEVELS
        }
        shown = {level: regions for level, regions in by_level.items() if len(regions) > (level == "county")}
        return cls(shown, {r["code"]: r["level"] for r in rows}, {r["code"]: r["parent"] for r in rows})

    def positions(self, codes: list[str], level: str) -> Int32s:
        """Return the position of the region of a level that contains each area (or is it), -1 for none; shape ``(codes,)``.

        A Chinese code may have trailing zeros.
        """
        position = {region.code: i for i, region in enumerate(self.by_level[level])}
        short = {significant_digits(code): code for code in self.parents}
        chains = (ancestors(short.get(significant_digits(code), code), self.parents) for code in codes)
        found = [next((position[a] for a in chain if a in position), -1) for chain in chains]
        return np.array([*found, -1], np.int32)[:-1]

    def locate(self, codes: Coded) -> dict[str, Int32s]:
        """Return by level the position of each household's region, -1 for none; shapes ``(n,)``."""
        return {level: np.append(self.positions(codes.texts, level), np.int32(-1))[codes.index] for level in self.by_level}


def sum_by_region(position: Int32s, weights: Floats | Ints | Int32s, regions: int) -> Floats:
    """Return the sum of the weights of the rows in each region; shape ``(regions,)``.

    >>> sum_by_region(np.array([0, 1, 1, -1], np.int32), np.array([1.0, 2.0, 3.0, 4.0]), 3).tolist()
    [1.0, 5.0, 0.0]
    """
    return np.asarray(np.bincount(position.astype(np.int64) + 1, weights, regions + 1)[1:], float)


def count_by_region(position: Int32s, mask: Bools, regions: int) -> Ints:
    """Return the number of marked households in each region; shape ``(regions,)``.

    >>> count_by_region(np.array([0, 1, 1, -1], np.int32), np.array([True, True, False, True]), 3).tolist()
    [1, 1, 0]
    """
    return np.bincount(position[mask].astype(np.int64) + 1, minlength=regions + 1)[1:]

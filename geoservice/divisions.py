"""China's provinces, cities and counties: code, names and position, facts that come with the package.

Codes and names: National Bureau of Statistics of China, statistical division codes as of 30 June 2023; Taiwan, Hong Kong and
Macao by GB/T 2260. Positions are those of the seats of government, from the table of the package cpca 0.5.5 (MIT), converted
from GCJ-02; development zones, and counties that table does not have, are at the seat of their city. English names of
provinces are the usual ones, the others are transliterated.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

COUNTY_GROUPS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Names of groups of counties in the table, which are not places."""


class Division(NamedTuple):
    """A division of China; ``lon`` and ``lat`` are its seat in degrees, None for a group of counties."""

    name: str
    name_en: str
    lon: float | None
    lat: float | None


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, Division]:
    """Return the divisions by code, without trailing zeros: 2 digits for provinces, 4 for cities, 6 for counties.

    >>> divisions()["340811"]
    Division(name='宜秀区', name_en='Yixiu District', lon=116.982, lat=30.616)
    """
    text = files(__package__).joinpath("divisions.csv").read_text("utf-8")
    return MappingProxyType({row["code"]: _division(row) for row in csv.DictReader(text.splitlines())})


def _division(row: Mapping[str, str]) -> Division:
    return Division(row["name"], row["name_en"], *(float(row[axis]) if row[axis] else None for axis in ("lon", "lat")))


def counties_of(province: str) -> list[str]:
    """Return the codes of a province's counties, by its two digits.

    >>> len(counties_of("34")), counties_of("71")
    (119, [])
    """
    return [code for code in divisions() if len(code) == 6 and code.startswith(province)]

"""The real data of the demo counties: names and codes of areas, in files beside this one (see SOURCES.txt)."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

import pandas as pd

from geoservice.divisions import divisions

COUNTY, CITY = "340811", "3408"
COUNTIES = ("340811", "340803", "340802", "340822", "340881", "340882", "340827", "340825", "340828", "340826")
"""The counties of the prefecture, in an order in which each has a border with one before it in the demo."""


@dataclass(frozen=True, eq=False)
class County:
    """A county: the table of its areas (:func:`area_facts`), and what the ids of its households and stations begin with."""

    areas: pd.DataFrame
    household_prefix: str
    station_prefix: str

    @property
    def code(self) -> str:
        """Return the code of the county, the first of its areas."""
        return str(self.areas["code"].iloc[0])

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the Chinese names of the county and the areas in it by code."""
        return dict(zip(self.areas["code"], self.areas["name_zh"], strict=True))


def yixiu() -> County:
    """Return the county of the Yixiu demo."""
    return County(area_facts(), "YX", "ZD")


def prefecture_county(code: str) -> County:
    """Return one of ``COUNTIES``, as a part of the prefecture."""
    facts = prefecture_facts()
    return County(facts[facts["code"].str.startswith(code)].reset_index(drop=True), f"H{code}", f"ZD{code}")


def area_facts() -> pd.DataFrame:
    """Return ``code``, ``name_zh``, ``name_en``, ``level``, ``parent`` of the county and its areas (NBS 2023), as text."""
    return _read_csv("yixiu_areas.csv")


@lru_cache(maxsize=1)
def prefecture_facts() -> pd.DataFrame:
    """Return what :func:`area_facts` returns of the prefecture: its counties, then all townships, then all villages."""
    known = divisions()
    rows = [(code, known[code].name, known[code].name_en) for code in (CITY, *sorted(COUNTIES))]
    yixiu_areas = area_facts().query("level != 'county'")[["code", "name_zh", "name_en"]]
    below = pd.concat([yixiu_areas, _read_csv("anqing_areas.csv")]).sort_values(
        "code", key=lambda c: c.str.len() * 10**13 + c.astype(int)
    )
    table = pd.concat([pd.DataFrame(rows, columns=below.columns), below], ignore_index=True)
    width = table["code"].str.len()
    table["level"] = width.map({4: "city", 6: "county", 9: "township", 12: "village"})
    above = width.map({4: 0, 6: 4, 9: 6, 12: 9})
    table["parent"] = [code[:n] for code, n in zip(table["code"], above, strict=True)]
    return table


def origin_facts(county: str = COUNTY) -> pd.DataFrame:
    """Return ``code``, ``name_zh``, ``province`` of the counties where migrants to a county come from (NBS 2023), as text."""
    origins = _read_csv("yixiu_origins.csv")
    if county == COUNTY:
        return origins
    here = pd.DataFrame([(COUNTY, divisions()[COUNTY].name, COUNTY[:2])], columns=origins.columns)
    return pd.concat([origins[origins["code"] != county], here], ignore_index=True)


def _read_csv(name: str) -> pd.DataFrame:
    with (files("geoservice.demo") / name).open(encoding="utf-8") as f:
        return pd.read_csv(f, dtype=str, keep_default_na=False)


def short_name(name: str) -> str:
    """Return the name of a village or township without its type.

    >>> short_name("余墩村委会"), short_name("庆丰社区居委会"), short_name("杨桥镇")
    ('余墩', '庆丰', '杨桥')
    """
    for suffix in ("社区居委会", "村委会", "居委会", "街道", "镇", "乡"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name

"""The real data of the Yixiu demo: names and codes of areas, in files beside this one (see SOURCES.txt)."""

from importlib.resources import files

import pandas as pd

COUNTY = "340811"


def area_facts() -> pd.DataFrame:
    """Return ``code``, ``name_zh``, ``name_en``, ``level``, ``parent`` of the county and its areas (NBS 2023), as text."""
    return _read_csv("yixiu_areas.csv")


def origin_facts() -> pd.DataFrame:
    """Return ``code``, ``name_zh``, ``province`` of the counties where migrants come from (NBS 2023), as text."""
    return _read_csv("yixiu_origins.csv")


def area_names() -> dict[str, str]:
    """Return the Chinese names of the county and the areas in it by code."""
    facts = area_facts()
    return dict(zip(facts["code"], facts["name_zh"], strict=True))


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

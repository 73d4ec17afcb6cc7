"""The table of facts of the Yixiu demo."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from geoservice.demo.areas import COUNTY, area_facts, origin_facts


def test_levels_and_parents_fit() -> None:
    facts = area_facts()
    assert facts["level"].value_counts().to_dict() == {"village": 60, "township": 6, "county": 1}
    assert facts["code"].is_unique
    lengths = facts["code"].str.len().groupby(facts["level"]).unique()
    assert {k: v.tolist() for k, v in lengths.items()} == {"county": [6], "township": [9], "village": [12]}
    below = facts[facts["level"] != "county"]
    assert all(
        code.startswith(parent) and parent in set(facts["code"])
        for code, parent in zip(below["code"], below["parent"], strict=True)
    )
    assert facts["name_en"].str.isascii().all()


def test_origins_are_every_other_county_of_the_province_and_all_provinces() -> None:
    origins = origin_facts()
    assert COUNTY not in set(origins["code"])
    assert origins["province"].nunique() == 31
    assert (origins["code"].str[:2] == origins["province"]).all()


@pytest.mark.reference
def test_names_and_codes_are_those_of_the_statistics_bureau(reference: Path) -> None:
    """NBS statistical division codes 2023, 340811 and below."""
    folder = reference / "china_division"
    towns = pd.read_csv(folder / "streets.csv", dtype=str).query("areaCode == '340811'")
    with gzip.open(folder / "villages.csv.gz") as f:
        villages = pd.read_csv(f, dtype=str).query("areaCode == '340811'")
    counties = pd.read_csv(folder / "areas.csv", dtype=str)
    facts = area_facts().set_index("code")
    for level, truth in (("township", towns), ("village", villages), ("county", counties.query("code == '340811'"))):
        assert facts[facts["level"] == level]["name_zh"].to_dict() == dict(zip(truth["code"], truth["name"], strict=True))
    assert (
        dict(zip(villages["code"], villages["streetCode"], strict=True))
        == facts.query("level == 'village'")["parent"].to_dict()
    )
    origins = origin_facts()
    names = dict(zip(counties["code"], counties["name"], strict=True))
    assert [names[c] for c in origins["code"]] == origins["name_zh"].tolist()
    assert set(counties.query("provinceCode == '34'")["code"]) - {"340811"} == set(origins.query("province == '34'")["code"])

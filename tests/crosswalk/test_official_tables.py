"""The crosswalk of two official tables of all of China: statistical codes of 2023, and civil affairs codes of 2026."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from geoservice.crosswalk import Crosswalk, make_crosswalk
from geoservice.divisions import COUNTY_GROUPS
from geoservice.schema import TABLES

pytestmark = pytest.mark.reference
Area = tuple[str, str, str, str | None]
NBS = (
    ("provinces", "province", ""),
    ("cities", "city", "provinceCode"),
    ("areas", "county", "cityCode"),
    ("streets", "township", "areaCode"),
)


def table(system: str, areas: Iterator[Area]) -> pa.Table:
    rows = [
        {"code_system": system, "code": code, "name_zh": name, "name_en": name, "level": level, "parent": parent}
        for level, code, name, parent in areas
    ]
    return pa.Table.from_pylist(rows, TABLES["areas"].arrow())


def nbs(folder: Path) -> Iterator[Area]:
    for file, level, above in NBS:
        with (folder / f"{file}.csv").open(encoding="utf-8") as opened:
            yield from ((level, row["code"], row["name"], row.get(above)) for row in csv.DictReader(opened))


def mca(folder: Path) -> Iterator[Area]:
    provinces, towns = (json.loads((folder / f"{n}_v1.json").read_text("utf-8")) for n in ("divisions", "townships"))
    for name, province in provinces["provinces"].items():
        yield "province", province["code"], name, None
        for city_name, city in province["cities"].items():
            if city["code"]:
                yield "city", city["code"], city_name, province["code"]
            above = city["code"] or province["code"]
            yield from (("county", code, county, above) for county, code in city["counties"].items())
    for county, found in towns.items():
        yield from (("township", code, name, county) for name, code in found["townships"].items())


@pytest.fixture(scope="module")
def tables(reference: Path) -> tuple[pa.Table, pa.Table]:
    return table("nbs2023", nbs(reference / "china_division")), table("mca2026", mca(reference / "quhua_codes"))


@pytest.fixture(scope="module")
def made(tables: tuple[pa.Table, pa.Table]) -> Crosswalk:
    return make_crosswalk(*tables)


def test_towns_that_exchanged_their_codes_are_told_apart(made: Crosswalk) -> None:
    assert made.translate("340811100") == ("340811101000", "")
    assert made.translate("340811101") == ("340811100000", "")


def test_all_provinces_cities_and_nearly_all_towns_are_matched(made: Crosswalk) -> None:
    frame = made.rows.to_pandas()
    none = frame[frame["method"] == "none"].groupby("level")["from_name"].apply(list)
    assert "province" not in none
    assert set(none["city"]) <= set(COUNTY_GROUPS)
    summary = {level.level: level for level in made.summary()}
    assert summary["county"].one_to_one > 2800
    assert summary["township"].one_to_one > 0.9 * summary["township"].areas
    assert summary["township"].same_code > 5000, "codes that are another place in the other table"


def test_a_match_has_the_name_and_the_county_of_its_area(made: Crosswalk, tables: tuple[pa.Table, pa.Table]) -> None:
    """Counted without the program's own rules: counties are written with one code of six digits in both tables."""
    rows: list[dict[str, Any]] = made.rows.to_pylist()
    towns = [r for r in rows if r["level"] == "township" and r["to_code"]]
    same_county = sum(r["from_code"][:6] == r["to_code"][:6] for r in towns)
    assert same_county / len(towns) > 0.97
    assert all(r["from_name"] == r["to_name"] for r in towns if r["method"] == "name")
    assert all(r["from_name"][:2] == r["to_name"][:2] for r in towns if r["method"] == "short_name")


def test_the_way_back_is_the_same(made: Crosswalk, tables: tuple[pa.Table, pa.Table]) -> None:
    back = make_crosswalk(*reversed(tables))
    assert {b: a for a, b in made.counterparts.items()} == back.counterparts
    assert made.unmatched["township"] == sum(r["level"] == "township" and not r["to_code"] for r in back.rows.to_pylist())

"""Tables of areas in the layouts of national code tables, OSM, GADM, COD and geoBoundaries."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from geoservice.errors import BadValues, MissingColumn
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


def rows_of(project: Project) -> dict[str, tuple[str, str | None]]:
    return {r["code"]: (r["level"], r["parent"]) for r in project.read("areas").to_pylist()}


@pytest.mark.parametrize("zeros", ["", "000000"])
def test_trailing_zeros_of_a_code_are_ignored(project: Project, load: Load, zeros: str) -> None:
    load("areas", "a.csv", "code,name\n" + "".join(f"{c}{zeros},{c}\n" for c in ("340000", "340800", "340811", "340822")))
    assert rows_of(project) == {
        f"340000{zeros}": ("province", None),
        f"340800{zeros}": ("city", f"340000{zeros}"),
        f"340811{zeros}": ("county", f"340800{zeros}"),
        f"340822{zeros}": ("county", f"340800{zeros}"),
    }


def test_townships_and_villages_of_twelve_digits_are_distinguished(project: Project, load: Load) -> None:
    load("areas", "a.csv", "code,name\n340811000000,县\n340811001000,乡\n340811001003,村\n")
    assert rows_of(project) == {
        "340811000000": ("county", None),
        "340811001000": ("township", "340811000000"),
        "340811001003": ("village", "340811001000"),
    }


def test_a_division_whose_city_is_missing_lies_in_its_province(project: Project, load: Load) -> None:
    load("areas", "a.csv", "code,name\n420000,湖北省\n429004,仙桃市\n")
    assert rows_of(project)["429004"] == ("county", "420000")


TABLES: list[Any] = [
    ("乡镇代码,乡镇名称,县代码,县名称", "340811101,甲乡,340811,宜秀区", "340811101", "甲乡", "township", "340811"),
    ("GID_1,NAME_1,GID_2,NAME_2", "CHN.1_1,Anhui,CHN.1.2_1,Anqing", "CHN.1.2_1", "Anqing", "city", "CHN.1_1"),
    (
        "ADM3_EN,ADM3_PCODE,ADM2_EN,ADM2_PCODE",
        "Yixiu,CN034008011,Anqing,CN034008",
        "CN034008011",
        "Yixiu",
        "county",
        "CN034008",
    ),
    ("shapeName,shapeISO,shapeID,shapeGroup,shapeType", "Yixiu,,123B456,CHN,ADM3", "123B456", "Yixiu", "county", None),
]


@pytest.mark.parametrize(
    ("header", "row", "code", "name", "level", "parent"), TABLES, ids=["zh", "GADM", "COD", "geoBoundaries"]
)
def test_headers_that_name_the_level_are_understood(
    project: Project, load: Load, header: str, row: str, code: str, name: str, level: str, parent: str | None
) -> None:
    load("areas", "a.csv", f"{header}\n{row}\n")
    (made,) = project.read("areas").to_pylist()
    assert (made["code"], made["name_zh"], made["level"], made["parent"]) == (code, name, level, parent)


def test_names_of_gadm_that_are_all_na_are_not_used(project: Project, load: Load) -> None:
    rows = "CHN.1_1,Anhui,CHN.1.2_1,Anqing,NA\nCHN.1_1,Anhui,CHN.1.3_1,Bengbu,NA\n"
    load("areas", "a.csv", "GID_1,NAME_1,GID_2,NAME_2,NL_NAME_2\n" + rows)
    assert project.read("areas").column("name_zh").to_pylist() == ["Anqing", "Bengbu"]


def test_the_admin_level_of_osm_is_not_a_level(load: Load) -> None:
    with pytest.raises(MissingColumn, match="admin_level is OpenStreetMap's"):
        load("areas", "a.csv", "code,name,admin_level\nA,Yixiu,6\n")


@pytest.mark.parametrize("word", ["街道办事处", "行政村", "自然村", "社区居委会", "市辖区", "县级市"])
def test_words_for_levels(load: Load, word: str) -> None:
    assert load("areas", "a.csv", f"code,name,level\nA,甲,{word}\n").rows_accepted == 1


def geojson(parent: object) -> str:
    properties = {"adcode": "340811", "name": "宜秀区", "level": "county", "parent": parent}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": None}]}
    )


def test_a_parent_as_a_json_object_is_read(project: Project, load: Load) -> None:
    load("areas", "a.geojson", geojson({"adcode": 340800}))
    assert project.read("areas").column("parent").to_pylist() == ["340800"]


def test_a_json_object_without_a_code_is_rejected(load: Load) -> None:
    with pytest.raises(BadValues, match="JSON object without a code"):
        load("areas", "a.geojson", geojson({"name": "安庆市"}))


def test_codes_with_spreadsheet_guards_are_read(project: Project, load: Load) -> None:
    load("areas", "a.csv", 'code,name\n"=""340811""",甲\n\'340822,乙\n')
    assert sorted(rows_of(project)) == ["340811", "340822"]


def test_spreadsheet_errors_are_not_codes(load: Load) -> None:
    with pytest.raises(BadValues, match="#REF!"):
        load("areas", "a.csv", "code,name\n340811,甲\n#REF!,乙\n", level="county")


def test_parents_of_one_letter_are_codes(project: Project, load: Load) -> None:
    load("areas", "a.csv", "code,name,level,上级代码\nT,Town,county,\nE,East,township,T\nW,West,township,T\n")
    assert rows_of(project)["E"] == ("township", "T")

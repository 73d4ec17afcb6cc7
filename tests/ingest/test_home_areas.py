"""Home areas of households by code and by name, and the notes on them."""

from collections.abc import Callable

import pytest

from geoservice.errors import BadValues
from geoservice.ingest import Report
from geoservice.project import Project
from geoservice.register import Register
from geoservice.study import Study

Load = Callable[..., Report]
HEADER = "户编号,经度,纬度,人口,六岁以下,{}\n"


@pytest.fixture(scope="session")
def study(study: Study) -> Study:
    return study.model_copy(update={"code_system": "nbs2023"})


def register_of(values: list[str], header: str = "户籍地代码") -> str:
    return HEADER.format(header) + "".join(f"{i},116.95,30.6,2,0,{v}\n" for i, v in enumerate(values))


def homes(register: Register) -> list[str]:
    return sorted(str(v) for v in register.read("households").column("registered_area").to_pylist())


def test_places_are_read_by_name_from_the_loaded_areas_and_the_national_table(
    register: Register, areas: None, load: Load
) -> None:
    load("households", "h.csv", register_of(["杨桥镇", "河南省周口市", "安徽省安庆市宜秀区", "湖北"], "户籍地"))
    assert homes(register) == ["340811", "340811101", "4116", "42"]


def test_an_ambiguous_place_name_is_rejected(areas: None, load: Load) -> None:
    with pytest.raises(BadValues, match="or of a division of China"):
        load("households", "h.csv", register_of(["鼓楼区"], "户籍地"))


@pytest.mark.parametrize("nothing", ["-", "NaN", "#N/A", "无", ""])
def test_words_for_missing_values_are_not_home_areas(register: Register, areas: None, load: Load, nothing: str) -> None:
    load("households", "h.csv", register_of([nothing, "340811100"]))
    assert homes(register) == ["340811100", "None"]


def test_unknown_codes_are_counted(areas: None, load: Load) -> None:
    report = load("households", "h.csv", register_of(["340811100", "999999", "XX1", "410100"]))
    assert any("2 codes belong to no known area" in n for n in report.notes)


def test_codes_of_a_county_are_noted(areas: None, load: Load) -> None:
    report = load("households", "h.csv", register_of(["340811", "340811000000", "340811100"]))
    assert any("2 codes name a county or a wider area" in n for n in report.notes)


def test_more_than_half_of_migrants_is_noted(areas: None, load: Load) -> None:
    report = load("households", "h.csv", register_of(["410100", "420100", "340811100"]))
    assert any("67% of the households are registered elsewhere" in n for n in report.notes)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("户籍地址", ["安徽省安庆市宜秀区大龙山镇3组12号"] * 3),
        ("registered", ["yes", "no", "yes"]),
        ("户籍地", ["是", "否", "是"]),
        ("户籍地", ["1", "0", "1"]),
    ],
    ids=["address", "yes or no", "yes or no under a word for home", "1 or 0"],
)
def test_other_columns_are_not_mapped_to_home_areas(
    register: Register, areas: None, load: Load, header: str, values: list[str]
) -> None:
    report = load("households", "h.csv", register_of(values, header))
    assert "registered_area" not in report.mapping
    assert header in report.unused
    assert set(homes(register)) == {"None"}


def test_the_level_of_an_osm_station_is_not_a_tier(project: Project, areas: None, load: Load) -> None:
    report = load(
        "stations",
        "s.csv",
        "id,name,level,lon,lat,services\n1,A,0,116.95,30.6,checkup\n2,B,1,116.95,30.6,checkup\n",
        tier="village",
    )
    assert "tier" not in report.mapping
    assert set(project.read("stations").column("tier").to_pylist()) == {"village"}

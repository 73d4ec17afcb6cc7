"""Tables with codes of areas of another code system than that of the study."""

from collections.abc import Callable

import pytest

from geoservice.errors import BadValues, InputError
from geoservice.ingest import Report
from geoservice.project import Project
from geoservice.register import Register

Load = Callable[..., Report]
MCA = "区划代码,名称\n340811000000,宜秀区\n340811100000,杨桥镇\n340811101000,大龙山镇\n340811200000,五横乡\n"
UPTAKE = (
    "area,period,service,served,eligible\n340811,2023,care,50,90\n340811100,2024,care,30,50\n340811101000,2024,care,20,70\n"
)


@pytest.fixture
def two_systems(areas: None, load: Load) -> Report:
    """Load a second table of codes, without borders; it gives both towns the code of the other."""
    return load("areas", "mca.csv", MCA, code_system="mca2026")


def test_areas_of_a_second_system_need_no_borders_and_do_not_count(two_systems: Report, project: Project) -> None:
    assert (two_systems.rows_accepted, two_systems.notes[-1]) == (4, "4 areas have no border")
    parents = {r["code"]: r["parent"] for r in project.areas_of("mca2026").to_pylist()}
    assert parents == {"340811000000": None, **dict.fromkeys(["340811100000", "340811101000", "340811200000"], "340811000000")}
    assert sorted(project.areas(None, "local").column("code").to_pylist()) == ["340811", "340811100", "340811101"]


@pytest.mark.usefixtures("two_systems")
def test_codes_are_translated_by_name_and_not_kept(load: Load, project: Project) -> None:
    load("uptake", "u.csv", UPTAKE, code_system="mca2026")
    served = {r["area"]: r["served"] for r in project.read("uptake").to_pylist()}
    assert served == {"340811": 50, "340811101": 30, "340811100": 20}
    assert load("uptake", "u.csv", code_system="mca2026").already_loaded
    load("uptake", "u.csv", UPTAKE.replace("340811101000", "340811101"))
    assert {r["area"]: r["served"] for r in project.read("uptake").to_pylist()}["340811100"] == 30, "codes of the study"


@pytest.mark.usefixtures("two_systems")
def test_a_code_without_one_counterpart_is_rejected(load: Load, project: Project) -> None:
    lines = UPTAKE + "340811200,2024,care,10,30\n999,2024,care,10,30\n"
    report = load("uptake", "u.csv", lines, code_system="mca2026", dry_run=True)
    allowed = "codes of mca2026 with exactly one counterpart in local"
    assert [(r.file, r.row, r.column, r.value, r.reason, r.allowed) for r in report.samples] == [
        ("u.csv", 5, "area", "340811200", "no area has its name", allowed),
        ("u.csv", 6, "area", "999", "no area of this code is loaded", allowed),
    ]
    with pytest.raises(BadValues, match="340811200"):
        load("uptake", "u.csv", lines, code_system="mca2026")
    assert project.read("uptake").num_rows == 0


@pytest.mark.usefixtures("two_systems")
def test_pyramids_are_translated_too(load: Load, project: Project) -> None:
    load("pyramids", "p.csv", "area,date,age,persons\n340811100,2020,0-14,5\n340811100,2020,15+,9\n", code_system="mca2026")
    assert project.read("pyramids").column("area").to_pylist() == ["340811101"] * 2


@pytest.mark.usefixtures("two_systems")
def test_home_areas_of_households_are_translated_where_the_table_has_them(load: Load, register: Register) -> None:
    header = "户编号,经度,纬度,人口,六岁以下,户籍地代码\n"
    codes = ["340811100000", "340811000000", "410101", "杨桥镇", ""]
    rows = header + "".join(f"{i},116.95,30.6,2,0,{code}\n" for i, code in enumerate(codes))
    load("households", "h.csv", rows, code_system="mca2026")
    homes = register.read("households").column("registered_area").to_pylist()
    assert sorted(homes, key=str) == ["340811", "340811101", "340811101", "410101", None]
    with pytest.raises(BadValues, match="exactly one counterpart in local") as caught:
        load("households", "h.csv", rows + "9,116.95,30.6,2,0,340811200000\n", code_system="mca2026")
    assert "340811200000" not in str(caught.value), "values of a register are private"


def test_a_system_that_is_not_loaded_or_has_no_use_is_refused(areas: None, load: Load) -> None:
    with pytest.raises(InputError, match=r"none of the code system 'mca' are loaded, loaded are local; load them with"):
        load("uptake", "u.csv", UPTAKE, code_system="mca")
    with pytest.raises(InputError, match=r"code_system: got 'mca' for stations, allowed is one for areas, uptake, pyramids"):
        load("stations", "s.csv", "id,name,tier,services,lon,lat\n1,a,village,care,117,30.6\n", code_system="mca")


def test_loading_a_second_system_does_not_load_other_tables_again(areas: None, load: Load) -> None:
    load("uptake", "u.csv", "area,period,service,served,eligible\n340811,2023,care,50,90\n")
    load("areas", "mca.csv", MCA, code_system="mca2026")
    assert load("uptake", "u.csv").already_loaded

"""Real headers: with marks, units, numbers, two languages, several coordinates."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from geoservice.errors import MissingColumn
from geoservice.ingest import Report
from geoservice.ingest.columns import fields_of, map_columns
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.header_patterns import SURE, score
from geoservice.ingest.header_vocabulary import names_of
from geoservice.ingest.report import Options
from geoservice.ingest.sample import Sample
from geoservice.schema import TableName
from geoservice.study import Study

Load = Callable[..., Report]


@pytest.mark.parametrize(
    ("table", "field", "header"),
    [
        ("households", "id", "*１．户编号（必填）"),
        ("households", "persons", "（3）常住人口（单位：人）"),
        ("households", "persons", "HouseholdSize"),
        ("households", "persons", "How many people live in this household?"),
        ("households", "registered_area", "戶籍地代碼"),
        ("households", "since", "来本地 日期"),
        ("stations", "floor_area_m2", "建筑面积/㎡"),
        ("stations", "name", "JGMC"),
        ("stations", "id", "jigoubianhao"),
        ("stations", "capacity", "容量 Capacity"),
        ("stations", "staff", "Número de personal"),
        ("population", "persons", "POP2020"),
        ("areas", "code", "行政区划\n代码"),
    ],
)
def test_marks_units_numbers_and_spellings_are_ignored(table: TableName, field: str, header: str) -> None:
    scores = {f: score(header, f, names) for f, names in names_of(table).items()}
    assert max(scores, key=lambda f: scores[f]) == field
    assert scores[field] > 0.6


@pytest.mark.parametrize(
    ("table", "field", "header"),
    [
        ("households", "persons", "户籍人口"),
        ("households", "persons", "流动人口数"),
        ("population", "persons", "常住人口（万人）"),
        ("population", "persons", "人口密度（人/平方公里）"),
        ("stations", "floor_area_m2", "占地面积（㎡）"),
        ("stations", "floor_area_m2", "建筑面积（亩）"),
        ("stations", "start_delay_s", "准备时间（分钟）"),
        ("stations", "capacity", "在校生数"),
        ("stations", "tier", "医院等级"),
        ("stations", "id", "邮政编码"),
        ("uptake", "served", "未接种人数"),
        ("uptake", "served", "接种率（%）"),
        ("areas", "code", "城乡分类代码"),
    ],
)
def test_similar_headers_are_not_mapped(table: TableName, field: str, header: str) -> None:
    assert score(header, field, names_of(table)[field]) == 0


@pytest.mark.parametrize(
    ("headers", "pair"),
    [
        (["高德经度", "高德纬度", "GPS经度", "GPS纬度"], ("GPS经度", "GPS纬度")),
        (["lng_gcj02", "lat_gcj02", "lng", "lat"], ("lng", "lat")),
        (["原住址经度", "原住址纬度", "现住址经度", "现住址纬度"], ("现住址经度", "现住址纬度")),
        (["工作地经度", "工作地纬度"], None),
        (["X（经度）", "Y（纬度）"], ("X（经度）", "Y（纬度）")),
        (["_gps_latitude", "_gps_longitude", "_gps_altitude"], ("_gps_longitude", "_gps_latitude")),
        (["百度经度", "百度纬度"], ("百度经度", "百度纬度")),
        (["起点经度", "起点纬度", "终点经度", "终点纬度"], None),
    ],
)
def test_the_best_of_several_coordinate_pairs_is_used(study: Study, headers: list[str], pair: tuple[str, str] | None) -> None:
    found = guess_columns(headers, fields_of("households", study))
    assert (found["lon"], found["lat"]) == pair if pair else not {"lon", "lat"} & set(found)


def mapped(table: TableName, study: Study, columns: dict[str, list[str]]) -> dict[str, str]:
    return map_columns(table, list(columns), study, Options(), None, Sample(pa.table(columns)))


def test_a_key_has_distinct_values(study: Study) -> None:
    columns = {"网点号": ["7", "7", "8"] * 3, "窗口号": [f"A{i}" for i in range(9)]}
    assert mapped("stations", study, columns) == {"id": "窗口号"}
    assert mapped("stations", study, {"窗口号": ["A1", "A1", "A2"] * 3}) == {}


def test_times_of_data_entry_are_not_dates_of_arrival(study: Study) -> None:
    days, moments = [["2024-05-01"] * 6, ["2024-05-01T08:11:02.000+03:00"] * 6]
    assert mapped("households", study, {"start": days})["since"] == "start"
    assert mapped("households", study, {"start": moments}) == {}


def test_an_accuracy_in_metres_is_not_a_precision(study: Study) -> None:
    assert mapped("households", study, {"定位精度": ["4.8", "12", "5"] * 3}) == {"uncertainty_m": "定位精度"}
    assert mapped("households", study, {"定位精度": ["点", "楼栋", "街道"] * 3}) == {"precision": "定位精度"}


def test_classes_of_hospitals_are_not_tiers(study: Study) -> None:
    assert mapped("stations", study, {"机构等级": ["三级", "二级", "一级"] * 3}) == {}
    assert mapped("stations", study, {"机构等级": ["县级", "乡镇级", "村级"] * 3}) == {"tier": "机构等级"}


def test_the_code_of_the_finer_level_is_the_home_area(study: Study) -> None:
    columns = {"户籍省代码": ["34", "41"] * 4, "户籍县代码": ["340811", "411525"] * 4}
    assert mapped("households", study, columns) == {"registered_area": "户籍县代码"}


def test_parents_are_recognised_as_prefixes_of_codes(study: Study) -> None:
    columns = {
        "code": ["340811001", "340811002", "340822100"],
        "cityCode": ["3408"] * 3,
        "areaCode": ["340811", "340811", "340822"],
    }
    assert mapped("areas", study, columns) == {"code": "code", "parent": "areaCode"}


def test_two_equally_good_headers_are_noted_and_not_used(study: Study) -> None:
    doubts: dict[str, list[str]] = {}
    headers = ["机构编号", "机构代码", "名称"]
    assert guess_columns(headers, fields_of("stations", study), doubts=doubts) == {"name": "名称"}
    assert doubts == {"id": ["机构编号", "机构代码"]}


def test_the_error_names_the_doubt_and_the_option(load: Load) -> None:
    with pytest.raises(MissingColumn, match=r"'机构编号' and '机构代码' fit equally well.*--map id=机构编号"):
        load("stations", "s.csv", "机构编号,机构代码,名称,层级,lon,lat\nA,B,甲,村级,116.95,30.6\n")
    report = load(
        "stations",
        "s.csv",
        "机构编号,机构代码,名称,层级,services,lon,lat\nA,B,甲,村级,checkup,116.95,30.6\n",
        mapping={"id": "机构代码"},
    )
    assert report.mapping["id"] == "机构代码"


def test_a_certain_name_is_used_despite_a_wrong_value(study: Study) -> None:
    assert score("常住人口", "persons", names_of("households")["persons"]) > SURE
    assert mapped("households", study, {"常住人口": ["3", "4", "多", "2", "1", "5"]}) == {"persons": "常住人口"}

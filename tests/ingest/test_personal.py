"""Personal data is refused under any header, and data that only looks like it is accepted."""

import numpy as np
import pyarrow as pa
import pytest

from geoservice.errors import PersonalData, RefusedTopic
from geoservice.ingest.personal import check_headers, check_values, is_id18


def column(values: list[str | None], header: str = "a") -> pa.Table:
    return pa.table({header: pa.chunked_array([pa.array(values, pa.string())])})


def with_check(body: str) -> str:
    return next(body + c for c in "0123456789X" if is_id18(body + c))


@pytest.mark.parametrize(
    "header", ["姓名", "户主", "户主姓名", "name", "Full_Name", "身份证号", "公民身份号码", "手机号", "联系电话", "passport no"]
)
def test_personal_headers_are_refused_in_households(header: str) -> None:
    with pytest.raises(PersonalData, match="--drop"):
        check_headers("households", ["户编号", header])


@pytest.mark.parametrize(
    ("header", "topic"),
    [
        ("是否怀孕", "pregnancy"), ("孕期", "pregnancy"), ("Pregnant", "pregnancy"), ("避孕措施", "contraception"),
        ("Contraceptive method", "contraception"), ("计划外生育", "births out of plan"), ("超生子女数", "births out of plan"),
        ("社会抚养费", "fines"), ("罚款金额", "fines"), ("fine", "fines"), ("宗教信仰", "religion"), ("religion", "religion"),
        ("民族", "ethnicity"), ("Ethnicity", "ethnicity"),
    ],
)  # fmt: skip
def test_refused_topics_are_named(header: str, topic: str) -> None:
    for table in ("households", "stations", "areas", "uptake", "population", "pyramids"):
        with pytest.raises(RefusedTopic, match=topic):
            check_headers(table, [header])


@pytest.mark.parametrize("header", ["人口", "户籍地", "definition", "refined", "地址", "户编号", "户主人数", "trace", "经度"])
def test_plain_headers_pass(header: str) -> None:
    check_headers("households", [header])


def test_names_of_stations_and_areas_are_accepted() -> None:
    check_headers("stations", ["名称", "name"])
    check_values("areas", column(["杨桥", "罗岭", "白泽", "陈家"], "name"), [], [])
    check_values("stations", column(["王庄", "李集", "张湾", "陈桥"], "name"), ["name"], [])


def test_identity_numbers_are_recognised_in_free_text() -> None:
    number = with_check("34081119900307123")
    with pytest.raises(PersonalData, match="identity numbers"):
        check_values("stations", column([f"负责 {number}。", "-", None]), [], [])


def test_serial_numbers_of_the_same_length_are_not_identity_numbers() -> None:
    check_values("households", column([f"340811{20150101 + i % 28}{i:04d}" for i in range(500)]), [], [])


def test_old_identity_numbers_are_recognised() -> None:
    random = np.random.default_rng(1)
    values = [
        f"340811{random.integers(50, 99):02d}{random.integers(1, 13):02d}{random.integers(1, 29):02d}{i:03d}" for i in range(50)
    ]
    with pytest.raises(PersonalData, match="identity numbers"):
        check_values("households", column(values), [], [])


@pytest.mark.parametrize("written", ["13812345678", "+86 138-1234-5678", "tel 138 1234 5678"])
def test_mobile_numbers_are_recognised(written: str) -> None:
    with pytest.raises(PersonalData, match="mobile"):
        check_values("households", column([written, "x"]), [], [])


def test_long_fractions_are_not_phones() -> None:
    check_values("households", column(["117.13812345678", "30.15912345678901"]), [], [])


def test_chinese_names_are_recognised_under_any_header() -> None:
    with pytest.raises(PersonalData, match="names"):
        check_values("households", column(["王伟", "李娜", "欧阳锋", "张小敏", "陈"]), [], [])


@pytest.mark.parametrize(
    "values", [["农业", "非农业"] * 9, ["杨桥镇", "罗岭镇", "白泽湖乡"], ["安徽", "江苏"] * 50, ["高龄", "常住", "流动"] * 40]
)
def test_categories_and_places_are_not_personal_names(values: list[str | None]) -> None:
    check_values("households", column(values), [], [])


def test_ethnic_groups_are_recognised_by_value() -> None:
    with pytest.raises(RefusedTopic, match="ethnicity"):
        check_values("households", column(["汉族", "回族", "汉族"]), [], [])

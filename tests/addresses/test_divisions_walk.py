"""The walk down the areas: levels missing, wrong or stated twice, short and old names, the scope, parts of other names."""

import numpy as np
import pyarrow as pa
import pytest

from geoservice.addresses.area_names import short_names
from geoservice.addresses.gazetteer import CODE_SCHEMA, DOOR_SCHEMA, Gazetteer
from geoservice.addresses.parse import parse
from geoservice.addresses.writer import write_gazetteer

AREAS = (
    ("34", "安徽省", 0, ""), ("3408", "安庆市", 1, "34"), ("340811", "宜秀区", 2, "3408"), ("340803", "大观区", 2, "3408"),
    ("340811100", "大龙山镇", 3, "340811"), ("340811101", "杨桥镇", 3, "340811"), ("340803100", "海口镇", 3, "340803"),
    ("340811100201", "永林村委会", 4, "340811100"), ("340811101201", "永林村委会", 4, "340811101"),
    ("340811101202", "鲍冲湖村民委员会", 4, "340811101"),
)  # fmt: skip


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory):
    """A gazetteer of two counties."""
    code, name, level, parent = zip(*AREAS, strict=True)
    size = len(AREAS)
    places = pa.table({
        "id": code, "kind": pa.array([0] * size, pa.int8()), "level": pa.array(level, pa.int8()), "name": name,
        "name_en": pa.nulls(size, pa.string()), "code": code, "code_system": ["nbs"] * size,
        "parent": pa.array([code.index(p) if p else -1 for p in parent], pa.int32()),
        "lon": np.full(size, np.nan), "lat": np.full(size, np.nan), "radius_m": np.full(size, np.nan, np.float32),
        "source": ["x"] * size, "valid_from": pa.nulls(size, pa.date32()), "valid_to": pa.nulls(size, pa.date32()),
    })  # fmt: skip
    named = [(row, n, 0) for row, n in enumerate(name)]
    named += [(row, short, 1) for row, n in enumerate(name) for short in short_names(n, level[row])]
    rows, texts, kinds = zip(*named, strict=True)
    names = pa.table({"place": pa.array(rows, pa.int32()), "name": texts, "kind": pa.array(kinds, pa.int8())})
    folder = tmp_path_factory.mktemp("gazetteer")
    write_gazetteer(folder, places, names, DOOR_SCHEMA.empty_table(), CODE_SCHEMA.empty_table(), {})
    return Gazetteer.open(folder)


def read(text, gazetteer=None, scope=-1):
    """Return the kinds and texts of the elements."""
    return [(element.kind.value, element.text) for element in parse(text, gazetteer, scope).elements]


def codes(text, gazetteer, scope=-1):
    """Return the codes of the areas that were found."""
    return [gazetteer.place(e.row).code for e in parse(text, gazetteer, scope).elements if e.row >= 0]


@pytest.mark.parametrize(
    "text",
    [
        "安徽省安庆市宜秀区大龙山镇永林村",
        "安庆市宜秀区大龙山镇永林村民委员会",
        "宜秀区大龙山永林社区",
        "安徽安庆宜秀大龙山镇永林3组",
    ],
)
def test_short_names_and_missing_levels_lead_to_the_same_village(text, gazetteer):
    assert codes(text, gazetteer)[-1] == "340811100201"


def test_a_village_of_two_towns_has_no_row_until_its_town_is_named(gazetteer):
    assert codes("宜秀区永林村", gazetteer) == ["340811"]
    assert codes("宜秀区杨桥镇永林村", gazetteer)[-1] == "340811101201"


def test_the_scope_completes_what_is_missing(gazetteer):
    scope = next(row for row in range(len(gazetteer)) if gazetteer.place(row).code == "340811")
    assert codes("大龙山镇永林村", gazetteer, scope) == ["340811100", "340811100201"]
    assert codes("鲍冲湖村5号", gazetteer, scope) == ["340811101202"]


def test_a_stated_level_that_contradicts_is_still_read(gazetteer):
    assert read("安徽省合肥市宜秀区大龙山镇", gazetteer)[1:] == [
        ("city", "合肥市"),
        ("district", "宜秀区"),
        ("town", "大龙山镇"),
    ]


def test_repeated_levels_are_redundant():
    expected = [("province", "安徽省"), ("city", "安庆市"), ("redundant", "安徽省安庆市"), ("district", "宜秀区")]
    assert read("安徽省安庆市安徽省安庆市宜秀区") == expected


def test_municipalities_are_cities_and_provinces_when_named_twice():
    assert read("北京市海淀区") == [("city", "北京市"), ("district", "海淀区")]
    assert read("北京北京市海淀区") == [("province", "北京"), ("city", "北京市"), ("district", "海淀区")]


@pytest.mark.parametrize("road", ["朝阳路", "北京路", "南京东路", "中山三路", "合作化路", "温州路"])
def test_the_first_part_of_the_name_of_a_road_is_no_area(road, gazetteer):
    assert read(f"{road}12号", gazetteer) == [("road", road), ("number", "12号")]


def test_old_names_and_areas_that_no_table_has_are_read_by_suffix():
    assert read("巢湖地区无为县") == [("city", "巢湖地区"), ("district", "无为县")]
    assert read("安徽省安庆市新盛县东湖镇上村") == [
        ("province", "安徽省"), ("city", "安庆市"), ("district", "新盛县"), ("town", "东湖镇"), ("community", "上村"),
    ]  # fmt: skip

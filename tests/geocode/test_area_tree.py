"""The tree of areas from several tables: joined by name within the parent, never by a township's code."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.geocode.area_tree import ALIAS, HISTORIC, AreaRow, AreaTree
from geoservice.geocode.code_changes import AreaAlias, CodeChange, add_aliases, add_changes
from geoservice.geocode.sources.divisions import SYSTEM, division_rows


def row(code: str, name: str, level: int, system: str = "nbs2023", parent: str | None = None) -> AreaRow:
    return AreaRow(system, code, name, None, level, parent)


def path(tree: AreaTree, area: int) -> str:
    return "/".join(tree.rows[a].name for a in (area, *tree.above(area)))


@pytest.fixture
def china() -> AreaTree:
    tree = AreaTree(SYSTEM)
    tree.add(division_rows(), "divisions")
    return tree


TOWNS = [row("340811100", "大龙山镇", 3), row("340811101", "杨桥镇", 3), row("340811200", "白泽湖乡", 3)]


def test_townships_of_two_tables_are_joined_by_name_not_by_code(china: AreaTree) -> None:
    china.add(TOWNS, "a")
    other = [
        row("340811100000", "杨桥镇", 3, "b", "340811000000"),
        row("340811101000", "大龙山镇", 3, "b", "340811000000"),
        row("340811102000", "白泽湖镇", 3, "b", "340811000000"),
    ]
    areas = china.add(other, "b")
    assert [china.rows[a].name for a in areas] == ["杨桥镇", "大龙山镇", "白泽湖乡"], "the last by its short name"
    assert china.coded("b", "340811100") == china.coded(SYSTEM, "340811101")
    assert {(code, system) for code, system, area, _ in china.codes if area == areas[0]} == {
        ("340811101", "nbs2023"),
        ("340811100000", "b"),
        ("340811100", "b"),
    }
    assert (areas[2], "白泽湖镇", ALIAS) in china.names


def test_a_short_name_that_two_siblings_have_joins_nothing(china: AreaTree) -> None:
    china.add([row("340811100", "城关镇", 3), row("340811200", "城关乡", 3)], "a")
    before = len(china)
    china.add([row("340811001000", "城关街道", 3, "b")], "b")
    assert len(china) == before + 1


def test_the_same_name_in_another_county_is_another_area(china: AreaTree) -> None:
    first = china.add([row("340811100", "新华镇", 3)], "a")
    second = china.add([row("340822100", "新华镇", 3, "b")], "b")
    assert path(china, first[0]) == "新华镇/宜秀区/安庆市/安徽省"
    assert path(china, second[0]) == "新华镇/怀宁县/安庆市/安徽省"


def test_groups_of_counties_are_no_areas(china: AreaTree) -> None:
    assert path(china, china.coded(SYSTEM, "110101")) == "东城区/北京市"
    assert path(china, china.coded(SYSTEM, "429004")) == "仙桃市/湖北省"
    assert not any(area.name == "市辖区" for area in china.rows)


def test_a_city_without_counties_has_a_county_of_its_own_code(china: AreaTree) -> None:
    town = china.add([row("441900003", "东城街道", 3, parent="441900")], "a")
    assert path(china, town[0]) == "东城街道/东莞市/东莞市/广东省"
    assert [china.rows[a].level for a in (town[0], *china.above(town[0]))] == [3, 2, 1, 0]


def test_the_study_renames_areas_and_keeps_their_codes(china: AreaTree) -> None:
    own = [row("340811", "宜秀", 2, "local-gb"), row("340811100", "大龙山", 3, "local-gb", "340811")]
    china.add(TOWNS, "a")
    areas = china.add(own, "areas", own=True)
    assert [china.rows[a].name for a in areas] == ["宜秀", "大龙山"]
    assert [china.rows[a].system for a in areas] == ["local-gb", "local-gb"]
    assert (areas[1], "大龙山镇", ALIAS) in china.names
    assert china.rows[areas[0]].lon == 116.982, "the seat of the table, since the study has no border"


def test_an_area_without_a_place_is_counted(china: AreaTree) -> None:
    china.add([row("999999001", "某镇", 3, "c")], "c")
    assert china.unplaced == {"c": 1}


def test_other_countries_have_their_own_parents() -> None:
    tree = AreaTree()
    areas = tree.add([row("LI-V", "Vaduz", 3, "li", "LI"), row("LI", "Liechtenstein", 0, "li")], "areas", own=True)
    assert path(tree, areas[0]) == "Vaduz/Liechtenstein"


def test_changes_lead_from_former_codes_and_names_over_several_steps(china: AreaTree) -> None:
    changes = [
        CodeChange("510124", "郫县", "510117", "郫都区", None),
        CodeChange("510199", "古郫县", "510124", "郫县", None),
        CodeChange("142121", "大同县", "142121", "阳高县", None, "码位改派"),
        CodeChange("999999", "某县", "999998", "某区", None),
    ]
    changes = [c._replace(day=None if c.day is None else c.day) for c in changes]
    assert add_changes(china, changes, "old") == 1
    area = china.coded(SYSTEM, "510117")
    assert {name for a, name, kind in china.names if a == area and kind == HISTORIC} == {"郫县", "古郫县"}
    assert {code for code, _, a, _ in china.codes if a == area} >= {"510117", "510124", "510199"}
    assert not any(name == "大同县" for _, name, _ in china.names), "a code that went to another area says nothing of names"


def test_a_former_name_that_means_a_sibling_today_is_not_added(china: AreaTree) -> None:
    add_changes(china, [CodeChange("340802", "大观区", "340811", "宜秀区", None)], "old")
    assert not any(name == "大观区" for _, name, _ in china.names)


def test_aliases_name_an_area_by_its_path(china: AreaTree) -> None:
    aliases = [
        AreaAlias("迪化", "新疆维吾尔自治区乌鲁木齐市", None, None),
        AreaAlias("襄樊", "湖北省襄阳市", None, None),
        AreaAlias("蓉", "成都", None, None),
        AreaAlias("某", "鼓楼区", None, None),
        AreaAlias("宜城", None, "340811", None),
    ]
    assert add_aliases(china, aliases, SYSTEM) == 1, "鼓楼区 is ambiguous"
    named = {name: path(china, area) for area, name, _ in china.names}
    assert named["迪化"] == "乌鲁木齐市/新疆维吾尔自治区"
    assert named["蓉"] == "成都市/四川省"
    assert china.named("襄樊") == [china.coded(SYSTEM, "420600")]
    assert named["宜城"].startswith("宜秀区")


NAMES = st.sampled_from([a + b for a in ("新华", "永安", "城关", "红旗") for b in ("镇", "乡", "街道")])
TOWN_TABLES = st.lists(
    st.lists(st.tuples(st.sampled_from(["340811", "340822", "110101"]), st.integers(1, 30), NAMES), max_size=12), max_size=4
)


@given(TOWN_TABLES)
def test_tables_never_join_areas_of_different_parents_and_lose_none(tables: list[list[tuple[str, int, str]]]) -> None:
    tree = AreaTree(SYSTEM)
    tree.add([r for r in division_rows() if r.code[:2] in {"34", "11"}], "divisions")
    for number, table in enumerate(tables):
        distinct = {(county, n): name for county, n, name in table}
        rows = [row(f"{county}{n:03}", name, 3, string.ascii_letters[number]) for (county, n), name in distinct.items()]
        areas = tree.add(rows, f"table {number}")
        assert all(area >= 0 for area in areas)
        assert len(set(areas)) == len(areas), "rows of one table are different areas"
        for r, area in zip(rows, areas, strict=True):
            assert tree.rows[tree.parent[area]].code == r.code[:6]
            assert tree.coded(r.system, r.code) == area

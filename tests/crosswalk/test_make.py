"""Crosswalks between two systems of codes: by name within what is above, and by borders; never by code."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from coded_areas import MCA, NBS, coded_areas
from hypothesis import given
from hypothesis import strategies as st

from geoservice.crosswalk import REASON_LABELS, make_crosswalk
from geoservice.errors import InputError


def rows(made: Any, code: str) -> list[dict[str, Any]]:
    return [row for row in made.rows.to_pylist() if row["from_code"] == code]


def matched(made: Any) -> set[tuple[str, str, str]]:
    return {(r["from_code"], r["to_code"], r["method"]) for r in made.rows.to_pylist() if r["to_code"]}


def test_codes_that_two_official_tables_exchange_are_told_apart_by_name() -> None:
    made = make_crosswalk(coded_areas("nbs2023", NBS), coded_areas("mca2026", MCA))
    assert matched(made) == {
        ("340811", "340811000000", "name"),
        ("340811001", "340811055000", "name"),
        ("340811100", "340811101000", "name"),
        ("340811101", "340811100000", "name"),
        ("340811200", "340811200000", "short_name"),
    }
    traps = {r["from_code"]: r["same_code_name"] for r in made.rows.to_pylist() if r["same_code_name"]}
    assert traps == {"340811100": "杨桥镇", "340811101": "大龙山镇"}
    assert made.translate("340811100000") == made.translate("340811100") == ("340811101000", "")
    county, towns = made.summary()
    assert (county.level, county.methods["name"], county.same_code) == ("county", 1, 0)
    assert (towns.areas, towns.methods, towns.one_to_one, towns.same_code) == (
        4, {"name": 3, "short_name": 1, "overlap": 0, "none": 0}, 4, 2,
    )  # fmt: skip


def test_a_name_counts_only_inside_the_area_above() -> None:
    one = coded_areas("a", "county 1 甲县\ncounty 2 乙县\ntownship 11 城关镇 1\ntownship 21 城关镇 2")
    other = coded_areas("b", "county 7 乙县\ncounty 8 甲县\ntownship 71 城关镇 7\ntownship 81 城关镇 8")
    assert make_crosswalk(one, other).counterparts == {"1": "8", "2": "7", "11": "81", "21": "71"}


def test_groups_of_counties_are_no_places() -> None:
    one = coded_areas("a", "province 11 北京市\ncity 1101 市辖区 11\ncounty 110101 东城区 1101\nprovince 44 广东省\n"
                      "city 4419 东莞市 44\ncounty 441900 东莞市 4419\ntownship 441900003 东城街道 441900")  # fmt: skip
    other = coded_areas("b", "province 11 北京市\ncounty 110101 东城区 11\nprovince 44 广东省\ncity 4419 东莞市 44\n"
                        "township 441900003 东城街道 4419")  # fmt: skip
    made = make_crosswalk(one, other)
    assert set(made.counterparts) == {"11", "110101", "44", "4419", "441900003"}
    assert make_crosswalk(other, one).counterparts == {to: code for code, to in made.counterparts.items()}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("county 1 甲县\ntownship 11 丙镇 1", "no_counterpart"),
        ("county 1 甲县\ntownship 11 乙乡 1\ntownship 12 乙街道 1", "no_counterpart"),
        ("county 1 丁县\ntownship 11 乙龙镇 1", "no_parent"),
        ("county 1 甲县", "no_level"),
        ("county 1 甲县\ntownship 11 乙龙乡 1\ntownship 12 乙龙街道 1", "several_candidates"),
    ],
)
def test_an_area_without_counterpart_has_a_reason(other: str, reason: str) -> None:
    made = make_crosswalk(coded_areas("a", "county 1 甲县\ntownship 11 乙龙镇 1"), coded_areas("b", other))
    [row] = rows(made, "11")
    assert (row["method"], row["reason"], row["to_code"], row["relation"]) == ("none", reason, None, None)
    assert (made.translate("11"), "11" in made.counterparts) == ((None, reason), False)
    assert reason in REASON_LABELS


def boxes(**edges: tuple[float, float]) -> dict[str, shapely.Geometry]:
    """Return strips of one height by code, without its first letter."""
    return {code[1:]: shapely.box(117 + west, 30, 117 + east, 31) for code, (west, east) in edges.items()}


def test_splits_and_merges_are_seen_by_their_borders() -> None:
    one = coded_areas("a", "township 1 甲镇\ntownship 2 乙镇\ntownship 3 丙镇", boxes(c1=(0, 4), c2=(4, 6), c3=(6, 7)))
    other = coded_areas("b", "township 7 甲镇\ntownship 8 丁镇\ntownship 9 丙镇", boxes(c7=(0, 3), c8=(3, 4.1), c9=(4.1, 7)))
    made = make_crosswalk(one, other)
    links = [(r["from_code"], r["to_code"], r["method"], r["relation"], r["from_share"]) for r in made.rows.to_pylist()]
    assert links == [
        ("1", "7", "name", "split", 0.75),
        ("1", "8", "overlap", "split", 0.25),
        ("2", "9", "overlap", "merge", 0.95),
        ("3", "9", "name", "merge", 1.0),
    ]
    assert made.counterparts == {}
    assert [made.translate(code)[1] for code in ("1", "2", "99")] == ["split", "merge", "unknown"]


def test_borders_contradict_a_name_and_match_a_new_one() -> None:
    one = coded_areas("a", "township 1 甲镇\ntownship 2 乙镇\ntownship 3 丙镇", boxes(c1=(0, 1), c2=(1, 2), c3=(2, 3)))
    other = coded_areas("b", "township 7 乙镇\ntownship 8 新镇\ntownship 9 丙镇", boxes(c7=(0, 1), c8=(1, 2), c9=(8, 9)))
    made = make_crosswalk(one, other)
    assert matched(made) == {("1", "7", "overlap"), ("2", "8", "overlap")}
    assert made.translate("3") == (None, "borders_apart")


def test_an_area_without_border_has_that_of_its_parts() -> None:
    one = coded_areas("a", "county 1 旧县\ntownship 11 甲镇 1\ntownship 12 乙镇 1", boxes(c11=(0, 1), c12=(1, 2)))
    other = coded_areas("b", "county 8 新区\ntownship 81 甲镇 8\ntownship 82 乙镇 8", boxes(c8=(0, 2)))
    assert matched(make_crosswalk(one, other)) == {("1", "8", "overlap"), ("11", "81", "name"), ("12", "82", "name")}


def test_one_system_a_table_and_each_code_once() -> None:
    one = coded_areas("a", "county 1 甲县")
    with pytest.raises(InputError, match=r"got the code systems \['a', 'b'\]"):
        make_crosswalk(pa.concat_tables([one, coded_areas("b", "county 2 乙县")]), one)
    with pytest.raises(InputError, match=r"1 codes of a occur more than once, the first is 1"):
        make_crosswalk(one, pa.concat_tables([one, one]))


NAMES = ("永兴镇", "永兴乡", "永兴街道", "大桥街道", "城关镇", "城关乡", "Bay")


@st.composite
def two_systems(draw: st.DrawFn) -> tuple[pa.Table, pa.Table]:
    """Two tables of two counties with some towns in a row of squares; some towns have no border."""
    tables = []
    for system in "ab":
        lines, shapes = [f"county {system}1 甲县", f"county {system}2 乙县"], {}
        for i, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=6))):
            code = f"{system}{draw(st.sampled_from([1, 2]))}{i}"
            lines.append(f"township {code} {name} {code[:2]}")
            if draw(st.booleans()):
                shapes[code] = shapely.box(i, 0, i + draw(st.sampled_from([0.8, 1])), 1)
        tables.append(coded_areas(system, "\n".join(lines), shapes))
    return tables[0], tables[1]


@given(two_systems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tables: tuple[pa.Table, pa.Table], random: Any) -> None:
    mixed = [table.take(random.sample(range(table.num_rows), table.num_rows)) for table in tables]
    assert make_crosswalk(*mixed).rows.equals(make_crosswalk(*tables).rows)


@given(two_systems())
def test_the_way_back_has_the_same_pairs(tables: tuple[pa.Table, pa.Table]) -> None:
    forth, back = make_crosswalk(*tables), make_crosswalk(*reversed(tables))
    assert {(b, a, m) for a, b, m in matched(forth)} == matched(back)
    assert {b: a for a, b in forth.counterparts.items()} == back.counterparts


@given(two_systems())
def test_every_area_is_in_the_crosswalk_and_is_matched_by_name_once(tables: tuple[pa.Table, pa.Table]) -> None:
    made = make_crosswalk(*tables)
    assert set(made.rows.column("from_code").to_pylist()) == set(tables[0].column("code").to_pylist())
    by_name = [(a, b) for a, b, method in matched(made) if method != "overlap"]
    assert len({a for a, _ in by_name}) == len({b for _, b in by_name}) == len(by_name)
    unmatched = set(tables[1].column("code").to_pylist()) - {b for _, b, _ in matched(made)}
    assert sum(made.unmatched.values()) == len(unmatched)


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_system_is_itself(order: list[int], has_border: list[bool]) -> None:
    """Also if areas of one name are in different counties, or one lies inside another that is drawn without a hole."""
    squares = [shapely.box(0, 0, 9, 9), *(shapely.box(2 * i, 2, 2 * i + 1, 3) for i in range(4))]
    text = "county 1 甲县\ncounty 2 乙县\n" + "\n".join(
        f"township {i}{n} 城{i % 4}镇 {1 + (i > 3)}" for n, i in enumerate(order)
    )
    codes = [f"{i}{n}" for n, i in enumerate(order)]
    shapes = {code: squares[int(code[0])] for code in codes if has_border[int(code[0])]}
    table = coded_areas("a", text, shapes)
    made = make_crosswalk(table, table)
    assert made.counterparts == {code: code for code in table.column("code").to_pylist()}
    assert np.all([r["same_code_name"] is None and r["method"] == "name" for r in made.rows.to_pylist()])

"""The matcher on a made county: every rung of the ladder, every fault, ambiguity, scope and what is no address."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_gazetteer import MadeDoor, MadePlace, address, county, made_gazetteer, row_of

from geoservice.addresses.elements import ElementKind, ParsedAddress
from geoservice.addresses.faults import FAULTS
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.geocoded_answer import MAX_CANDIDATES
from geoservice.addresses.match import match
from geoservice.addresses.precision import PRECISIONS, finer
from geoservice.schema import PRECISIONS as HOUSEHOLD_PRECISIONS


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return made_gazetteer(tmp_path_factory.mktemp("gazetteer"), *county())


def parsed(text: str) -> ParsedAddress:
    """Return the address of kinds and texts, such as ``town=大龙山镇 number=3号``."""
    return address(*((kind, value) for kind, value in (part.split("=") for part in text.split())))


def placed(gazetteer: Gazetteer, text: str) -> Geocoded:
    return match(parsed(text), gazetteer, row_of(gazetteer, "340811"))


TOWN = "district=宜秀区 town=大龙山镇 "
LADDER = [
    (TOWN + "poi=阳光小区 building=7栋 unit=2单元 room=301", "unit", "unit 2", ()),
    (TOWN + "poi=阳光小区 building=7幢", "building", "block 7", ()),
    (TOWN + "road=中山路 number=6号", "door", "road", ()),
    (TOWN + "road=中山路 number=66-1号", "door", "road", ()),
    (TOWN + "road=中山路 number=66号附3号", "door", "road", ()),
    (TOWN + "community=永林村 group=东风组 number=12号", "door", "east wind", ()),
    (TOWN + "road=中山路 number=8号", "interpolated", "road", ()),
    (TOWN + "road=中山路 number=66号附5号", "interpolated", "road", ("suffix_unknown",)),
    (TOWN + "poi=阳光小区", "compound", "sunshine", ()),
    (TOWN + "poi=阳光小区 building=9栋", "compound", "sunshine", ("part_unknown",)),
    (TOWN + "road=不知路 number=3号 poi=大龙山中学", "compound", "school", ("poi_only",)),
    (TOWN + "road=中山路 number=1号", "nearest_door", "road", ()),
    (TOWN + "road=中山路 number=91号", "nearest_door", "road", ("number_far",)),
    (TOWN + "community=永林村 group=东风组", "group", "east wind", ()),
    ("town=杨桥镇 road=独秀大道 number=5号", "road", "bare road", ("number_unknown",)),
    (TOWN + "road=中山路 number=999号", "road", "road", ("number_unknown",)),
    (TOWN + "road=中山路 road=人民路 intersection=交叉口 direction=东北 distance=200米", "road", "road", ("relative",)),
    (TOWN + "road=人民路 lane=3弄 number=8号", "interpolated", "cross road", ("lane_unknown",)),
    (TOWN + "community=永林村委会", "village", "340811100201", ()),
    ("community=永林村 room=301", "village", "340811100201", ("missing_level",)),
    (TOWN + "community=永林村 group=不知组", "village", "340811100201", ("part_unknown",)),
    (TOWN + "poi=新华 group=3组", "village", "340811100202", ("part_unknown",)),
    (TOWN + "community=水林村", "village", "340811100201", ("typo",)),
    ("town=杨桥镇 community=永林村", "village", "340811100201", ("wrong_level",)),
    ("town=大龙山街道 community=新华村", "village", "340811100202", ("other_suffix",)),
    ("district=宜秀区 town=龙山公社", "town", "340811100", ("old_name",)),
    (TOWN + "community=不知村", "town", "340811100", ("part_unknown",)),
    ("province=安徽省 city=安庆市 district=宜秀区", "county", "340811", ()),
    ("district=宣秀区 town=大龙山镇", "town", "340811100", ("typo",)),
]


@pytest.mark.parametrize(("text", "precision", "place", "faults"), LADDER)
def test_every_rung_has_its_place_faults_and_score(
    gazetteer: Gazetteer, text: str, precision: str, place: str, faults: tuple[str, ...]
) -> None:
    answer = placed(gazetteer, text)
    assert (answer.status, answer.precision, answer.faults) == ("matched", precision, faults)
    assert answer.row == row_of(gazetteer, place)
    assert answer.score == PRECISIONS[precision].points - sum(FAULTS[fault].points for fault in faults)
    assert (answer.addr_type, answer.location_type) == PRECISIONS[precision][1:3]
    assert answer.candidates == ()


def test_an_area_is_at_its_representative_point_and_has_its_code(gazetteer: Gazetteer) -> None:
    answer = placed(gazetteer, TOWN + "community=永林村 group=不知组")
    assert [(area.level, area.code) for area in answer.areas] == [
        ("province", "34"),
        ("city", "3408"),
        ("county", "340811"),
        ("town", "340811100"),
        ("village", "340811100201"),
    ]
    assert (answer.lon, answer.lat, answer.matched) == (117.02, 30.61, "安徽省安庆市宜秀区大龙山镇永林村委会")


def test_a_finer_element_decides_between_areas_of_one_name(gazetteer: Gazetteer) -> None:
    answer = placed(gazetteer, "community=新华村 group=红旗组")
    assert (answer.status, answer.areas[-1].code, answer.precision) == ("matched", "340811101201", "group")


def test_equal_places_give_the_area_of_both_and_are_candidates(gazetteer: Gazetteer) -> None:
    villages = placed(gazetteer, "district=宜秀区 community=新华村")
    assert (villages.status, villages.precision, villages.areas[-1].code) == ("ambiguous", "county", "340811")
    assert [c.name for c in villages.candidates] == ["大龙山镇新华村委会", "杨桥镇新华村委会"]
    doors = placed(gazetteer, "road=中山路 number=2号")
    assert (doors.status, doors.precision, doors.faults) == ("ambiguous", "county", ("ambiguous",))
    assert [(c.name, c.precision) for c in doors.candidates] == [
        ("宜秀区大龙山镇中山路2号", "door"),
        ("宜秀区杨桥镇中山路2号", "door"),
    ]


def test_a_road_through_several_towns_is_placed_by_the_town_that_has_the_number(gazetteer: Gazetteer) -> None:
    answer = placed(gazetteer, "road=中山路 number=100号")
    assert (answer.precision, answer.faults, answer.areas[-1].code) == ("door", ("town_unknown",), "340811101")


def test_roads_of_one_name_in_two_towns_are_told_apart_by_the_number(tmp_path: Path) -> None:
    places, doors = county()
    places += [
        MadePlace("north street", "road", -1, "北街", "340811101"),
        MadePlace("other north street", "road", -1, "北街", "340811102"),
    ]
    doors += [MadeDoor("north street", "340811101", n, n, "", 117.1 + n * 1e-4, 30.66) for n in (1, 3, 9)]
    doors += [MadeDoor("other north street", "340811102", n, n, "", 117.2 + n * 1e-4, 30.61) for n in (3, 31)]
    gazetteer = made_gazetteer(tmp_path, places, doors)
    answer = placed(gazetteer, "road=北街 number=9号")
    assert (answer.precision, answer.faults, answer.areas[-1].code) == ("door", ("town_unknown",), "340811101")
    assert placed(gazetteer, "road=北街 number=3号").status == "ambiguous"
    assert placed(gazetteer, "town=白泽湖乡 road=北街 number=3号").faults == ()


def test_a_near_name_in_the_stated_town_or_the_name_in_another_town_is_ambiguous(tmp_path: Path) -> None:
    places, doors = county()
    places.append(MadePlace("340811101203", "area", 4, "永木村委会", "340811101", 117.13, 30.63, 1_200))
    answer = placed(made_gazetteer(tmp_path, places, doors), "town=杨桥镇 community=永林村")
    assert (answer.status, answer.precision) == ("ambiguous", "county")


def test_another_county_is_outside_the_scope(gazetteer: Gazetteer) -> None:
    text = "district=怀宁县 community=永林村"
    assert placed(gazetteer, text).reason == "outside_scope"
    assert match(parsed(text), gazetteer).areas[-1].code == "340822100201"
    assert placed(gazetteer, "town=高河镇").reason == "not_found"


def test_without_a_scope_a_name_of_two_counties_is_not_placed(gazetteer: Gazetteer) -> None:
    answer = match(parsed("community=永林村"), gazetteer)
    assert (answer.status, answer.reason, answer.precision) == ("ambiguous", "ambiguous", "none")
    assert len(answer.candidates) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("other=xxx", "not_an_address"),
        ("number=3号", "not_an_address"),
        ("poi=幸福家园", "not_found"),
        ("road=不知路", "not_found"),
    ],
)
def test_what_has_no_place_has_a_reason(gazetteer: Gazetteer, text: str, reason: str) -> None:
    answer = placed(gazetteer, text)
    assert answer == Geocoded("none", reason)
    assert (answer.addr_type, answer.location_type, answer.household_precision) == ("", "", "")


def test_a_relative_position_is_moved_and_less_certain(gazetteer: Gazetteer) -> None:
    crossing = TOWN + "road=中山路 road=人民路 intersection=交叉口"
    here, there = placed(gazetteer, crossing), placed(gazetteer, crossing + " direction=东北 distance=200米")
    positions = np.array([[answer.lon, answer.lat, answer.uncertainty_m] for answer in (here, there)], float)
    metres = np.diff(positions, axis=0)[0] * (95_710, 111_195, 1)
    assert metres == pytest.approx((141.4, 141.4, 100.0), abs=0.5)


def test_tables_name_what_others_know() -> None:
    points = [precision.points for precision in PRECISIONS.values()]
    assert points == sorted(points, reverse=True)
    households = {precision.household for precision in PRECISIONS.values()}
    assert households - {""} <= set(HOUSEHOLD_PRECISIONS)
    assert all(fault.points > 0 and fault.text_zh and fault.text_en for fault in FAULTS.values())


VALUES = {
    "district": ("宜秀区", "怀宁县", "宣秀区"),
    "town": ("大龙山镇", "杨桥镇", "不知镇", "大龙山"),
    "community": ("永林村", "新华村", "水林村", "不知村"),
    "group": ("东风组", "红旗组", "3组"),
    "road": ("中山路", "人民路", "不知路"),
    "number": ("6号", "8号", "66-1号", "999号", "号"),
    "poi": ("阳光小区", "大龙山中学", "不知小区"),
    "building": ("7栋", "9号楼"),
    "other": ("xxx",),
}
parts = st.lists(st.sampled_from([(kind, text) for kind, texts in VALUES.items() for text in texts]), max_size=7)
free_parts = st.lists(st.tuples(st.sampled_from([kind.value for kind in ElementKind]), st.text(max_size=12)), max_size=8)


@given(elements=parts | free_parts, with_scope=st.booleans())
def test_any_elements_have_an_answer_within_its_bounds(
    gazetteer: Gazetteer, elements: list[tuple[str, str]], with_scope: bool
) -> None:
    scope = row_of(gazetteer, "340811") if with_scope else -1
    answer = match(address(*elements), gazetteer, scope)
    assert answer == match(address(*elements), gazetteer, scope)
    assert 0 <= answer.score <= PRECISIONS[answer.precision].points
    assert (answer.precision == "none") == (answer.row < 0) == (answer.reason != "")
    assert answer.row < 0 or scope < 0 or gazetteer.is_inside(answer.row, scope)
    scores = [candidate.score for candidate in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= MAX_CANDIDATES
    assert scope < 0 or all(gazetteer.is_inside(candidate.row, scope) for candidate in answer.candidates)


TRUE_ADDRESSES = [
    TOWN + "community=永林村 group=东风组 number=12号",
    TOWN + "road=中山路 number=8号",
    TOWN + "road=中山路 number=6号",
    TOWN + "poi=阳光小区 building=7栋 unit=2单元",
    TOWN + "road=人民路 number=5号",
    "district=宜秀区 town=杨桥镇 community=新华村 group=红旗组",
]


@given(text=st.sampled_from(TRUE_ADDRESSES), data=st.data())
def test_less_text_is_never_placed_finer(gazetteer: Gazetteer, text: str, data: st.DataObject) -> None:
    elements = text.split()
    removed = data.draw(st.integers(0, len(elements) - 1))
    whole, less = placed(gazetteer, text), placed(gazetteer, " ".join(elements[:removed] + elements[removed + 1 :]))
    assert not finer(less.precision, whole.precision)


extra_plates = st.lists(st.tuples(st.integers(1, 200), st.floats(0, 0.02)), max_size=12)


@settings(max_examples=20)
@given(extra=extra_plates, number=st.sampled_from([2, 6, 11, 40]))
def test_more_plates_leave_an_exact_plate_where_it_is(
    gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory, extra: list[tuple[int, float]], number: int
) -> None:
    places, doors = county()
    known = {door.number for door in doors if door.road == "road"}
    more = [MadeDoor("road", "340811100", n, n, "", 117.01 + x, 30.6) for n, x in extra if n not in known]
    text = TOWN + f"road=中山路 number={number}号"
    before = placed(gazetteer, text)
    after = placed(made_gazetteer(tmp_path_factory.mktemp("after"), places, doors + more), text)
    assert (after.precision, after.score, after.uncertainty_m) == (before.precision, before.score, before.uncertainty_m)
    assert (after.lon, after.lat) == pytest.approx((before.lon, before.lat), abs=1e-9)


def test_no_text_of_the_address_is_in_an_answer(gazetteer: Gazetteer) -> None:
    answer = placed(gazetteer, TOWN + "community=永林村 group=张三组 other=13800138000 poi=李四家 number=12号")
    text = str([getattr(answer, field.name) for field in fields(Geocoded)])
    assert not any(word in text for word in ("张三", "13800138000", "李四"))

"""The gazetteer: names, parents, codes, doors and positions as written, in any order of the input; damaged files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoservice.addresses import gazetteer as files
from geoservice.addresses.gazetteer import Gazetteer, NamedRow
from geoservice.addresses.writer import NAME_SCHEMA, depth_first, write_gazetteer
from geoservice.errors import GazetteerError, NotFound

PLACES = [
    # id, kind, level, name, code, parent, lon, lat
    ("village b", 0, 4, "新华村委会", "340811100201", 3, 117.02, 30.52),
    ("county", 0, 2, "宜秀区", "340811", -1, 117.0, 30.6),
    ("road", 1, -1, "中山路", None, 3, 117.01, 30.51),
    ("town", 0, 3, "大龙山镇", "340811100", 1, 117.01, 30.5),
    ("other town", 0, 3, "杨桥镇", "340811101", 1, np.nan, np.nan),
    ("village a", 0, 4, "永林村委会", "340811100200", 3, 117.03, 30.53),
    ("far village", 0, 4, "新华村委会", "340811101200", 4, np.nan, np.nan),
]


def table(rows: list[tuple[object, ...]] = PLACES) -> pa.Table:
    ids, kind, level, name, code, parent, lon, lat = zip(*rows, strict=True)
    size = len(rows)
    columns = {
        "id": ids,
        "kind": pa.array(kind, pa.int8()),
        "level": pa.array(level, pa.int8()),
        "name": name,
        "name_en": pa.nulls(size, pa.string()),
        "code": pa.array(code, pa.string()),
        "code_system": ["nbs2023"] * size,
        "parent": pa.array(parent, pa.int32()),
        "lon": lon,
        "lat": lat,
        "radius_m": pa.array([500.0] * size, pa.float32()),
        "source": ["test"] * size,
        "valid_from": pa.nulls(size, pa.date32()),
        "valid_to": pa.nulls(size, pa.date32()),
    }
    return pa.table(columns)


def write(folder: Path) -> Gazetteer:
    official = [(row, str(place[3]), 0) for row, place in enumerate(PLACES)]
    place, name, kind = zip(*official, (0, "新华", 1), (3, "大龙山", 1), (3, "大龙山", 2), strict=True)
    names = pa.table({"place": place, "name": name, "kind": kind}).cast(NAME_SCHEMA)
    doors = [(2, 3, 12, 12, "", 117.012, 30.51), (2, 3, 2, 4, "", 117.011, 30.51), (2, -1, 12, 12, "甲", 117.013, 30.51)]
    columns = zip(*doors, strict=True)
    names_of_doors = [name for name in files.DOOR_SCHEMA.names if name != "source"]
    plates = {**dict(zip(names_of_doors, columns, strict=True)), "source": ["test"] * 3}
    codes = {"code": ["340811100", "340803102"], "code_system": ["nbs2023", "old"], "row": [3, 3], "valid_to": [None, None]}
    write_gazetteer(
        folder, table(), names, pa.table(plates).cast(files.DOOR_SCHEMA), pa.table(codes).cast(files.CODE_SCHEMA), {"test": 1}
    )
    return Gazetteer.open(folder)


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return write(tmp_path_factory.mktemp("gazetteer"))


def row_of(gazetteer: Gazetteer, place: str) -> int:
    return next(row for row in range(len(gazetteer)) if gazetteer.place(row).id == place)


def test_everything_inside_a_place_is_one_range_of_rows(gazetteer: Gazetteer) -> None:
    ids = [gazetteer.place(row).id for row in range(len(gazetteer))]
    assert ids == ["county", "town", "village a", "village b", "road", "other town", "far village"]
    assert [gazetteer.end[row] for row in range(len(ids))] == [7, 5, 3, 4, 5, 7, 7]
    road, county = row_of(gazetteer, "road"), row_of(gazetteer, "county")
    assert [gazetteer.name(row) for row in gazetteer.chain(road)] == ["中山路", "大龙山镇", "宜秀区"]
    assert (gazetteer.at_level(road, 3), gazetteer.at_level(road, 4), gazetteer.at_level(county, 0)) == (1, -1, -1)
    assert gazetteer.is_inside(road, county)
    assert not gazetteer.is_inside(road, row_of(gazetteer, "other town"))


def test_a_name_is_found_everywhere_or_within_a_place(gazetteer: Gazetteer) -> None:
    near, far = row_of(gazetteer, "village b"), row_of(gazetteer, "far village")
    assert gazetteer.named("新华村委会") == [NamedRow(near, "official"), NamedRow(far, "official")]
    assert gazetteer.named("新华村委会", within=row_of(gazetteer, "other town")) == [NamedRow(far, "official")]
    assert gazetteer.named("新华") == [NamedRow(near, "short")]
    assert gazetteer.named("大龙山") == [NamedRow(row_of(gazetteer, "town"), "short")], "once, as the best of its kinds"
    assert gazetteer.named("不存在") == []
    assert gazetteer.prefixes("大龙山镇永林村委会") == ["大龙山", "大龙山镇"]
    assert sorted(gazetteer.longer_names("大龙")) == ["大龙山", "大龙山镇"]


def test_a_place_has_its_columns(gazetteer: Gazetteer) -> None:
    town = gazetteer.place(row_of(gazetteer, "town"))
    assert (town.kind, town.level, town.name, town.code, town.parent, town.radius_m) == (
        "area",
        3,
        "大龙山镇",
        "340811100",
        0,
        500,
    )
    assert gazetteer.place(row_of(gazetteer, "road"))[2:4] == ("road", -1)


def test_doors_of_a_road_are_in_the_order_of_their_numbers(gazetteer: Gazetteer) -> None:
    doors = gazetteer.doors.slice(*_bounds(gazetteer.doors_of(row_of(gazetteer, "road")))).to_pylist()
    assert [(d["number"], d["to_number"], d["suffix"], d["town"]) for d in doors] == [
        (2, 4, "", 1),
        (12, 12, "", 1),
        (12, 12, "甲", -1),
    ]
    assert gazetteer.doors_of(row_of(gazetteer, "town")) == slice(0, 0)


def _bounds(rows: slice) -> tuple[int, int]:
    return rows.start, rows.stop - rows.start


def test_codes_present_and_historic_lead_to_the_place(gazetteer: Gazetteer) -> None:
    town = row_of(gazetteer, "town")
    assert gazetteer.rows_by_code == {"340811100": [town], "340803102": [town]}


def test_places_near_a_position(gazetteer: Gazetteer) -> None:
    assert gazetteer.nearest(117.031, 30.531).tolist() == [row_of(gazetteer, "village a")]
    inside = gazetteer.inside_box(117.005, 30.5, 117.025, 30.525).tolist()
    assert inside == sorted(row_of(gazetteer, place) for place in ("town", "road", "village b"))


def test_a_folder_without_a_gazetteer_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no gazetteer yet"):
        Gazetteer.open(tmp_path)


@pytest.mark.parametrize("name", [files.PLACES, files.NAMES, files.DOORS, files.CODES, files.NAME_ROWS, files.MANIFEST])
def test_a_damaged_gazetteer_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    whole = (tmp_path / name).read_bytes()
    for damaged in (b"", whole[: len(whole) // 3], b"x" * 64):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(GazetteerError, match="damaged"):
            Gazetteer.open(tmp_path)


@given(st.lists(st.integers(-1, 30), max_size=30))
def test_depth_first_order_keeps_families_together(wanted: list[int]) -> None:
    parent = np.array([min(p, row - 1) for row, p in enumerate(wanted)], np.int64)
    order, end = depth_first(parent, np.arange(len(parent)))
    assert sorted(order.tolist()) == list(range(len(parent)))
    position = {int(row): i for i, row in enumerate(order)}
    for row, p in enumerate(parent.tolist()):
        if p >= 0:
            assert position[p] < position[row] < end[position[p]]


def test_places_inside_each_other_are_refused() -> None:
    with pytest.raises(GazetteerError, match="2 places are inside each other"):
        depth_first(np.array([-1, 2, 1]), np.arange(3))

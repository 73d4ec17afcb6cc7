"""Gazetteers made for tests from a few lines."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from geoservice.addresses import gazetteer as files
from geoservice.addresses.area_names import short_names
from geoservice.addresses.elements import Element, ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import KINDS, NAME_KINDS, Gazetteer
from geoservice.addresses.writer import NAME_SCHEMA, write_gazetteer


class MadePlace(NamedTuple):
    """A place; ``parent`` is the id of another one; ``level`` counts from 0 for a province, -1 for no area."""

    id: str
    kind: str
    level: int
    name: str
    parent: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    radius_m: float = float("nan")
    historic: str = ""


class MadeDoor(NamedTuple):
    """A door plate of a road, in a township or in none."""

    road: str
    town: str
    number: int
    to_number: int
    suffix: str
    lon: float
    lat: float


def made_gazetteer(folder: Path, places: Sequence[MadePlace], doors: Sequence[MadeDoor], home: str = "") -> Gazetteer:
    """Write a gazetteer and return it; the id of an area is its code.

    ``home`` is the id of the area that a search prefers; with it areas have their short names as well.
    """
    rows = {place.id: row for row, place in enumerate(places)}
    size = len(places)
    table = pa.table(
        {
            "id": [p.id for p in places],
            "kind": pa.array([KINDS.index(p.kind) for p in places], pa.int8()),
            "level": pa.array([p.level for p in places], pa.int8()),
            "name": [p.name for p in places],
            "name_en": pa.nulls(size, pa.string()),
            "code": pa.array([p.id if p.level >= 0 else None for p in places], pa.string()),
            "code_system": ["test"] * size,
            "parent": pa.array([rows.get(p.parent, -1) for p in places], pa.int32()),
            "lon": [p.lon for p in places],
            "lat": [p.lat for p in places],
            "radius_m": pa.array([p.radius_m for p in places], pa.float32()),
            "source": ["test"] * size,
            "valid_from": pa.nulls(size, pa.date32()),
            "valid_to": pa.nulls(size, pa.date32()),
        }
    )
    named = [(row, p.name, 0) for row, p in enumerate(places)]
    named += [(row, p.historic, NAME_KINDS.index("historic")) for row, p in enumerate(places) if p.historic]
    named += [(row, s, 1) for row, p in enumerate(places) if p.level >= 0 for s in short_names(p.name, p.level) if home]
    names = pa.table(dict(zip(NAME_SCHEMA.names, zip(*named, strict=True), strict=True))).cast(NAME_SCHEMA)
    plates = files.DOOR_SCHEMA.empty_table()
    if doors:
        columns = [[rows.get(d.road, -1) for d in doors], [rows.get(d.town, -1) for d in doors]]
        columns += [list(column) for column in zip(*(d[2:] for d in doors), strict=True)]
        plates = pa.table(dict(zip(files.DOOR_SCHEMA.names, [*columns, ["test"] * len(doors)], strict=True)))
    coded = [(p.id, "test", row, None) for row, p in enumerate(places) if p.level >= 0]
    codes = pa.Table.from_pylist([dict(zip(files.CODE_SCHEMA.names, c, strict=True)) for c in coded], files.CODE_SCHEMA)
    folder.mkdir(parents=True, exist_ok=True)
    write_gazetteer(folder, table, names, plates.cast(files.DOOR_SCHEMA), codes, {}, rows.get(home, -1))
    return Gazetteer.open(folder)


def address(*elements: tuple[str, str]) -> ParsedAddress:
    """Return the parsed address of elements, each a kind and a text."""
    text, parts = "", []
    for kind, value in elements:
        parts.append(Element(ElementKind(kind), value, len(text), len(text) + len(value)))
        text += value
    return ParsedAddress(text, tuple(parts))


def row_of(gazetteer: Gazetteer, place: str) -> int:
    """Return the row of a place by its id."""
    return next(row for row in range(len(gazetteer)) if gazetteer.place(row).id == place)


def county() -> tuple[list[MadePlace], list[MadeDoor]]:
    """Return a county of three townships: the first has a road, a compound and buildings; two have a village of one name."""
    places = [
        MadePlace("34", "area", 0, "安徽省", "", 117.2, 31.8, 300_000),
        MadePlace("3408", "area", 1, "安庆市", "34", 117.0, 30.5, 80_000),
        MadePlace("340811", "area", 2, "宜秀区", "3408", 117.0, 30.6, 20_000),
        MadePlace("340822", "area", 2, "怀宁县", "3408", 116.8, 30.7, 25_000),
        MadePlace("340822100", "area", 3, "高河镇", "340822", 116.82, 30.73, 6_000),
        MadePlace("340822100201", "area", 4, "永林村委会", "340822100", 116.83, 30.74, 1_200),
        MadePlace("340811100", "area", 3, "大龙山镇", "340811", 117.01, 30.60, 6_000, historic="龙山公社"),
        MadePlace("340811101", "area", 3, "杨桥镇", "340811", 117.10, 30.65, 6_000),
        MadePlace("340811102", "area", 3, "白泽湖乡", "340811", 117.20, 30.60, 6_000),
        MadePlace("340811100201", "area", 4, "永林村委会", "340811100", 117.02, 30.61, 1_200),
        MadePlace("340811100202", "area", 4, "新华村委会", "340811100", 117.03, 30.62, 1_200),
        MadePlace("340811101201", "area", 4, "新华村委会", "340811101", 117.11, 30.66, 1_200),
        MadePlace("340811101202", "area", 4, "鲍冲湖村委会", "340811101", 117.12, 30.64, 1_200),
        MadePlace("340811102001", "area", 4, "先锋社区居委会", "340811102", 117.21, 30.61, 1_200),
        MadePlace("east wind", "group", -1, "东风组", "340811100201", 117.021, 30.611, 200),
        MadePlace("red flag", "group", -1, "红旗组", "340811101201", 117.111, 30.661, 200),
        MadePlace("sunshine", "compound", -1, "阳光小区", "340811100", 117.015, 30.602, 120),
        MadePlace("block 7", "building", -1, "7号楼", "sunshine", 117.0151, 30.6021, 20),
        MadePlace("unit 2", "building", -1, "2单元", "block 7", 117.0152, 30.6021),
        MadePlace("school", "poi", -1, "大龙山中学", "340811100", 117.016, 30.603, 80),
        MadePlace("road", "road", -1, "中山路", "340811", 117.02, 30.60, 2_000),
        MadePlace("cross road", "road", -1, "人民路", "340811100", 117.01, 30.60, 1_000),
        MadePlace("bare road", "road", -1, "独秀大道", "340811101", 117.10, 30.65, 900),
    ]
    metre = 1 / 95_800  # of longitude, in degrees
    doors = [
        MadeDoor("road", "340811100", n, n, "", 117.01 + 8 * n * metre, 30.6 + n % 2 * 2e-4) for n in (2, 6, 10, 11, 15, 40)
    ]
    doors += [MadeDoor("road", "340811101", n, n, "", 117.1 + 8 * n * metre, 30.65) for n in (2, 100, 102)]
    doors += [MadeDoor("road", "340811100", 66, 66, s, 117.0155 + i * 1e-5, 30.6) for i, s in enumerate(("", "1", "附3"))]
    doors += [MadeDoor("cross road", "340811100", n, n, "", 117.0101, 30.599 + n * 1e-4) for n in range(1, 20)]
    doors += [MadeDoor("east wind", "340811100", 12, 12, "", 117.0211, 30.6111)]
    return places, doors


@cache
def _county_folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="made-gazetteer-")
    made_gazetteer(Path(folder.name) / "gazetteer", *county(), home="340811")
    return folder


def county_folder() -> Path:
    """Return the folder of the gazetteer of :func:`county`, for releases; it is gone when the process ends."""
    return Path(_county_folder().name) / "gazetteer"

"""The named places of a study: of the extract, or else villages and stations."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from geoservice.network.graph import FORMAT, INDEX
from geoservice.network.named_places import load_named_places
from geoservice.pipeline.named_places import places_of_names
from geoservice.schema import AREAS

STATIONS = pa.table({"name": ["卫生院"], "lon": [10.5], "lat": [0.5]})


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """The index of a network, and where its names are."""
    (tmp_path / INDEX).write_text(json.dumps({"format": FORMAT, "build": "b"}), encoding="utf-8")
    (tmp_path / "b" / "places").mkdir(parents=True)
    return tmp_path


def areas() -> pa.Table:
    def area(code: str, level: str, shape: shapely.Geometry | None) -> dict[str, object]:
        names = {"name_zh": f"{code}中", "name_en": code}
        wkb = None if shape is None else shapely.to_wkb(shape)
        return {"code_system": "local", "code": code, "level": level, "parent": None, "geometry": wkb, **names}

    rows = [
        area("T", "township", shapely.box(10, 0, 11, 1)),
        area("V", "village", shapely.box(10, 0, 10.2, 0.2)),
        area("W", "village", None),
    ]
    return pa.Table.from_pylist(rows, schema=AREAS.arrow())


def test_without_names_in_the_extract_villages_and_stations_are_named(network: Path) -> None:
    found = places_of_names(load_named_places(network), areas(), STATIONS)
    assert (list(found.zh), list(found.en)) == (["V中", "卫生院"], ["V", "卫生院"])
    assert shapely.box(10, 0, 10.2, 0.2).contains(shapely.Point(found.lon[0], found.lat[0]))
    assert (found.lon[1], found.lat[1]) == (10.5, 0.5)


def test_names_in_the_extract_come_first(network: Path) -> None:
    (network / "b/places/names.json").write_text('[[10.1, 0.1, "湾", "Bay"]]', encoding="utf-8")
    found = places_of_names(load_named_places(network), areas(), STATIONS)
    assert (found.lon.tolist(), list(found.zh), list(found.en)) == ([10.1], ["湾"], ["Bay"])

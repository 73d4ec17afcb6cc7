"""TopoJSON: objects with shared borders are read without losing any."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from geoservice.errors import BadGeometry, EmptyFile, InputError, UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
WEST = {"type": "Polygon", "properties": {"代码": "340811100", "名称": "大龙山镇", "级别": "镇"}, "arcs": [[0, 1]]}
EAST = {"type": "MultiPolygon", "properties": {"代码": "340811101", "名称": "杨桥镇", "级别": "镇"}, "arcs": [[[-1, 2]]]}
STEPS = [[[10, 0], [0, 20]], [[10, 20], [-10, 0], [0, -20], [10, 0]], [[10, 0], [5, 0], [0, 20], [-5, 0]]]


def topology(*parts: Any, **more: Any) -> dict[str, Any]:
    """A border of x = 117 between two townships, in steps of 0.01 degrees from (116.9, 30.5)."""
    whole = {
        "type": "Topology",
        "objects": {"towns": {"type": "GeometryCollection", "geometries": list(parts)}},
        "transform": {"scale": [0.01, 0.01], "translate": [116.9, 30.5]},
        "arcs": STEPS,
    }
    return {**whole, **more}


@pytest.mark.parametrize(
    ("name", "type_last"), [("t.topojson", False), ("t.json", False), ("t.json", True), ("t.geojson", True)]
)
def test_shared_borders(project: Project, load: Load, name: str, type_last: bool) -> None:
    whole = topology(WEST, EAST)
    if type_last:
        whole = dict(reversed(whole.items()))
    report = load("areas", name, json.dumps(whole, ensure_ascii=False))
    west, east = (shapely.from_wkb(r["geometry"]) for r in project.read("areas").to_pylist())
    assert report.format == "topojson"
    assert west.symmetric_difference(shapely.box(116.9, 30.5, 117.0, 30.7)).area < 1e-12
    assert east.symmetric_difference(shapely.box(117.0, 30.5, 117.05, 30.7)).area < 1e-12


def test_one_of_several_objects_is_chosen(load: Load) -> None:
    whole = topology(WEST, EAST)
    whole["objects"]["points"] = {"type": "Point", "coordinates": [1, 1], "properties": {}}
    with pytest.raises(InputError, match=r"2 layers; choose one with --layer: \['points', 'towns'\]"):
        load("areas", "t.topojson", json.dumps(whole))
    with pytest.raises(InputError, match=r"no layer 'x'; layers are \['points', 'towns'\]"):
        load("areas", "t.topojson", json.dumps(whole), layer="x")
    assert load("areas", "t.topojson", json.dumps(whole), layer="towns").rows_accepted == 2


def test_places_in_a_topology_without_a_transform(project: Project, load: Load) -> None:
    properties = {"编号": 7, "名称": "站", "级别": "村级", "服务": "体检"}
    place = {"type": "Point", "coordinates": [116.95, 30.6, 9], "properties": properties}
    load("stations", "t.topojson", json.dumps({"type": "Topology", "arcs": [], "objects": {"s": place}}))
    (row,) = project.read("stations").to_pylist()
    assert (row["id"], row["lon"], row["lat"]) == ("7", 116.95, 30.6)


@pytest.mark.parametrize("arcs", [[[0, 9]], [[0, "a"]], 5, [[]], None, [[-9]]])
def test_missing_arcs_are_rejected_with_their_row(load: Load, arcs: object) -> None:
    with pytest.raises(BadGeometry, match="row 3, column geometry: geometry cannot be read"):
        load("areas", "t.topojson", json.dumps(topology(WEST, {**EAST, "arcs": arcs})))


def test_an_invalid_coordinate_is_rejected(load: Load) -> None:
    steps = [STEPS[0], [["a", "b"], [0, 1]], STEPS[2]]
    with pytest.raises(BadGeometry, match="row 2, column geometry: geometry cannot be read"):
        load("areas", "t.topojson", json.dumps(topology(WEST, EAST, arcs=steps)))


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (json.dumps(topology(WEST, EAST))[:-9], UnreadableFile, "damaged or cut short: line 1, column"),
        (json.dumps(topology()), EmptyFile, "layer is empty"),
        ('{"type": "Topology", "objects": 5}', UnreadableFile, "holds no objects"),
        ('{"type": "Topology", "a": ' + "[" * 100_000, UnreadableFile, "nested too deep"),
    ],
)
def test_a_bad_topology_is_refused(load: Load, content: str, error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message):
        load("areas", "t.topojson", content)

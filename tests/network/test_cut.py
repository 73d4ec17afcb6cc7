"""Extracts cut for regions: what is in them, and that travel times in a region are those of the whole."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.demo.extract import extract_box
from geoservice.errors import NetworkError, UnreadableFile
from geoservice.geo import BBox, Floats, Ints, LocalProjection, haversine_m
from geoservice.network.assemble import assemble
from geoservice.network.build import build_network
from geoservice.network.cut import cut_extract
from geoservice.network.graph import Graph, index_frames, load_graph, read_index
from geoservice.network.load import load_terrain_models
from geoservice.network.osm import read_streets
from geoservice.network.snap import main_edges, snap
from geoservice.network.speeds import read_speeds
from geoservice.network.travel import UNREACHED, nearest
from geoservice.progress import quiet

from .dem_files import write_dem
from .extracts import NODES, write_extract

STREET = {"highway": "residential"}
BUILDING = {"type": "multipolygon", "building": "yes"}
WEST, EAST = shapely.box(-0.0005, -0.01, 0.0015, 0.01), shapely.box(0.0015, -0.01, 0.0035, 0.01)
"""Of the nodes of write_extract, those of the left two and of the right two columns; 111 m apart."""
BUFFER_M = 900.0


def objects(path: Path) -> list[str]:
    """Return the objects of an extract in their order, as n1, w7 or r3."""
    return [f"{type(o).__name__[0].lower()}{o.id}" for o in osmium.FileProcessor(str(path))]


def cut(path: Path, regions: Mapping[str, shapely.Geometry], metres: float = 0.0) -> dict[str, list[str]]:
    files = cut_extract(path, regions, metres, path.parent / "cut", quiet)
    assert {file.name for file in files.values()} == {file.name for file in (path.parent / "cut").iterdir()}
    return {code: objects(file) for code, file in files.items()}


def of_type(letter: str, names: Sequence[str]) -> set[int]:
    return {int(name[1:]) for name in names if name[0] == letter}


def test_ways_are_whole_also_where_they_leave_and_return(tmp_path: Path) -> None:
    ways = {7: ([2, 3, 4, 8, 6], STREET), 8: ([9, 10], STREET), 9: ([12, 16], STREET)}
    parts = cut(write_extract(tmp_path / "town.osm.pbf", ways), {"w": WEST, "e": EAST})
    assert of_type("w", parts["w"]) == {7, 8}
    assert of_type("n", parts["w"]) == {1, 2, 5, 6, 9, 10, 13, 14} | {3, 4, 8}
    assert of_type("w", parts["e"]) == {7, 9}
    assert of_type("n", parts["e"]) == {3, 4, 7, 8, 11, 12, 15, 16} | {2, 6}


def test_restrictions_and_multipolygons_have_all_their_ways_and_other_relations_what_is_there(tmp_path: Path) -> None:
    ways = {
        7: ([1, 2], STREET),
        8: ([2, 3], STREET),
        9: ([3, 4], STREET),
        10: ([5, 6], {}),
        11: ([7, 8], {}),
        12: ([15, 16], {}),
    }
    turn = {"type": "restriction", "restriction": "no_straight_on"}
    relations = {
        20: ([("w", 7, "from"), ("w", 8, "via"), ("w", 9, "to")], turn),
        21: ([("w", 10, "outer"), ("w", 11, "outer")], BUILDING),
        22: ([("w", 7, ""), ("w", 12, "")], {"type": "route", "route": "ferry"}),
        23: ([("n", 12, "label"), ("r", 21, "")], {"type": "site"}),
    }
    path = write_extract(tmp_path / "town.osm.pbf", ways, relations)
    parts = cut(path, {"w": WEST, "e": EAST})
    assert of_type("w", parts["w"]) == {7, 8, 9, 10, 11}
    assert of_type("r", parts["w"]) == {20, 21, 22}
    assert of_type("n", parts["w"]) == {1, 2, 5, 6, 9, 10, 13, 14} | {3, 4, 7, 8}
    assert of_type("w", parts["e"]) == {7, 8, 9, 10, 11, 12}
    assert of_type("r", parts["e"]) == {20, 21, 22, 23}
    assert len(read_streets(tmp_path / "cut" / "w.osm.pbf", quiet).restrictions) == 1


def test_objects_keep_tags_places_and_order(tmp_path: Path) -> None:
    tags = {"highway": "residential", "name": "Hämeen, tie = 1 @ 50%\n", "name:zh": "示例路"}
    path = write_extract(
        tmp_path / "town.osm.pbf", {9: ([5, 1], tags), 7: ([1, 2], STREET)}, node_tags={2: {"barrier": "gate"}}
    )
    files = cut_extract(path, {"w": WEST}, 0, tmp_path, quiet)
    whole, part = read_streets(path, quiet), read_streets(files["w"], quiet)
    assert objects(files["w"])[-2:] == ["w9", "w7"]
    for column in ("ref", "lon", "lat", "way", "tagged", "kinds", "node_kinds"):
        assert np.array_equal(getattr(part, column), getattr(whole, column))


@pytest.mark.parametrize("order", ["rnw", "wrn"])
def test_the_order_of_types_does_not_matter(tmp_path: Path, order: str) -> None:
    turn = {20: ([("w", 7, "from"), ("n", 2, "via"), ("w", 8, "to")], {"type": "restriction"})}
    ways = {7: ([1, 2], STREET), 8: ([2, 3, 4], STREET)}
    expected = cut(write_extract(tmp_path / "town.osm.pbf", ways, turn), {"w": WEST, "e": EAST})
    assert cut(write_extract(tmp_path / "other.osm", ways, turn, order=order), {"w": WEST, "e": EAST}) == expected


def test_the_buffer_is_in_metres_around_the_outline(tmp_path: Path) -> None:
    path = write_extract(tmp_path / "town.osm.pbf", {7: ([1, 2], STREET)})
    assert of_type("n", cut(path, {"w": WEST}, 50)["w"]) == {1, 2, 5, 6, 9, 10, 13, 14}
    assert of_type("n", cut(path, {"w": WEST}, 60)["w"]) == {1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15}


Refs = dict[int, list[int]]


def expected(region: shapely.Geometry, ways: Refs, areas: Refs) -> dict[str, set[int]]:
    """Return the objects of a region one by one: ``areas`` are the ways of multipolygons."""
    nodes = {ref for ref, place in NODES.items() if region.covers(shapely.Point(place))}
    inside = {way for way, refs in ways.items() if nodes & set(refs)}
    relations = {area for area, members in areas.items() if inside & set(members)}
    complete = inside.union(*(areas[area] for area in relations))
    return {"n": nodes.union(*(ways[way] for way in complete)), "w": complete, "r": relations}


references = st.lists(st.integers(1, 16), min_size=1, max_size=5)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(references, min_size=5, max_size=9), st.lists(st.sets(st.integers(7, 11)), max_size=3), st.sampled_from([2, 3, 64])
)
def test_regions_have_what_they_need_in_however_many_steps(
    tmp_path_factory: pytest.TempPathFactory, refs: list[list[int]], members: list[set[int]], at_a_time: int
) -> None:
    ways, areas = dict(enumerate(refs, 7)), {20 + i: sorted(part) for i, part in enumerate(members)}
    path = write_extract(
        tmp_path_factory.mktemp("cut") / "town.osm.pbf",
        {way: (nodes, STREET) for way, nodes in ways.items()},
        {area: ([("w", way, "outer") for way in part], BUILDING) for area, part in areas.items()},
    )
    places = [NODES[i] for i in (1, 2, 7, 12, 16)]
    regions = {f"{i}": shapely.box(x - 0.0005, y - 0.0005, x + 0.0005, y + 0.0015) for i, (x, y) in enumerate(places)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoservice.network.cut.REGIONS", at_a_time)
        parts = cut(path, regions)
    for code, region in regions.items():
        assert {t: of_type(t, parts[code]) for t in "nwr"} == expected(region, ways, areas)


def test_times_in_a_region_are_those_of_the_whole(helsinki: Path, tmp_path: Path) -> None:
    box = extract_box(helsinki)
    middle, limits = (box.west + box.east) / 2, {"walk": 480_000, "drive": 45_000}
    regions = {"w": shapely.box(*box._replace(east=middle)), "e": shapely.box(*box._replace(west=middle))}
    files = {"whole": helsinki, **cut_extract(helsinki, regions, BUFFER_M, tmp_path, quiet)}
    streets = {code: read_streets(path, quiet) for code, path in files.items()}
    lon, lat = np.random.default_rng(1).uniform(box[:2], box[2:], (3000, 2)).T
    metres = haversine_m(lon, lat, np.array(middle), lat)
    for mode, limit in limits.items():
        graphs = {code: assemble(part, mode, read_speeds(), frame=box)[0] for code, part in streets.items()}
        for code, inside in {"w": lon < middle, "e": lon > middle}.items():
            stations, points = np.flatnonzero(inside | (metres < BUFFER_M - 250))[::20], np.flatnonzero(inside)
            whole, part = (times(graphs[name], lon, lat, stations, points, limit) for name in ("whole", code))
            assert (whole[0] < UNREACHED).mean() > 0.25
            assert np.array_equal(whole, part)


def test_a_network_keeps_its_frame_when_it_is_built_again(tmp_path: Path) -> None:
    path, frame = write_extract(tmp_path / "town.osm.pbf", {7: ([1, 2], STREET)}), BBox(-1.0, -1.0, 3.0, 1.0)
    build_network(path, tmp_path / "network", ["walk"], None, quiet, frames={"walk": frame})
    dem = write_dem(tmp_path / "dem.tif", lambda x, _: 1000 * x, corner=(-0.01, 0.01))
    load_terrain_models([dem], tmp_path / "terrain", tmp_path / "network", ["walk"], None, quiet)
    assert load_graph(tmp_path / "network", "walk").projection == LocalProjection(1.0, 0.0)
    assert index_frames(read_index(tmp_path / "network")) == {"walk": frame}


def times(graph: Graph, lon: Floats, lat: Floats, stations: Ints, points: Ints, limit: int) -> np.ndarray:
    """Return the ms and the station of each point."""
    ends = snap(graph, lon[stations], lat[stations], 200)
    snapped = snap(graph, lon[points], lat[points], 200, main_edges(graph, ends))
    return np.array(nearest(graph, ends, np.zeros(len(stations), np.int32), snapped, limit, "to"))


def test_nothing_near_a_region(tmp_path: Path) -> None:
    path = write_extract(tmp_path / "town.osm.pbf", {7: ([1, 2], STREET)})
    far = {"340811": shapely.box(117, 30, 118, 31)}
    with pytest.raises(NetworkError, match=r"town\.osm\.pbf: nothing is within 500 m of 340811; is it of another place"):
        cut_extract(path, far, 500, tmp_path / "cut", quiet)
    assert list((tmp_path / "cut").iterdir()) == []
    assert list(cut_extract(path, {"w": WEST, **far}, 500, tmp_path / "cut", quiet)) == ["w"], "the others have their own"
    with pytest.raises(UnreadableFile, match="not found"):
        cut_extract(tmp_path / "no.osm.pbf", {"w": WEST}, 500, tmp_path, quiet)

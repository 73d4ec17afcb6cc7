"""Places where people may live: which buildings, streets and places count, their points and their storage."""

import json
from pathlib import Path

import numpy as np
import osmium
import pytest
from osmium.osm import mutable

from geoservice.demand import Places
from geoservice.errors import NetworkError, NotFound, UnreadableFile
from geoservice.geo import haversine_m
from geoservice.network.build import build_network
from geoservice.network.graph import INDEX, read_index
from geoservice.network.named_places import NamedPlace, load_named_places
from geoservice.network.places import UNINHABITED, load_places, places_digest, read_places
from geoservice.progress import quiet

WEST, SOUTH = 117.0, 30.5
Way = tuple[list[tuple[float, float]], dict[str, str]]
STREET = [(0.0, 0.0), (0.001, 0.0), (0.001, 0.001)]
"""Degrees east and north of the corner: about 96 and 111 metres."""
LENGTH = float(haversine_m(*(np.array(v) for v in (WEST, SOUTH, WEST + 0.001, SOUTH)))) + 111.195


def ring(x: float, y: float, side: float = 0.0001) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


class Extract:
    """Writes a small extract: every way has its own nodes, a closed one ends at its first node."""

    def __init__(self, path: Path) -> None:
        self.path, self.nodes, self.ways = path, [], []
        self.relations: list[mutable.Relation] = []

    def way(self, line: list[tuple[float, float]], **tags: str) -> int:
        first, number = 1 + 10 * len(self.ways), 1 + len(self.ways)
        closed = line[0] == line[-1]
        body = line[:-1] if closed else line
        self.nodes += [(first + i, (WEST + x, SOUTH + y), {}) for i, (x, y) in enumerate(body)]
        refs = [first + i for i in range(len(body))] + ([first] if closed else [])
        self.ways.append(mutable.Way(id=number, nodes=refs, tags={k.replace("__", ":"): v for k, v in tags.items()}))
        return number

    def write(self, *, backwards: bool = False) -> Path:
        with osmium.SimpleWriter(str(self.path), overwrite=True) as out:
            for ref, place, tags in self.nodes:
                out.add_node(mutable.Node(id=ref, location=place, tags=tags))
            ids = [w.id for w in self.ways]
            for number, way in zip(ids, reversed(self.ways) if backwards else self.ways, strict=True):
                out.add_way(mutable.Way(id=number, nodes=way.nodes, tags=way.tags))
            for relation in self.relations:
                out.add_relation(relation)
        return self.path


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    made = Extract(tmp_path / "town.osm.pbf")
    made.way(STREET, highway="residential")
    return made


def read(extract: Extract) -> Places:
    return read_places(extract.write(), quiet)[0]


def test_a_street_has_a_point_every_25_metres_and_weighs_its_length(extract: Extract) -> None:
    places = read(extract)
    assert len(places.lon) == round(LENGTH / 25)
    assert not places.building.any()
    assert places.weight.sum() == pytest.approx(LENGTH, abs=0.01)
    on = np.isclose(places.lat, SOUTH, atol=1e-9) | np.isclose(places.lon, WEST + 0.001, atol=1e-9)
    assert on.all()
    assert places.lon.min() > WEST


@pytest.mark.parametrize(
    ("tags", "share"),
    [
        ({"highway": "living_street"}, 1.0),
        ({"highway": "unclassified"}, 0.7),
        ({"highway": "pedestrian"}, 0.7),
        ({"highway": "pedestrian", "area": "yes"}, 0),
        ({"highway": "service"}, 0.4),
        ({"highway": "service", "service": "driveway"}, 0.4),
        ({"highway": "service", "service": "parking_aisle"}, 0),
        ({"highway": "primary"}, 0.3),
        ({"highway": "track"}, 0),
        ({"highway": "track", "tracktype": "grade2"}, 0.3),
        ({"highway": "track", "tracktype": "grade4"}, 0),
        ({"highway": "trunk"}, 0),
        ({"highway": "motorway"}, 0),
        ({"highway": "footway"}, 0),
        ({"highway": "residential", "bridge": "yes"}, 0),
        ({"highway": "residential", "bridge": "no"}, 1.0),
        ({"highway": "tertiary", "tunnel": "building_passage"}, 0),
    ],
)
def test_streets_weigh_by_class(tmp_path: Path, tags: dict[str, str], share: float) -> None:
    made = Extract(tmp_path / "one.osm.pbf")
    made.way(STREET, **tags)
    assert read(made).weight.sum() == pytest.approx(share * LENGTH, abs=0.01)


def test_buildings_weigh_by_floor_area_and_lie_at_their_centre(extract: Extract) -> None:
    for i, tags in enumerate(({}, {"building__levels": "6"}, {"building__levels": "900"}, {"building__levels": "many"})):
        extract.way(ring(0.002 + i / 1000, 0), building="yes", **tags)
    extract.way(ring(0.01, 0, 0.003), building="apartments", building__levels="20")
    extract.way(ring(0.02, 0, 0.00002), building="yes")  # five square metres
    places = read(extract)
    houses = places.take(places.building)
    order = np.argsort(houses.lon)
    area = 0.0001**2 * 111_195**2 * np.cos(np.radians(SOUTH))
    assert houses.weight[order].tolist() == pytest.approx([area, 6 * area, 30 * area, area, 20_000], rel=1e-3)
    assert houses.lon[order][0] == pytest.approx(WEST + 0.00205)
    assert houses.lat[order][0] == pytest.approx(SOUTH + 0.00005)


def test_buildings_nobody_lives_in_are_left_out(extract: Extract) -> None:
    for i, kind in enumerate(sorted(UNINHABITED)):
        extract.way(ring(0.002 + i / 1000, 0), building=kind)
    assert not read(extract).building.any()


def test_a_block_with_a_court_is_one_building(extract: Extract) -> None:
    outer, inner = extract.way(ring(0.002, 0, 0.0004)), extract.way(ring(0.0021, 0.0001, 0.0002))
    extract.relations.append(
        mutable.Relation(id=1, members=[("w", outer, "outer"), ("w", inner, "inner")],
                         tags={"type": "multipolygon", "building": "residential"})
    )  # fmt: skip
    places = read(extract)
    area = (0.0004**2 - 0.0002**2) * 111_195**2 * np.cos(np.radians(SOUTH))
    assert places.weight[places.building].tolist() == pytest.approx([area], rel=1e-3)


def test_a_named_place_is_50_metres_of_street(extract: Extract) -> None:
    extract.nodes += [(9001, (WEST, SOUTH), {"place": "village"}), (9002, (WEST, SOUTH), {"place": "city"})]
    places = read(extract)
    assert places.weight.sum() == pytest.approx(LENGTH + 50, abs=0.01)
    assert not places.building.any()


def test_the_order_of_the_file_changes_nothing(extract: Extract) -> None:
    for i in range(9):
        extract.way([(x + i / 700, y + i / 1300) for x, y in STREET], highway="tertiary")
        extract.way(ring(i / 800, 0.002), building="house")
    first = places_digest(read(extract))
    extract.write(backwards=True)
    assert places_digest(read_places(extract.path, quiet)[0]) == first


def test_what_leaves_the_extract_is_left_out(extract: Extract) -> None:
    before = places_digest(read(extract))
    extract.ways.append(mutable.Way(id=900, nodes=[1, 77777], tags={"highway": "residential"}))
    extract.ways.append(mutable.Way(id=901, nodes=[1, 2, 77777, 1], tags={"building": "yes"}))
    assert places_digest(read(extract)) == before


def test_a_build_keeps_the_places_beside_its_graphs(extract: Extract, tmp_path: Path) -> None:
    net = tmp_path / "net"
    with pytest.raises(NotFound, match="no street network"):
        load_places(net)
    pbf = extract.write()
    first = build_network(pbf, net, ["walk"], None, quiet)
    kept = load_places(net)
    assert places_digest(kept) == places_digest(read_places(pbf, quiet)[0]) == read_index(net)["places"]["digest"]
    assert not kept.lon.flags.writeable
    assert "0 buildings" in first.places.line()
    extract.way(ring(0.002, 0), building="yes")
    second = build_network(extract.write(), net, ["walk"], None, quiet)
    assert second.modes == first.modes
    assert second.digest != first.digest
    assert load_places(net).building.sum() == second.places.buildings == 1


def test_names_of_places_are_kept_in_both_languages(extract: Extract, tmp_path: Path) -> None:
    net = tmp_path / "net"
    extract.nodes += [
        (9001, (WEST, SOUTH), {"place": "village", "name": "张家湾", "name:en": "Zhangjiawan, East"}),
        (9002, (WEST + 0.001, SOUTH), {"place": "city", "name": "Aarhus", "name:zh": "奥胡斯"}),
        (9003, (WEST, SOUTH), {"place": "locality", "name": "a field"}),
        (9004, (WEST, SOUTH), {"place": "hamlet"}),
    ]
    first = build_network(extract.write(), net, ["walk"], None, quiet)
    village = NamedPlace(pytest.approx(WEST), pytest.approx(SOUTH), "张家湾", "Zhangjiawan, East")
    assert load_named_places(net) == (
        village,
        NamedPlace(pytest.approx(WEST + 0.001), pytest.approx(SOUTH), "奥胡斯", "Aarhus"),
    )
    extract.nodes = [(ref, at, {k: v for k, v in tags.items() if k != "name:en"}) for ref, at, tags in extract.nodes]
    second = build_network(extract.write(), net, ["walk"], None, quiet)
    assert second.digest != first.digest, "an extract with other names is another network"
    assert [place.en for place in load_named_places(net)] == ["张家湾", "Aarhus"]
    (net / read_index(net)["build"] / "places" / "names.json").unlink()
    assert load_named_places(net) == (), "a network of an earlier version has no names"


def test_errors_say_what_to_do(extract: Extract, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.pbf not found"):
        read_places(tmp_path / "none.pbf", quiet)
    (tmp_path / "text.osm.pbf").write_text("no map", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"text\.osm\.pbf"):
        read_places(tmp_path / "text.osm.pbf", quiet)
    net = tmp_path / "net"
    build_network(extract.write(), net, ["walk"], None, quiet)
    index = read_index(net)
    (net / index["build"] / "places" / "lon.npy").unlink()
    with pytest.raises(NetworkError, match="incomplete; import it again"):
        load_places(net)
    (net / INDEX).write_text(json.dumps({**index, "format": 1}), encoding="utf-8")
    with pytest.raises(NetworkError, match="import it again"):
        load_places(net)

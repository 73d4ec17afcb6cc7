"""Files that are no extract, or not one as expected: errors that say what, where, and what to do."""

import re
from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from geoservice.errors import NetworkError, UnreadableFile
from geoservice.network.osm import read_streets
from geoservice.progress import quiet

from .extracts import NODES, write_extract

STREET = {"highway": "residential"}
WAYS = {7: ([1, 2, 3], STREET), 8: ([3, 4], STREET)}


def error(path: Path) -> str:
    with pytest.raises(NetworkError, match="^" + re.escape(path.name)) as caught:
        read_streets(path, quiet)
    return str(caught.value)


@pytest.mark.parametrize(
    ("way", "refs", "named"),
    [(-7, [1, 2], "way -7"), (7, [1, -2], "way 7"), (-7, [-1, -2], "way -7"), (7, [-1, 2, 3], "way 7")],
)
@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
def test_negative_ids_of_drafts(tmp_path: Path, way: int, refs: list[int], named: str, suffix: str) -> None:
    nodes = {**NODES, -1: (0.0, 0.0), -2: (0.001, 0.0)}
    draft = write_extract(tmp_path / f"draft.{suffix}", {9: ([2, 3], STREET), way: (refs, STREET)}, nodes=nodes)
    message = error(draft)
    assert f"{named}: it or a node of it has a negative id" in message
    assert f"osmium sort draft.{suffix} -o sorted.osm.pbf, then osmium renumber" in message


def test_negative_ids_of_what_is_no_street_do_not_matter(tmp_path: Path) -> None:
    ways = {7: ([1, 2], STREET), -8: ([2, 3], {"building": "yes"})}
    assert read_streets(write_extract(tmp_path / "town.osm.pbf", ways), quiet).way.tolist() == [7]


@pytest.mark.parametrize("order", ["wn", "rwn", "wnr"])
def test_ways_before_nodes(tmp_path: Path, order: str) -> None:
    message = error(write_extract(tmp_path / "town.osm.pbf", WAYS, order=order))
    assert message == (
        "town.osm.pbf: not sorted: node 1 comes after a way that it belongs to; expected are nodes, then ways, then relations: "
        "osmium sort town.osm.pbf -o sorted.osm.pbf"
    )


def test_two_extracts_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "towns.osm.pbf"
    with osmium.SimpleWriter(str(path)) as out:
        for node, way in (((1, 2), 7), ((3,), 8), ((4,), 9)):
            for ref in node:
                out.add_node(Node(id=ref, location=NODES[ref]))
            out.add_way(Way(id=way, nodes=[1, 2] if way == 7 else [3, 4], tags=STREET))
    assert "node 4 comes after a way" in error(path)


@pytest.mark.parametrize("order", ["nwr", "nrw", "rnw"])
def test_relations_may_come_anywhere(tmp_path: Path, order: str) -> None:
    turn = {20: ([("w", 7, "from"), ("n", 3, "via"), ("w", 8, "to")], {"type": "restriction", "restriction": "no_left_turn"})}
    streets = read_streets(write_extract(tmp_path / "town.osm.pbf", WAYS, turn, order=order), quiet)
    assert [r.to_ways for r in streets.restrictions] == [(8,)]


@pytest.mark.parametrize("name", ["town.osh.pbf", "town.osh", "town.osh.xml"])
def test_a_history_is_no_extract(tmp_path: Path, name: str) -> None:
    assert "is a history or a file of changes" in (message := error(write_extract(tmp_path / name, WAYS)))
    assert "osmium time-filter" in message


CHANGES = """<osmChange version="0.6"><create><node id="1" version="1" lat="0" lon="0"/>
<node id="2" version="1" lat="0" lon="1"/><way id="7" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>
</create></osmChange>"""


@pytest.mark.parametrize("name", ["monday.osc", "monday.osm"])
def test_changes_are_no_extract(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(CHANGES, encoding="utf-8")
    assert "is a history or a file of changes" in (message := error(tmp_path / name))
    assert "osmium apply-changes" in message


def test_a_history_with_another_name(tmp_path: Path) -> None:
    write_extract(tmp_path / "town.osh.pbf", WAYS).rename(tmp_path / "town.osm.pbf")
    assert "is a history" in error(tmp_path / "town.osm.pbf")
    xml = tmp_path / "town.osm"
    with osmium.SimpleWriter(str(xml)) as out:
        for ref in (1, 2, 3):
            out.add_node(Node(id=ref, location=NODES[ref]))
        for version in (1, 2):
            out.add_way(Way(id=7, version=version, nodes=[1, 1 + version], tags=STREET))
    assert "way 7 is in the file more than once" in error(xml)


def test_a_truncated_file_is_not_readable(tmp_path: Path) -> None:
    whole = write_extract(tmp_path / "town.osm.pbf", {i: ([1, 2], {**STREET, "name": str(i)}) for i in range(1, 20_000)})
    part = tmp_path / "part.osm.pbf"
    part.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(UnreadableFile, match=r"^part\.osm\.pbf: not readable"):
        read_streets(part, quiet)


@pytest.mark.parametrize("ways", [{}, {7: ([1, 2], {"building": "yes"})}, {7: ([98, 99], STREET)}, {7: ([1, 99], STREET)}])
def test_no_street(tmp_path: Path, ways: dict[int, tuple[list[int], dict[str, str]]]) -> None:
    assert "no way has the tag highway and nodes" in error(write_extract(tmp_path / "field.osm.pbf", ways))


def test_the_text_of_the_objects_is_removed(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    read_streets(write_extract(tmp_path / "town.osm.pbf", WAYS), quiet, scratch)
    assert list(scratch.iterdir()) == []

"""Plazas: rims and lines across, in tiny extracts whose right lines are seen on paper."""

from itertools import pairwise
from pathlib import Path

import pytest

from geoservice.network.osm import OsmStreets, read_streets
from geoservice.network.plaza import MAX_ENTRANCES
from geoservice.progress import quiet

from .extracts import NODES, Relations, Ways, write_extract
from .test_osm import ways_of

PLAZA = {"highway": "pedestrian", "area": "yes"}
RELATION = {"type": "multipolygon", "highway": "pedestrian"}
RIM = [1, 2, 3, 4, 8, 12, 16, 15, 14, 13, 9, 5, 1]
HOLE = [6, 7, 11, 10, 6]
PATH = {"highway": "path"}
EAST = {17: (0.004, 0.0), 18: (0.004, 0.003), 19: (0.0, -0.001), 20: (-0.001, 0.003)}
TO_CORNERS = {21: ([4, 17], PATH), 22: ([16, 18], PATH), 23: ([1, 19], PATH), 24: ([13, 20], PATH)}


def read(folder: Path, ways: Ways, relations: Relations | None = None) -> OsmStreets:
    return read_streets(write_extract(folder / "town.osm.pbf", ways, relations, nodes={**NODES, **EAST}), quiet)


def plaza(streets: OsmStreets, number: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the rims and the lines across of a plaza, without the lines from a node of the rim to the next."""
    ways = [nodes for way, nodes, _ in ways_of(streets) if way == number]
    rims = [nodes for nodes in ways if len(nodes) > 2]
    sides = {frozenset(side) for rim in rims for side in pairwise(rim)}
    return rims, sorted(sorted(n) for n in ways if len(n) == 2 and frozenset(n) not in sides)


def test_the_plaza_is_crossed_between_its_entrances(tmp_path: Path) -> None:
    streets = read(tmp_path, {10: (RIM, PLAZA), 21: ([17, 4], PATH), 23: ([1, 19], PATH), 24: ([13, 20], PATH)})
    assert plaza(streets, 10) == ([RIM], [[1, 4], [1, 13], [4, 13]])
    assert {str(tags) for way, _, tags in ways_of(streets) if way == 10} == {"{'highway': 'pedestrian'}"}
    assert streets.counts[3:5] == (1, 0)


def test_a_node_of_no_other_street_is_no_entrance(tmp_path: Path) -> None:
    streets = read(tmp_path, {10: (RIM, PLAZA), 21: ([17, 4], PATH), 30: ([13, 20], {"barrier": "wall"})})
    assert plaza(streets, 10) == ([RIM], [])


def test_lines_go_round_corners_along_the_rim_only(tmp_path: Path) -> None:
    l_shape = [1, 2, 3, 4, 8, 7, 6, 10, 14, 13, 9, 5, 1]
    streets = read(tmp_path, {10: (l_shape, PLAZA), 21: ([4, 17], PATH), 22: ([14, 20], PATH), 23: ([1, 19], PATH)})
    assert plaza(streets, 10) == ([l_shape], [[1, 4], [1, 14]])  # 4 and 14 do not see one another


def test_a_street_across_is_an_entrance_at_both_ends_and_stays(tmp_path: Path) -> None:
    streets = read(tmp_path, {10: (RIM, PLAZA), 11: ([4, 7, 10, 13], PATH)})
    assert plaza(streets, 10) == ([RIM], [[4, 13]])
    assert (11, [4, 7, 10, 13], PATH) in ways_of(streets)


@pytest.mark.parametrize(
    ("ways", "members"),
    [
        ({10: (RIM, {}), 11: (HOLE, {})}, [("w", 10, "outer"), ("w", 11, "inner")]),
        ({10: (RIM, {}), 11: (HOLE, {})}, [("w", 10, ""), ("w", 11, "")]),  # roles are often missing
        ({10: (RIM, PLAZA), 11: (HOLE, {"natural": "water"})}, [("w", 10, "outer"), ("w", 11, "inner")]),
        (
            {10: (RIM[:5], {}), 12: (RIM[:3:-1], {"barrier": "wall"}), 11: (HOLE, {})},
            [("w", 10, "outer"), ("w", 12, "outer"), ("w", 11, "inner")],
        ),
    ],
)
def test_a_fountain_is_not_crossed(tmp_path: Path, ways: Ways, members: list[tuple[str, int, str]]) -> None:
    streets = read(tmp_path, {**ways, **TO_CORNERS}, {5: (members, RELATION)})
    rims, across = plaza(streets, -5)
    assert [set(rim) for rim in rims] == [set(RIM), set(HOLE)]
    assert across == [[1, 4], [1, 13], [4, 16], [13, 16]]  # the diagonals pass through the hole
    assert sorted(set(streets.way.tolist())) == [-5, 21, 22, 23, 24]


def test_a_street_that_bounds_a_plaza_stays_and_is_no_entrance(tmp_path: Path) -> None:
    ways = {10: (RIM[:4], PATH), 12: (RIM[3:], {}), 21: ([4, 17], PATH)}
    streets = read(tmp_path, ways, {5: ([("w", 10, "outer"), ("w", 12, "outer")], RELATION)})
    assert plaza(streets, -5) == ([RIM], [])
    assert (10, RIM[:4], PATH) in ways_of(streets)


def test_plazas_that_touch_are_entrances_of_one_another(tmp_path: Path) -> None:
    west, east = [1, 3, 15, 13, 1], [3, 4, 16, 15, 3]
    streets = read(tmp_path, {10: (west, PLAZA), 11: (east, PLAZA), 23: ([1, 19], PATH), 22: ([16, 18], PATH)})
    assert plaza(streets, 10) == ([west], [[1, 15]])
    assert plaza(streets, 11) == ([east], [[3, 16]])


@pytest.mark.parametrize(
    ("rim", "stretches"), [([1, 2, 3, 99, 1], [[1, 2, 3]]), ([1, 99, 3, 2, 1], [[3, 2, 1]]), ([99, 1, 2, 99], [[1, 2]])]
)
def test_of_a_plaza_beyond_the_extract_the_rim_remains(tmp_path: Path, rim: list[int], stretches: list[list[int]]) -> None:
    streets = read(tmp_path, {10: (rim, PLAZA), 21: ([4, 17], PATH)})
    assert [(nodes, tags) for way, nodes, tags in ways_of(streets) if way == 10] == [
        (stretch, {"highway": "pedestrian"}) for stretch in stretches
    ]
    assert (streets.counts.plazas, streets.counts.ways_cut) == (0, 1)


def test_of_a_relation_with_a_missing_way_the_rim_remains(tmp_path: Path) -> None:
    streets = read(
        tmp_path, {10: (RIM[:5], {}), 21: ([4, 17], PATH)}, {5: ([("w", 10, "outer"), ("w", 99, "outer")], RELATION)}
    )
    assert plaza(streets, -5) == ([RIM[:5]], [])
    assert streets.counts[3:5] == (1, 1)


def test_a_way_that_is_not_closed_is_no_plaza(tmp_path: Path) -> None:
    streets = read(tmp_path, {10: (RIM[:5], PLAZA), 21: ([4, 17], PATH)})
    assert ways_of(streets)[0] == (10, RIM[:5], PLAZA)
    assert streets.counts.plazas == 0


@pytest.mark.parametrize(("entrances", "crossed"), [(MAX_ENTRANCES, True), (MAX_ENTRANCES + 1, False)])
def test_a_plaza_with_very_many_entrances_has_a_rim_only(tmp_path: Path, entrances: int, crossed: bool) -> None:
    south = {100 + i: (i * 1e-4, 0.0) for i in range(entrances)}
    outside = {1000 + i: (i * 1e-4, -0.001) for i in range(entrances)}
    nodes = {**south, **outside, 1: (0.0, 0.01)}
    ways = {i: ([i, i + 900], PATH) for i in south} | {10: ([*south, 1, 100], PLAZA)}
    streets = read_streets(write_extract(tmp_path / "town.osm.pbf", ways, nodes=nodes), quiet)
    assert streets.counts[3:5] == (1, int(not crossed))
    assert (len([w for w in streets.way.tolist() if w == 10]) > 1) == crossed


def test_a_rim_that_crosses_itself_has_a_rim_only(tmp_path: Path) -> None:
    bow = [1, 16, 4, 13, 1]
    streets = read(tmp_path, {10: (bow, PLAZA), **TO_CORNERS})
    assert plaza(streets, 10) == ([bow], [])

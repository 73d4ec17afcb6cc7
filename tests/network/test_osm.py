"""The reader: streets, ferries, tagged nodes and turn restrictions of tiny extracts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoservice.network.ferries import ferry_tags
from geoservice.network.opl import Member, Relation
from geoservice.network.osm import OsmStreets, read_streets
from geoservice.progress import quiet

from .extracts import NODES, Relations, Ways, write_extract

STREET = {"highway": "residential"}
FERRY = {"type": "route", "route": "ferry", "name": "Across", "ref": "F1", "foot": "yes", "duration": "00:20"}


def read(folder: Path, ways: Ways, relations: Relations | None = None, **extract: Any) -> OsmStreets:
    return read_streets(write_extract(folder / "town.osm.pbf", ways, relations, **extract), quiet)


def ways_of(streets: OsmStreets) -> list[tuple[int, list[int], dict[str, str]]]:
    """Return id, nodes and tags of each way."""
    parts = np.split(streets.ref, streets.start[1:-1])
    return [
        (int(w), p.tolist(), streets.kinds[k])
        for w, p, k in zip(streets.way.tolist(), parts, streets.kind.tolist(), strict=True)
    ]


def test_ways_keep_ids_nodes_places_and_the_tags_of_rules(tmp_path: Path) -> None:
    streets = read(tmp_path, {7: ([3, 2, 1], {**STREET, "name": "A, B = C%"}), 9: ([2, 6], {"highway": "path", "foot": "no"})})
    assert ways_of(streets) == [(7, [3, 2, 1], STREET), (9, [2, 6], {"highway": "path", "foot": "no"})]
    assert list(zip(streets.lon.tolist(), streets.lat.tolist(), strict=True)) == [NODES[n] for n in (3, 2, 1, 2, 6)]
    assert (streets.ref.dtype, streets.way.dtype, streets.kind.dtype) == (np.int64, np.int64, np.int32)


@pytest.mark.parametrize(
    ("refs", "stretches"),
    [
        ([1, 2, 99], [[1, 2]]),
        ([99, 1, 2], [[1, 2]]),
        ([1, 2, 99, 3, 4], [[1, 2], [3, 4]]),
        ([1, 2, 99, 3, 98, 97, 4, 8], [[1, 2], [4, 8]]),  # a lone node has no street
    ],
)
def test_a_way_is_cut_where_the_extract_ends(tmp_path: Path, refs: list[int], stretches: list[list[int]]) -> None:
    streets = read(tmp_path, {7: (refs, STREET), 8: ([13, 14], STREET), 9: ([99, 1], STREET)})
    assert [(way, nodes) for way, nodes, _ in ways_of(streets)] == [*((7, s) for s in stretches), (8, [13, 14])]
    assert streets.counts.ways_cut == 2


@pytest.mark.parametrize(
    ("tags", "is_read"),
    [
        ({"highway": "steps"}, True),
        ({"route": "ferry"}, True),
        ({"man_made": "pier"}, True),
        ({"railway": "platform"}, True),
        ({"public_transport": "platform"}, True),
        ({"route": "hiking"}, False),
        ({"railway": "rail"}, False),
        ({"building": "yes", "old_highway": "path"}, False),
        ({}, False),
    ],
)
def test_which_ways_are_streets(tmp_path: Path, tags: dict[str, str], is_read: bool) -> None:
    streets = read(tmp_path, {7: ([1, 2], STREET), 8: ([2, 3], tags), 9: ([5], tags)})
    assert streets.way.tolist() == ([7, 8] if is_read else [7])


def test_tagged_nodes_are_those_of_streets(tmp_path: Path) -> None:
    node_tags = {
        1: {"barrier": "gate", "locked": "yes", "note": "x"},
        2: {"name": "no rule"},
        3: {"highway": "traffic_signals"},
        4: {"barrier": "gate"},  # in a field
        6: {"barrier": "gate", "locked": "yes"},
    }
    streets = read(tmp_path, {7: ([6, 3, 2, 1], STREET)}, node_tags=node_tags)
    tags = [streets.node_kinds[k] for k in streets.tagged_kind.tolist()]
    gate = {"barrier": "gate", "locked": "yes"}
    assert dict(zip(streets.tagged.tolist(), tags, strict=True)) == {1: gate, 3: {"highway": "traffic_signals"}, 6: gate}
    assert streets.tagged.tolist() == [1, 3, 6]
    assert streets.tagged_kind.dtype == np.int32


TURN = {"type": "restriction", "restriction": "no_left_turn"}


@pytest.mark.parametrize(
    ("members", "tags", "expected"),
    [
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], TURN, ((1,), 2, (), (2,))),
        ([("w", 2, "to"), ("n", 2, "via"), ("w", 1, "from"), ("n", 9, "location_hint")], TURN, ((1,), 2, (), (2,))),
        ([("w", 1, "from"), ("w", 3, "from"), ("n", 2, "via"), ("w", 2, "to"), ("w", 4, "to")], TURN, ((1, 3), 2, (), (2, 4))),
        ([("w", 1, "from"), ("w", 3, "via"), ("w", 2, "via"), ("w", 4, "to")], TURN, ((1,), None, (3, 2), (4,))),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 1, "to")], {**TURN, "except": "bicycle;bus"}, ((1,), 2, (), (1,))),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], {**TURN, "type": "restriction:motorcar"}, ((1,), 2, (), (2,))),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 99, "to")], TURN, None),  # the way is not in the extract
        ([("w", 99, "from"), ("n", 2, "via"), ("w", 2, "to")], TURN, None),
        ([("w", 1, "from"), ("n", 16, "via"), ("w", 2, "to")], TURN, None),  # the node is on no street
        ([("w", 1, "from"), ("w", 99, "via"), ("w", 2, "to")], TURN, None),
        ([("w", 1, "from"), ("w", 5, "via"), ("w", 2, "to")], TURN, None),  # a wall
        ([("w", 1, "from"), ("w", 2, "to")], TURN, None),
        ([("w", 1, "from"), ("n", 2, "via"), ("n", 3, "via"), ("w", 2, "to")], TURN, None),
        ([("w", 1, "from"), ("n", 2, "via"), ("w", 3, "via"), ("w", 2, "to")], TURN, None),
        ([("n", 2, "via"), ("w", 2, "to")], TURN, None),
    ],
)
def test_turn_restrictions(
    tmp_path: Path, members: list[tuple[str, int, str]], tags: dict[str, str], expected: tuple[object, ...] | None
) -> None:
    ways = {
        1: ([1, 2], STREET),
        2: ([2, 3], STREET),
        3: ([2, 6], STREET),
        4: ([6, 7], STREET),
        5: ([2, 7], {"barrier": "wall"}),
    }
    streets = read(tmp_path, ways, {20: (members, tags), 21: ([("w", 1, "")], {"type": "route", "route": "bus"})})
    assert [tuple(r) for r in streets.restrictions] == ([(tags, *expected)] if expected else [])
    assert (streets.counts.restrictions, streets.counts.restrictions_left_out) == ((1, 0) if expected else (0, 1))


def test_conditions_are_left_out_and_counted(tmp_path: Path) -> None:
    """On a way that is cut into two, on a barrier, and on a turn; the plain tags of all count."""
    ways = {1: ([1, 2, 99, 3, 4], {**STREET, "access:conditional": "no @ winter"}), 2: ([2, 6], STREET)}
    relations = {
        20: ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], {**TURN, "restriction:conditional": "no_u_turn @ (Mo)"})
    }
    streets = read(tmp_path, ways, relations, node_tags={6: {"barrier": "gate", "access:conditional": "no @ (22:00-06:00)"}})
    assert streets.counts.conditional == 3
    assert "3 ways, nodes and turn restrictions with a condition" in streets.counts.line()


@pytest.mark.parametrize(
    ("members", "tags", "own", "expected"),
    [
        ([("w", 2, "")], FERRY, {}, {"route": "ferry", "foot": "yes"}),
        ([("w", 2, ""), ("n", 2, "stop"), ("w", 1, "platform")], FERRY, {"foot": "no"}, {"route": "ferry", "foot": "no"}),
        ([("w", 2, "forward")], FERRY, {"route": "ferry", "bicycle": "no"}, {"route": "ferry", "foot": "yes", "bicycle": "no"}),
        ([("w", 2, "")], FERRY, {"highway": "path"}, {"highway": "path"}),
        ([("w", 2, "")], {**FERRY, "route": "bus"}, {}, None),
        ([("w", 2, "stop")], FERRY, {}, None),
    ],
)
def test_ways_of_ferry_routes(
    tmp_path: Path,
    members: list[tuple[str, int, str]],
    tags: dict[str, str],
    own: dict[str, str],
    expected: dict[str, str] | None,
) -> None:
    streets = read(tmp_path, {1: ([1, 2], STREET), 2: ([2, 3], own)}, {20: (members, tags)})
    plain = [{k: v for k, v in t.items() if k != "duration"} for w, _, t in ways_of(streets) if w == 2]
    assert plain == ([expected] if expected else [])


def test_a_duration_is_passed_on_to_the_only_way_of_a_route() -> None:
    one = Relation(20, FERRY, (Member("w", 2, ""), Member("w", 9, "platform")))
    two = Relation(21, {**FERRY, "foot": "no"}, (Member("w", 2, ""), Member("w", 3, "")))
    assert ferry_tags([two, one]) == {
        2: {"route": "ferry", "foot": "yes", "duration": "00:20"},
        3: {"route": "ferry", "foot": "no"},
    }


def test_objects_in_another_order_give_the_same_restrictions(tmp_path: Path) -> None:
    ways = {1: ([1, 2], STREET), 2: ([2, 3], STREET), 3: ([2, 6], STREET)}
    turns = {i: ([("w", 1, "from"), ("n", 2, "via"), ("w", to, "to")], TURN) for i, to in ((20, 3), (21, 2))}
    first = read(tmp_path, ways, turns).restrictions
    assert [r.to_ways for r in first] == [(2,), (3,)]
    assert read(tmp_path, ways, dict(reversed(turns.items()))).restrictions == first

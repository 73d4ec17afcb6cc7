"""Time lost where streets meet, by hand: who gives way, lights, intersections of several junctions, motorways."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from geoservice.network.assemble import assemble
from geoservice.network.graph import Graph
from geoservice.network.osm import read_streets
from geoservice.network.speeds import read_speeds
from geoservice.progress import quiet

from .extracts import Tags, places, write_extract
from .trips import trip_seconds

CENTRE, WEST, EAST, NORTH, SOUTH = 1, 2, 3, 4, 5
CROSS = {CENTRE: (0, 0), WEST: (-200, 0), EAST: (200, 0), NORTH: (0, 200), SOUTH: (0, -200)}
LIGHT = {"highway": "traffic_signals"}
Streets = Sequence[tuple[Sequence[int], Tags | str]]


def built(
    folder: Path,
    streets: Streets,
    metres: dict[int, tuple[float, float]],
    lights: Sequence[int] = (),
    mode: str = "drive",
    **table: float,
) -> Graph:
    """Return the graph of streets, each with its nodes and its class or tags."""
    ways = {i: (refs, {"highway": tags} if isinstance(tags, str) else tags) for i, (refs, tags) in enumerate(streets, 1)}
    extract = write_extract(folder / "town.osm.pbf", ways, node_tags=dict.fromkeys(lights, LIGHT), nodes=places(metres))
    speeds = read_speeds()
    speeds = speeds.model_copy(update={mode: speeds.of(mode).model_copy(update=table)})
    return assemble(read_streets(extract, quiet), mode, speeds)[0]


def seconds(graph: Graph) -> dict[tuple[int, int], float]:
    """Return the seconds lost at the second node by who comes along an edge from the first, without zeros."""
    lost = {}
    for e in range(graph.edges):
        u, v = int(graph.osm_id[graph.u[e]]), int(graph.osm_id[graph.v[e]])
        lost[u, v] = float(graph.delay_v[e]) / 1000
        if graph.ms_backward[e] >= 0:
            lost[v, u] = float(graph.delay_u[e]) / 1000
    return {ends: s for ends, s in lost.items() if s}


def lost(
    folder: Path, streets: Streets, metres: dict[int, tuple[float, float]], lights: Sequence[int] = (), mode: str = "drive"
) -> dict[tuple[int, int], float]:
    return seconds(built(folder, streets, metres, lights, mode))


W, E, N, S = (WEST, CENTRE), (EAST, CENTRE), (NORTH, CENTRE), (SOUTH, CENTRE)
ACROSS, UP, DOWN = (WEST, CENTRE, EAST), (NORTH, CENTRE), (CENTRE, SOUTH)
ALL_STOP = {W: 5.0, E: 5.0, N: 5.0}


@pytest.mark.parametrize(
    ("streets", "expected"),
    [
        ([(ACROSS, "primary"), (UP, "residential")], {N: 5.0}),
        ([(ACROSS, "primary"), (UP, "secondary")], {N: 5.0}),
        ([(ACROSS, "tertiary"), (UP, "unclassified")], {N: 5.0}),
        ([(ACROSS, "primary"), (UP, "living_street"), (DOWN, "residential")], {N: 5.0, S: 5.0}),
        ([(ACROSS, "secondary"), (UP, "tertiary"), (DOWN, "residential")], {N: 5.0, S: 5.0}),
        ([(W, "primary"), (E, "tertiary"), (N, "tertiary")], {E: 5.0, N: 5.0}),  # the main road ends here
        ([(ACROSS, "residential"), (UP, "residential")], {W: 2.5, E: 2.5, N: 2.5}),
        ([(ACROSS, "residential"), (UP, "unclassified")], {W: 2.5, E: 2.5, N: 2.5}),
        ([(ACROSS, "primary"), (UP, "primary_link")], {W: 2.5, E: 2.5, N: 2.5}),
        ([(ACROSS, "secondary"), (UP, "secondary"), (DOWN, "secondary")], {W: 2.5, E: 2.5, N: 2.5, S: 2.5}),
        ([(W, "primary"), (E, "residential")], {}),  # two streets only
        ([(ACROSS, "residential")], {}),
        ([(ACROSS, "residential"), (UP, "service")], {}),
        ([(ACROSS, "primary"), (UP, {"highway": "track", "motor_vehicle": "yes"})], {}),
        ([(ACROSS, "primary"), (UP, {"highway": "residential", "motor_vehicle": "no"})], {}),
        ([(ACROSS, "residential"), (UP, "residential"), (DOWN, "service")], {W: 2.5, E: 2.5, N: 2.5, S: 5.0}),
        ([(ACROSS, "primary"), (UP, "residential"), (DOWN, "service")], {N: 5.0, S: 5.0}),
        ([(ACROSS, "primary"), (UP, {"highway": "residential", "access": "private"})], {N: 5.0}),
        ([(ACROSS, {"highway": "primary", "oneway": "yes"}), (UP, "residential")], {N: 5.0}),
        ([(ACROSS, "residential"), (UP, {"highway": "residential", "oneway": "-1"})], {W: 2.5, E: 2.5}),
    ],
)
def test_who_gives_way(tmp_path: Path, streets: Streets, expected: dict[tuple[int, int], float]) -> None:
    assert lost(tmp_path, streets, CROSS) == expected


@pytest.mark.parametrize(
    "streets",
    [
        [(ACROSS, "motorway"), (UP, "motorway_link")],
        [(ACROSS, "motorway"), (DOWN, "motorway_link")],
        [(ACROSS, "motorway_link"), (DOWN, "motorway_link")],
        [(ACROSS, "primary"), (UP, "motorway_link")],
    ],
)
def test_nobody_loses_time_where_roads_of_a_motorway_merge(tmp_path: Path, streets: Streets) -> None:
    assert lost(tmp_path, streets, CROSS) == {}


@pytest.mark.parametrize("mode", ["walk", "cycle", "ebike"])
def test_other_modes_lose_nothing(tmp_path: Path, mode: str) -> None:
    streets = [(ACROSS, "primary"), (UP, "residential"), (DOWN, "residential")]
    assert lost(tmp_path, streets, CROSS, [CENTRE], mode) == {}
    assert lost(tmp_path, streets, CROSS, [CENTRE]) == {W: 5.0, E: 5.0, N: 5.0, S: 5.0}


def test_at_lights_everyone_loses_the_same(tmp_path: Path) -> None:
    graph = built(
        tmp_path, [(ACROSS, "primary"), (UP, "residential")], CROSS, [CENTRE], junction_seconds=2.0, signal_seconds=9.0
    )
    assert seconds(graph) == {W: 9.0, E: 9.0, N: 9.0}
    graph = built(
        tmp_path, [(ACROSS, "primary"), (UP, "residential")], CROSS, [CENTRE], junction_seconds=2.0, signal_seconds=0.0
    )
    assert seconds(graph) == {N: 2.0}


@pytest.mark.parametrize(("metres", "expected"), [(29, ALL_STOP), (31, {N: 5.0})])
@pytest.mark.parametrize("arm", [WEST, EAST, NORTH])
def test_lights_at_a_stop_line(tmp_path: Path, arm: int, metres: float, expected: dict[tuple[int, int], float]) -> None:
    stop_line = {WEST: (-metres, 0), EAST: (metres, 0), NORTH: (0, metres)}[arm]
    lines = {WEST: [WEST, CENTRE], EAST: [CENTRE, EAST], NORTH: [NORTH, CENTRE]}
    lines[arm] = [lines[arm][0], 9, lines[arm][1]]
    classes = {WEST: "primary", EAST: "primary", NORTH: "residential"}
    streets = [(lines[end], classes[end]) for end in lines]
    assert lost(tmp_path, streets, CROSS | {9: stop_line}, [9]) == expected


def test_lights_between_two_intersections_are_those_of_the_near_one(tmp_path: Path) -> None:
    metres = CROSS | {6: (100, 0), 7: (100, 200), 8: (75, 0)}
    streets = [([WEST, CENTRE, 8, 6, EAST], "primary"), (UP, "residential"), ([7, 6], "residential")]
    to_second = {(CENTRE, 6): 5.0, (EAST, 6): 5.0, (7, 6): 5.0}
    assert lost(tmp_path, streets, metres, [8]) == to_second | {N: 5.0}


@pytest.mark.parametrize(
    "streets", [[(ACROSS, "residential")], [(ACROSS, "residential"), (UP, "service")], [(W, "primary"), (E, "residential")]]
)
def test_lights_where_no_three_streets_meet_cost_nothing(tmp_path: Path, streets: Streets) -> None:
    assert lost(tmp_path, streets, CROSS, [CENTRE]) == {}


@pytest.mark.parametrize(("gap", "inner"), [(39, {}), (41, {(1, 6): 5.0, (6, 1): 5.0})])
def test_no_time_is_lost_between_the_carriageways_of_a_road(
    tmp_path: Path, gap: float, inner: dict[tuple[int, int], float]
) -> None:
    """A residential street across a primary road with two carriageways: one stop before each, or before the first only."""
    metres = {1: (0, 0), 2: (-200, 0), 6: (gap, 0), 3: (gap + 200, 0), 4: (0, 200), 5: (0, -200), 7: (gap, 200), 8: (gap, -200)}
    road = {"highway": "primary", "oneway": "yes"}
    streets = [([4, 1, 5], road), ([8, 6, 7], road), ([2, 1, 6, 3], "residential")]
    assert lost(tmp_path, streets, metres) == {(2, 1): 5.0, (3, 6): 5.0} | inner


@pytest.mark.parametrize(
    ("start", "end", "delay"), [(NORTH, EAST, 5.0), (EAST, NORTH, 0.0), (WEST, EAST, 0.0), (NORTH, CENTRE, 5.0)]
)
@pytest.mark.parametrize("direction", ["to", "from"])
def test_a_trip_takes_its_driving_time_and_what_it_loses(
    tmp_path: Path, start: int, end: int, delay: float, direction: Literal["to", "from"]
) -> None:
    """A residential street at 35 km/h is 200 m in 20.571 s, a primary at 70 in 10.286 s."""
    graph = built(tmp_path, [(ACROSS, "primary"), (UP, "residential")], CROSS)
    driving = {NORTH: 20.571, EAST: 10.286, WEST: 10.286, CENTRE: 0.0}
    at = places(CROSS)
    assert trip_seconds(graph, at[start], at[end], direction) == pytest.approx(driving[start] + driving[end] + delay, abs=0.002)

"""After any changes of stations the times equal those of a new search."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.live_times import LivePoints, LiveTimes, PlacedStations
from geoservice.network.positions import Direction
from geoservice.network.snap import Snapped, snap
from geoservice.network.travel import nearest
from geoservice.progress import quiet

from .test_small import Town, built, on_street, some_points, towns

DIRECTIONS: tuple[Direction, Direction] = ("to", "from")


def searched(graph: Graph, stations: PlacedStations, points: Snapped, limit: int, direction: Direction) -> list[list[int]]:
    return [a.tolist() for a in nearest(graph, stations.snapped, stations.start_ms, points, limit, direction)]


def live(times: LiveTimes) -> list[list[int]]:
    return [a.tolist() for a in times.nearest()]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(towns(), st.data(), st.sampled_from(DIRECTIONS), st.sampled_from([60_000, 3_600_000]))
def test_changes_on_small_streets_equal_new_searches(town: Town, data: st.DataObject, direction: Direction, limit: int) -> None:
    graph = built(town)
    points = on_street(graph, some_points(graph, data, 1))
    starts = st.sampled_from([0, 0, 1000, 30_000])  # equal times are frequent

    def placed(least: int) -> PlacedStations:
        snapped = on_street(graph, some_points(graph, data, least))
        start = data.draw(st.lists(starts, min_size=len(snapped), max_size=len(snapped)))
        stations = PlacedStations(snapped, np.array(start, np.int32))
        return stations.closed(np.array(data.draw(st.lists(st.booleans(), min_size=len(start), max_size=len(start)))))

    times = LiveTimes(LivePoints.of(graph, points, direction), placed(1), limit)
    states = [(times.stations, live(times))]
    for _ in range(data.draw(st.integers(1, 4))):
        new, count = placed(1), len(times.stations)
        replaced = data.draw(st.lists(st.integers(0, count - 1), max_size=len(new), unique=True))
        index = sorted(replaced) + list(range(count, count + len(new) - len(replaced)))
        before = live(times)
        change = times.change(np.array(index), new)
        assert live(times) == searched(graph, times.stations, points, limit, direction)
        differs = [i for i in range(len(points)) if (before[0][i], before[1][i]) != (live(times)[0][i], live(times)[1][i])]
        assert change.point.tolist() == differs
        assert [change.ms.tolist(), change.station.tolist()] == [[column[i] for i in differs] for column in before]
        states.append((times.stations, live(times)))
    for stations, state in reversed(states[:-1]):
        times.undo()
        assert times.stations is stations
        assert live(times) == state


@pytest.fixture(scope="module")
def porto_alegre(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    build_network(reference / "porto_alegre" / "poa_osm.pbf", folder, ["walk", "drive"], None, quiet)
    return folder


@pytest.fixture(scope="module")
def streets(helsinki: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    build_network(helsinki, folder, ["walk", "drive"], None, quiet)
    return folder


def check_three_hundred_changes(folder: Path, mode: str, direction: Direction) -> None:
    graph, random = load_graph(folder, mode), np.random.default_rng(7)
    box = graph.bbox

    def anywhere(count: int) -> Snapped:
        return snap(graph, random.uniform(box.west, box.east, count), random.uniform(box.south, box.north, count), 500.0)

    def stations(count: int) -> PlacedStations:
        placed = PlacedStations(anywhere(count), random.integers(0, 3, count).astype(np.int32) * 30_000)
        return placed.closed(random.random(count) < 0.2)

    points, limit = anywhere(4000), 1_800_000
    times = LiveTimes(LivePoints.of(graph, points, direction), stations(40), limit)
    first = live(times)
    for number in range(300):
        count = int(random.integers(1, 3))
        index = random.choice(len(times.stations) + (1 if random.random() < 0.1 else 0), count, replace=False)
        times.change(np.sort(index), stations(count))
        if number % 50 == 49:
            assert live(times) == searched(graph, times.stations, points, limit, direction)
    for _ in range(300):
        times.undo()
    assert live(times) == first


@pytest.mark.parametrize("mode", ["walk", "drive"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_three_hundred_changes_in_helsinki_equal_a_new_search(streets: Path, mode: str, direction: Direction) -> None:
    check_three_hundred_changes(streets, mode, direction)


@pytest.mark.reference
@pytest.mark.parametrize(("mode", "direction"), [("walk", "to"), ("drive", "from")])
def test_three_hundred_changes_in_porto_alegre_equal_a_new_search(porto_alegre: Path, mode: str, direction: Direction) -> None:
    check_three_hundred_changes(porto_alegre, mode, direction)

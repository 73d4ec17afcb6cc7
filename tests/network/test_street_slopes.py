"""Streets on terrain: slopes along their true line, bridges, holes, and the times of the network by hand arithmetic."""

import itertools
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest

from geoservice.errors import NetworkError, NotFound
from geoservice.network.build import BuildReport, build_network
from geoservice.network.check import check_network
from geoservice.network.dem import import_dem
from geoservice.network.graph import Graph, graph_digest, load_graph, read_index
from geoservice.network.load import load_terrain_models
from geoservice.network.osm import read_streets
from geoservice.network.profile import street_slopes
from geoservice.network.slope import STEEPEST, StreetSlopes, slope_factors
from geoservice.network.source import kept_source
from geoservice.network.terrain import INDEX, load_terrain
from geoservice.progress import quiet

from .dem_files import write_dem

EAST_M, NORTH_M = 958.09, 1111.95
"""Length of 0.01 degree at 30.5 north."""
NODES = {1: (117.0, 30.5), 2: (117.01, 30.5), 3: (117.01, 30.51), 4: (117.005, 30.5), 5: (117.0025, 30.5), 6: (117.0075, 30.5)}
ROAD = {"highway": "residential"}
Ways = list[tuple[list[int], dict[str, str]]]


def write_osm(path: Path, ways: Ways, nodes: dict[int, tuple[float, float]] = NODES) -> Path:
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        for ref, place in nodes.items():
            out.add_node(osmium.osm.mutable.Node(id=ref, location=place))
        for number, (refs, tags) in enumerate(ways, 1):
            out.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags))
    return path


def terrain_of(folder: Path, elevation: Any, **options: Any) -> Path:
    import_dem([write_dem(folder / "dem.tif", elevation, **options)], folder / "terrain", None, None, quiet)
    return folder / "terrain"


def slopes_of(folder: Path, ways: Ways, elevation: Any, **options: Any) -> StreetSlopes:
    terrain = load_terrain(terrain_of(folder, elevation, **options))
    return street_slopes(read_streets(write_osm(folder / "streets.osm.pbf", ways), quiet), terrain)


def plane(x: Any, y: Any) -> Any:
    """Climb 60 m in 0.01 degree to the east, and 20 m to the north."""
    return 100 + 6_000 * (x - 117) + 2_000 * (y - 30.5)


def built(folder: Path, ways: Ways, modes: list[str], elevation: Any = None) -> BuildReport:
    terrain = None if elevation is None else terrain_of(folder, elevation)
    return build_network(write_osm(folder / "streets.osm.pbf", ways), folder / "net", modes, None, quiet, terrain)


def end_to_end(graph: Graph) -> tuple[int, int]:
    """Return the ms from node 1 to node 3 of a street without a junction, and back."""
    assert graph.edges == 1
    ms = int(graph.ms_forward[0]), int(graph.ms_backward[0])
    return ms if graph.osm_id[graph.u[0]] == 1 else ms[::-1]


TO_THE_EAST, TO_THE_NORTH = 60 / EAST_M, 20 / NORTH_M  # 6.26 % and 1.80 %
CYCLING = [(1 - 6.6589 * s, 1 + 3.9584 * min(s, 0.12 - s)) for s in (TO_THE_EAST, TO_THE_NORTH)]
CLIMB_KMH = 14.612
"""Power balance at 6.26 %: 98.5 N at 4.059 m/s are 400 W."""


@pytest.mark.parametrize(
    ("mode", "kmh", "up", "down"),
    [
        (
            "walk",
            5.0,
            (exp(-3.5 * TO_THE_EAST), exp(-3.5 * TO_THE_NORTH)),
            (exp(-3.5 * (TO_THE_EAST - 0.1)), exp(3.5 * TO_THE_NORTH)),
        ),
        ("cycle", 15.0, [up for up, _ in CYCLING], [down for _, down in CYCLING]),
        ("ebike", 18.0, (CLIMB_KMH / 18, 1.0), (1.0, 1.0)),
        ("drive", 35.0, (1.0, 1.0), (1.0, 1.0)),
    ],
)
def test_times_on_a_tilted_plane(
    tmp_path: Path, mode: str, kmh: float, up: tuple[float, float], down: tuple[float, float]
) -> None:
    built(tmp_path, [([1, 2, 3], ROAD)], [mode], plane)
    there, back = end_to_end(load_graph(tmp_path / "net", mode))
    hours = np.array([EAST_M, NORTH_M]) / 1000 / kmh
    assert there == pytest.approx((hours / up).sum() * 3_600_000, rel=0.001)
    assert back == pytest.approx((hours / down).sum() * 3_600_000, rel=0.001)


def test_without_terrain_nothing_changes(tmp_path: Path) -> None:
    flat = built(tmp_path, [([1, 2, 3], ROAD)], ["walk", "drive"])
    there, back = end_to_end(load_graph(tmp_path / "net", "walk"))
    assert there == back == pytest.approx((EAST_M + NORTH_M) * 720, rel=0.001)
    assert (flat.terrain, read_index(tmp_path / "net")["terrain"]) == (None, None)
    assert flat.lines()[-1] == "slope: not counted, there is no terrain; import it with: geoservice import terrain DEM"
    driven = graph_digest(load_graph(tmp_path / "net", "drive"))
    assert built(tmp_path, [([1, 2, 3], ROAD)], ["walk", "drive"], plane).digest != flat.digest
    assert graph_digest(load_graph(tmp_path / "net", "drive")) == driven


def test_a_ridge_between_two_nodes_counts(tmp_path: Path) -> None:
    slopes = slopes_of(tmp_path, [([1, 2], ROAD)], lambda x, y: 160 - 12_000 * np.abs(x - 117.005))
    assert len(slopes.slope) == 32  # pieces of 29.9 m, where cells are 30.9 m
    up = 60 / (EAST_M / 2)
    ahead, back = slope_factors(slopes, np.array([0]), np.array([5.0]), np.array([5.0]), "hiking", 0.0)
    assert ahead[0] == pytest.approx((exp(3.5 * up) + exp(3.5 * (up - 0.1))) / 2, rel=0.02)  # 1.33
    assert back == pytest.approx(ahead, rel=1e-9)


def test_the_way_it_is_drawn_changes_nothing(tmp_path: Path) -> None:
    hills = np.random.default_rng(1).normal(100, 30, (108, 144))
    digests = set()
    for ways in ([([1, 2, 3], ROAD)], [([3, 2, 1], ROAD)], [([2, 3], ROAD), ([2, 1], ROAD)]):
        built(tmp_path, ways, ["walk", "cycle"], hills)
        digests.add(tuple(graph_digest(load_graph(tmp_path / "net", mode)) for mode in ("walk", "cycle")))
    assert len(digests) == 1


def test_short_segments_are_not_steeper_than_long_ones(tmp_path: Path) -> None:
    noise = np.rint(100 + np.random.default_rng(2).normal(0, 2, (108, 144)))
    chain = {n: (117 + 0.01 * i / 200, 30.5) for i, n in enumerate(range(1, 202))}  # 4.8 m each
    terrain = load_terrain(terrain_of(tmp_path, noise))
    factors = []
    for refs in (list(chain), [1, 201]):
        streets = read_streets(write_osm(tmp_path / "streets.osm.pbf", [(refs, ROAD)], chain), quiet)
        slopes, kmh = street_slopes(streets, terrain), np.full(len(refs) - 1, 5.0)
        factors.append(np.concatenate(slope_factors(slopes, np.arange(len(refs) - 1), kmh, kmh, "hiking", 0.0)))
    short, long = factors
    assert short.mean() == pytest.approx(long.mean(), rel=0.01) == pytest.approx(1.0, abs=0.02)
    assert short.max() < 1.25


def valley(x: Any, y: Any) -> Any:
    """Return 100 m at node 1, 20 m half way, 119.2 m at node 2; the banks are level for 60 m."""
    level = 120 * np.minimum(np.abs(x - 117.005) / 0.0044, 1) - 100
    return 100 + level + np.where(x > 117.005, 19.2, 0)


@pytest.mark.parametrize("tag", [{"bridge": "yes"}, {"tunnel": "yes"}, {"bridge": "viaduct", "tunnel": "no"}])
@pytest.mark.parametrize("split", [False, True])
def test_a_bridge_is_straight_between_its_ends(tmp_path: Path, tag: dict[str, str], split: bool) -> None:
    ends = {7: (116.995, 30.5), 8: (117.015, 30.5)}
    bridge = [([1, 5, 4], ROAD | tag), ([4, 6, 2], ROAD | tag)] if split else [([1, 5, 4, 6, 2], ROAD | tag)]
    ways = [([7, 1], ROAD), *bridge, ([2, 8], ROAD)]
    terrain = load_terrain(terrain_of(tmp_path, valley))
    streets = read_streets(write_osm(tmp_path / "streets.osm.pbf", ways, NODES | ends), quiet)
    slopes = street_slopes(streets, terrain)
    pieces = np.diff(slopes.start)
    assert sorted(pieces.tolist()) == sorted([0] * (len(ways)) + [1] * 4 + [16, 16])
    bridged = slopes.slope[slopes.start[:-1][pieces == 1]]
    assert bridged == pytest.approx([19.2 / EAST_M] * 4, abs=0.0005)


def test_streets_under_a_bridge_and_ways_that_are_none_stay_on_the_ground(tmp_path: Path) -> None:
    slopes = slopes_of(tmp_path, [([1, 4, 2], ROAD | {"bridge": "no"})], valley)
    assert np.abs(slopes.slope).max() > 0.2


def test_a_bridge_that_meets_no_ground(tmp_path: Path) -> None:
    slopes = slopes_of(tmp_path, [([1, 2], ROAD | {"bridge": "yes"})], plane)
    assert slopes.slope.tolist() == pytest.approx([TO_THE_EAST], abs=1e-4)


@pytest.mark.parametrize("tags", [{"highway": "steps"}, {"highway": "elevator"}, {"highway": "service", "route": "ferry"}])
def test_ways_with_a_speed_of_their_own_have_no_slope(tmp_path: Path, tags: dict[str, str]) -> None:
    assert slopes_of(tmp_path, [([1, 2], tags)], plane).slope.tolist() == [0.0]


def test_a_cliff_is_a_fault_of_the_model(tmp_path: Path) -> None:
    slopes = slopes_of(tmp_path, [([1, 2], ROAD)], lambda x, y: 100 + 400 * (x > 117.005))
    assert slopes.slope.max() == STEEPEST


def test_streets_without_elevation_are_flat(tmp_path: Path) -> None:
    def half(x: Any, y: Any) -> Any:
        return np.where(x < 117.0, plane(x, y), -32768)

    report = built(tmp_path, [([1, 2, 3], ROAD)], ["walk"], half)
    assert report.terrain is not None
    assert report.terrain.unknown > 0.7  # 500 m are filled in
    assert report.lines()[-1].startswith("slope: from dem.tif; ")
    edge = tmp_path / "edge"
    edge.mkdir()
    outside = built(edge, [([1, 2, 3], ROAD)], ["walk"], np.zeros((10, 10)))
    assert outside.terrain is not None
    assert outside.terrain.unknown == 1
    there, back = end_to_end(load_graph(edge / "net", "walk"))
    assert there == back == pytest.approx((EAST_M + NORTH_M) * 720, rel=0.001)


def test_new_terrain_builds_the_network_again(tmp_path: Path) -> None:
    net, ways, dem = tmp_path / "net", [([1, 2, 3], ROAD)], write_dem(tmp_path / "hill.tif", plane)
    args = (tmp_path / "terrain", net, ["walk"], None, quiet)
    assert load_terrain_models([dem], *args)[1] is None
    (tmp_path / "terrain" / INDEX).unlink()
    speeds = tmp_path / "mine.toml"
    speeds.write_text("[walk.highway]\nresidential = 4.0\n", encoding="utf-8")
    pbf = write_osm(tmp_path / "streets.osm.pbf", ways)
    flat = build_network(pbf, net, ["walk"], speeds, quiet, tmp_path / "terrain")
    direct = build_network(pbf, tmp_path / "direct", ["walk"], speeds, quiet, terrain_of(tmp_path, plane))
    pbf.unlink()
    speeds.unlink()
    for _ in range(2):
        terrain, network = load_terrain_models([dem], *args)
        assert network is not None
        assert network.digest == direct.digest != flat.digest
        assert read_index(net)["terrain"]["digest"] == terrain.digest
        assert read_index(net)["source"] == "streets.osm.pbf"
        check_network(net, ["walk"])
    lower = write_dem(tmp_path / "low.tif", np.zeros((108, 144)))
    assert load_terrain_models([lower], *args)[1].digest == flat.digest  # type: ignore[union-attr]  # there is a network
    kept_source(net).extract.unlink()
    with pytest.raises(NotFound, match=r"streets\.osm\.pbf was not kept .* geoservice import network FILE"):
        load_terrain_models([dem], *args)


def test_another_extract_with_the_same_streets_is_kept_in_its_turn(tmp_path: Path) -> None:
    net = tmp_path / "net"
    digests = [
        build_network(write_osm(tmp_path / "s.osm.pbf", [([1, 2], ROAD | tags)]), net, ["walk"], None, quiet).digest
        for tags in ({}, {"electric_bicycle": "no"})
    ]
    assert digests[0] == digests[1]
    streets = read_streets(kept_source(net).extract, quiet)
    assert [tags.get("electric_bicycle") for tags in streets.kinds] == ["no"]


def test_damaged_terrain_stops_the_build(tmp_path: Path) -> None:
    terrain = terrain_of(tmp_path, plane)
    next(terrain.glob("*.npy")).write_bytes(b"")
    with pytest.raises(NetworkError, match=r"terrain is damaged: .* import it again"):
        build_network(write_osm(tmp_path / "s.osm.pbf", [([1, 2], ROAD)]), tmp_path / "net", ["walk"], None, quiet, terrain)


def test_there_and_back_is_not_quicker_on_a_hill() -> None:
    """There and back is never quicker than on the flat."""
    for slope, curve in itertools.product((0.01, 0.05, 0.1, 0.3), ("hiking", "cycling", "ebike")):
        slopes = StreetSlopes(np.array([0, 1, 1]), np.array([slope]), 0.0)
        ahead, back = slope_factors(slopes, np.array([0]), np.array([15.0]), np.array([15.0]), curve, 4.5)  # type: ignore[arg-type]  # one of the curves
        assert ahead[0] + back[0] >= 2

"""How far beyond their border counties count streets follows from the network, with its ferries."""

import re
from pathlib import Path

import numpy as np
import osmium
import pyarrow as pa
import pytest
import shapely
from osmium.osm import mutable

from geoservice.errors import InputError
from geoservice.geo import LocalProjection
from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.regional.counties import check_counties, county_outlines, fastest, longest_reach, metres_outside
from geoservice.progress import quiet
from geoservice.study import Study

KMH = 1 / 3600
"""Metres per millisecond."""


def _network(folder: Path, tags: dict[str, str]) -> Graph:
    """Return the streets of a way of 1.1 km, and one of 22 km with the tags."""
    folder.mkdir()
    with osmium.SimpleWriter(str(folder / "streets.osm.pbf")) as out:
        for n, lon in enumerate((10.0, 10.01, 10.21), 1):
            out.add_node(mutable.Node(id=n, location=(lon, 0.0), version=1, visible=True))
        for way, nodes, of_way in ((1, [1, 2], {"highway": "residential"}), (2, [2, 3], tags)):
            out.add_way(mutable.Way(id=way, nodes=nodes, tags=of_way, version=1, visible=True))
    build_network(folder / "streets.osm.pbf", folder / "network", ("walk",), None, quiet)
    return load_graph(folder / "network", "walk")


@pytest.mark.parametrize(
    ("tags", "low", "high"),
    [
        ({"highway": "path"}, 4.0, 5.2),
        ({"route": "ferry", "foot": "yes"}, 12.0, 15.4),
        ({"route": "ferry", "foot": "yes", "duration": "00:20"}, 40.0, 68.0),
    ],
)
def test_the_fastest_way_may_be_a_ferry(tags: dict[str, str], low: float, high: float, tmp_path: Path) -> None:
    assert low * KMH < fastest(_network(tmp_path / "n", tags)) < high * KMH


def _places(parent_of_township: str | None, county: str = "A") -> PublicPlaces:
    square = shapely.to_wkb(shapely.box(10, 0, 11, 1))
    rows = [("R", "city", None), (county, "county", "R"), ("A1", "township", parent_of_township)]
    table = {name: [row[i] for row in rows] for i, name in enumerate(("code", "level", "parent"))}
    names = {"name_zh": table["code"], "name_en": table["code"]}
    return read_places(
        pa.table({**table, **names, "geometry": pa.array([square] * 3, pa.binary())}), ("city", "county", "township")
    )


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (("R", "A"), "1 areas below counties are in no county that has an outline: A1;"),
        (("../x", "../x"), "county '../x': a distributed run names files by the codes"),
        (("..", ".."), "county '..'"),
    ],
)
def test_areas_that_cannot_be_divided_are_named(places: tuple[str, str], message: str, region_study: Study) -> None:
    """A township directly under a city, as those of Dongguan, belongs to no task of a county."""
    public = _places(*places)
    with pytest.raises(InputError, match=re.escape(message)):
        check_counties(public, region_study, county_outlines(public))


def test_how_far_places_lie_outside_of_an_outline() -> None:
    plane = LocalProjection(117.0, 30.5)
    square = shapely.box(117.0, 30.5, 117.01, 30.51)
    assert metres_outside(square, plane, np.array([117.0, 117.005]), np.array([30.5, 30.505])) == 0
    north = metres_outside(square, plane, np.array([117.005, 117.005]), np.array([30.511, 30.505]))
    assert north == pytest.approx(111, abs=1)
    assert metres_outside(square, plane, np.empty(0), np.empty(0)) == 0


def test_reach_is_the_way_within_the_last_break(region_study: Study, tmp_path: Path) -> None:
    """The last break is 15 minutes; points and stations may be 100 m from their street."""
    graph = _network(tmp_path / "n", {"highway": "path"})
    assert longest_reach(region_study, {"walk": fastest(graph)}) == pytest.approx(15 * 60_000 * fastest(graph) + 200)

"""Snapping compared with shapely's index and with numbers by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoservice.geo import haversine_m
from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.snap import snap, street_points
from geoservice.progress import quiet


@pytest.fixture(scope="module")
def graph(helsinki: Path, tmp_path_factory) -> Graph:
    folder = tmp_path_factory.mktemp("network")
    build_network(helsinki, folder, ["walk"], None, quiet)
    streets = load_graph(folder, "walk")
    every = np.ones(streets.edges, np.bool_)
    return replace(streets, large=every, entrance=every)


def test_positions_on_streets_are_as_far_as_the_snap_says(graph: Graph) -> None:
    random, box = np.random.default_rng(5), graph.bbox
    lon, lat = random.uniform(box.west, box.east, 300), random.uniform(box.south, box.north, 300)
    found = snap(graph, lon, lat, 60.0)
    at = street_points(graph, found)
    assert np.array_equal(np.isfinite(at[0]), found.ok)
    ok = found.ok
    assert haversine_m(lon[ok], lat[ok], at[0][ok], at[1][ok]) == pytest.approx(found.metres[ok], abs=0.3)
    assert snap(graph, at[0][ok], at[1][ok], 60.0).metres.max() < 0.3


def test_the_nearest_edge_is_shapelys(graph: Graph) -> None:
    random, box = np.random.default_rng(3), graph.bbox
    lon, lat = random.uniform(box.west, box.east, 3_000), random.uniform(box.south, box.north, 3_000)
    vertices = np.column_stack([graph.shape_x, graph.shape_y])
    owner = np.repeat(np.arange(graph.edges), np.diff(graph.shape_start))
    lines = shapely.linestrings(vertices, indices=owner)
    points = shapely.points(*graph.projection.forward(lon, lat))
    (_, _), metres = shapely.STRtree(lines).query_nearest(points, all_matches=False, return_distance=True)
    found = snap(graph, lon, lat, 60.0)
    assert np.array_equal(found.ok, metres <= 60)
    assert found.metres[found.ok] == pytest.approx(metres[found.ok], abs=1e-6)
    ok = np.flatnonzero(found.ok)
    at = shapely.distance(lines[found.edge[ok]], points[ok])
    assert at == pytest.approx(metres[ok], abs=1e-6)
    share = shapely.line_locate_point(lines[found.edge[ok]], points[ok], normalized=True)
    assert found.fraction[ok] == pytest.approx(share, abs=2e-3)  # along the ellipsoid's sphere, and in the plane


def test_vertices_snap_onto_themselves(graph: Graph) -> None:
    found = snap(graph, graph.lon, graph.lat, 1.0)
    assert found.ok.all()
    assert found.metres.max() < 1e-3
    ends = np.where(found.fraction == 0, graph.u[found.edge], np.where(found.fraction == 1, graph.v[found.edge], -1))
    assert (graph.lon[ends[ends >= 0]] == graph.lon[ends >= 0]).all()
    assert (ends >= 0).mean() > 0.99


def test_every_reason_is_told(graph: Graph) -> None:
    box = graph.bbox
    lon = np.array([graph.lon[0], np.nan, 200.0, graph.lon[0], box.east + 1, -60.0, (box.west + box.east) / 2])
    lat = np.array([graph.lat[0], 60.0, 60.0, np.inf, box.north, -30.0, (box.south + box.north) / 2])
    found = snap(graph, lon, lat, 0.001)
    assert found.reason.tolist() == [0, 3, 3, 3, 2, 2, 1]
    assert found.counts() == {"snapped": 1, "too far from a street": 1, "no network": 2, "bad coordinate": 3}
    assert np.isnan(found.fraction[1:]).all()
    assert np.isnan(found.metres[1:]).all()
    assert (found.edge[1:] == -1).all()


def test_the_order_of_points_changes_nothing(graph: Graph) -> None:
    random, box = np.random.default_rng(4), graph.bbox
    lon, lat = random.uniform(box.west, box.east, 500), random.uniform(box.south, box.north, 500)
    there, back = snap(graph, lon, lat, 500.0), snap(graph, lon[::-1], lat[::-1], 500.0).take(np.arange(500)[::-1])
    assert np.array_equal(there.edge, back.edge)
    assert np.array_equal(there.fraction, back.fraction, equal_nan=True)


def test_no_points_are_no_points(graph: Graph) -> None:
    assert len(snap(graph, np.empty(0), np.empty(0), 500.0)) == 0

"""The benchmark's graph and extract, made small."""

from pathlib import Path

import numpy as np

from geoservice.bench.extract import measure_import
from geoservice.bench.network import random_stations, street_grid
from geoservice.network.travel import UNREACHED, nearest_nodes


def test_one_turn_is_banned_at_one_junction_in_a_hundred() -> None:
    graph = street_grid(30)
    assert (graph.junctions, graph.nodes > graph.junctions) == (900, True)
    ms, station = nearest_nodes(graph, random_stations(graph, 5), np.zeros(5, np.int32), 7_200_000, "to")
    assert ((station >= 0) == (ms < UNREACHED)).all()
    assert (station >= 0).mean() > 0.8


def test_an_extract_is_written_and_imported(tmp_path: Path) -> None:
    seconds, megabytes = measure_import(tmp_path, 10)
    assert seconds > 0
    assert megabytes > 50
    assert (tmp_path / "network" / "network.json").is_file()

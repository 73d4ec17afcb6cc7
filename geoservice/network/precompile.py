"""Compile the network's kernels before their first use: ``python -m geoservice.network.precompile``, once after installing.

Compiled code is cached beside the sources; without this the first study on a machine waits for the compiler.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from geoservice.network.build import build_network
from geoservice.network.graph import load_graph
from geoservice.network.live_times import LivePoints, LiveTimes, PlacedStations
from geoservice.network.snap import snap
from geoservice.network.travel import nearest, nearest_nodes, pairs

CROSSING = ((0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001), (0.002, 0.002))
WAYS = ((1, 2, 3, 4, 1), (1, 3, 5))


def _write(pbf: Path) -> None:
    with osmium.SimpleWriter(str(pbf)) as writer:
        for number, place in enumerate(CROSSING, 1):
            writer.add_node(Node(id=number, location=place))
        for number, nodes in enumerate(WAYS, 1):
            writer.add_way(Way(id=number, nodes=nodes, tags={"highway": "residential"}))


def precompile() -> None:
    """Run every search on a few streets, which compiles the kernels that are not compiled yet."""
    with TemporaryDirectory() as temporary:
        pbf, folder = Path(temporary) / "crossing.osm.pbf", Path(temporary) / "network"
        _write(pbf)
        build_network(pbf, folder, ["walk"], None, lambda _stage, _fraction: None)
        graph = load_graph(folder, "walk")
        lon, lat = (np.array(v) for v in zip(*CROSSING, strict=True))
        points, delay = snap(graph, lon, lat, 100.0), np.zeros(len(lon), np.int32)
        nearest(graph, points, delay, points, 60_000, "to")
        nearest_nodes(graph, points, delay, 60_000, "to")
        pairs(graph, points, delay, points, 60_000, "to")
        times = LiveTimes(LivePoints.of(graph, points, "to"), PlacedStations(points, delay), 60_000)
        times.change(np.array([0]), PlacedStations(points.take(np.array([1])), delay[:1]))
        times.undo()


if __name__ == "__main__":
    precompile()

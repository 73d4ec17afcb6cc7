"""Times of single trips between OSM nodes of a graph."""

from typing import Literal

import numpy as np

from geoservice.network.graph import Graph
from geoservice.network.travel import UNREACHED, nearest

from .test_real import at_vertices

Place = tuple[float, float]


def trip_seconds(graph: Graph, start: Place, end: Place, direction: Literal["to", "from"] = "to") -> float | None:
    """Return the seconds from one node to another, given by longitude and latitude; None if there is no path."""
    points, _ = at_vertices(graph, *np.array([start, end]).T)
    home, away = points.take(np.array([0])), points.take(np.array([1]))
    station, point = (away, home) if direction == "to" else (home, away)
    ms = int(nearest(graph, station, np.zeros(1, np.int32), point, 10**7, direction)[0][0])
    return None if ms == UNREACHED else ms / 1000

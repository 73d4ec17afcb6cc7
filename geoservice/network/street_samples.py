"""Places along streets at equal distances."""

from typing import NamedTuple

import numpy as np

from geoservice.geo import Floats, Ints, repeated
from geoservice.network.graph import Graph
from geoservice.network.snap import Snapped


class StreetSamples(NamedTuple):
    """Places on streets, and their metres in the projection of the graph; shapes ``(n,)``."""

    places: Snapped
    x: Floats
    y: Floats


def street_samples(graph: Graph, edges: Ints, metres: float) -> StreetSamples:
    """Return the ends of some edges, and places between them that are at most ``metres`` apart."""
    length = np.maximum(graph.length_m[edges], 1e-9)
    parts = np.ceil(length / metres).astype(np.int64)
    number, rank = repeated(parts + 1)
    fraction = rank / parts[number]
    first = graph.shape_start[edges]
    vertex_edge, vertex_rank = repeated(graph.shape_start[edges + 1] - first)
    vertex = first[vertex_edge] + vertex_rank
    offset = np.concatenate([[0.0], np.cumsum(length + 1.0)[:-1]])  # so that metres ascend from one edge to the next
    known = offset[vertex_edge] + np.minimum(graph.shape_m[vertex], length[vertex_edge])
    x, y = (np.interp(offset[number] + fraction * length[number], known, v[vertex]) for v in (graph.shape_x, graph.shape_y))
    count = len(number)
    return StreetSamples(Snapped(edges[number].astype(np.int32), fraction, np.zeros(count), np.zeros(count, np.int8)), x, y)

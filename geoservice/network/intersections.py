"""Time that a mode loses at the end of each edge, where streets meet."""

import numpy as np

from geoservice.geo import Floats, Int8s, Int32s, Ints
from geoservice.network.contract import RANK_BITS
from geoservice.network.osm import OsmStreets
from geoservice.network.segments import Nodes
from geoservice.network.speeds import ModeSpeeds

STOP_LINE_METRES = 30.0
"""Traffic lights are often mapped at the stop line; within this distance they are those of the intersection."""
INNER_METRES = 40.0
"""A shorter street between two such junctions is inside one intersection, as between the carriageways of a crossing road."""


def edge_delays(
    u: Int32s,
    v: Int32s,
    status: Int8s,
    junctions: int,
    streets: OsmStreets,
    nodes: Nodes,
    start: Ints,
    vertex: Ints,
    metres: Floats,
    table: ModeSpeeds,
) -> tuple[Int32s, Int32s]:
    """Return the ms lost by who arrives along each edge at ``u`` and at ``v``; shapes ``(edges,)``.

    Where three streets meet, who comes along a street of lower rank than another one there gives way and loses the seconds of
    the table; among streets of one rank, half the travellers do. At traffic lights everyone loses the same. Nobody loses time
    within an intersection.
    """
    rank = status >> RANK_BITS
    ends, top, lowest = np.zeros(junctions, np.int64), np.zeros(junctions, np.int8), np.full(junctions, 127, np.int8)
    street = rank > 0
    for end in (u[street], v[street]):
        ends += np.bincount(end, minlength=junctions)
        np.maximum.at(top, end, rank[street])
        np.minimum.at(lowest, end, rank[street])
    lights = (
        _lights(u, v, junctions, streets, nodes, start, vertex, metres) if table.signal_seconds else np.zeros(junctions, bool)
    )
    outer = (metres[start[1:] - 1] >= INNER_METRES) | (ends[u] < 3) | (ends[v] < 3)
    seconds = []
    for end in (u, v):
        gives_way = np.where(rank < top[end], 1.0, np.where(top[end] == lowest[end], 0.5, 0.0))
        delay = np.where(lights[end], table.signal_seconds, gives_way * table.junction_seconds)
        seconds.append(np.rint(np.where(outer & (ends[end] >= 3), delay, 0.0) * 1000).astype(np.int32))
    return seconds[0], seconds[1]


def _lights(
    u: Int32s, v: Int32s, junctions: int, streets: OsmStreets, nodes: Nodes, start: Ints, vertex: Ints, metres: Floats
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Return which junctions have traffic lights, at themselves or at a stop line."""
    signals = np.array([kind.get("highway") == "traffic_signals" for kind in streets.node_kinds], np.bool_)
    controlled = np.zeros(junctions, np.bool_)
    if not signals.any():
        return controlled
    lit = np.isin(nodes.id, streets.tagged[signals[streets.tagged_kind]])[vertex]
    length = np.repeat(metres[start[1:] - 1], np.diff(start))
    edge = np.repeat(np.arange(len(u)), np.diff(start))
    for end, near in ((u, metres <= STOP_LINE_METRES), (v, length - metres <= STOP_LINE_METRES)):
        controlled[end[edge[lit & near]]] = True
    return controlled

"""Where points and stations are on a street graph: the nodes beside them, the ms to these, and the stations on their own edge.

Terms are those of :mod:`geoservice.network.travel`.
"""

from typing import Any, Literal, NamedTuple

import numpy as np

from geoservice.errors import NetworkError
from geoservice.geo import Int32s, Ints
from geoservice.network import kernels
from geoservice.network.compiled_calls import call
from geoservice.network.graph import Graph
from geoservice.network.kernels import UNREACHED
from geoservice.network.snap import Snapped

Direction = Literal["to", "from"]


class Ends(NamedTuple):
    """Positions of points on their edges: end nodes, ms between point and nodes (-1: not allowed), and ms along the edge.

    ``leg`` are the ms between the point and the edge. ``along`` and ``against`` increase in the direction of travel from point
    to station on the edge; -1 if it is closed, and at its ends.
    """

    u: Int32s
    v: Int32s
    ms_u: Int32s
    ms_v: Int32s
    leg: Int32s
    along: Int32s
    against: Int32s


def street_ends(graph: Graph, points: Snapped, leaving: bool) -> Ends:
    """Return the positions of points; one at the end of an edge is at the junction and on no edge."""
    edge, ok = points.edge, points.ok
    shapes = (graph.shape_start, graph.shape_m, graph.shape_forward, graph.shape_backward)
    along, back_ms = call(kernels.edge_offsets, edge, np.where(ok, points.fraction, 0.0), *shapes)
    u, v, edge_ms, reverse_ms = graph.u[edge], graph.v[edge], graph.ms_forward[edge], graph.ms_backward[edge]
    two_way, at_u = reverse_ms >= 0, points.fraction <= 0
    at_v = (points.fraction >= 1) & ~at_u
    against = np.where(two_way, reverse_ms - back_ms, -1)
    if leaving:
        ms_u, ms_v = np.where(two_way, back_ms + graph.delay_u[edge], -1), edge_ms - along + graph.delay_v[edge]
        node_u, node_v, junction = graph.leave_u[edge], graph.leave_v[edge], graph.source
    else:
        ms_u, ms_v, node_u, node_v, junction = along, against, graph.enter_u[edge], graph.enter_v[edge], graph.sink
    ms_u, ms_v = np.where(at_u, 0, np.where(at_v, -1, ms_u)), np.where(at_v, 0, np.where(at_u, -1, ms_v))
    node_u, node_v = np.where(at_u, junction[u], node_u), np.where(at_v, junction[v], node_v)
    node_u, node_v = np.where(ok, node_u, -1), np.where(ok, node_v, -1)
    along, against = (np.where(at_u | at_v, -1, ms) for ms in (along, against))
    return Ends(*(int32(a) for a in (node_u, node_v, ms_u, ms_v, access_ms(graph, points), along, against)))


def access_ms(graph: Graph, points: Snapped) -> Int32s:
    """Return the ms on the straight line between each point and its street; 0 if it is on none."""
    return int32(np.rint(np.where(points.ok, points.metres, 0.0) * graph.access_ms))


def int32(values: "np.ndarray[Any, np.dtype[Any]]") -> Int32s:
    """Return values as int32."""
    return values.astype(np.int32)


def street_positions(graph: Graph, points: Snapped) -> Int32s:
    """Return a number for each point's position in the network, -1 if not snapped; equal numbers have equal times.

    A junction is one position whichever of its edges a point was snapped to; along an edge positions are milliseconds. Points
    at different distances from the street differ.
    """
    ends = street_ends(graph, points, leaving=True)
    position = np.column_stack([points.edge, ends.along, ends.against, ends.leg]).astype(np.int64)
    for at_node, node in ((points.fraction <= 0, graph.u), (points.fraction >= 1, graph.v)):
        position[at_node, 0], position[at_node, 1:3] = graph.edges + node[points.edge[at_node]], 0
    numbers = np.unique(position, axis=0, return_inverse=True)[1].ravel()
    return np.where(points.ok, numbers, -1).astype(np.int32)


class Seeds(NamedTuple):
    """Nodes at which a search starts, the ms there (-1: closed) and the station of each; shapes ``(2 * stations,)``."""

    node: Int32s
    ms: Int32s
    label: Int32s


def station_seeds(ends: Ends, start_ms: Int32s) -> Seeds:
    """Return two seeds per station, one at each end of its edge, in the order of stations; ms -1 if not allowed."""
    label = np.repeat(np.arange(len(ends.u), dtype=np.int32), 2)
    node = np.column_stack([ends.u, ends.v]).ravel()
    elapsed = np.column_stack([ends.ms_u, ends.ms_v]).ravel().astype(np.int64)
    total = np.minimum(elapsed + np.repeat(start_ms, 2), int(UNREACHED))
    closed = (elapsed < 0) | (node < 0)
    return Seeds(np.where(closed, 0, node).astype(np.int32), np.where(closed, -1, total).astype(np.int32), label)


def search_arcs(graph: Graph, direction: Direction) -> tuple[Ints, Ints]:
    """Return the arcs of a search from the stations, as :mod:`geoservice.network.kernels` takes them."""
    if direction == "to":
        return graph.reverse_indptr, packed(graph.reverse_ms, graph.reverse_indices)
    return graph.forward_indptr, packed(graph.forward_ms, graph.forward_indices)


def packed(high: Int32s | Ints, low: Int32s | Ints) -> Ints:
    """Return ``high << 32 | low``."""
    keys = high.astype(np.int64)
    keys <<= 32
    keys |= low
    return keys


def checked_start(graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: str, nth: int = 1) -> Int32s:
    """Return the ms that each station adds to its paths."""
    if direction not in {"to", "from"}:
        raise NetworkError(f"direction: got {direction!r}, allowed are 'to' and 'from'")
    if not 0 <= limit_ms < int(UNREACHED):
        raise NetworkError(f"limit_ms: got {limit_ms}, allowed are 0 to {int(UNREACHED) - 1}")
    if nth < 1:
        raise NetworkError(f"nth: got {nth}, allowed are 1 and up")
    start = np.asarray(start_ms)
    if start.shape != stations.edge.shape or (len(start) and int(start.min()) < 0):
        raise NetworkError(f"start_ms: got shape {start.shape}, expected one value >= 0 for each of {len(stations)} stations")
    return int32(np.minimum(start.astype(np.int64) + access_ms(graph, stations), int(UNREACHED)))


def split_keys(keys: Ints, nth: int) -> tuple[Int32s, Int32s]:
    """Return time and station of the ``nth`` of each run of ``nth`` keys."""
    last = keys[nth - 1 :: nth]
    return (last >> 32).astype(np.int32), (last & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


class SameEdge(NamedTuple):
    """Stations sorted by edge, the range of them on each point's edge, and the ms of both along it; see ``point_keys``."""

    start: Ints
    stop: Ints
    key: Ints
    station_along: Int32s
    station_against: Int32s
    along: Int32s
    against: Int32s


def same_edge_stations(
    graph: Graph, stations: Snapped, start: Int32s, points: Snapped, ends: Ends, direction: Direction
) -> SameEdge:
    """Return the stations on the edges of points; ``ends`` are those of the points, in either direction."""
    order = np.argsort(stations.edge, kind="stable")
    by_edge = stations.take(order)
    first, after = (np.searchsorted(by_edge.edge, points.edge, side) for side in ("left", "right"))
    point_ms = _along(graph, points, ends, direction)
    station_ms = _along(graph, by_edge, street_ends(graph, by_edge, leaving=True), direction)
    return SameEdge(first, after, packed(start[order], order), *station_ms, *point_ms)


def _along(graph: Graph, points: Snapped, ends: Ends, direction: Direction) -> tuple[Int32s, Int32s]:
    """Return the ms along the edge in both directions, larger for what the traveller passes later; -1 if closed.

    From the station the traveller comes to the point, so the ms are counted from the far ends.
    """
    if direction == "to":
        return ends.along, ends.against
    totals = zip((ends.along, ends.against), (graph.ms_forward, graph.ms_backward), strict=True)
    along, against = (int32(np.where(ms < 0, -1, total[points.edge] - ms)) for ms, total in totals)
    return along, against


def attached_points(graph: Graph, ends: Ends) -> tuple[Ints, Int32s, Int32s]:
    """Return the points on the edges of each node and the ms between them and the node, as compressed rows."""
    node, extra = np.concatenate([ends.u, ends.v]), np.concatenate([ends.ms_u, ends.ms_v])
    leg = np.tile(ends.leg, 2)
    point = np.tile(np.arange(len(ends.u), dtype=np.int32), 2)
    usable = np.flatnonzero((node >= 0) & (extra >= 0))
    order = usable[np.argsort(node[usable], kind="stable")]
    indptr = np.zeros(graph.nodes + 1, np.int64)
    np.cumsum(np.bincount(node[order], minlength=graph.nodes), out=indptr[1:])
    return indptr, point[order], extra[order] + leg[order]

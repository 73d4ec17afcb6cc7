"""Travel times between snapped points: the nearest stations of each point, of each junction, and all pairs within a limit.

Times are int32 ms, ``UNREACHED`` if there is no path within the limit; a limit is inclusive. ``direction`` is ``"to"`` for
paths from the point to the station and ``"from"`` for paths from the station to the point. ``start_ms`` is time spent at the
station (a penalty of its tier, the set-up of a van), added to every path to or from it. The straight lines from the point and
from the station to their streets are added too, at walking speed (``Graph.access_ms``).
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
_ROWS = 256
_MAX_POINTS = 2**27
_MAX_PAIR_MS = 2**28 - 1


class SparseRows(NamedTuple):
    """Row ``i`` has the points ``point[indptr[i]:indptr[i + 1]]``, ascending and distinct, and their times ``ms``."""

    indptr: Ints
    point: Int32s
    ms: Int32s


class _Ends(NamedTuple):
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


def _ends(graph: Graph, points: Snapped, leaving: bool) -> _Ends:
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
    return _Ends(*(_int32(a) for a in (node_u, node_v, ms_u, ms_v, access_ms(graph, points), along, against)))


def access_ms(graph: Graph, points: Snapped) -> Int32s:
    """Return the ms on the straight line between each point and its street; 0 if it is on none."""
    return _int32(np.rint(np.where(points.ok, points.metres, 0.0) * graph.access_ms))


def _int32(values: "np.ndarray[Any, np.dtype[Any]]") -> Int32s:
    return values.astype(np.int32)


def street_positions(graph: Graph, points: Snapped) -> Int32s:
    """Return a number for each point's position in the network, -1 if not snapped; equal numbers have equal times.

    A junction is one position whichever of its edges a point was snapped to; along an edge positions are milliseconds. Points
    at different distances from the street differ.
    """
    ends = _ends(graph, points, leaving=True)
    position = np.column_stack([points.edge, ends.along, ends.against, ends.leg]).astype(np.int64)
    for at_node, node in ((points.fraction <= 0, graph.u), (points.fraction >= 1, graph.v)):
        position[at_node, 0], position[at_node, 1:3] = graph.edges + node[points.edge[at_node]], 0
    numbers = np.unique(position, axis=0, return_inverse=True)[1].ravel()
    return np.where(points.ok, numbers, -1).astype(np.int32)


class _Seeds(NamedTuple):
    node: Int32s
    ms: Int32s
    label: Int32s


def _seeds(ends: _Ends, start_ms: Int32s) -> _Seeds:
    """Return two seeds per station, one at each end of its edge, in the order of stations; ms -1 if not allowed."""
    label = np.repeat(np.arange(len(ends.u), dtype=np.int32), 2)
    node = np.column_stack([ends.u, ends.v]).ravel()
    elapsed = np.column_stack([ends.ms_u, ends.ms_v]).ravel().astype(np.int64)
    total = np.minimum(elapsed + np.repeat(start_ms, 2), int(UNREACHED))
    closed = (elapsed < 0) | (node < 0)
    return _Seeds(np.where(closed, 0, node).astype(np.int32), np.where(closed, -1, total).astype(np.int32), label)


def _arcs(graph: Graph, direction: Direction) -> tuple[Ints, Ints]:
    if direction == "to":
        return graph.reverse_indptr, _packed(graph.reverse_ms, graph.reverse_indices)
    return graph.forward_indptr, _packed(graph.forward_ms, graph.forward_indices)


def _packed(high: Int32s | Ints, low: Int32s | Ints) -> Ints:
    packed = high.astype(np.int64)
    packed <<= 32
    packed |= low
    return packed


def _start(graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: str, nth: int = 1) -> Int32s:
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
    return _int32(np.minimum(start.astype(np.int64) + access_ms(graph, stations), int(UNREACHED)))


def nearest_nodes(
    graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: Direction, nth: int = 1
) -> tuple[Int32s, Int32s]:
    """Return time and station of the ``nth`` nearest distinct station of each junction; shapes ``(graph.junctions,)``.

    Of stations at equal times the lower index comes first.
    """
    start = _start(graph, stations, start_ms, limit_ms, direction, nth)
    keys = _node_keys(graph, stations, start, limit_ms, direction, nth)
    ms, station = _split(keys, nth)
    node = graph.source if direction == "to" else graph.sink
    return ms[node], station[node]


def _node_keys(graph: Graph, stations: Snapped, start: Int32s, limit_ms: int, direction: Direction, nth: int) -> Ints:
    seeds = _seeds(_ends(graph, stations, leaving=direction == "from"), start)
    order = np.argsort(seeds.node, kind="stable")
    keys: Ints = call(kernels.nearest_keys, *_arcs(graph, direction), *(s[order] for s in seeds), limit_ms, nth)
    return keys


def _split(keys: Ints, nth: int) -> tuple[Int32s, Int32s]:
    last = keys[nth - 1 :: nth]
    return (last >> 32).astype(np.int32), (last & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def nearest(
    graph: Graph,
    stations: Snapped,
    start_ms: Int32s,
    points: Snapped,
    limit_ms: int,
    direction: Direction,
    nth: int = 1,
) -> tuple[Int32s, Int32s]:
    """Return time and station of the ``nth`` nearest distinct station of each point; shapes ``(points,)``.

    They are ``UNREACHED`` and -1 if there is none within the limit, or if the point or the stations are on no street. Of
    stations at equal times the lower index comes first.
    """
    start = _start(graph, stations, start_ms, limit_ms, direction, nth)
    best = _node_keys(graph, stations, start, limit_ms, direction, nth)
    ends = _ends(graph, points, leaving=direction == "to")
    same_edge = _same_edge(graph, stations, start, points, ends, direction)
    return _split(call(kernels.point_keys, best, nth, *ends[:5], *same_edge, limit_ms), nth)


class _SameEdge(NamedTuple):
    """Stations sorted by edge, the range of them on each point's edge, and the ms of both along it; see ``point_keys``."""

    start: Ints
    stop: Ints
    key: Ints
    station_along: Int32s
    station_against: Int32s
    along: Int32s
    against: Int32s


def _same_edge(graph: Graph, stations: Snapped, start: Int32s, points: Snapped, ends: _Ends, direction: Direction) -> _SameEdge:
    """Return the stations on the edges of points; ``ends`` are those of the points, in either direction."""
    order = np.argsort(stations.edge, kind="stable")
    edge_start = np.zeros(graph.edges + 2, np.int64)
    np.cumsum(np.bincount(stations.edge + 1, minlength=graph.edges + 1), out=edge_start[1:])
    by_edge = stations.take(order)
    point_ms = _along(graph, points, ends, direction)
    station_ms = _along(graph, by_edge, _ends(graph, by_edge, leaving=True), direction)
    return _SameEdge(
        edge_start[points.edge + 1], edge_start[points.edge + 2], _packed(start[order], order), *station_ms, *point_ms
    )


def _along(graph: Graph, points: Snapped, ends: _Ends, direction: Direction) -> tuple[Int32s, Int32s]:
    """Return the ms along the edge in both directions, larger for what the traveller passes later; -1 if closed.

    From the station the traveller comes to the point, so the ms are counted from the far ends.
    """
    if direction == "to":
        return ends.along, ends.against
    totals = zip((ends.along, ends.against), (graph.ms_forward, graph.ms_backward), strict=True)
    along, against = (_int32(np.where(ms < 0, -1, total[points.edge] - ms)) for ms, total in totals)
    return along, against


def reach(graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: Direction) -> SparseRows:
    """Return the nodes within the limit of each station and their times; the nodes of a row are in no special order."""
    start = _start(graph, stations, start_ms, limit_ms, direction)
    seeds = _seeds(_ends(graph, stations, leaving=direction == "from"), start)
    order = _neighbour_order(seeds)
    return SparseRows(*call(kernels.permute_rows, order, *_reach(_arcs(graph, direction), seeds, order, limit_ms)))


def _neighbour_order(seeds: _Seeds) -> Ints:
    """Return the stations in the order of their first node, so that neighbours are searched one after the other."""
    return np.argsort(seeds.node[::2], kind="stable")


def _reach(arcs: tuple[Ints, Ints], seeds: _Seeds, stations: Ints, limit_ms: int) -> tuple[Ints, Int32s, Int32s]:
    seed_start = np.arange(0, 2 * len(stations) + 1, 2, dtype=np.int64)
    node, start_ms = (a.reshape(-1, 2)[stations].ravel() for a in (seeds.node, seeds.ms))
    rows: tuple[Ints, Int32s, Int32s] = call(kernels.reach_rows, *arcs, seed_start, node, start_ms, limit_ms)
    return rows


def pairs(
    graph: Graph, stations: Snapped, start_ms: Int32s, points: Snapped, limit_ms: int, direction: Direction
) -> SparseRows:
    """Return the points within the limit of each station and their times; rows are stations.

    Raises :class:`NetworkError` beyond 2**27 points or a limit of 2**28 ms (74 hours).
    """
    start = _start(graph, stations, start_ms, limit_ms, direction)
    if len(points) >= _MAX_POINTS or limit_ms > _MAX_PAIR_MS:
        allowed = f"allowed are fewer than {_MAX_POINTS} points and at most {_MAX_PAIR_MS} ms"
        raise NetworkError(f"pairs: got {len(points)} points and {limit_ms} ms, {allowed}")
    ends = _ends(graph, points, leaving=direction == "to")
    attached = _attached_points(graph, ends)
    seeds = _seeds(_ends(graph, stations, leaving=direction == "from"), start)
    order = _neighbour_order(seeds)
    same_edge = _same_edge(graph, stations, start, points, ends, direction)
    row, point, ms = _direct_pairs(same_edge, points, ends.leg, limit_ms, np.argsort(order))
    arcs = _arcs(graph, direction)
    blocks = []
    for first in range(0, len(stations), _ROWS):
        block = order[first : first + _ROWS]
        packed = call(kernels.point_rows, *_reach(arcs, seeds, block, limit_ms), *attached, limit_ms)
        on_edge = slice(*np.searchsorted(row, [first, first + len(block)]))
        direct = (row[on_edge] - first) << 55 | point[on_edge] << 28 | ms[on_edge]
        blocks.append(_unpacked(np.concatenate([packed, direct]), len(block)))
    return SparseRows(*call(kernels.permute_rows, order, *_joined(blocks, len(stations))))


def _attached_points(graph: Graph, ends: _Ends) -> tuple[Ints, Int32s, Int32s]:
    """Return the points on the edges of each node and the ms between them and the node, as compressed rows."""
    node, extra = np.concatenate([ends.u, ends.v]), np.concatenate([ends.ms_u, ends.ms_v])
    leg = np.tile(ends.leg, 2)
    point = np.tile(np.arange(len(ends.u), dtype=np.int32), 2)
    usable = np.flatnonzero((node >= 0) & (extra >= 0))
    order = usable[np.argsort(node[usable], kind="stable")]
    indptr = np.zeros(graph.nodes + 1, np.int64)
    np.cumsum(np.bincount(node[order], minlength=graph.nodes), out=indptr[1:])
    return indptr, point[order], extra[order] + leg[order]


def _direct_pairs(same_edge: _SameEdge, points: Snapped, leg: Int32s, limit_ms: int, row: Ints) -> tuple[Ints, Ints, Ints]:
    """Return row, point and ms of pairs on one edge with a path along it, sorted by row; ``row`` is that of each station."""
    count = np.where(points.ok, same_edge.stop - same_edge.start, 0)
    point = np.repeat(np.arange(len(points)), count)
    index = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + same_edge.start[point]
    pairs_by_direction = []
    for point_ms, station_ms in ((same_edge.along, same_edge.station_along), (same_edge.against, same_edge.station_against)):
        ms = station_ms[index].astype(np.int64) - point_ms[point]
        total = ms + (same_edge.key[index] >> 32) + leg[point]
        valid = (point_ms[point] >= 0) & (ms >= 0) & (total <= limit_ms)
        pairs_by_direction.append(np.column_stack([row[same_edge.key[index][valid] & 0xFFFFFFFF], point[valid], total[valid]]))
    joined = np.concatenate(pairs_by_direction)
    joined = joined[np.argsort(joined[:, 0], kind="stable")]
    return joined[:, 0], joined[:, 1], joined[:, 2]


def _unpacked(packed: Ints, rows: int) -> tuple[Ints, Int32s, Int32s]:
    packed = np.sort(packed)
    pair = packed >> 28
    first = np.ones(len(pair), np.bool_)
    first[1:] = pair[1:] != pair[:-1]
    packed, pair = packed[first], pair[first]
    counts = np.bincount(pair >> 27, minlength=rows)
    return counts, (pair & (_MAX_POINTS - 1)).astype(np.int32), (packed & _MAX_PAIR_MS).astype(np.int32)


def _joined(blocks: list[tuple[Ints, Int32s, Int32s]], rows: int) -> SparseRows:
    indptr = np.zeros(rows + 1, np.int64)
    if not blocks:
        return SparseRows(indptr, np.empty(0, np.int32), np.empty(0, np.int32))
    np.cumsum(np.concatenate([f[0] for f in blocks]), out=indptr[1:])
    return SparseRows(indptr, np.concatenate([f[1] for f in blocks]), np.concatenate([f[2] for f in blocks]))

"""Travel times between snapped points: the nearest stations of each point, of each junction, and all pairs within a limit.

Times are int32 ms, ``UNREACHED`` if there is no path within the limit; a limit is inclusive. ``direction`` is ``"to"`` for
paths from the point to the station and ``"from"`` for paths from the station to the point. ``start_ms`` is time spent at the
station (a penalty of its tier, the set-up of a van), added to every path to or from it. The straight lines from the point and
from the station to their streets are added too, at walking speed (``Graph.access_ms``).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geoservice.errors import NetworkError
from geoservice.geo import Int32s, Ints, repeated
from geoservice.network import kernels
from geoservice.network.compiled_calls import call
from geoservice.network.graph import Graph
from geoservice.network.kernels import UNREACHED
from geoservice.network.positions import (
    Direction,
    Ends,
    SameEdge,
    Seeds,
    attached_points,
    checked_start,
    same_edge_stations,
    search_arcs,
    split_keys,
    station_seeds,
    street_ends,
)
from geoservice.network.snap import Snapped

__all__ = ["UNREACHED", "Direction", "SparseRows", "nearest", "nearest_nodes", "pairs", "reach"]

_ROWS = 256
_MAX_POINTS = 2**27
_MAX_PAIR_MS = 2**28 - 1


class SparseRows(NamedTuple):
    """Row ``i`` has the points ``point[indptr[i]:indptr[i + 1]]``, ascending and distinct, and their times ``ms``."""

    indptr: Ints
    point: Int32s
    ms: Int32s


def nearest_nodes(
    graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: Direction, nth: int = 1
) -> tuple[Int32s, Int32s]:
    """Return time and station of the ``nth`` nearest distinct station of each junction; shapes ``(graph.junctions,)``.

    Of stations at equal times the lower index comes first.
    """
    start = checked_start(graph, stations, start_ms, limit_ms, direction, nth)
    keys = node_keys(graph, stations, start, limit_ms, direction, nth)
    ms, station = split_keys(keys, nth)
    node = graph.source if direction == "to" else graph.sink
    return ms[node], station[node]


def node_keys(
    graph: Graph,
    stations: Snapped,
    start: Int32s,
    limit_ms: int,
    direction: Direction,
    nth: int,
    arcs: tuple[Ints, Ints] | None = None,
) -> Ints:
    """Return the keys of the ``nth`` nearest stations of each node, as :func:`kernels.nearest_keys` does.

    ``start`` are the ms of :func:`checked_start`, ``arcs`` those of :func:`search_arcs`, for callers who keep them.
    """
    arcs = search_arcs(graph, direction) if arcs is None else arcs
    seeds = station_seeds(street_ends(graph, stations, leaving=direction == "from"), start)
    order = np.argsort(seeds.node, kind="stable")
    keys: Ints = call(kernels.nearest_keys, *arcs, *(s[order] for s in seeds), limit_ms, nth)
    return keys


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
    start = checked_start(graph, stations, start_ms, limit_ms, direction, nth)
    keys = node_keys(graph, stations, start, limit_ms, direction, nth)
    return times_from_nodes(graph, keys, stations, start, points, limit_ms, direction, nth)


def times_from_nodes(
    graph: Graph,
    keys: Ints,
    stations: Snapped,
    start: Int32s,
    points: Snapped,
    limit_ms: int,
    direction: Direction,
    nth: int = 1,
) -> tuple[Int32s, Int32s]:
    """Return time and station of points from the keys of nodes; ``start`` are the ms of :func:`checked_start`."""
    ends = street_ends(graph, points, leaving=direction == "to")
    same_edge = same_edge_stations(graph, stations, start, points, ends, direction)
    return split_keys(call(kernels.point_keys, keys, nth, *ends[:5], *same_edge, limit_ms), nth)


def reach(graph: Graph, stations: Snapped, start_ms: Int32s, limit_ms: int, direction: Direction) -> SparseRows:
    """Return the nodes within the limit of each station and their times; the nodes of a row are in no special order."""
    start = checked_start(graph, stations, start_ms, limit_ms, direction)
    seeds = station_seeds(street_ends(graph, stations, leaving=direction == "from"), start)
    order = _neighbour_order(seeds)
    return SparseRows(*call(kernels.permute_rows, order, *_reach(search_arcs(graph, direction), seeds, order, limit_ms)))


def _neighbour_order(seeds: Seeds) -> Ints:
    """Return the stations in the order of their first node, so that neighbours are searched one after the other."""
    return np.argsort(seeds.node[::2], kind="stable")


def _reach(arcs: tuple[Ints, Ints], seeds: Seeds, stations: Ints, limit_ms: int) -> tuple[Ints, Int32s, Int32s]:
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
    return pairs_of_indexed(graph, stations, start_ms, IndexedPoints.of(graph, points, direction), limit_ms, direction)


class IndexedPoints(NamedTuple):
    """Points on streets, where they are on their edges, and the points beside each node; for several searches."""

    points: Snapped
    ends: Ends
    attached: tuple[Ints, Int32s, Int32s]

    @classmethod
    def of(cls, graph: Graph, points: Snapped, direction: Direction) -> "IndexedPoints":
        """Index points for searches in a direction."""
        ends = street_ends(graph, points, leaving=direction == "to")
        return cls(points, ends, attached_points(graph, ends))


def pairs_of_indexed(
    graph: Graph,
    stations: Snapped,
    start_ms: Int32s,
    indexed: IndexedPoints,
    limit_ms: int,
    direction: Direction,
    each_block: Callable[[int, int], None] = lambda _done, _pairs: None,
) -> SparseRows:
    """Return what :func:`pairs` does, for points that are indexed already.

    ``each_block`` is called with the number of stations searched and of pairs found so far; an exception in it cancels.
    """
    start, (points, ends, attached) = checked_start(graph, stations, start_ms, limit_ms, direction), indexed
    if len(points) >= _MAX_POINTS or limit_ms > _MAX_PAIR_MS:
        allowed = f"allowed are fewer than {_MAX_POINTS} points and at most {_MAX_PAIR_MS} ms"
        raise NetworkError(f"pairs: got {len(points)} points and {limit_ms} ms, {allowed}")
    seeds = station_seeds(street_ends(graph, stations, leaving=direction == "from"), start)
    order = _neighbour_order(seeds)
    same_edge = same_edge_stations(graph, stations, start, points, ends, direction)
    row, point, ms = _direct_pairs(same_edge, points, ends.leg, limit_ms, np.argsort(order))
    arcs = search_arcs(graph, direction)
    blocks: list[tuple[Ints, Int32s, Int32s]] = []
    found = 0
    for first in range(0, len(stations), _ROWS):
        block = order[first : first + _ROWS]
        packed = call(kernels.point_rows, *_reach(arcs, seeds, block, limit_ms), *attached, limit_ms)
        on_edge = slice(*np.searchsorted(row, [first, first + len(block)]))
        direct = (row[on_edge] - first) << 55 | point[on_edge] << 28 | ms[on_edge]
        blocks.append(_unpacked(np.concatenate([packed, direct]), len(block)))
        found += len(blocks[-1][1])
        each_block(first + len(block), found)
    return SparseRows(*call(kernels.permute_rows, order, *_joined(blocks, len(stations))))


def _direct_pairs(same_edge: SameEdge, points: Snapped, leg: Int32s, limit_ms: int, row: Ints) -> tuple[Ints, Ints, Ints]:
    """Return row, point and ms of pairs on one edge with a path along it, sorted by row; ``row`` is that of each station."""
    count = np.where(points.ok, same_edge.stop - same_edge.start, 0)
    point, rank = repeated(count)
    index = same_edge.start[point] + rank
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

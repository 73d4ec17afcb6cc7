"""Assemble the graph of one mode from OSM ways: segments, the largest component, contraction, order of nodes."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoservice.errors import NetworkError
from geoservice.geo import BBox, Bools, Floats, Int32s, Ints, LocalProjection, haversine_m, hilbert_index
from geoservice.network.contract import Chains, Segments, chains
from geoservice.network.graph import Graph
from geoservice.network.osm import OsmStreets
from geoservice.network.rules import travel_kmh
from geoservice.network.speeds import Speeds


@dataclass(frozen=True)
class ModeReport:
    """Counts of what a mode's graph keeps and drops. Nodes and segments are those of OSM, before contraction.

    Only the largest strongly connected component is kept. The others are dropped: an island without a bridge, a car park behind
    a closed gate, the stub of a one-way street at the edge of the extract. ``components`` counts them all.
    """

    nodes_kept: int
    nodes_dropped: int
    segments_kept: int
    segments_dropped: int
    km_kept: float
    km_dropped: float
    components: int
    junctions: int
    edges: int

    def as_dict(self) -> dict[str, int | float]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True)
class Nodes:
    """OSM nodes: ids, longitudes and latitudes in degrees; shapes ``(n,)``."""

    id: Ints
    lon: Floats
    lat: Floats

    def take(self, index: Ints) -> "Nodes":
        """Return the nodes at these positions."""
        return Nodes(self.id[index], self.lon[index], self.lat[index])


def street_nodes(streets: OsmStreets) -> tuple[Nodes, Ints]:
    """Return the distinct nodes in ascending order of id, and the position among them of each node reference of a way."""
    ids, first_index, position = np.unique(streets.ref, return_index=True, return_inverse=True)
    return Nodes(ids, streets.lon[first_index], streets.lat[first_index]), position


def mode_segments(streets: OsmStreets, nodes: Nodes, position: Ints, mode: str, speeds: Speeds) -> Segments:
    """Return the segments that a mode may use, in an order independent of the file's.

    The time of a segment is its great-circle length over its speed, rounded to whole ms and at least 1.
    """
    kmh = np.array([travel_kmh(tags, mode, speeds) for tags in streets.kinds], float).reshape(-1, 2)
    tail = np.ones(len(position), np.bool_)
    tail[streets.start[1:] - 1] = False
    segment_start = np.flatnonzero(tail)
    kind = np.repeat(streets.kind, np.diff(streets.start))[segment_start]
    a, b, along, against = position[segment_start], position[segment_start + 1], kmh[kind, 0], kmh[kind, 1]
    keep = (a != b) & ((along > 0) | (against > 0))
    a, b, along, against = a[keep], b[keep], along[keep], against[keep]
    metres = haversine_m(nodes.lon[a], nodes.lat[a], nodes.lon[b], nodes.lat[b])
    return _canonical(a, b, metres, _ms(metres, along), _ms(metres, against))


def _ms(metres: Floats, kmh: Floats) -> Int32s:
    with np.errstate(divide="ignore", invalid="ignore"):
        ms = np.maximum(np.rint(metres * 3600 / kmh), 1)
    return np.where(kmh > 0, np.minimum(ms, 2**30), -1).astype(np.int32)


def _canonical(a: Ints, b: Ints, metres: Floats, forward: Int32s, backward: Int32s) -> Segments:
    """Return the segments sorted and without duplicates, one-way ones in their direction and two-way ones with ``a < b``."""
    reverse = (forward < 0) | ((backward >= 0) & (a > b))
    tail, head = np.where(reverse, b, a).astype(np.int32), np.where(reverse, a, b).astype(np.int32)
    along, against = np.where(reverse, backward, forward), np.where(reverse, forward, backward)
    order = np.lexsort((against, along, head, tail))
    segments = Segments(tail, head, metres, along, against).take(order)
    return segments.take(np.flatnonzero(_differs_from_previous(segments.a, segments.b, segments.forward, segments.backward)))


def _differs_from_previous(*columns: Int32s) -> Bools:
    """Return which rows of sorted columns differ from the row before."""
    differs = np.ones(len(columns[0]), np.bool_)
    differs[1:] = np.any([np.diff(c) != 0 for c in columns], axis=0)
    return differs


def largest_component(segments: Segments, nodes: int) -> tuple[Bools, int, int]:
    """Return a mask of the nodes in the largest strongly connected component, the number of components, and of their nodes.

    Nodes without a segment do not count. Among components of equal size the one with the first node is chosen.
    """
    two_way = segments.backward >= 0
    tail = np.concatenate([segments.a, segments.b[two_way]])
    head = np.concatenate([segments.b, segments.a[two_way]])
    matrix = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes)).tocsr()
    _, label = connected_components(matrix, directed=True, connection="strong")
    connected = np.zeros(nodes, np.bool_)
    connected[tail] = connected[head] = True
    sizes = np.bincount(label[connected], minlength=1)
    first_node = np.flatnonzero(connected & (sizes[np.minimum(label, len(sizes) - 1)] == sizes.max()))[0]
    return connected & (label == label[first_node]), int((sizes > 0).sum()), int(connected.sum())


def assemble(streets: OsmStreets, mode: str, speeds: Speeds) -> tuple[Graph, ModeReport]:
    """Build the graph of one mode.

    Raises :class:`NetworkError` if the mode may use no street of the extract, or no two nodes are connected both ways.
    """
    nodes, position = street_nodes(streets)
    segments = mode_segments(streets, nodes, position, mode, speeds)
    if not len(segments.a):
        raise NetworkError(f"mode {mode}: no street of the extract is open to it; see speeds.toml and the access tags")
    in_component, components, connected = largest_component(segments, len(nodes.id))
    keep = in_component[segments.a] & in_component[segments.b]
    if not keep.any():
        raise NetworkError(f"mode {mode}: no two junctions of the extract are connected in both directions")
    nodes, kept = _hilbert_ordered(nodes, segments.take(np.flatnonzero(keep)), in_component)
    graph = contracted(nodes, kept, mode)
    report = ModeReport(
        nodes_kept=len(nodes.id),
        nodes_dropped=connected - len(nodes.id),
        segments_kept=int(keep.sum()),
        segments_dropped=int((~keep).sum()),
        km_kept=round(float(segments.metres[keep].sum()) / 1000, 3),
        km_dropped=round(float(segments.metres[~keep].sum()) / 1000, 3),
        components=components,
        junctions=graph.nodes,
        edges=graph.edges,
    )
    return graph, report


def _hilbert_ordered(nodes: Nodes, segments: Segments, in_component: Bools) -> tuple[Nodes, Segments]:
    """Return the nodes of the component along a Hilbert curve, and its segments renumbered to match."""
    index = np.flatnonzero(in_component)
    order = index[np.argsort(hilbert_index(nodes.lon[index], nodes.lat[index]), kind="stable")]
    rank = np.full(len(nodes.id), -1, np.int64)
    rank[order] = np.arange(len(order))
    return nodes.take(order), _canonical(rank[segments.a], rank[segments.b], *segments[2:])


def contracted(nodes: Nodes, segments: Segments, mode: str) -> Graph:
    """Return the graph of a strongly connected component, its segments joined to edges; ``nodes`` are in Hilbert order."""
    chain = chains(segments, len(nodes.id))
    tail, head, along, against = _oriented(segments, chain)
    first, last = chain.start[:-1], chain.start[1:] - 1
    start = chain.start + np.arange(len(chain.start))
    not_first = np.ones(start[-1], np.bool_)
    not_first[start[:-1]] = False
    vertex = np.empty(len(not_first), np.int64)
    vertex[not_first], vertex[~not_first] = head, tail[first]
    metres = _cumulative(segments.metres[chain.segment], not_first, start)
    forward = _cumulative(along, not_first, start).astype(np.int32)
    backward = _cumulative(np.maximum(against, 0), not_first, start).astype(np.int32)
    number, end = np.cumsum(chain.junction) - 1, start[1:] - 1
    u, v = number[tail[first]].astype(np.int32), number[head[last]].astype(np.int32)
    ms_forward, ms_backward = forward[end], np.where(against[first] < 0, -1, backward[end]).astype(np.int32)
    junctions = nodes.take(np.flatnonzero(chain.junction))
    outgoing, incoming = arcs(u, v, ms_forward, ms_backward, len(junctions.id))
    projection = _projection(nodes)
    x, y = projection.forward(nodes.lon, nodes.lat)
    return Graph(
        mode=mode,
        projection=projection,
        lon=junctions.lon,
        lat=junctions.lat,
        osm_id=junctions.id,
        forward_indptr=outgoing.indptr,
        forward_indices=outgoing.indices,
        forward_ms=outgoing.ms,
        reverse_indptr=incoming.indptr,
        reverse_indices=incoming.indices,
        reverse_ms=incoming.ms,
        u=u,
        v=v,
        length_m=metres[end],
        ms_forward=ms_forward,
        ms_backward=ms_backward,
        shape_start=start,
        shape_lon=nodes.lon[vertex],
        shape_lat=nodes.lat[vertex],
        shape_x=x[vertex],
        shape_y=y[vertex],
        shape_m=metres,
        shape_forward=forward,
        shape_backward=backward,
    )


def _oriented(segments: Segments, chain: Chains) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """Return tail, head and ms, along and against, of the segments in the order and direction of their chains."""
    ordered = segments.take(chain.segment)
    return (
        np.where(chain.reversed, ordered.b, ordered.a),
        np.where(chain.reversed, ordered.a, ordered.b),
        np.where(chain.reversed, ordered.backward, ordered.forward),
        np.where(chain.reversed, ordered.forward, ordered.backward),
    )


def _projection(nodes: Nodes) -> LocalProjection:
    box = BBox(float(nodes.lon.min()), float(nodes.lat.min()), float(nodes.lon.max()), float(nodes.lat.max()))
    return LocalProjection.of(box)


def _cumulative(values: Floats | Int32s, not_first: Bools, start: Ints) -> Floats:
    """Return the cumulative sums of each chain at its vertices, 0 at the first; float64, exact for integers below 2**53."""
    sums = np.zeros(len(not_first))
    sums[not_first] = values
    sums = np.cumsum(sums)
    return np.asarray(sums - np.repeat(sums[start[:-1]], np.diff(start)))


class Arcs(NamedTuple):
    """Arcs as compressed rows: the heads of the arcs of node ``n`` are ``indices[indptr[n]:indptr[n + 1]]``."""

    indptr: Ints
    indices: Int32s
    ms: Int32s


def arcs(u: Int32s, v: Int32s, ms_forward: Int32s, ms_backward: Int32s, nodes: int) -> tuple[Arcs, Arcs]:
    """Return the arcs out of each junction and those into it: only the quickest of parallel arcs, and no self-loops."""
    two_way = ms_backward >= 0
    tail, head = np.concatenate([u, v[two_way]]), np.concatenate([v, u[two_way]])
    ms = np.concatenate([ms_forward, ms_backward[two_way]])
    keep = np.flatnonzero(tail != head)
    order = keep[np.lexsort((ms[keep], head[keep], tail[keep]))]
    order = order[_differs_from_previous(tail[order], head[order])]
    tail, head, ms = tail[order], head[order], ms[order]
    by_head = np.lexsort((tail, head))
    return _rows(tail, head, ms, nodes), _rows(head[by_head], tail[by_head], ms[by_head], nodes)


def _rows(row: Int32s, column: Int32s, ms: Int32s, nodes: int) -> Arcs:
    indptr = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=nodes), out=indptr[1:])
    return Arcs(indptr, column.astype(np.int32), ms.astype(np.int32))

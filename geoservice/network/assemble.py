"""From ways to the graph of one mode: segments, the largest component, contraction, order."""

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
    """What became of a mode's streets. Nodes and segments are those of OSM, before contraction.

    A place from which one cannot get everywhere else and back - an island without a bridge, a car park behind a closed gate,
    the stub of a one-way street at the edge of the extract - is dropped: only the largest strongly connected component
    is kept. ``components`` counts them all.
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
    """Places of OSM nodes: ids, degrees; shapes ``(n,)``."""

    id: Ints
    lon: Floats
    lat: Floats

    def take(self, index: Ints) -> "Nodes":
        """Return the nodes at these positions."""
        return Nodes(self.id[index], self.lon[index], self.lat[index])


def street_nodes(streets: OsmStreets) -> tuple[Nodes, Ints]:
    """Return each node once, by rising id, and for each reference of a way its position among them."""
    ids, first, position = np.unique(streets.ref, return_index=True, return_inverse=True)
    return Nodes(ids, streets.lon[first], streets.lat[first]), position


def mode_segments(streets: OsmStreets, nodes: Nodes, position: Ints, mode: str, speeds: Speeds) -> Segments:
    """Return the segments a mode may travel, in an order that does not depend on the file's.

    The time of a segment is its great-circle length over its speed, rounded to whole ms and 1 at least.
    """
    kmh = np.array([travel_kmh(tags, mode, speeds) for tags in streets.kinds], float).reshape(-1, 2)
    tail = np.ones(len(position), np.bool_)
    tail[streets.start[1:] - 1] = False
    at = np.flatnonzero(tail)
    of_way = np.repeat(streets.kind, np.diff(streets.start))[at]
    a, b, along, against = position[at], position[at + 1], kmh[of_way, 0], kmh[of_way, 1]
    keep = (a != b) & ((along > 0) | (against > 0))
    a, b, along, against = a[keep], b[keep], along[keep], against[keep]
    metres = haversine_m(nodes.lon[a], nodes.lat[a], nodes.lon[b], nodes.lat[b])
    return _canonical(a, b, metres, _ms(metres, along), _ms(metres, against))


def _ms(metres: Floats, kmh: Floats) -> Int32s:
    with np.errstate(divide="ignore", invalid="ignore"):
        ms = np.maximum(np.rint(metres * 3600 / kmh), 1)
    return np.where(kmh > 0, np.minimum(ms, 2**30), -1).astype(np.int32)


def _canonical(a: Ints, b: Ints, metres: Floats, forward: Int32s, backward: Int32s) -> Segments:
    """Turn one-way segments into their direction and two-way ones to ``a < b``; sort; drop repetitions."""
    turn = (forward < 0) | ((backward >= 0) & (a > b))
    tail, head = np.where(turn, b, a).astype(np.int32), np.where(turn, a, b).astype(np.int32)
    along, against = np.where(turn, backward, forward), np.where(turn, forward, backward)
    order = np.lexsort((against, along, head, tail))
    made = Segments(tail, head, metres, along, against).take(order)
    return made.take(np.flatnonzero(_new(made.a, made.b, made.forward, made.backward)))


def _new(*columns: Int32s) -> Bools:
    """Say which rows of sorted columns differ from the row before."""
    out = np.ones(len(columns[0]), np.bool_)
    out[1:] = np.any([np.diff(c) != 0 for c in columns], axis=0)
    return out


def largest_component(segments: Segments, nodes: int) -> tuple[Bools, int, int]:
    """Return which nodes are in the largest strongly connected component, how many components there are, and their nodes.

    Nodes that no segment touches do not count. Of components of one size the one with the first node is taken.
    """
    two = segments.backward >= 0
    tail = np.concatenate([segments.a, segments.b[two]])
    head = np.concatenate([segments.b, segments.a[two]])
    matrix = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(nodes, nodes)).tocsr()
    _, label = connected_components(matrix, directed=True, connection="strong")
    touched = np.zeros(nodes, np.bool_)
    touched[tail] = touched[head] = True
    sizes = np.bincount(label[touched], minlength=1)
    first = np.flatnonzero(touched & (sizes[np.minimum(label, len(sizes) - 1)] == sizes.max()))[0]
    return touched & (label == label[first]), int((sizes > 0).sum()), int(touched.sum())


def assemble(streets: OsmStreets, mode: str, speeds: Speeds) -> tuple[Graph, ModeReport]:
    """Build the graph of one mode.

    Raises :class:`NetworkError` if the mode may use no street of the extract, or none there and back.
    """
    nodes, position = street_nodes(streets)
    every = mode_segments(streets, nodes, position, mode, speeds)
    if not len(every.a):
        raise NetworkError(f"mode {mode}: no street of the extract is open to it; see speeds.toml and the access tags")
    inside, components, touched = largest_component(every, len(nodes.id))
    kept = inside[every.a] & inside[every.b]
    if not kept.any():
        raise NetworkError(f"mode {mode}: its streets lead nowhere and back: no two places of the extract reach each other")
    nodes, segments = _hilbert(nodes, every.take(np.flatnonzero(kept)), inside)
    graph = contracted(nodes, segments, mode)
    report = ModeReport(
        nodes_kept=len(nodes.id),
        nodes_dropped=touched - len(nodes.id),
        segments_kept=int(kept.sum()),
        segments_dropped=int((~kept).sum()),
        km_kept=round(float(every.metres[kept].sum()) / 1000, 3),
        km_dropped=round(float(every.metres[~kept].sum()) / 1000, 3),
        components=components,
        junctions=graph.nodes,
        edges=graph.edges,
    )
    return graph, report


def _hilbert(nodes: Nodes, segments: Segments, inside: Bools) -> tuple[Nodes, Segments]:
    chosen = np.flatnonzero(inside)
    order = chosen[np.argsort(hilbert_index(nodes.lon[chosen], nodes.lat[chosen]), kind="stable")]
    rank = np.full(len(nodes.id), -1, np.int64)
    rank[order] = np.arange(len(order))
    return nodes.take(order), _canonical(rank[segments.a], rank[segments.b], *segments[2:])


def contracted(nodes: Nodes, segments: Segments, mode: str) -> Graph:
    """Join the segments of a strongly connected component into edges between junctions; ``nodes`` are in Hilbert order."""
    found = chains(segments, len(nodes.id))
    tail, head, along, against = _turned(segments, found)
    first, last = found.start[:-1], found.start[1:] - 1
    start = found.start + np.arange(len(found.start))
    later = np.ones(start[-1], np.bool_)
    later[start[:-1]] = False
    vertex = np.empty(len(later), np.int64)
    vertex[later], vertex[~later] = head, tail[first]
    metres = _running(segments.metres[found.segment], later, start)
    forward = _running(along, later, start).astype(np.int32)
    backward = _running(np.maximum(against, 0), later, start).astype(np.int32)
    number, end = np.cumsum(found.junction) - 1, start[1:] - 1
    u, v = number[tail[first]].astype(np.int32), number[head[last]].astype(np.int32)
    ms_forward, ms_backward = forward[end], np.where(against[first] < 0, -1, backward[end]).astype(np.int32)
    junctions = nodes.take(np.flatnonzero(found.junction))
    out, into = arcs(u, v, ms_forward, ms_backward, len(junctions.id))
    projection = _projection(nodes)
    x, y = projection.forward(nodes.lon, nodes.lat)
    return Graph(
        mode=mode,
        projection=projection,
        lon=junctions.lon,
        lat=junctions.lat,
        osm_id=junctions.id,
        forward_indptr=out.indptr,
        forward_indices=out.indices,
        forward_ms=out.ms,
        reverse_indptr=into.indptr,
        reverse_indices=into.indices,
        reverse_ms=into.ms,
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


def _turned(segments: Segments, found: Chains) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """Return ends and ms, along and against, of the segments in the order and direction of their chains."""
    some = segments.take(found.segment)
    return (
        np.where(found.turned, some.b, some.a),
        np.where(found.turned, some.a, some.b),
        np.where(found.turned, some.backward, some.forward),
        np.where(found.turned, some.forward, some.backward),
    )


def _projection(nodes: Nodes) -> LocalProjection:
    box = BBox(float(nodes.lon.min()), float(nodes.lat.min()), float(nodes.lon.max()), float(nodes.lat.max()))
    return LocalProjection.of(box)


def _running(values: Floats | Int32s, later: Bools, start: Ints) -> Floats:
    """Running sums of each chain's values at its vertices, 0 at the first; float64, exact for whole numbers below 2**53."""
    out = np.zeros(len(later))
    out[later] = values
    out = np.cumsum(out)
    return np.asarray(out - np.repeat(out[start[:-1]], np.diff(start)))


class Arcs(NamedTuple):
    """Compressed rows of arcs: the ends of the arcs of node ``n`` are ``indices[indptr[n]:indptr[n + 1]]``."""

    indptr: Ints
    indices: Int32s
    ms: Int32s


def arcs(u: Int32s, v: Int32s, ms_forward: Int32s, ms_backward: Int32s, nodes: int) -> tuple[Arcs, Arcs]:
    """Return the arcs out of each junction and those into each: of parallel ones the quickest, none back to its own node."""
    back = ms_backward >= 0
    tail, head = np.concatenate([u, v[back]]), np.concatenate([v, u[back]])
    ms = np.concatenate([ms_forward, ms_backward[back]])
    keep = np.flatnonzero(tail != head)
    order = keep[np.lexsort((ms[keep], head[keep], tail[keep]))]
    order = order[_new(tail[order], head[order])]
    tail, head, ms = tail[order], head[order], ms[order]
    turned = np.lexsort((tail, head))
    return _rows(tail, head, ms, nodes), _rows(head[turned], tail[turned], ms[turned], nodes)


def _rows(row: Int32s, column: Int32s, ms: Int32s, nodes: int) -> Arcs:
    indptr = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=nodes), out=indptr[1:])
    return Arcs(indptr, column.astype(np.int32), ms.astype(np.int32))

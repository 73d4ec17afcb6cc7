"""Assemble the graph of one mode from OSM ways: segments, contraction, pieces, the nodes of the search, order of nodes."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from geoservice.errors import NetworkError
from geoservice.geo import BBox, Bools, Floats, Int8s, Int32s, Ints, LocalProjection
from geoservice.network.arcs import arcs
from geoservice.network.closures import ModeClosures
from geoservice.network.components import components, last_mile_edges
from geoservice.network.contract import ENTRANCE, Chains, Segments, chains, last_mile_sides
from geoservice.network.expansion import expanded
from geoservice.network.graph import Graph
from geoservice.network.intersections import edge_delays
from geoservice.network.node_order import hilbert_ordered, segments_box
from geoservice.network.osm import OsmStreets
from geoservice.network.segments import Nodes, cut_at_barriers, mode_segments
from geoservice.network.slope import StreetSlopes
from geoservice.network.speeds import Speeds
from geoservice.network.turns import (
    DirectedEdges,
    Turns,
    mode_restrictions,
    restricted_ways,
    restriction_nodes,
    turns,
)


@dataclass(frozen=True)
class ModeReport:
    """Counts of a mode's graph. OSM nodes and segments are counted before contraction.

    ``components`` are strongly connected, ``large_components`` those that points snap to first, with ``km_large`` of the
    ``km``; see :mod:`geoservice.network.components`. ``turn_restrictions`` counts those with an effect.
    """

    osm_nodes: int
    segments: int
    km: float
    components: int
    large_components: int
    km_large: float
    junctions: int
    edges: int
    turn_restrictions: int

    def as_dict(self) -> dict[str, int | float]:
        """Return the fields by name."""
        return asdict(self)


def assemble(
    streets: OsmStreets,
    mode: str,
    speeds: Speeds,
    slopes: StreetSlopes | None = None,
    closures: ModeClosures | None = None,
    frame: BBox | None = None,
) -> tuple[Graph, ModeReport]:
    """Build the graph of one mode.

    ``frame`` is the box over which nodes are ordered and on which the plane of the graph is centred, by default that of the
    mode's nodes. Extracts cut from one whole (:mod:`geoservice.network.cut`) that are built with one frame have the same planar
    coordinates, and prefer the same one of streets that are equally near to a point.

    Raises :class:`NetworkError` if the mode may use no street of the extract.
    """
    restrictions = mode_restrictions(streets, mode)
    nodes, segments = _mode_streets(streets, mode, speeds, restricted_ways(restrictions), slopes, closures)
    frame = frame or segments_box(nodes, segments)
    nodes, segments = hilbert_ordered(nodes, segments, frame)
    ends = np.flatnonzero(np.isin(nodes.id, restriction_nodes(streets, restrictions)))
    edges, count = _edges(nodes, segments, ends), len(segments.a)
    del segments  # the graph needs the memory
    found = turns(restrictions, edges.directed, edges.junctions.id, streets.cut_nodes)
    graph = _graph(mode, edges, found, streets, nodes, speeds, LocalProjection.of(frame))
    sizes = np.unique(graph.component[graph.large]).size
    report = ModeReport(
        osm_nodes=len(nodes.id),
        segments=count,
        km=round(float(graph.length_m.sum()) / 1000, 3),
        components=int(np.unique(graph.component[graph.component >= 0]).size),
        large_components=sizes,
        km_large=round(float(graph.length_m[graph.large].sum()) / 1000, 3),
        junctions=graph.junctions,
        edges=graph.edges,
        turn_restrictions=len(found.paths),
    )
    return graph, report


def _mode_streets(
    streets: OsmStreets,
    mode: str,
    speeds: Speeds,
    restricted: Ints,
    slopes: StreetSlopes | None,
    closures: ModeClosures | None,
) -> tuple[Nodes, Segments]:
    """Return the nodes and segments that a mode may use."""
    slowdown, closed_nodes = closures or (None, None)
    nodes, segments = mode_segments(streets, mode, speeds, restricted, slopes, slowdown)
    if not len(segments.a):
        raise NetworkError(f"mode {mode}: no street of the extract is open to it; see speeds.toml and the access tags")
    return cut_at_barriers(streets, nodes, segments, mode, speeds, closed_nodes)


class _Edges(NamedTuple):
    """Segments joined to edges: their junctions, times, status, and vertices with cumulative metres and ms."""

    junctions: Nodes
    directed: DirectedEdges
    ms_forward: Int32s
    ms_backward: Int32s
    status: Int8s
    start: Ints
    vertex: Ints
    metres: Floats
    forward: Int32s
    backward: Int32s


def _edges(nodes: Nodes, segments: Segments, ends: Ints) -> _Edges:
    """Return the edges between junctions; ``nodes`` are in Hilbert order, ``ends`` are nodes at which edges end in any case."""
    chain = chains(segments, len(nodes.id), ends)
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
    way = segments.way[chain.segment]
    return _Edges(
        junctions=nodes.take(np.flatnonzero(chain.junction)),
        directed=DirectedEdges(u, v, against[first] >= 0, way[first], way[last]),
        ms_forward=forward[end],
        ms_backward=np.where(against[first] < 0, -1, backward[end]).astype(np.int32),
        status=segments.status[chain.segment[first]],
        start=start,
        vertex=vertex,
        metres=metres,
        forward=forward,
        backward=backward,
    )


def _graph(
    mode: str, edges: _Edges, found: Turns, streets: OsmStreets, nodes: Nodes, speeds: Speeds, projection: LocalProjection
) -> Graph:
    (u, v, two_way, _, _), junctions, table = edges.directed, edges.junctions, speeds.of(mode)
    length, count = edges.metres[edges.start[1:] - 1], len(edges.junctions.id)
    pieces = components(u, v, length, two_way, count)
    last_mile = last_mile_edges(u, v, two_way, length, last_mile_sides(edges.status), found.junctions(edges.directed, count))
    delay_u, delay_v = edge_delays(u, v, edges.status, count, streets, nodes, edges.start, edges.vertex, edges.metres, table)
    arc_forward, arc_backward = edges.ms_forward + delay_v, edges.ms_backward + delay_u
    expansion = expanded(edges.directed, arc_forward, arc_backward, last_mile, found, count)
    outgoing, incoming = arcs(expansion.tail, expansion.head, expansion.ms, expansion.nodes)
    x, y = projection.forward(nodes.lon, nodes.lat)
    return Graph(
        mode=mode,
        projection=projection,
        access_ms=table.detour * 3600 / table.access_kmh,
        lon=junctions.lon,
        lat=junctions.lat,
        osm_id=junctions.id,
        source=expansion.source,
        sink=expansion.sink,
        forward_indptr=outgoing.indptr,
        forward_indices=outgoing.indices,
        forward_ms=outgoing.ms,
        reverse_indptr=incoming.indptr,
        reverse_indices=incoming.indices,
        reverse_ms=incoming.ms,
        u=u,
        v=v,
        length_m=length,
        ms_forward=edges.ms_forward,
        ms_backward=edges.ms_backward,
        delay_u=delay_u,
        delay_v=delay_v,
        leave_u=expansion.leave_u,
        leave_v=expansion.leave_v,
        enter_u=expansion.enter_u,
        enter_v=expansion.enter_v,
        component=pieces.component,
        piece=pieces.piece,
        large=pieces.large,
        entrance=np.asarray(edges.status & ENTRANCE > 0),
        shape_start=edges.start,
        shape_lon=nodes.lon[edges.vertex],
        shape_lat=nodes.lat[edges.vertex],
        shape_x=x[edges.vertex],
        shape_y=y[edges.vertex],
        shape_m=edges.metres,
        shape_forward=edges.forward,
        shape_backward=edges.backward,
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


def _cumulative(values: Floats | Int32s, not_first: Bools, start: Ints) -> Floats:
    """Return the cumulative sums of each chain at its vertices, 0 at the first; float64, exact for integers below 2**53."""
    sums = np.zeros(len(not_first))
    sums[not_first] = values
    sums = np.cumsum(sums)
    return np.asarray(sums - np.repeat(sums[start[:-1]], np.diff(start)))

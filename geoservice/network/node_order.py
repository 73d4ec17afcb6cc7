"""The order of the nodes of a street graph, along a Hilbert curve: neighbours in memory are neighbours on the ground."""

import numpy as np

from geoservice.geo import BBox, hilbert_index
from geoservice.network.contract import Segments
from geoservice.network.segments import Nodes, canonical


def segments_box(nodes: Nodes, segments: Segments) -> BBox:
    """Return the bounding box of the nodes of segments."""
    used = np.unique(np.concatenate([segments.a, segments.b]))
    lon, lat = nodes.lon[used], nodes.lat[used]
    return BBox(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def hilbert_ordered(nodes: Nodes, segments: Segments, frame: BBox) -> tuple[Nodes, Segments]:
    """Return the nodes of segments along a Hilbert curve, and the segments renumbered to match."""
    used = np.zeros(len(nodes.id), np.bool_)
    used[segments.a] = used[segments.b] = True
    index = np.flatnonzero(used)
    order = index[np.argsort(hilbert_index(nodes.lon[index], nodes.lat[index], frame=frame), kind="stable")]
    rank = np.full(len(nodes.id), -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return nodes.take(order), canonical(segments._replace(a=rank[segments.a], b=rank[segments.b]))

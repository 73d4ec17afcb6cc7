"""Contraction of a street graph: chains of segments between junctions, without the nodes of degree two."""

from typing import NamedTuple

import numba
import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.compiled_calls import call


class Segments(NamedTuple):
    """Straight segments of streets, shapes ``(m,)``: end nodes, length in metres, ms along and against (-1: not allowed).

    One-way segments run from ``a`` to ``b``; two-way ones have ``a < b``.
    """

    a: Int32s
    b: Int32s
    metres: Floats
    forward: Int32s
    backward: Int32s

    def take(self, index: Ints | Int32s) -> "Segments":
        """Return the segments at these positions."""
        return Segments(self.a[index], self.b[index], self.metres[index], self.forward[index], self.backward[index])


class Chains(NamedTuple):
    """Chain ``i`` is ``segment[start[i]:start[i + 1]]``; ``reversed`` marks segments that it runs through from ``b`` to ``a``.

    ``junction`` marks the nodes at which a chain may end.
    """

    start: Ints
    segment: Int32s
    reversed: Bools
    junction: Bools


def interior_nodes(segments: Segments, nodes: int) -> Bools:
    """Return which nodes are no junctions: two segments meet there, both two-way, or one incoming and one outgoing."""
    two_way = segments.backward >= 0
    degree = np.bincount(segments.a, minlength=nodes) + np.bincount(segments.b, minlength=nodes)
    two_way_degree = np.bincount(segments.a[two_way], minlength=nodes) + np.bincount(segments.b[two_way], minlength=nodes)
    outgoing = np.bincount(segments.a[~two_way], minlength=nodes)
    incoming = np.bincount(segments.b[~two_way], minlength=nodes)
    return np.asarray((degree == 2) & ((two_way_degree == 2) | ((outgoing == 1) & (incoming == 1))), np.bool_)


def chains(segments: Segments, nodes: int) -> Chains:
    """Return the chains that end at junctions; a ring without a junction gets one at its first node.

    One-way chains run in the direction of travel; two-way chains start at their lower end.
    """
    count = len(segments.a)
    ends = np.concatenate([segments.a, segments.b])
    order = np.argsort(ends, kind="stable")
    incident = np.asarray(order % max(count, 1), np.int32)
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=start[1:])
    junction = ~interior_nodes(segments, nodes)
    return Chains(*call(_build_chains, start, incident, segments.a, segments.b, segments.backward >= 0, junction))


@numba.njit(cache=True)
def _build_chains(start, incident, a, b, two_way, known_junction):  # type: ignore[no-untyped-def]  # compiled by numba, called above
    count = len(a)
    junction = known_junction.copy()
    used = np.zeros(count, np.bool_)
    chain_start = np.zeros(count + 1, np.int64)
    chain_segment = np.empty(count, np.int32)
    reverse = np.empty(count, np.bool_)
    chain = 0
    filled = 0
    for ring_pass in range(2):
        for origin in range(len(start) - 1):
            if junction[origin] == (ring_pass == 1):
                continue
            for i in range(start[origin], start[origin + 1]):
                segment = incident[i]
                if used[segment] or (not two_way[segment] and a[segment] != origin):
                    continue
                junction[origin] = True
                node = origin
                while True:
                    used[segment] = True
                    chain_segment[filled] = segment
                    reverse[filled] = a[segment] != node
                    filled += 1
                    node = a[segment] if reverse[filled - 1] else b[segment]
                    if junction[node]:
                        break
                    low = start[node]
                    segment = incident[low + 1] if incident[low] == segment else incident[low]
                chain += 1
                chain_start[chain] = filled
    return chain_start[: chain + 1], chain_segment, reverse, junction

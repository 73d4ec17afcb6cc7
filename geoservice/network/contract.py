"""Contraction of a street graph: chains of segments between junctions, without the nodes of degree two."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numba
import numpy as np

from geoservice.geo import Bools, Floats, Int8s, Int32s, Ints
from geoservice.network.compiled_calls import call

LAST_MILE, LAST_MILE_BACK, ENTRANCE, RANK_BITS = np.int8(1), np.int8(2), np.int8(4), 3
"""Bits of ``Segments.status``: used at the start or end of a trip only, along it and against it (equal on one-way segments);
points snap to it; above them the street's rank."""


class Segments(NamedTuple):
    """Straight segments of streets, shapes ``(m,)``: end nodes, length in metres, ms along and against (-1: not allowed).

    One-way segments run from ``a`` to ``b``; two-way ones have ``a < b``. ``way`` is the OSM id of ways that a turn restriction
    names, 0 for others.
    """

    a: Int32s
    b: Int32s
    metres: Floats
    forward: Int32s
    backward: Int32s
    status: Int8s
    way: Ints

    def take(self, index: Ints | Int32s) -> "Segments":
        """Return the segments at these positions."""
        columns: Iterable[Any] = self
        return Segments(*(column[index] for column in columns))


class Chains(NamedTuple):
    """Chain ``i`` is ``segment[start[i]:start[i + 1]]``; ``reversed`` marks segments that it runs through from ``b`` to ``a``.

    ``junction`` marks the nodes at which a chain may end.
    """

    start: Ints
    segment: Int32s
    reversed: Bools
    junction: Bools


def interior_nodes(segments: Segments, nodes: int) -> Bools:
    """Return which nodes are no junctions: two segments meet there, both two-way, or one incoming and one outgoing.

    Both have the same status, which is that of both directions.
    """
    two_way = segments.backward >= 0
    degree = np.bincount(segments.a, minlength=nodes) + np.bincount(segments.b, minlength=nodes)
    two_way_degree = np.bincount(segments.a[two_way], minlength=nodes) + np.bincount(segments.b[two_way], minlength=nodes)
    outgoing = np.bincount(segments.a[~two_way], minlength=nodes)
    incoming = np.bincount(segments.b[~two_way], minlength=nodes)
    through = (two_way_degree == 2) | ((outgoing == 1) & (incoming == 1))
    status = np.zeros((2, nodes), np.int8)
    for end in (segments.a, segments.b):
        np.bitwise_or.at(status[0], end, segments.status)
        np.bitwise_or.at(status[1], end, ~segments.status)
    ahead, back = last_mile_sides(segments.status)
    sided = ahead != back
    even = np.ones(nodes, np.bool_)
    even[segments.a[sided]] = even[segments.b[sided]] = False
    return np.asarray((degree == 2) & through & even & (status[0] & status[1] == 0), np.bool_)


def last_mile_sides(status: Int8s) -> Bools:
    """Return which segments are used at the start or end of a trip only: along, then against; shape ``(2, m)``."""
    return np.stack([status & LAST_MILE > 0, status & LAST_MILE_BACK > 0])


def reversed_status(status: Int8s) -> Int8s:
    """Return the status of segments that run the other way."""
    ahead, back = last_mile_sides(status)
    return status & ~(LAST_MILE | LAST_MILE_BACK) | np.where(back, LAST_MILE, 0) | np.where(ahead, LAST_MILE_BACK, 0)


def chains(segments: Segments, nodes: int, junctions: Ints) -> Chains:
    """Return the chains that end at junctions; a ring without a junction gets one at its first node.

    ``junctions`` are nodes at which chains end in any case.

    One-way chains run in the direction of travel; two-way chains start at their lower end.
    """
    count = len(segments.a)
    ends = np.concatenate([segments.a, segments.b])
    order = np.argsort(ends, kind="stable")
    incident = np.asarray(order % max(count, 1), np.int32)
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=start[1:])
    junction = ~interior_nodes(segments, nodes)
    junction[junctions] = True
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

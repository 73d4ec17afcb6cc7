"""Chains of segments between junctions: what is left of a street graph when nodes of degree two are taken out."""

from typing import NamedTuple

import numba
import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.compiled_calls import call


class Segments(NamedTuple):
    """Straight pieces of street, all arrays of shape ``(m,)``: ends, length in metres, ms along and against (-1: not allowed).

    One-way pieces run from ``a`` to ``b``; two-way ones have ``a < b``.
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
    """Chain ``i`` runs over ``segment[start[i]:start[i + 1]]``, each ``turned`` where it is run from ``b`` to ``a``.

    ``junction`` says of each node whether a chain may end there.
    """

    start: Ints
    segment: Int32s
    turned: Bools
    junction: Bools


def interior_nodes(segments: Segments, nodes: int) -> Bools:
    """Say which nodes only pass traffic on: two segments meet there, both two-way, or one comes in and one goes out."""
    two_way = segments.backward >= 0
    degree = np.bincount(segments.a, minlength=nodes) + np.bincount(segments.b, minlength=nodes)
    both = np.bincount(segments.a[two_way], minlength=nodes) + np.bincount(segments.b[two_way], minlength=nodes)
    out = np.bincount(segments.a[~two_way], minlength=nodes)
    into = np.bincount(segments.b[~two_way], minlength=nodes)
    return np.asarray((degree == 2) & ((both == 2) | ((out == 1) & (into == 1))), np.bool_)


def chains(segments: Segments, nodes: int) -> Chains:
    """Join segments into chains that end at junctions; a ring without a junction gets one at its first node.

    One-way chains run in the direction of travel; two-way chains start at their lower end.
    """
    count = len(segments.a)
    ends = np.concatenate([segments.a, segments.b])
    order = np.argsort(ends, kind="stable")
    incident = np.asarray(order % max(count, 1), np.int32)
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=nodes), out=start[1:])
    junction = ~interior_nodes(segments, nodes)
    return Chains(*call(_walk, start, incident, segments.a, segments.b, segments.backward >= 0, junction))


@numba.njit(cache=True)
def _walk(start, incident, a, b, two_way, given):  # type: ignore[no-untyped-def]  # compiled by numba, called above
    count = len(a)
    junction = given.copy()
    used = np.zeros(count, np.bool_)
    chain_start = np.zeros(count + 1, np.int64)
    chain_segment = np.empty(count, np.int32)
    turned = np.empty(count, np.bool_)
    chain = 0
    filled = 0
    for rings in range(2):
        for first in range(len(start) - 1):
            if junction[first] == (rings == 1):
                continue
            for i in range(start[first], start[first + 1]):
                segment = incident[i]
                if used[segment] or (not two_way[segment] and a[segment] != first):
                    continue
                junction[first] = True
                at = first
                while True:
                    used[segment] = True
                    chain_segment[filled] = segment
                    turned[filled] = a[segment] != at
                    filled += 1
                    at = a[segment] if turned[filled - 1] else b[segment]
                    if junction[at]:
                        break
                    low = start[at]
                    segment = incident[low + 1] if incident[low] == segment else incident[low]
                chain += 1
                chain_start[chain] = filled
    return chain_start[: chain + 1], chain_segment, turned, junction

"""Pieces of a street graph: connected both ways, connected at all, and enclaves behind streets for residents."""

from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geoservice.geo import Bools, Floats, Int32s

MIN_JUNCTIONS, MIN_METRES = 50, 1000.0
"""A smaller component is no settlement but a gap of the map, like a footway that ends a metre before the street it leads to:
the streets of a hamlet add up to more than a kilometre, or cross each other often."""


class Components(NamedTuple):
    """Pieces by edge; shapes ``(edges,)``.

    ``component`` numbers the strongly connected components: streets from which each can be reached from every other. An edge
    between two of them is in neither: -1. ``piece`` numbers the parts of the network that no street joins. ``large`` marks the
    edges of components of at least ``MIN_JUNCTIONS`` or ``MIN_METRES``.
    """

    component: Int32s
    piece: Int32s
    large: Bools


def components(u: Int32s, v: Int32s, metres: Floats, two_way: Bools, junctions: int) -> Components:
    """Return the components of edges ``u`` to ``v``, and back where ``two_way``."""
    tail, head = np.concatenate([u, v[two_way]]), np.concatenate([v, u[two_way]])
    strong, weak = _labels(tail, head, junctions, "strong"), _labels(u, v, junctions, "weak")
    inside = strong[u] == strong[v]
    component = np.where(inside, strong[u], -1).astype(np.int32)
    length = np.bincount(strong[u][inside], metres[inside], junctions)
    size = np.bincount(strong, minlength=junctions)
    large = inside & ((size[strong[u]] >= MIN_JUNCTIONS) | (length[strong[u]] >= MIN_METRES))
    return Components(component, weak[u], large)


def last_mile_edges(u: Int32s, v: Int32s, two_way: Bools, metres: Floats, last_mile: Bools, restricted: Bools) -> Bools:
    """Return which edges may be used at the start or the end of a trip only, so that the search has to tell them apart.

    ``last_mile`` are those that tags say it of. In it and in the result the first row is of travel from ``u`` to ``v``, the
    second of travel back; shape ``(2, edges)``. One-way edges have both alike.

    Streets that are reached or left only over such edges (a compound behind its gate, the one-way way into a car park) are
    like them. Where a group of such edges meets the other streets at one junction or none, nobody can drive through it, and its
    edges are treated as ordinary ones; not so beside junctions with ``restricted`` turns, shape ``(junctions,)``, since a
    traveller could turn round on them.
    """
    if not last_mile.any():
        return last_mile
    back = np.flatnonzero(two_way)
    tail, head, length = np.concatenate([u, v[back]]), np.concatenate([v, u[back]]), np.concatenate([metres, metres[back]])
    marked = _no_way_through(tail, head, length, np.concatenate([last_mile[0], last_mile[1, back]]), restricted)
    sides = np.tile(marked[: len(u)], (2, 1))
    sides[1, back] = marked[len(u) :]
    return sides


def _no_way_through(tail: Int32s, head: Int32s, metres: Floats, last_mile: Bools, restricted: Bools) -> Bools:
    """Return which directions of streets, from ``tail`` to ``head``, may be used at the start or the end of a trip only."""
    junctions = len(restricted)
    marked = last_mile | _enclaves(tail, head, metres, last_mile, junctions)
    group = _labels(tail[marked], head[marked], junctions, "weak")
    public = np.zeros(junctions, np.bool_)
    public[tail[~marked]] = public[head[~marked]] = True
    touched = np.zeros(junctions, np.bool_)
    touched[tail[marked]] = touched[head[marked]] = True
    entries = np.bincount(group[public & touched], minlength=junctions)
    entries += 2 * np.bincount(group[restricted], minlength=junctions)
    return _mask(marked & (entries[group[tail]] >= 2))


def _enclaves(tail: Int32s, head: Int32s, metres: Floats, last_mile: Bools, junctions: int) -> Bools:
    """Return the streets that last-mile ones part from the longest group of other streets, either way or one way."""
    public, parted = ~last_mile, np.zeros(len(tail), np.bool_)
    connections: tuple[Literal["weak", "strong"], ...] = ("weak", "strong")
    for connection in connections:
        whole = _labels(tail, head, junctions, connection)
        group = _labels(tail[public], head[public], junctions, connection)
        inside = public & (group[tail] == group[head])
        length = np.bincount(group[tail[inside]], metres[inside], junctions)
        order = np.lexsort((-group, length[group]))
        longest = np.empty(junctions, np.int64)
        longest[whole[order]] = group[order]
        joined = (group[tail] == longest[whole[tail]]) & (group[head] == longest[whole[tail]])
        parted |= public & (whole[tail] == whole[head]) & ~joined
    return parted


def _mask(values: Any) -> Bools:
    return np.asarray(values, np.bool_)


def _labels(tail: Int32s, head: Int32s, junctions: int, connection: Literal["strong", "weak"]) -> Int32s:
    matrix = coo_array((np.ones(len(tail), np.int32), (tail, head)), shape=(junctions, junctions)).tocsr()
    label: Int32s = connected_components(matrix, directed=True, connection=connection)[1]
    return label

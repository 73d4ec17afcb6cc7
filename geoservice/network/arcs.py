"""Arcs of a graph as compressed rows."""

from typing import NamedTuple

import numpy as np

from geoservice.geo import Int32s, Ints
from geoservice.network.segments import differs_from_previous


class Arcs(NamedTuple):
    """Arcs as compressed rows: the heads of the arcs of node ``n`` are ``indices[indptr[n]:indptr[n + 1]]``."""

    indptr: Ints
    indices: Int32s
    ms: Int32s


def arcs(tail: Int32s, head: Int32s, ms: Int32s, nodes: int) -> tuple[Arcs, Arcs]:
    """Return the arcs out of each node and those into it: only the quickest of parallel arcs, and no self-loops."""
    keep = np.flatnonzero(tail != head)
    order = keep[np.lexsort((ms[keep], head[keep], tail[keep]))]
    order = order[differs_from_previous(tail[order], head[order])]
    tail, head, ms = tail[order], head[order], ms[order]
    by_head = np.lexsort((tail, head))
    return _rows(tail, head, ms, nodes), _rows(head[by_head], tail[by_head], ms[by_head], nodes)


def _rows(row: Int32s, column: Int32s, ms: Int32s, nodes: int) -> Arcs:
    indptr = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=nodes), out=indptr[1:])
    return Arcs(indptr, column.astype(np.int32), ms.astype(np.int32))

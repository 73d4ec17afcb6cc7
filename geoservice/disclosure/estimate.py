"""Least squares over the tree of places: two passes estimate every node (Hay et al. 2010, with unequal variances)."""

from itertools import pairwise
from typing import TypeVar

import numpy as np

from geoservice.geo import Bools, Float32s, Floats, Int32s, Ints

Values = TypeVar("Values", Floats, Float32s)


def tree_estimate(parent: Int32s, depth: Int32s, inside: Bools, measured: Values, variance: Floats) -> Values:
    """Best linear unbiased estimate of every node, given that each node is the sum of those below it.

    Parameters
    ----------
    parent, depth : int32 arrays, shape (nodes,)
        Position of the node above (-1 for a top) and depth; nodes in order of depth.
    inside : bool array, shape (nodes,)
        Nodes of the measured tree; the others are left out and come back as 0. A node's children are all inside or all not.
    measured : float64 or float32 array, shape (nodes, columns)
        Measurements of the columns, independent between nodes.
    variance : float64 array, shape (nodes,)
        Variance of each node's measurement, the same for all columns up to a factor of the column; infinite where there is
        none. Leaves are measured.

    Returns
    -------
    array of the same type and shape
        Children add up to their parent. It equals generalised least squares on the whole tree solved at once.

    Examples
    --------
    A total of 10 with two parts of 4 and 3, all of one variance: the parts give way a third each.

    >>> parent, depth = np.array([-1, 0, 0], np.int32), np.array([0, 1, 1], np.int32)
    >>> tree_estimate(parent, depth, np.ones(3, bool), np.array([[10.0], [4.0], [3.0]]), np.ones(3)).ravel().round(9).tolist()
    [9.0, 5.0, 4.0]
    """
    value, spread = measured.astype(measured.dtype, copy=True), variance.astype(float, copy=True)
    levels = _levels(depth, inside)
    sums = np.zeros_like(value)
    width = np.zeros(len(parent))
    for here in reversed(levels):
        divided = here[width[here] > 0]
        own = _share(width[divided], spread[divided])
        value[divided] = own[:, None] * value[divided] + (1 - own)[:, None] * sums[divided]
        spread[divided] = (1 - own) * width[divided]
        below = here[parent[here] >= 0]
        _add_at(sums, parent[below], value[below])
        np.add.at(width, parent[below], spread[below])
    for here in levels[1:]:
        up = parent[here]
        value[here] += (spread[here] / width[up])[:, None].astype(value.dtype) * (value[up] - sums[up])
    value[~inside] = 0
    return value


def _levels(depth: Int32s, inside: Bools) -> list[Ints]:
    """Nodes of the measured tree by depth, the tops first."""
    edges = np.searchsorted(depth, np.arange(int(depth.max(initial=0)) + 2))
    return [a + np.flatnonzero(inside[a:b]) for a, b in pairwise(edges)]


def _share(below: Floats, own: Floats) -> Floats:
    """Weight of a node's own measurement beside the sum of those below it."""
    return np.asarray(np.where(np.isfinite(own), below / (np.where(np.isfinite(own), own, 0) + below), 0.0))


def _add_at(total: Values, at: Int32s, value: Values) -> None:
    """Add rows to the rows of ``total`` that ``at`` names; children of one node need not stand together."""
    if not len(at):
        return
    order = np.argsort(at, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(at[order]) != 0])
    total[at[order][first]] += np.add.reduceat(value[order], first, axis=0)


def reconcile(whole: Floats, parts: Floats, whole_variance: float, part_variance: float) -> tuple[Floats, Floats]:
    """Least squares of a total and its parts that were measured each on its own.

    Parameters
    ----------
    whole : float64 array, shape (n,)
    parts : float64 array, shape (n, k)
    whole_variance, part_variance : float
        Up to a common factor.

    Returns
    -------
    (float64 array, shape (n,); float64 array, shape (n, k))
        The parts add up to the whole.

    Examples
    --------
    >>> whole, parts = reconcile(np.array([10.0]), np.array([[4.0, 3.0]]), 1.0, 1.0)
    >>> whole.round(9).tolist(), parts.round(9).tolist()
    ([9.0], [[5.0, 4.0]])
    """
    k = parts.shape[1]
    total = parts.sum(axis=1)
    best = (whole / whole_variance + total / (k * part_variance)) / (1 / whole_variance + 1 / (k * part_variance))
    return best, parts + ((best - total) / k)[:, None]


def non_negative(parent: Int32s, depth: Int32s, inside: Bools, value: Floats) -> Floats:
    """Nearest values, from the top down, that are not negative and still add up; shape ``(nodes,)``.

    A top below 0 becomes 0; the children of a node are projected onto the non-negative values with its sum (Duchi et al. 2008).

    Examples
    --------
    >>> parent, depth = np.array([-1, 0, 0, 0], np.int32), np.array([0, 1, 1, 1], np.int32)
    >>> non_negative(parent, depth, np.ones(4, bool), np.array([4.0, 5.0, 1.0, -2.0])).tolist()
    [4.0, 4.0, 0.0, 0.0]
    """
    out = np.where(inside, value, 0.0)
    tops = np.flatnonzero(inside & (parent < 0))
    out[tops] = np.maximum(out[tops], 0)
    for here in _levels(depth, inside)[1:]:
        out[here] = _onto_sums(parent[here], out[here], out)
    return out


def _onto_sums(up: Int32s, value: Floats, above: Floats) -> Floats:
    """Project groups of siblings onto ``{x >= 0, sum x = above[parent]}``."""
    if not len(up):
        return value
    order = np.lexsort((-value, up))
    group = up[order]
    first = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    size = np.diff(np.r_[first, len(group)])
    running = np.cumsum(value[order])
    before = np.repeat(running[first] - value[order][first], size)
    rank = np.arange(len(group)) - np.repeat(first, size) + 1
    shift = (running - before - above[group]) / rank
    keep = (value[order] - shift > 0) | (rank == 1)
    last = np.maximum.reduceat(np.where(keep, np.arange(len(group)), -1), first)
    projected = np.maximum(value[order] - np.repeat(shift[last], size), 0)
    out = np.empty_like(value)
    out[order] = projected
    return out

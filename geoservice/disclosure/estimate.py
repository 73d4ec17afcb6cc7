"""Least squares on the tree of places: two passes estimate every node (Hay et al. 2010, with unequal variances)."""

from itertools import pairwise
from typing import TypeVar

import numpy as np

from geoservice.geo import Bools, Float32s, Floats, Int32s, Ints

Values = TypeVar("Values", Floats, Float32s)


def tree_estimate(parent: Int32s, depth: Int32s, inside: Bools, measured: Values, variance: Floats) -> Values:
    """Return the best linear unbiased estimate of every node, given that each node is the sum of its children.

    Parameters
    ----------
    parent, depth : int32 arrays, shape (nodes,)
        Position of the node above (-1 for a top) and depth; nodes in order of depth.
    inside : bool array, shape (nodes,)
        Nodes of the measured tree; the others are ignored and returned as 0. Of a node's children all or none are inside.
    measured : float64 or float32 array, shape (nodes, columns)
        Measurements of the columns, independent between nodes.
    variance : float64 array, shape (nodes,)
        Variance of each node's measurement, the same for all columns up to a factor per column; infinite for nodes
        without one. All leaves are measured.

    Returns
    -------
    array of the same type and shape
        Children add up to their parent. The result equals generalised least squares on the whole tree.

    Examples
    --------
    A total of 10 and two parts of 4 and 3 with equal variances: the total and each part are adjusted by 1.

    >>> parent, depth = np.array([-1, 0, 0], np.int32), np.array([0, 1, 1], np.int32)
    >>> tree_estimate(parent, depth, np.ones(3, bool), np.array([[10.0], [4.0], [3.0]]), np.ones(3)).ravel().round(9).tolist()
    [9.0, 5.0, 4.0]
    """
    value, estimate_variance = measured.astype(measured.dtype, copy=True), variance.astype(float, copy=True)
    levels = _levels(depth, inside)
    sums = np.zeros_like(value)
    sum_variance = np.zeros(len(parent))
    for nodes in reversed(levels):
        divided = nodes[sum_variance[nodes] > 0]
        weight = _own_weight(sum_variance[divided], estimate_variance[divided])
        value[divided] = weight[:, None] * value[divided] + (1 - weight)[:, None] * sums[divided]
        estimate_variance[divided] = (1 - weight) * sum_variance[divided]
        children = nodes[parent[nodes] >= 0]
        _add_to_rows(sums, parent[children], value[children])
        np.add.at(sum_variance, parent[children], estimate_variance[children])
    for nodes in levels[1:]:
        above = parent[nodes]
        value[nodes] += (estimate_variance[nodes] / sum_variance[above])[:, None].astype(value.dtype) * (
            value[above] - sums[above]
        )
    value[~inside] = 0
    return value


def _levels(depth: Int32s, inside: Bools) -> list[Ints]:
    """Return the nodes of the measured tree by depth, the top first."""
    edges = np.searchsorted(depth, np.arange(int(depth.max(initial=0)) + 2))
    return [a + np.flatnonzero(inside[a:b]) for a, b in pairwise(edges)]


def _own_weight(sum_variance: Floats, variance: Floats) -> Floats:
    """Return the weight of a node's own measurement relative to the sum of its children."""
    return np.asarray(
        np.where(np.isfinite(variance), sum_variance / (np.where(np.isfinite(variance), variance, 0) + sum_variance), 0.0)
    )


def _add_to_rows(total: Values, row: Int32s, value: Values) -> None:
    """Add rows of ``value`` to the rows ``row`` of ``total``; rows of one parent need not be adjacent."""
    if not len(row):
        return
    order = np.argsort(row, kind="stable")
    start = np.flatnonzero(np.r_[True, np.diff(row[order]) != 0])
    total[row[order][start]] += np.add.reduceat(value[order], start, axis=0)


def reconcile(total: Floats, parts: Floats, total_variance: float, part_variance: float) -> tuple[Floats, Floats]:
    """Return least squares estimates of a total and its parts, from independent measurements.

    Parameters
    ----------
    total : float64 array, shape (n,)
    parts : float64 array, shape (n, k)
    total_variance, part_variance : float
        Up to a common factor.

    Returns
    -------
    (float64 array, shape (n,); float64 array, shape (n, k))
        The parts add up to the total.

    Examples
    --------
    >>> total, parts = reconcile(np.array([10.0]), np.array([[4.0, 3.0]]), 1.0, 1.0)
    >>> total.round(9).tolist(), parts.round(9).tolist()
    ([9.0], [[5.0, 4.0]])
    """
    k = parts.shape[1]
    parts_sum = parts.sum(axis=1)
    best = (total / total_variance + parts_sum / (k * part_variance)) / (1 / total_variance + 1 / (k * part_variance))
    return best, parts + ((best - parts_sum) / k)[:, None]


def non_negative(parent: Int32s, depth: Int32s, inside: Bools, value: Floats) -> Floats:
    """Return the nearest values, from the top down, that are non-negative and add up; shape ``(nodes,)``.

    A negative top becomes 0; the children of a node are projected onto the non-negative values with its sum (Duchi et al.
    2008).

    Examples
    --------
    >>> parent, depth = np.array([-1, 0, 0, 0], np.int32), np.array([0, 1, 1, 1], np.int32)
    >>> non_negative(parent, depth, np.ones(4, bool), np.array([4.0, 5.0, 1.0, -2.0])).tolist()
    [4.0, 4.0, 0.0, 0.0]
    """
    result = np.where(inside, value, 0.0)
    tops = np.flatnonzero(inside & (parent < 0))
    result[tops] = np.maximum(result[tops], 0)
    for nodes in _levels(depth, inside)[1:]:
        result[nodes] = _project_siblings(parent[nodes], result[nodes], result)
    return result


def _project_siblings(parent: Int32s, value: Floats, above: Floats) -> Floats:
    """Return groups of siblings projected onto ``{x >= 0, sum x = above[parent]}``."""
    if not len(parent):
        return value
    order = np.lexsort((-value, parent))
    group = parent[order]
    start = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    size = np.diff(np.r_[start, len(group)])
    cumulative = np.cumsum(value[order])
    offset = np.repeat(cumulative[start] - value[order][start], size)
    rank = np.arange(len(group)) - np.repeat(start, size) + 1
    shift = (cumulative - offset - above[group]) / rank
    keep = (value[order] - shift > 0) | (rank == 1)
    last_kept = np.maximum.reduceat(np.where(keep, np.arange(len(group)), -1), start)
    projected = np.maximum(value[order] - np.repeat(shift[last_kept], size), 0)
    result = np.empty_like(value)
    result[order] = projected
    return result

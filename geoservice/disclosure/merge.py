"""Greedy merging along a curve, level by level, until every cluster has nobody or at least K of each class it is held to."""

from collections.abc import Iterator, Sequence

import numpy as np

from geoservice.geo import Bools, Int32s, Ints

_BITS = 40
_LOW = (1 << _BITS) - 1
Weight = int
"""The counts of up to two classes packed into one integer: sums are sums, and a loop over millions stays fast."""


def merge(weights: Ints, labels: Sequence[Ints], k: int) -> Int32s:
    """Merge pieces until each cluster has nobody or at least ``k`` of each class.

    Parameters
    ----------
    weights : int64 array, shape (n, classes)
        Households of each class, one or two, in each piece; pieces come in the order of the curve.
    labels : sequence of int64 arrays, shape (n,)
        Groups within which merging goes on, from the narrowest to the widest; each lies inside the next.
    k : int
        Least number of households.

    Returns
    -------
    int32 array, shape (n,)
        Cluster of each piece, numbered along the curve; -1 for pieces whose cluster still has too few after the last level.

    Examples
    --------
    >>> weights = np.array([[1], [1], [5], [1], [2]])
    >>> merge(weights, [np.array([0, 0, 0, 1, 1]), np.zeros(5, np.int64)], 3).tolist()
    [0, 0, 0, 1, 1]
    """
    cluster, heads = np.arange(len(weights)), np.arange(len(weights))
    for level, label in enumerate(labels):
        target = _merge_level(weights, label[heads], k, last=level == len(labels) - 1)
        roots, of_root = np.unique(target, return_inverse=True)
        merged = np.zeros((len(roots), weights.shape[1]), np.int64)
        np.add.at(merged, of_root, weights)
        weights, cluster, heads = merged, of_root[cluster], heads[roots]
    return np.where(_few(weights, k)[cluster], -1, cluster).astype(np.int32)


def _few(weights: Ints, k: int) -> Bools:
    return np.asarray(((weights > 0) & (weights < k)).any(axis=1))


def _merge_level(weights: Ints, label: Ints, k: int, *, last: bool) -> Ints:
    """Return the cluster that each cluster becomes part of when those with too few are merged inside their group."""
    target = np.arange(len(weights))
    few = _few(weights, k)
    touched = np.flatnonzero(np.isin(label, label[few]))
    touched = touched[np.argsort(label[touched], kind="stable")]
    ends = np.flatnonzero(np.diff(label[touched])) + 1
    rows: list[Weight] = (weights[touched] << (_BITS * np.arange(weights.shape[1]))).sum(axis=1).tolist()
    lacking = few[touched].tolist()
    goal = list(range(len(touched)))
    for start, end in zip([0, *ends.tolist()], [*ends.tolist(), len(touched)], strict=True):
        _merge_group(rows, lacking, goal, range(start, end), k, last)
    resolved = np.asarray(goal, np.int64)
    while not np.array_equal(resolved, resolved[resolved]):
        resolved = resolved[resolved]
    target[touched] = touched[resolved]
    return target


def _merge_group(rows: list[Weight], lacking: list[bool], goal: list[int], group: range, k: int, last: bool) -> None:
    """Merge the lacking clusters of one group in order; what is left joins the nearest that makes it whole."""
    root = -1
    total = 0
    for i in group:
        if not lacking[i]:
            continue
        if root < 0:
            root, total = i, rows[i]
        else:
            goal[i] = root
            total = total + rows[i]
            rows[root] = total
        if _whole(total, k):
            root = -1
    if root >= 0:
        _join_neighbour(rows, goal, group, root, k, last)


def _join_neighbour(rows: list[Weight], goal: list[int], group: range, root: int, k: int, last: bool) -> None:
    for i in _outward(group, root):
        if goal[i] == i and _whole(rows[root] + rows[i], k):
            _join(rows, goal, root, i)
            return
    if last:
        _take_in(rows, goal, group, root, k)


def _take_in(rows: list[Weight], goal: list[int], group: range, root: int, k: int) -> None:
    """No single neighbour suffices: join those that have some of what is lacking, nearest first."""
    for i in _outward(group, root):
        low, high = rows[root] & _LOW, rows[root] >> _BITS
        lacking = (_LOW if 0 < low < k else 0) | (_LOW << _BITS if 0 < high < k else 0)
        if not lacking:
            return
        if goal[i] == i and rows[i] & lacking:
            _join(rows, goal, i, root)


def _join(rows: list[Weight], goal: list[int], one: int, other: int) -> None:
    goal[one] = other
    rows[other] = rows[one] + rows[other]


def _outward(group: range, middle: int) -> Iterator[int]:
    """Walk a range from a position outward, nearest first, the earlier of two equals first."""
    for step in range(1, len(group)):
        if middle - step >= group.start:
            yield middle - step
        if middle + step < group.stop:
            yield middle + step


def _whole(weight: Weight, k: int) -> bool:
    low, high = weight & _LOW, weight >> _BITS
    return (low == 0 or low >= k) and (high == 0 or high >= k)

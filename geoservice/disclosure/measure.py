"""Measure a register down the tree of places with integer noise.

First the tree: a place is cut while a noisy count of its households, drawn for that decision alone, is above seven standard
deviations of the finest level's noise. Then, on the tree so fixed, every node is measured once. The estimates use the second
noise only, so given the tree they are unbiased and their errors are known without the register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from geoservice.disclosure.budget import NodeParts
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import PlaceTree
from geoservice.geo import Bools, Int32s, Ints
from geoservice.schema import MIGRANT_CLASSES

PERSONS_CAP = 8
GROUP_CAP = 2
CUT_SIGMAS = 7


class Query(NamedTuple):
    """Something counted in every node; a household changes one of the ``columns``, by at most ``sensitivity``."""

    name: str
    columns: tuple[str, ...]
    sensitivity: int
    weight: int


class Households(NamedTuple):
    """Households as the measurement sees them; arrays of shape ``(n,)``.

    ``square`` is the finest square, ``migrant_class`` a position in ``MIGRANT_CLASSES``, ``persons`` the members, ``groups``
    the members of each group.
    """

    square: Int32s
    migrant_class: Int32s
    persons: Ints
    groups: Mapping[str, Ints]


def queries_for(groups: Sequence[str], *, migrants: bool) -> tuple[Query, ...]:
    """Return what is measured; weights share out a node's budget.

    Persons are counted as ``2 x persons - 9`` and groups as ``members - 1``: half the range, and so half the noise; the number
    of households, measured beside them, gives the rest. With migrants, households and persons are counted by class as well: a
    household is of one class, so the classes together cost what one would.
    """
    queries = [Query("households", ("all",), 1, 24), Query("persons", ("all",), PERSONS_CAP - 1, 20)]
    if migrants:
        queries += [
            Query("households_by_class", MIGRANT_CLASSES, 1, 9),
            Query("persons_by_class", MIGRANT_CLASSES, PERSONS_CAP - 1, 11),
        ]
    return (*queries, *(Query(f"group.{g}", (g,), GROUP_CAP // 2, 8) for g in groups))


def encode(query: Query, households: Households) -> Ints:
    """What each household adds to its column of a query, caps applied; shape ``(n,)``.

    >>> home = Households(np.zeros(2, np.int32), np.zeros(2, np.int32), np.array([3, 20]), {"under_6": np.array([0, 5])})
    >>> persons, group = queries_for(["under_6"], migrants=False)[1:]
    >>> encode(persons, home).tolist(), encode(group, home).tolist()
    ([-3, 7], [-1, 1])
    """
    if query.name.startswith("households"):
        return np.ones(len(households.square), np.int64)
    if query.name.startswith("persons"):
        return 2 * np.clip(households.persons, 1, PERSONS_CAP) - (PERSONS_CAP + 1)
    return np.clip(households.groups[query.columns[0]], 0, GROUP_CAP) - GROUP_CAP // 2


def exact_counts(query: Query, households: Households, tree: PlaceTree) -> Ints:
    """Exact sums of a query in every node; private. Shape ``(nodes, columns)``."""
    column = households.migrant_class if len(query.columns) > 1 else np.zeros(len(households.square), np.int32)
    squares, wide = len(tree.base_node), len(query.columns)
    cell = households.square.astype(np.int64) * wide + column
    flat = np.bincount(cell, encode(query, households).astype(float), squares * wide)  # exact below 2^53
    sums = np.zeros((tree.nodes, wide), np.int64)
    np.add.at(sums, tree.base_node, np.rint(flat).astype(np.int64).reshape(squares, wide))
    return add_up(tree, sums)


def add_up(tree: PlaceTree, sums: Ints) -> Ints:
    """Add each node's value to those above it, deepest first; changes and returns ``sums``, shape ``(nodes, columns)``."""
    for here in tree.depth_slices()[:0:-1]:
        np.add.at(sums, tree.parent[here], sums[here])
    return sums


@dataclass(frozen=True)
class Cut:
    """Which nodes are in the measured tree: ``inner`` are divided further, ``leaf`` are not; shapes ``(nodes,)``."""

    inner: Bools
    leaf: Bools


def threshold(tree: PlaceTree, parts: NodeParts, rho: Fraction, weight: Fraction) -> Ints:
    """Households above which a node is cut: seven standard deviations of its bottom's finest noise; shape ``(nodes,)``."""
    finest = np.full(len(tree.square_levels), np.inf)
    base = np.flatnonzero(tree.finer == 0)
    measured = np.array([float(p.measured) for p in parts.kinds])
    finest[tree.bottom[base]] = 1 / np.sqrt(2 * float(rho * weight) * measured[parts.kind[base]])
    sigma = np.where(tree.bottom >= 0, finest[tree.bottom], np.inf)
    return np.where(np.isfinite(sigma), np.ceil(CUT_SIGMAS * np.where(np.isfinite(sigma), sigma, 0)), 0).astype(np.int64)


def decide(tree: PlaceTree, parts: NodeParts, rho: Fraction, limit: Ints, households: Ints, sampler: Sampler) -> Cut:
    """Draw where to cut, from the top down.

    Areas above a bottom are always divided, for that is public; the finest squares never. Every other node that is reached
    spends its decision's part of rho on one noisy count of households.
    """
    inner, leaf = np.zeros(tree.nodes, bool), np.zeros(tree.nodes, bool)
    for depth in tree.depth_slices():
        here = np.arange(depth.start, depth.stop)
        reached = here[(tree.parent[here] < 0) | inner[tree.parent[here]]]
        inner[reached[tree.finer[reached] < 0]] = True
        leaf[reached[tree.finer[reached] == 0]] = True
        undecided = reached[tree.finer[reached] > 0]
        noisy = _by_kind(undecided, parts, sampler, rho, households)
        inner[undecided], leaf[undecided] = noisy > limit[undecided], noisy <= limit[undecided]
    return Cut(inner, leaf)


def _by_kind(nodes: Ints, parts: NodeParts, sampler: Sampler, rho: Fraction, households: Ints) -> Ints:
    noisy = np.zeros(len(nodes), np.int64)
    for kind in np.unique(parts.kind[nodes]):
        mine = np.flatnonzero(parts.kind[nodes] == kind)
        noisy[mine] = sampler.measure(households[nodes[mine]], 1, rho * parts.kinds[kind].decision)
    return noisy


def measure(parts: NodeParts, rho: Fraction, cut: Cut, query: Query, weight: Fraction, counts: Ints, sampler: Sampler) -> Ints:
    """Measure one query in every node of the cut tree; nodes outside it are 0.

    Parameters
    ----------
    parts, rho, cut
        The budget of the nodes, and where the tree was cut.
    query : Query
    weight : Fraction
        The query's share of every node's part.
    counts : int64 array, shape (nodes, columns)
        Exact sums; private.
    sampler : Sampler

    Returns
    -------
    int64 array, shape (nodes, columns)
    """
    noisy = np.zeros_like(counts)
    for leaf, nodes in ((False, np.flatnonzero(cut.inner)), (True, np.flatnonzero(cut.leaf))):
        for kind in np.unique(parts.kind[nodes]):
            own = parts.kinds[kind]
            mine = nodes[parts.kind[nodes] == kind]
            part = own.measured + (own.left if leaf else 0)
            flat = sampler.measure(counts[mine].ravel(), query.sensitivity, rho * part * weight)
            noisy[mine] = flat.reshape(len(mine), -1)
    return noisy

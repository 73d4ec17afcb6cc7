"""Measurement of a register on the tree of places with integer noise.

First the tree is decided: a place is divided if a noisy count of its households, used for that decision only, is above seven
standard deviations of the finest level's noise. Then every node of that tree is measured once. The estimates use the noise of
the second step only, so given the tree they are unbiased and their errors are known without the register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from geoservice.disclosure.budget import NodeParts
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import PlaceTree
from geoservice.geo import Bools, Int32s, Ints
from geoservice.schema import ARRIVALS, MIGRANT_CLASSES

PERSONS_CAP = 8
GROUP_CAP = 2
CUT_SIGMAS = 7


class Query(NamedTuple):
    """A count in every node; a household changes one of the ``columns`` by at most ``sensitivity``.

    ``partition`` names the array of :class:`Households` with the column of each household; "" if there is one column.
    """

    name: str
    columns: tuple[str, ...]
    sensitivity: int
    weight: int
    partition: Literal["", "migrant_class", "arrival"] = ""


class Households(NamedTuple):
    """Households in the form of the measurement; arrays of shape ``(n,)``.

    ``square`` is the finest square, ``migrant_class`` a position in ``MIGRANT_CLASSES``, ``persons`` the members, ``groups``
    the members of each group. ``arrival`` is a position in ``ARRIVALS``, -1 for residents; None if arrivals are not measured.
    ``location`` is a position in ``LOCATION_CLASSES``.
    """

    square: Int32s
    migrant_class: Int32s
    persons: Ints
    groups: Mapping[str, Ints]
    location: Int32s
    arrival: Int32s | None = None


def queries_for(groups: Sequence[str], *, migrants: bool, arrivals: bool = False) -> tuple[Query, ...]:
    """Return the queries of a measurement; their weights divide a node's budget.

    Persons are counted as ``2 x persons - 9`` and groups as ``members - 1``, which halves the sensitivity and so the noise; the
    measured number of households recovers the sums. With migrants, households and persons are also counted by class: a
    household has one class, so all classes together cost as much as one. With arrivals, migrant households are also counted by
    time since arrival.
    """
    queries = [Query("households", ("all",), 1, 24), Query("persons", ("all",), PERSONS_CAP - 1, 20)]
    if migrants:
        queries += [
            Query("households_by_class", MIGRANT_CLASSES, 1, 9, "migrant_class"),
            Query("persons_by_class", MIGRANT_CLASSES, PERSONS_CAP - 1, 11, "migrant_class"),
        ]
    if migrants and arrivals:
        queries.append(Query("households_by_arrival", ARRIVALS, 1, 6, "arrival"))
    return (*queries, *(Query(f"group.{g}", (g,), GROUP_CAP // 2, 8) for g in groups))


def encode(query: Query, households: Households) -> Ints:
    """Return the contribution of each household to its column of a query, with caps; shape ``(n,)``.

    >>> zero = np.zeros(2, np.int32)
    >>> home = Households(zero, zero, np.array([3, 20]), {"under_6": np.array([0, 5])}, zero)
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
    """Return the exact sums of a query in every node; private. Shape ``(nodes, columns)``."""
    column = getattr(households, query.partition) if query.partition else np.zeros(len(households.square), np.int32)
    squares, columns = len(tree.base_node), len(query.columns)
    counted = slice(None) if (column >= 0).all() else column >= 0
    cell = households.square[counted].astype(np.int64) * columns + column[counted]
    flat = np.bincount(cell, encode(query, households)[counted].astype(float), squares * columns)  # exact below 2^53
    sums = np.zeros((tree.nodes, columns), np.int64)
    np.add.at(sums, tree.base_node, np.rint(flat).astype(np.int64).reshape(squares, columns))
    return add_up(tree, sums)


def add_up(tree: PlaceTree, sums: Ints) -> Ints:
    """Add each node's value to its ancestors; changes and returns ``sums``, shape ``(nodes, columns)``."""
    for nodes in tree.depth_slices()[:0:-1]:
        np.add.at(sums, tree.parent[nodes], sums[nodes])
    return sums


@dataclass(frozen=True)
class Cut:
    """Nodes of the measured tree: ``inner`` ones are divided further, ``leaf`` ones are not; shapes ``(nodes,)``."""

    inner: Bools
    leaf: Bools


def threshold(tree: PlaceTree, parts: NodeParts, rho: Fraction, weight: Fraction) -> Ints:
    """Return the households above which a node is divided: seven standard deviations of its finest noise; ``(nodes,)``."""
    finest = np.full(len(tree.square_levels), np.inf)
    base = np.flatnonzero(tree.finer == 0)
    measured = np.array([float(p.measured) for p in parts.kinds])
    finest[tree.bottom[base]] = 1 / np.sqrt(2 * float(rho * weight) * measured[parts.kind[base]])
    sigma = np.where(tree.bottom >= 0, finest[tree.bottom], np.inf)
    return np.where(np.isfinite(sigma), np.ceil(CUT_SIGMAS * np.where(np.isfinite(sigma), sigma, 0)), 0).astype(np.int64)


def decide(tree: PlaceTree, parts: NodeParts, rho: Fraction, limit: Ints, households: Ints, sampler: Sampler) -> Cut:
    """Decide with noise which nodes are divided, from the top down.

    Areas above a bottom are always divided, since they are public; the finest squares never. Every other node whose parent is
    divided spends the part of rho for its decision on one noisy count of households.
    """
    inner, leaf = np.zeros(tree.nodes, bool), np.zeros(tree.nodes, bool)
    for depth in tree.depth_slices():
        nodes = np.arange(depth.start, depth.stop)
        active = nodes[(tree.parent[nodes] < 0) | inner[tree.parent[nodes]]]
        inner[active[tree.finer[active] < 0]] = True
        leaf[active[tree.finer[active] == 0]] = True
        undecided = active[tree.finer[active] > 0]
        noisy = _noisy_households(undecided, parts, sampler, rho, households)
        inner[undecided], leaf[undecided] = noisy > limit[undecided], noisy <= limit[undecided]
    return Cut(inner, leaf)


def _noisy_households(nodes: Ints, parts: NodeParts, sampler: Sampler, rho: Fraction, households: Ints) -> Ints:
    noisy = np.zeros(len(nodes), np.int64)
    for kind in np.unique(parts.kind[nodes]):
        members = np.flatnonzero(parts.kind[nodes] == kind)
        noisy[members] = sampler.measure(households[nodes[members]], 1, rho * parts.kinds[kind].decision)
    return noisy


def measure(parts: NodeParts, rho: Fraction, cut: Cut, query: Query, weight: Fraction, counts: Ints, sampler: Sampler) -> Ints:
    """Return noisy counts of one query in every node of the measured tree; nodes outside it are 0.

    Parameters
    ----------
    parts, rho, cut
        The budget of the nodes, and the measured tree.
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
            node_parts = parts.kinds[kind]
            members = nodes[parts.kind[nodes] == kind]
            part = node_parts.measured + (node_parts.remainder if leaf else 0)
            flat = sampler.measure(counts[members].ravel(), query.sensitivity, rho * part * weight)
            noisy[members] = flat.reshape(len(members), -1)
    return noisy

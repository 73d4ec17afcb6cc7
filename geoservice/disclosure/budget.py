"""Allocation of a surface's privacy budget: exact fractions of rho, with the same total along every household's path.

Three measurements divide rho: of people on the tree of places, of migrants by origin, and of households by how well they are
located. The rest of this module divides that of the tree.

A household counts in one node at each depth of the tree. A node spends a part of rho on its measurement, and a node that may
be divided spends a small part on the noisy count that decides it. Where a branch stops, the leaf is measured with its own
part and the remainder of its path; so every path adds up to rho exactly, whatever the noise decides.

Zero-concentrated differential privacy (Bun and Steinke 2016): parts add up along a path, also if later ones depend on earlier
measurements (Feldman and Zrnic 2021; Whitehouse et al. 2023). Sibling nodes have different households, so they add no cost.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geoservice.disclosure.tree import SQUARE, PlaceTree
from geoservice.errors import DisclosureError
from geoservice.geo import Bools, Floats, Int32s

AREA_PARTS: Mapping[str, Fraction] = {
    "province": Fraction(1, 100),
    "city": Fraction(1, 100),
    "county": Fraction(1, 100),
    "township": Fraction(4, 100),
    "village": Fraction(18, 100),
}
ORIGINS_PART = Fraction(15, 100)
"""Part of rho spent on the origins of migrants, if migrant classes are measured."""
LOCATIONS_PART = Fraction(2, 100)
"""Part of rho spent on counting households by how well they are located."""
DECISION_PART = Fraction(6, 100)
"""Share of a path's budget for squares that is spent on the counts that decide where to divide."""
FINER_WEIGHT = Fraction(3, 2)
"""Each level of squares has this many times the budget of the one above it."""


class RhoParts(NamedTuple):
    """The rho of the independent measurements of a register, which add up to its whole rho.

    ``places`` is that of people on the tree of places, ``origins`` of migrants by origin, ``locations`` of households by how
    well they are located.
    """

    places: Fraction
    origins: Fraction
    locations: Fraction


def divide_rho(rho: Fraction, *, migrants: bool) -> RhoParts:
    """Return the rho of each measurement; it depends on the study alone.

    >>> [str(part) for part in divide_rho(Fraction(1), migrants=True)]
    ['83/100', '3/20', '1/50']
    """
    origins, locations = rho * ORIGINS_PART if migrants else Fraction(0), rho * LOCATIONS_PART
    return RhoParts(rho - origins - locations, origins, locations)


class Parts(NamedTuple):
    """Parts of rho of a kind of node: measurement, decision, and the remainder added if the branch stops here."""

    measured: Fraction
    decision: Fraction
    remainder: Fraction


class NodeParts(NamedTuple):
    """Parts of all nodes: ``kinds[kind[i]]`` are those of node ``i``."""

    kind: Int32s
    kinds: list[Parts]


def guess_probability(rho: Fraction | float) -> float:
    """Return the probability that the best guess whether a household is in the register is right, at even prior odds.

    Dong, Roth and Su (2022), Gaussian differential privacy: ``Phi(mu / 2)`` with ``mu = sqrt(2 rho)``.

    >>> [round(guess_probability(r), 4) for r in (0.25, 0.5, 1, 2)]
    [0.6382, 0.6915, 0.7602, 0.8413]
    """
    return 0.5 * (1 + math.erf(math.sqrt(float(rho)) / 2))


@lru_cache(maxsize=1024)
def square_parts(available: Fraction, levels: int) -> tuple[Fraction, tuple[Fraction, ...]]:
    """Return the part of each decision and of each level of squares, finest first, that add up to ``available``.

    >>> decision, squares = square_parts(Fraction(1), 2)
    >>> levels_and_decisions = sum(squares) + 2 * decision
    >>> str(levels_and_decisions), str(squares[0] / squares[1])
    ('1', '3/2')
    """
    decision = available * DECISION_PART / levels
    weights = [FINER_WEIGHT ** (levels - 1 - finer) for finer in range(levels)]
    measured = available * (1 - DECISION_PART)
    return decision, tuple(measured * w / sum(weights) for w in weights)


def node_parts(tree: PlaceTree) -> NodeParts:
    """Return the parts of rho of every node of a tree."""
    available = _available_for_squares(tree)
    profiles = [(available[b], int(tree.square_levels[b])) for b in range(len(available))]
    profile_index = [profiles.index(p) for p in profiles]  # integers, since hashing fractions for every node is slow
    kind_numbers: dict[Parts, int] = {}
    kind_of: dict[tuple[str, int, int], int] = {}
    kind = np.empty(tree.nodes, np.int32)
    for i, (level, finer, b) in enumerate(zip(tree.level, tree.finer.tolist(), tree.bottom.tolist(), strict=True)):
        key = (level, finer, profile_index[b] if b >= 0 else -1)
        if key not in kind_of:
            parts = _parts(level, finer, profiles[b] if b >= 0 else None)
            kind_of[key] = kind_numbers.setdefault(parts, len(kind_numbers))
        kind[i] = kind_of[key]
    return NodeParts(kind, list(kind_numbers))


def _parts(level: str, finer: int, profile: tuple[Fraction, int] | None) -> Parts:
    if profile is None:
        return Parts(AREA_PARTS[level], Fraction(0), Fraction(0))
    decision, squares = square_parts(*profile)
    measured = squares[finer] if level == SQUARE else AREA_PARTS[level]
    below = sum(squares[:finer], Fraction(0)) + max(finer - 1, 0) * decision
    return Parts(measured, decision if finer else Fraction(0), below)


def _available_for_squares(tree: PlaceTree) -> list[Fraction]:
    """Return the part of 1 that the areas on the path of each bottom leave for its squares."""
    available = [Fraction(1)] * len(tree.square_levels)
    spent_above: list[Fraction] = []
    for level, parent, bottom in zip(tree.level, tree.parent.tolist(), tree.bottom.tolist(), strict=True):
        if level == SQUARE:
            spent_above.append(Fraction(0))
            continue
        spent_above.append(AREA_PARTS[level] + (spent_above[parent] if parent >= 0 else 0))
        if bottom >= 0:
            available[bottom] = 1 - spent_above[-1]
    return available


def node_variance(parts: NodeParts, rho: Fraction, inner: Bools, leaf: Bools) -> Floats:
    """Return the variance of a measurement of sensitivity 1 with each node's full part; infinite for nodes not measured."""
    part = np.array([[float(p.measured), float(p.measured + p.remainder)] for p in parts.kinds])[parts.kind]
    node_part = np.where(leaf, part[:, 1], np.where(inner, part[:, 0], 0.0))
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (2 * float(rho) * node_part), float)


def check_paths(tree: PlaceTree, parts: NodeParts, inner: Bools, leaf: Bools) -> None:
    """Raise :class:`DisclosureError` unless the parts of every path from the top to a leaf add up to exactly 1."""
    sums, numbers = [Fraction(0)], {Fraction(0): 0}
    sum_index: dict[tuple[int, int, bool], int] = {}  # few distinct sums occur, so each is computed once
    path_sum: list[int] = []
    kinds, inners, leaves = parts.kind.tolist(), inner.tolist(), leaf.tolist()
    for i, parent in enumerate(tree.parent.tolist()):
        above = path_sum[parent] if parent >= 0 else 0
        if not (inners[i] or leaves[i]):
            path_sum.append(above)
            continue
        key = (above, kinds[i], leaves[i])
        if key not in sum_index:
            node_part = parts.kinds[kinds[i]]
            total = sums[above] + node_part.measured + node_part.decision + (node_part.remainder if leaves[i] else 0)
            sum_index[key] = numbers.setdefault(total, len(sums))
            if sum_index[key] == len(sums):
                sums.append(total)
        path_sum.append(sum_index[key])
        if leaves[i] and sums[path_sum[-1]] != 1:
            raise DisclosureError(
                f"budget: the path to {tree.names[i]} spends {sums[path_sum[-1]]} of rho, but must spend exactly 1"
            )

"""How a surface's privacy budget is shared out: exact fractions of rho, the same total along every household's path.

A household counts in one node at each depth of the tree. A node spends a part of rho on what it measures, and a node that may
be cut spends a small part on the noisy count that decides it. Where a branch stops, the leaf is measured with its own part and
all that is left of its path; so every path adds up to rho exactly, whatever the noise decides.

Zero-concentrated differential privacy (Bun and Steinke 2016): parts add up along a path, also when later ones depend on earlier
answers (Feldman and Zrnic 2021; Whitehouse et al. 2023). Nodes beside one another hold different households and cost nothing
more.
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
DECISION_PART = Fraction(6, 100)
"""Of what a path leaves for its squares, the part spent on the counts that decide where to cut."""
FINER_WEIGHT = Fraction(3, 2)
"""Each level of squares has this many times the budget of the one above it."""


class Parts(NamedTuple):
    """Parts of rho of a kind of node: measured in any case, spent to decide, and added where the branch stops here."""

    measured: Fraction
    decision: Fraction
    left: Fraction


class NodeParts(NamedTuple):
    """``kinds[kind[i]]`` are the parts of node ``i``."""

    kind: Int32s
    kinds: list[Parts]


def guess_probability(rho: Fraction | float) -> float:
    """Chance that the best guess of whether a household is in the register is right, at even odds, whatever else is known.

    Dong, Roth and Su (2022), Gaussian differential privacy: ``Phi(mu / 2)`` with ``mu = sqrt(2 rho)``.

    >>> [round(guess_probability(r), 4) for r in (0.25, 0.5, 1, 2)]
    [0.6382, 0.6915, 0.7602, 0.8413]
    """
    return 0.5 * (1 + math.erf(math.sqrt(float(rho)) / 2))


@lru_cache(maxsize=1024)
def square_parts(left: Fraction, levels: int) -> tuple[Fraction, tuple[Fraction, ...]]:
    """Part of each decision, and part of each level of squares, finest first, of a bottom with ``left`` of rho and ``levels``.

    >>> decision, squares = square_parts(Fraction(1), 2)
    >>> levels_and_decisions = sum(squares) + 2 * decision
    >>> str(levels_and_decisions), str(squares[0] / squares[1])
    ('1', '3/2')
    """
    decision = left * DECISION_PART / levels
    weights = [FINER_WEIGHT ** (levels - 1 - finer) for finer in range(levels)]
    whole = left * (1 - DECISION_PART)
    return decision, tuple(whole * w / sum(weights) for w in weights)


def node_parts(tree: PlaceTree) -> NodeParts:
    """Parts of rho of every node of a tree."""
    left = _left_for_squares(tree)
    profiles = [(left[b], int(tree.square_levels[b])) for b in range(len(left))]
    alike = [profiles.index(p) for p in profiles]  # numbers, since to hash fractions for every node takes long
    numbers: dict[Parts, int] = {}
    known: dict[tuple[str, int, int], int] = {}
    kind = np.empty(tree.nodes, np.int32)
    for i, (level, finer, b) in enumerate(zip(tree.level, tree.finer.tolist(), tree.bottom.tolist(), strict=True)):
        key = (level, finer, alike[b] if b >= 0 else -1)
        if key not in known:
            parts = _parts(level, finer, profiles[b] if b >= 0 else None)
            known[key] = numbers.setdefault(parts, len(numbers))
        kind[i] = known[key]
    return NodeParts(kind, list(numbers))


def _parts(level: str, finer: int, profile: tuple[Fraction, int] | None) -> Parts:
    if profile is None:
        return Parts(AREA_PARTS[level], Fraction(0), Fraction(0))
    decision, squares = square_parts(*profile)
    own = squares[finer] if level == SQUARE else AREA_PARTS[level]
    below = sum(squares[:finer], Fraction(0)) + max(finer - 1, 0) * decision
    return Parts(own, decision if finer else Fraction(0), below)


def _left_for_squares(tree: PlaceTree) -> list[Fraction]:
    """What the areas above and of each bottom leave of 1."""
    left = [Fraction(1)] * len(tree.square_levels)
    spent: list[Fraction] = []
    for level, parent, bottom in zip(tree.level, tree.parent.tolist(), tree.bottom.tolist(), strict=True):
        if level == SQUARE:
            spent.append(Fraction(0))
            continue
        spent.append(AREA_PARTS[level] + (spent[parent] if parent >= 0 else 0))
        if bottom >= 0:
            left[bottom] = 1 - spent[-1]
    return left


def node_variance(parts: NodeParts, rho: Fraction, inner: Bools, leaf: Bools) -> Floats:
    """Variance of a measurement of sensitivity 1 that has the whole of each node's part; infinite for nodes not measured."""
    part = np.array([[float(p.measured), float(p.measured + p.left)] for p in parts.kinds])[parts.kind]
    chosen = np.where(leaf, part[:, 1], np.where(inner, part[:, 0], 0.0))
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (2 * float(rho) * chosen), float)


def check_paths(tree: PlaceTree, parts: NodeParts, inner: Bools, leaf: Bools) -> None:
    """Add up every path from the top to a leaf in exact fractions; raises :class:`DisclosureError` unless each is exactly 1."""
    sums, numbers = [Fraction(0)], {Fraction(0): 0}
    after: dict[tuple[int, int, bool], int] = {}  # the same few sums come again and again: each is added up once
    spent: list[int] = []
    kinds, inners, leaves = parts.kind.tolist(), inner.tolist(), leaf.tolist()
    for i, parent in enumerate(tree.parent.tolist()):
        above = spent[parent] if parent >= 0 else 0
        if not (inners[i] or leaves[i]):
            spent.append(above)
            continue
        key = (above, kinds[i], leaves[i])
        if key not in after:
            own = parts.kinds[kinds[i]]
            total = sums[above] + own.measured + own.decision + (own.left if leaves[i] else 0)
            after[key] = numbers.setdefault(total, len(sums))
            if after[key] == len(sums):
                sums.append(total)
        spent.append(after[key])
        if leaves[i] and sums[spent[-1]] != 1:
            raise DisclosureError(
                f"budget: the path to {tree.names[i]} spends {sums[spent[-1]]} of rho, it must spend all of it once"
            )

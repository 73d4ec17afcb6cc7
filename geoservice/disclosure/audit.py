"""The audit: attack the measurement as an adversary who knows every other household would, many thousand times.

Two registers that differ by one household are measured again and again on a tiny county. The attacker sees everything that is
measured and which places were cut, and knows all the rest. From how well the two can be told apart follows a lower bound on the
privacy loss that really happened; it must stay below the loss that is claimed. Bounds of differential privacy by experiment:
Ding et al. (2018), Jagielski, Ullman and Oprea (2020); mu of Gaussian differential privacy: Dong, Roth and Su (2022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy import stats

from geoservice.disclosure.budget import NodeParts, node_parts, node_variance
from geoservice.disclosure.measure import Cut, Households, Query, decide, exact_counts, measure, threshold
from geoservice.disclosure.quantities import query_weights
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import PlaceTree
from geoservice.geo import Bools, Floats, Int32s, Ints

CONFIDENCE = 0.999
CANDIDATES = 64


@dataclass(frozen=True)
class NeighbourPair:
    """A tiny county with and without one household.

    ``without`` are the other households; ``target`` is the one in question, a table of one row.
    """

    tree: PlaceTree
    queries: Sequence[Query]
    without: Households
    target: Households

    def households(self, *, present: bool) -> Households:
        """Return the register with or without the target."""
        return _joined(self.without, self.target) if present else self.without


def _joined(first: Households, second: Households) -> Households:
    return Households(
        np.concatenate([first.square, second.square]),
        np.concatenate([first.migrant_class, second.migrant_class]),
        np.concatenate([first.persons, second.persons]),
        {g: np.concatenate([first.groups[g], second.groups[g]]) for g in first.groups},
    )


def copies(tree: PlaceTree, n: int) -> PlaceTree:
    """Return ``n`` trees side by side as one: a release of the whole is ``n`` independent releases of the tree.

    Nodes stay in order of depth; node ``i`` of copy ``k`` is ``i * n + k``.
    """
    number = np.arange(n, dtype=np.int32)
    parent = np.where(tree.parent[:, None] >= 0, tree.parent[:, None] * n + number, -1).astype(np.int32)

    def spread(values: Int32s) -> Int32s:
        return np.repeat(values, n)

    return replace(
        tree,
        names=[name for name in tree.names for _ in range(n)],
        level=[level for level in tree.level for _ in range(n)],
        parent=parent.ravel(),
        depth=spread(tree.depth),
        finer=spread(tree.finer),
        bottom=spread(tree.bottom),
    )


Scores = Mapping[str, Floats]
"""What an attacker makes of each release, by name; arrays of shape ``(releases,)``, larger where the target seems present."""


def play(world: NeighbourPair, rho: Fraction, sampler: Sampler, releases: int, *, present: bool) -> Scores:
    """Measure the county with or without the target, ``releases`` times, and score each release as the attacker would.

    The score ``likelihood`` is the logarithm of the likelihood ratio of all that was measured and of where the tree was cut,
    which no other score beats if the noise is what it claims to be. The others look for what should not be there at all: an
    exact total, and a tree whose size or whose nodes on the target's path tell.
    """
    tree, many = world.tree, copies(world.tree, releases)
    own = node_parts(tree)
    parts = NodeParts(np.repeat(own.kind, releases), own.kinds)
    people, known = world.households(present=present), world.households(present=False)
    weights = query_weights(world.queries)
    counts = {q.name: exact_counts(q, people, tree) for q in world.queries}
    expected = {q.name: exact_counts(q, known, tree) for q in world.queries}
    added = {q.name: exact_counts(q, world.target, tree) for q in world.queries}
    limit = threshold(tree, own, rho, weights["households"])
    cut = decide(many, parts, rho, np.repeat(limit, releases), np.repeat(counts["households"][:, 0], releases), sampler)
    score = _score_of_cut(tree, own, rho, limit, expected["households"][:, 0], added["households"][:, 0], cut, releases)
    total = np.zeros(releases)
    for query in world.queries:
        exact = np.repeat(counts[query.name], releases, axis=0)
        noisy = measure(parts, rho, cut, query, weights[query.name], exact, sampler).reshape(tree.nodes, releases, -1)
        variance = node_variance(parts, rho, cut.inner, cut.leaf).reshape(tree.nodes, releases, 1)
        variance = variance * query.sensitivity**2 / float(weights[query.name])
        step = added[query.name][:, None, :]
        score += (step * (2 * (noisy - expected[query.name][:, None, :]) - step) / (2 * variance)).sum(axis=(0, 2))
        if query.name == "households":
            total = noisy[0, :, 0] - expected[query.name][0, 0]
    size = (cut.inner | cut.leaf).reshape(tree.nodes, releases)
    path = size[added["households"][:, 0] > 0]
    counted = {"total": total, "places": size.sum(axis=0), "path": path.sum(axis=0)}
    return {"likelihood": score, **{name: v.astype(float) for name, v in counted.items()}}


def _score_of_cut(
    tree: PlaceTree, parts: NodeParts, rho: Fraction, limit: Ints, count: Ints, step: Ints, cut: Cut, releases: int
) -> Floats:
    """Logarithm of the likelihood ratio of the decisions along the target's path."""
    score = np.zeros(releases)
    inner, leaf = cut.inner.reshape(tree.nodes, releases), cut.leaf.reshape(tree.nodes, releases)
    for node in np.flatnonzero((step > 0) & (tree.finer > 0)):
        sigma = float(1 / np.sqrt(2 * float(rho * parts.kinds[parts.kind[node]].decision)))
        edge = (limit[node] + 0.5 - count[node]) / sigma
        moved = (limit[node] + 0.5 - count[node] - step[node]) / sigma
        score += np.where(inner[node], stats.norm.logsf(moved) - stats.norm.logsf(edge), 0)
        score += np.where(leaf[node], stats.norm.logcdf(moved) - stats.norm.logcdf(edge), 0)
    return score


def loss_bound(absent: Floats, present: Floats) -> float:
    """Lower bound on mu, at confidence ``CONFIDENCE``, from scores of releases without and with the target.

    Thresholds are chosen on one half of the releases; on the other half Clopper-Pearson bounds of the two error rates give
    ``mu >= z(present above) - z(absent above)``.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> bool(0.8 < loss_bound(draw.normal(0, 1, 20_000), draw.normal(1, 1, 20_000)) < 1)
    True
    """
    (chosen_absent, absent), (chosen_present, present) = ((s[::2], s[1::2]) for s in (absent, present))
    edges = np.unique(np.quantile(np.concatenate([chosen_absent, chosen_present]), np.linspace(0, 1, CANDIDATES)))
    best = max(edges, key=lambda e: _bound(chosen_absent > e, chosen_present > e))
    return _bound(absent > best, present > best)


def _bound(absent: Bools, present: Bools) -> float:
    tail = (1 - CONFIDENCE) / 2
    low = stats.beta.ppf(tail, present.sum(), len(present) - present.sum() + 1) if present.any() else 0.0
    high = stats.beta.ppf(1 - tail, absent.sum() + 1, len(absent) - absent.sum()) if not absent.all() else 1.0
    return float(np.clip(stats.norm.ppf(low) - stats.norm.ppf(high), -20, 20))


def mean_gap(absent: Floats, present: Floats) -> tuple[float, float]:
    """Distance of the two means in standard deviations, and its standard error: mu itself where scores are normal.

    A small excess of loss that no single threshold shows can show here.
    """
    spread = np.sqrt((absent.var() + present.var()) / 2)
    gap = (present.mean() - absent.mean()) / spread
    return float(gap), float(np.sqrt(1 / len(absent) + 1 / len(present) + gap**2 / (2 * (len(absent) + len(present)))))

"""The audit: many thousand simulated attacks on the measurement by an adversary who knows every other household.

Two registers that differ by one household are measured repeatedly on a tiny county. The adversary sees all measurements and
which places were divided, and knows everything else. How well the two can be distinguished gives a lower bound on the actual
privacy loss, which must stay below the stated loss. Empirical bounds of differential privacy: Ding et al. (2018), Jagielski,
Ullman and Oprea (2020); mu of Gaussian differential privacy: Dong, Roth and Su (2022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy import stats

from geoservice.disclosure.budget import NodeParts, divide_rho, node_parts, node_variance
from geoservice.disclosure.location_classes import counted_areas, exact_locations, noisy_locations
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

    ``without`` are the other households; ``target`` is the one household, a table of one row.
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
        np.concatenate([first.location, second.location]),
        None if first.arrival is None or second.arrival is None else np.concatenate([first.arrival, second.arrival]),
    )


def copies(tree: PlaceTree, n: int) -> PlaceTree:
    """Return ``n`` copies of a tree as one tree, whose release is ``n`` independent releases of the tree.

    Nodes stay in order of depth; node ``i`` of copy ``k`` is ``i * n + k``.
    """
    number = np.arange(n, dtype=np.int32)
    parent = np.where(tree.parent[:, None] >= 0, tree.parent[:, None] * n + number, -1).astype(np.int32)

    def repeat(values: Int32s) -> Int32s:
        return np.repeat(values, n)

    return replace(
        tree,
        names=[name for name in tree.names for _ in range(n)],
        level=[level for level in tree.level for _ in range(n)],
        parent=parent.ravel(),
        depth=repeat(tree.depth),
        finer=repeat(tree.finer),
        bottom=repeat(tree.bottom),
    )


Scores = Mapping[str, Floats]
"""The adversary's scores of releases by name; shapes ``(releases,)``, larger if the target seems present."""


def score_releases(pair: NeighbourPair, rho: Fraction, sampler: Sampler, releases: int, *, present: bool) -> Scores:
    """Measure the county with or without the target ``releases`` times, and return the adversary's scores.

    ``rho`` is divided between places and locations as for a register; the origins of migrants are not measured here.

    The score ``likelihood`` is the log-likelihood ratio of all measurements and of the division of the tree, which is optimal
    if the noise has the stated distribution. The others look for leaks: an exact total, a tree whose size, or whose nodes
    on the target's path, depend on the target, and the target's count of locations.
    """
    rho, _, rho_locations = divide_rho(rho, migrants=False)
    tree, tree_copies = pair.tree, copies(pair.tree, releases)
    tree_parts = node_parts(tree)
    parts = NodeParts(np.repeat(tree_parts.kind, releases), tree_parts.kinds)
    households, others = pair.households(present=present), pair.households(present=False)
    weights = query_weights(pair.queries)
    counts = {q.name: exact_counts(q, households, tree) for q in pair.queries}
    expected = {q.name: exact_counts(q, others, tree) for q in pair.queries}
    contribution = {q.name: exact_counts(q, pair.target, tree) for q in pair.queries}
    limit = threshold(tree, tree_parts, rho, weights["households"])
    cut = decide(tree_copies, parts, rho, np.repeat(limit, releases), np.repeat(counts["households"][:, 0], releases), sampler)
    score = _score_of_cut(
        tree, tree_parts, rho, limit, expected["households"][:, 0], contribution["households"][:, 0], cut, releases
    )
    total = np.zeros(releases)
    for query in pair.queries:
        exact = np.repeat(counts[query.name], releases, axis=0)
        noisy = measure(parts, rho, cut, query, weights[query.name], exact, sampler).reshape(tree.nodes, releases, -1)
        variance = node_variance(parts, rho, cut.inner, cut.leaf).reshape(tree.nodes, releases, 1)
        variance = variance * query.sensitivity**2 / float(weights[query.name])
        change = contribution[query.name][:, None, :]
        score += (change * (2 * (noisy - expected[query.name][:, None, :]) - change) / (2 * variance)).sum(axis=(0, 2))
        if query.name == "households":
            total = noisy[0, :, 0] - expected[query.name][0, 0]
    located, target_cell = score_of_locations(pair, rho_locations, sampler, releases, present=present)
    score += located
    in_tree = (cut.inner | cut.leaf).reshape(tree.nodes, releases)
    on_path = in_tree[contribution["households"][:, 0] > 0]
    leak_scores = {"total": total, "places": in_tree.sum(axis=0), "path": on_path.sum(axis=0), "located": target_cell}
    return {"likelihood": score, **{name: v.astype(float) for name, v in leak_scores.items()}}


def score_of_locations(
    pair: NeighbourPair, rho: Fraction, sampler: Sampler, releases: int, *, present: bool
) -> tuple[Floats, Floats]:
    """Return the scores of the counts of locations alone, measured with ``rho``, for the game of :func:`score_releases`.

    These are the log-likelihood ratio, and the count in the target's cell less that of the others; shapes ``(releases,)``.
    """
    areas = counted_areas(pair.tree)
    exact, expected = (exact_locations(areas, pair.households(present=p)) for p in (present, False))
    change = exact_locations(areas, pair.target)
    noisy = noisy_locations(np.repeat(exact[None], releases, axis=0), rho, sampler)
    difference = noisy - expected
    score = (change * (2 * difference - change)).sum(axis=(1, 2)) * float(rho)  # 1 / (2 variance) is rho
    return score, (change * difference).sum(axis=(1, 2))


def _score_of_cut(
    tree: PlaceTree, parts: NodeParts, rho: Fraction, limit: Ints, count: Ints, change: Ints, cut: Cut, releases: int
) -> Floats:
    """Return the log-likelihood ratio of the decisions along the target's path."""
    score = np.zeros(releases)
    inner, leaf = cut.inner.reshape(tree.nodes, releases), cut.leaf.reshape(tree.nodes, releases)
    for node in np.flatnonzero((change > 0) & (tree.finer > 0)):
        sigma = float(1 / np.sqrt(2 * float(rho * parts.kinds[parts.kind[node]].decision)))
        threshold_absent = (limit[node] + 0.5 - count[node]) / sigma
        threshold_present = (limit[node] + 0.5 - count[node] - change[node]) / sigma
        score += np.where(inner[node], stats.norm.logsf(threshold_present) - stats.norm.logsf(threshold_absent), 0)
        score += np.where(leaf[node], stats.norm.logcdf(threshold_present) - stats.norm.logcdf(threshold_absent), 0)
    return score


def loss_bound(absent: Floats, present: Floats) -> float:
    """Return a lower bound on mu, at confidence ``CONFIDENCE``, from scores of releases without and with the target.

    Thresholds are chosen on one half of the releases; on the other half Clopper-Pearson bounds of the two error rates give
    ``mu >= z(present above) - z(absent above)``.

    Examples
    --------
    >>> draw = np.random.default_rng(1)
    >>> bool(0.8 < loss_bound(draw.normal(0, 1, 20_000), draw.normal(1, 1, 20_000)) < 1)
    True
    """
    (training_absent, absent), (training_present, present) = ((s[::2], s[1::2]) for s in (absent, present))
    edges = np.unique(np.quantile(np.concatenate([training_absent, training_present]), np.linspace(0, 1, CANDIDATES)))
    best = max(edges, key=lambda e: _bound(training_absent > e, training_present > e))
    return _bound(absent > best, present > best)


def _bound(absent: Bools, present: Bools) -> float:
    tail = (1 - CONFIDENCE) / 2
    low = stats.beta.ppf(tail, present.sum(), len(present) - present.sum() + 1) if present.any() else 0.0
    high = stats.beta.ppf(1 - tail, absent.sum() + 1, len(absent) - absent.sum()) if not absent.all() else 1.0
    return float(np.clip(stats.norm.ppf(low) - stats.norm.ppf(high), -20, 20))


def mean_gap(absent: Floats, present: Floats) -> tuple[float, float]:
    """Return the distance of the two means in standard deviations, which is mu if scores are normal, and its standard error.

    It can detect a small excess loss that no single threshold detects.
    """
    deviation = np.sqrt((absent.var() + present.var()) / 2)
    gap = (present.mean() - absent.mean()) / deviation
    return float(gap), float(np.sqrt(1 / len(absent) + 1 / len(present) + gap**2 / (2 * (len(absent) + len(present)))))

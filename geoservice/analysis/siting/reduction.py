"""Reduction of a problem before it is solved: kept and forced sites, equal demand points and useless candidates drop out.

None of it changes the best choice. Kept and forced sites become the time ``base`` of each point. Points that the same
candidates reach at the same times are one point with the sum of their people. A candidate is dropped if another one is as
cheap and reaches its points as soon (Church & ReVelle 1974 call both essential; the rules are those of set covering).
"""

from dataclasses import dataclass, replace

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.problem import Limits, Problem, read_only
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Floats, Int32s, Ints

_SEEDS = (np.uint64(0x5851F42D4C957F2D), np.uint64(0x14057B7EF767814F))


@dataclass(frozen=True)
class Reduced:
    """A problem without states: choose at most ``sites`` rows within ``budget`` so that weighted times are least.

    ``site`` are the candidates of the rows, ``base`` the times of points that no row serves, ``constant`` the cost of the
    points that no row can serve sooner. The times of the pairs are an empty array if they take none.
    """

    site: Ints
    pairs: TravelPairs
    weight: Floats
    base: Int32s
    cost: Floats
    sites: int
    budget: float
    constant: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", TravelPairs(*(read_only(array) for array in self.pairs)))
        for name in ("weight", "base", "cost"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    @property
    def rows(self) -> int:
        """Number of candidates."""
        return len(self.site)

    @property
    def size(self) -> int:
        """Number of pairs."""
        return len(self.pairs.point)

    def nearest(self, rows: Ints) -> Int32s:
        """Return the time of each point to the nearest of some rows, at most ``base``; shape ``(points,)``."""
        nearest = self.base.copy()
        kernels.lower_base(*self.pairs, np.asarray(rows, np.int64), nearest)
        return nearest

    def value(self, rows: Ints) -> float:
        """Return the weighted time of a choice, with the constant."""
        return self.constant + float(self.weight @ self.nearest(rows))

    def is_within_limits(self, rows: Ints) -> bool:
        """Return whether a choice keeps the limits."""
        return len(rows) <= self.sites and float(self.cost[rows].sum()) <= self.budget * (1 + 1e-12)


def reduce(problem: Problem, limits: Limits, beyond: int, *, timed: bool) -> Reduced:
    """Return the reduced form of a problem.

    Parameters
    ----------
    problem : Problem
    limits : Limits
    beyond : int
        Time of people whom no site reaches; 1 in coverage.
    timed : bool
        Whether pairs take their time, or none as in coverage.
    """
    indptr, point, ms = problem.pairs
    pairs = (indptr, point, ms if timed else np.empty(0, np.int32))
    base = np.full(problem.points, beyond, np.int32)
    settled = problem.has_state("kept", "forced")
    kernels.lower_base(*pairs, np.flatnonzero(settled), base)
    site = np.flatnonzero(~settled)
    forced = problem.has_state("forced")
    unmerged = Reduced(
        site,
        TravelPairs(*kernels.useful_rows(*pairs, site, problem.weight, base)),
        problem.weight,
        base,
        problem.costs[site],
        limits.sites - int(forced.sum()),
        limits.budget - float(problem.costs[forced].sum()),
        0.0,
    )
    smaller = without_dominated(merge_points(unmerged))
    return merge_points(smaller)  # points may be equal once candidates have dropped out


def merge_points(problem: Reduced) -> Reduced:
    """Return the problem with equal points merged, and without the points that no row serves."""
    used = np.zeros(len(problem.weight), np.bool_)
    used[problem.pairs.point] = True
    members, group, leaders = groups_of_points(problem.pairs, problem.base, used)
    number = np.full(len(problem.weight), -1, np.int32)
    number[members[leaders]] = np.arange(len(leaders))
    unused = float(problem.weight[~used] @ problem.base[~used])
    return replace(
        problem,
        pairs=TravelPairs(*kernels.renumbered_rows(*problem.pairs, number)),
        weight=np.asarray(np.bincount(group, problem.weight[members], len(leaders)), float),
        base=problem.base[members[leaders]],
        constant=problem.constant + unused,
    )


def groups_of_points(pairs: TravelPairs, base: Int32s, used: Bools) -> tuple[Ints, Ints, Ints]:
    """Return the used points, the group of each, and the first member of each group.

    Points of a group have the same base and the same candidates at the same times, by hashes of 128 bits.
    """
    members = np.flatnonzero(used)
    first, second = (kernels.point_hashes(*pairs, read_only(base), seed)[members] for seed in _SEEDS)
    return members, *_groups(first, second)


def _groups(
    first: "np.ndarray[tuple[int], np.dtype[np.uint64]]", second: "np.ndarray[tuple[int], np.dtype[np.uint64]]"
) -> tuple[Ints, Ints]:
    """Return the group of each entry and the first entry of each group; groups are in the order of their first entries."""
    order = np.lexsort((second, first))
    new = np.ones(len(order), np.bool_)
    new[1:] = (first[order][1:] != first[order][:-1]) | (second[order][1:] != second[order][:-1])
    group_of_sorted = np.cumsum(new) - 1
    leader = order[new]  # lexsort is stable: the first entry of each group
    rank = np.empty(len(leader), np.int64)
    by_entry = np.argsort(leader, kind="stable")
    rank[by_entry] = np.arange(len(leader))
    group = np.empty(len(order), np.int64)
    group[order] = rank[group_of_sorted]
    return group, leader[by_entry]


def without_dominated(problem: Reduced) -> Reduced:
    """Return the problem without candidates that another one replaces."""
    start, site = kernels.transposed(problem.pairs.indptr, problem.pairs.point, len(problem.weight))
    keep = np.flatnonzero(~kernels.dominated(*problem.pairs, start, site, problem.cost))
    rows = kernels.useful_rows(*problem.pairs, keep, problem.weight, problem.base)
    return replace(problem, site=problem.site[keep], pairs=TravelPairs(*rows), cost=problem.cost[keep])


def restrict(problem: Reduced, opened: Bools, closed: Bools) -> Reduced:
    """Return the problem with some rows open and some closed for good; points keep their numbers.

    ``site`` are then the row numbers of ``problem``.
    """
    rows = np.flatnonzero(opened)
    base, free = problem.nearest(rows), np.flatnonzero(~opened & ~closed)
    pairs = TravelPairs(*kernels.useful_rows(*problem.pairs, free, problem.weight, base))
    left = problem.budget - float(problem.cost[rows].sum())
    return replace(
        problem, site=free, pairs=pairs, base=base, cost=problem.cost[free], sites=problem.sites - len(rows), budget=left
    )

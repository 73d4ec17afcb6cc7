"""People assigned to open sites with limited capacity, as a linear program."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reduction import groups_of_points
from geoservice.analysis.siting.solver import Program, solve, stacked
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

_ALLOCATION_SECONDS = 600.0


@dataclass(frozen=True)
class Allocation:
    """Pairs of candidates and points with people, and what each person served over a pair is worth.

    Points that the same candidates reach at the same times are one point. ``worth`` is the time saved against being out of
    reach, or 1 in coverage; shape ``(pairs,)``. ``capacity`` is at most the people in reach.
    """

    site: Ints
    point: Ints
    worth: Floats
    weight: Floats
    capacity: Floats

    @classmethod
    def of(cls, problem: Problem, beyond: int, *, timed: bool) -> "Allocation":
        """Return the pairs of a problem; raises :class:`ParameterError` if it has no capacities."""
        if problem.capacity is None:
            raise ParameterError("capacity: got none, the capacitated models need one for each candidate")
        merged = _merged(problem, timed=timed)
        pairs, weight = merged.pairs, merged.weight
        site = np.repeat(np.arange(problem.candidates), np.diff(pairs.indptr))
        worth = beyond - pairs.ms.astype(float) if timed else np.ones(len(site))
        in_reach = np.bincount(site, weight[pairs.point], problem.candidates)
        return cls(site, pairs.point.astype(np.int64), worth, weight, np.minimum(problem.capacity, in_reach))

    def value(self, sites: Ints) -> float:
        """Return the most that open sites are worth."""
        return self._solve(sites)[0]

    def load(self, sites: Ints) -> Floats:
        """Return the people that open sites serve in the best allocation; shape ``(candidates,)``."""
        return self._solve(sites)[1]

    def _solve(self, sites: Ints) -> tuple[float, Floats]:
        used = np.isin(self.site, sites)
        site, point, worth = self.site[used], self.point[used], self.worth[used]
        load = np.zeros(len(self.capacity))
        if not len(site):
            return 0.0, load
        pair, points = np.arange(len(site)), len(self.weight)
        matrix = stacked(
            [(point, pair, np.ones(len(site))), (points + site, pair, np.ones(len(site)))], (points + len(load), len(site))
        )
        upper = np.concatenate([self.weight, self.capacity])
        free = np.zeros(len(site), np.bool_)
        answer = solve(
            Program(-worth, matrix, np.full(len(upper), -np.inf), upper, self.weight[point], free), _ALLOCATION_SECONDS
        )
        assert answer.values is not None  # serving nobody keeps all conditions
        np.add.at(load, site, answer.values)
        return float(worth @ answer.values), load

    def alone(self) -> Floats:
        """Return what each candidate is worth as the only site; shape ``(candidates,)``."""
        order = np.lexsort((-self.worth, self.site))
        site, people, worth = self.site[order], self.weight[self.point[order]], self.worth[order]
        first = np.searchsorted(site, np.arange(len(self.capacity)))
        before = np.cumsum(people) - people
        before -= before[first[site]] if len(site) else 0.0
        served = np.clip(self.capacity[site] - before, 0, people)
        return np.asarray(np.bincount(site, served * worth, len(self.capacity)), float)

    def program(self, free: Bools, opened: Bools, cost: Floats, sites: int, budget: float) -> Program:
        """Return the program that chooses sites and assigns people; its first columns are the candidates."""
        m, n, k = len(self.capacity), len(self.weight), len(self.site)
        pair, chosen, fixed = np.arange(k), np.flatnonzero(free), np.flatnonzero(opened)
        one = np.ones(k)
        parts = [
            (self.point, m + pair, one),
            (n + self.site, m + pair, one),
            (n + np.arange(m), np.arange(m), -self.capacity),
            (n + m + pair, m + pair, one),
            (n + m + pair, self.site, -np.minimum(self.weight[self.point], self.capacity[self.site])),
            (np.full(len(chosen), n + m + k), chosen, np.ones(len(chosen))),
            (np.full(len(chosen), n + m + k + 1), chosen, cost[chosen]),
            (n + m + k + 2 + np.arange(len(fixed)), fixed, np.ones(len(fixed))),
        ]
        rows = n + m + k + 2 + len(fixed)
        upper = np.concatenate([self.weight, np.zeros(m + k), [float(sites), budget], np.ones(len(fixed))])
        lower = np.full(rows, -np.inf)
        lower[rows - len(fixed) :] = 1.0
        limit = np.concatenate([np.ones(m), self.weight[self.point]])
        whole = np.arange(m + k) < m
        return Program(np.append(np.zeros(m), -self.worth), stacked(parts, (rows, m + k)), lower, upper, limit, whole)


@dataclass(frozen=True)
class _Merged:
    pairs: TravelPairs
    weight: Floats


def _merged(problem: Problem, *, timed: bool) -> _Merged:
    """Return the pairs of points with people, equal points merged."""
    ms = problem.pairs.ms if timed else np.empty(0, np.int32)
    pairs = TravelPairs(problem.pairs.indptr, problem.pairs.point, ms)
    members, group, leaders = groups_of_points(pairs, np.zeros(problem.points, np.int32), problem.weight > 0)
    number = np.full(problem.points, -1, np.int32)
    number[members[leaders]] = np.arange(len(leaders))
    rows = kernels.renumbered_rows(*pairs, number)
    return _Merged(TravelPairs(*rows), np.asarray(np.bincount(group, problem.weight[members], len(leaders)), float))

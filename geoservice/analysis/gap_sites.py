"""The best place for a new station in or at each service gap: the people whom it would newly reach, and its closest rival.

A place is compared by the people whom no station reaches in time and a station there would: people who are covered already do
not count (Church & ReVelle 1974, The maximal covering location problem, for one more site).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting import kernels
from geoservice.analysis.siting.margins import Margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import explain
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Floats, Int32s, Ints

SITES_AT_ONCE = 64
"""Sites whose travel times are searched together: it bounds the pairs that are in memory."""
Search = Callable[[Ints], TravelPairs]
"""Returns the people's points within a time of some sites, given by position."""


@dataclass(frozen=True)
class BestSites:
    """The best site of each gap; arrays of shape ``(gaps,)``.

    ``site`` is its position among the candidates, -1 for a gap without one. ``is_tied`` says that another candidate reaches a
    number of people that differs by less than its margin; ``has_rival`` that the margin and another candidate are known.
    ``pairs`` has a row for each gap: the points that its site newly reaches, and their times.
    """

    site: Ints
    is_tied: Bools
    has_rival: Bools
    pairs: TravelPairs


def best_sites(owner: Ints, gaps: int, search: Search, weight: Floats, limit: int, margin: Margin | None) -> BestSites:
    """Return the candidate of each gap that reaches most people; of equal ones the first.

    Parameters
    ----------
    owner : int64 array, shape (candidates,)
        Gap of each candidate, ascending.
    gaps : int
        Number of gaps; some may have no candidate.
    search : function
        Returns the pairs within ``limit`` of some candidates and the points that no station reaches.
    weight : float64 array, shape (points,)
        People of each of these points, not below 0.
    limit : int
        Milliseconds, inclusive.
    margin : function, optional
        Margin of the people at points; see :mod:`geoservice.analysis.siting.margins`.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 1, 3, 4]), np.array([0, 0, 1, 2], np.int32), np.array([9, 9, 9, 9], np.int32))
    >>> best = best_sites(np.array([0, 0, 1]), 2, pairs.take, np.array([5.0, 2.0, 4.0]), 10, None)
    >>> best.site.tolist(), best.pairs.point.tolist()
    ([1, 2], [0, 1, 2])
    """
    site, tied, rival = np.full(gaps, -1, np.int64), np.zeros(gaps, np.bool_), np.zeros(gaps, np.bool_)
    rows = [_NO_PAIRS] * gaps
    for block in _blocks(owner):
        pairs = search(block)
        gain = kernels.gains(pairs.indptr, pairs.point, _NO_TIMES, weight, np.ones(len(weight), np.int32))
        for gap in np.unique(owner[block]):
            members = np.flatnonzero(owner[block] == gap)
            best = int(np.argmax(gain[members]))
            own = pairs.take(members)
            site[gap], rows[gap] = block[members[best]], own.take(np.array([best]))
            pick = explain(Problem(own, weight), np.array([best]), limit + 1, margin)[0]
            tied[gap], rival[gap] = pick.is_tied, bool(np.isfinite(pick.difference_margin))
    return BestSites(site, tied, rival, TravelPairs.joined(rows))


_NO_TIMES = np.empty(0, np.int32)
_NO_PAIRS = TravelPairs(np.zeros(2, np.int64), _NO_TIMES, _NO_TIMES)


def _blocks(owner: Ints) -> list[Ints]:
    """Return the positions of candidates in blocks of whole gaps, with about ``SITES_AT_ONCE`` in each."""
    if not len(owner):
        return []
    start = np.searchsorted(owner, owner)  # position of the first candidate of the same gap
    return [np.flatnonzero(start // SITES_AT_ONCE == b) for b in np.unique(start // SITES_AT_ONCE)]


def longest_times(gap: Int32s, gaps: int, ms: Int32s, people: Bools, sites: Ints, search: Search) -> tuple[Int32s, Int32s]:
    """Return the longest time of people in each gap, before and after a station at its site.

    Parameters
    ----------
    gap : int32 array, shape (points,)
        Gap of each point that no station reaches in time, -1 for none.
    gaps : int
    ms : int32 array, shape (points,)
        Time to the nearest station, ``UNREACHED`` beyond the search limit.
    people : bool array, shape (points,)
        Whether people live at the point.
    sites : int64 array
        Gaps with a site.
    search : function
        Returns the pairs of the sites of some gaps within the search limit.

    Returns
    -------
    int32 arrays, shape (gaps,)
        Milliseconds; 0 for a gap without people.

    Examples
    --------
    >>> pairs = TravelPairs(np.array([0, 2]), np.array([0, 1], np.int32), np.array([9, 3], np.int32))
    >>> gap, people = np.zeros(2, np.int32), np.ones(2, bool)
    >>> [a.tolist() for a in longest_times(gap, 1, np.array([8, 20], np.int32), people, np.array([0]), pairs.take)]
    [[20], [8]]
    """
    inside = people & (gap >= 0)
    before, after_ms = np.zeros(gaps, np.int32), ms.copy()
    np.maximum.at(before, gap[inside], ms[inside])
    for first in range(0, len(sites), SITES_AT_ONCE):
        block = sites[first : first + SITES_AT_ONCE]
        pairs = search(block)
        own = gap[pairs.point] == block[pairs.station]
        np.minimum.at(after_ms, pairs.point[own], pairs.ms[own])
    after = np.zeros(gaps, np.int32)
    np.maximum.at(after, gap[inside], after_ms[inside])
    return before, after

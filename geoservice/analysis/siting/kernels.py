# mypy: disable-error-code="no-untyped-def"
# the functions here are compiled by numba from the types of their first call; their callers are typed.
# They stay in one file, because numba's cache of a function does not notice changes of the functions it calls in other files.
"""Compiled loops of the siting models, over compressed rows of candidates and points.

All models of coverage and of travel time share them. A point has a time ``base`` that holds if no site is chosen (the time
to a kept site, or what is charged for people out of reach), and the cost of a choice is the sum of weight x time to the
nearest chosen site, at most ``base``. In coverage a pair takes no time: ``ms`` is then empty and each ``base`` is 1.
"""

import numba
import numpy as np
from numba import int32, uint64


@numba.njit(cache=True)
def unsorted_row(indptr, point, points):
    """Return the first row whose points are not ascending, distinct and from 0 to ``points - 1``; -1 if there is none."""
    for row in range(len(indptr) - 1):
        last = -1
        for k in range(indptr[row], indptr[row + 1]):
            if point[k] <= last or point[k] >= points:
                return row
            last = point[k]
    return -1


@numba.njit(cache=True)
def rows_within(indptr, point, ms, limit):
    """Return the rows with the pairs up to a time only."""
    start = np.zeros(len(indptr), np.int64)
    for row in range(len(indptr) - 1):
        count = 0
        for k in range(indptr[row], indptr[row + 1]):
            count += ms[k] <= limit
        start[row + 1] = start[row] + count
    points, times = np.empty(start[-1], np.int32), np.empty(start[-1], np.int32)
    to = 0
    for k in range(len(point)):
        if ms[k] <= limit:
            points[to], times[to] = point[k], ms[k]
            to += 1
    return start, points, times


@numba.njit(cache=True)
def useful_rows(indptr, point, ms, rows, weight, base):
    """Return some rows with the pairs that are shorter than ``base`` at a point with people only; ``ms`` may be empty."""
    timed = len(ms) > 0
    start = np.zeros(len(rows) + 1, np.int64)
    for n in range(len(rows)):
        count = 0
        for k in range(indptr[rows[n]], indptr[rows[n] + 1]):
            count += weight[point[k]] > 0 and (ms[k] if timed else int32(0)) < base[point[k]]
        start[n + 1] = start[n] + count
    points, times = np.empty(start[-1], np.int32), np.empty(start[-1] if timed else 0, np.int32)
    to = 0
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            if weight[point[k]] > 0 and (ms[k] if timed else int32(0)) < base[point[k]]:
                points[to] = point[k]
                if timed:
                    times[to] = ms[k]
                to += 1
    return start, points, times


@numba.njit(cache=True)
def lower_base(indptr, point, ms, rows, base):
    """Lower ``base`` to the times of the points of some rows."""
    timed = len(ms) > 0
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            base[point[k]] = min(base[point[k]], ms[k] if timed else int32(0))


@numba.njit(cache=True)
def _mix(value):
    """Return the bits of a 64-bit integer well mixed (splitmix64, Steele et al. 2014)."""
    value = (value ^ (value >> uint64(30))) * uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> uint64(27))) * uint64(0x94D049BB133111EB)
    return value ^ (value >> uint64(31))


@numba.njit(cache=True)
def point_hashes(indptr, point, ms, base, seed):
    """Return a number for each point that is equal for points with the same base and the same candidates at the same times."""
    timed = len(ms) > 0
    hashes = np.empty(len(base), np.uint64)
    for i in range(len(base)):
        hashes[i] = _mix(uint64(base[i]) + seed)
    for row in range(len(indptr) - 1):
        for k in range(indptr[row], indptr[row + 1]):
            ms_k = ms[k] if timed else int32(0)
            hashes[point[k]] += _mix(((uint64(row) << uint64(32)) | uint64(ms_k)) * uint64(0x9E3779B97F4A7C15) + seed)
    return hashes


@numba.njit(cache=True)
def renumbered_rows(indptr, point, ms, number):
    """Return the rows with the points whose number is not negative, renumbered."""
    timed = len(ms) > 0
    start = np.zeros(len(indptr), np.int64)
    for row in range(len(indptr) - 1):
        count = 0
        for k in range(indptr[row], indptr[row + 1]):
            count += number[point[k]] >= 0
        start[row + 1] = start[row] + count
    points, times = np.empty(start[-1], np.int32), np.empty(start[-1] if timed else 0, np.int32)
    to = 0
    for k in range(len(point)):
        if number[point[k]] >= 0:
            points[to] = number[point[k]]
            if timed:
                times[to] = ms[k]
            to += 1
    return start, points, times


@numba.njit(cache=True)
def transposed(indptr, point, points):
    """Return the candidates of each point as compressed rows, and the pairs that they come from."""
    start = np.zeros(points + 1, np.int64)
    for i in point:
        start[i + 1] += 1
    for i in range(points):
        start[i + 1] += start[i]
    place = start[:-1].copy()
    site = np.empty(len(point), np.int32)
    for row in range(len(indptr) - 1):
        for k in range(indptr[row], indptr[row + 1]):
            site[place[point[k]]] = row
            place[point[k]] += 1
    return start, site


@numba.njit(cache=True)
def _contains(indptr, point, ms, outer, inner):
    """Return whether a row reaches all points of another one at times that are not longer."""
    timed = len(ms) > 0
    low = indptr[outer]
    end = indptr[outer + 1]
    for k in range(indptr[inner], indptr[inner + 1]):
        step = 1
        while low + step < end and point[low + step] < point[k]:
            step *= 2
        high = min(low + step, end - 1)
        while low < high:
            middle = (low + high) // 2
            if point[middle] < point[k]:
                low = middle + 1
            else:
                high = middle
        if low >= end or point[low] != point[k] or (timed and ms[low] > ms[k]):
            return False
    return True


@numba.njit(cache=True)
def dominated(indptr, point, ms, start, site, cost):
    """Return which candidates another one replaces: no dearer, at least the same points, as soon; of equals the first stays."""
    out = np.zeros(len(indptr) - 1, np.bool_)
    for row in range(len(indptr) - 1):
        size = indptr[row + 1] - indptr[row]
        if size == 0:
            out[row] = True
            continue
        rarest = point[indptr[row]]
        for k in range(indptr[row], indptr[row + 1]):
            if start[point[k] + 1] - start[point[k]] < start[rarest + 1] - start[rarest]:
                rarest = point[k]
        for k in range(start[rarest], start[rarest + 1]):
            other = site[k]
            larger = indptr[other + 1] - indptr[other]
            if other == row or out[other] or larger < size or cost[other] > cost[row]:
                continue
            if _contains(indptr, point, ms, other, row):
                # the first of equal rows is not dominated by a later one, which is removed in its own turn
                if larger == size and cost[other] == cost[row] and other > row and _contains(indptr, point, ms, row, other):
                    continue
                out[row] = True
                break
    return out


@numba.njit(cache=True)
def gain(row, indptr, point, ms, weight, nearest):
    """Return the weighted time that a candidate saves, ``nearest`` being the present times."""
    timed = len(ms) > 0
    total = 0.0
    for k in range(indptr[row], indptr[row + 1]):
        saved = nearest[point[k]] - (ms[k] if timed else int32(0))
        if saved > 0:
            total += weight[point[k]] * saved
    return total


@numba.njit(cache=True)
def gains(indptr, point, ms, weight, nearest):
    """Return the weighted time that each candidate saves; shape ``(candidates,)``."""
    out = np.empty(len(indptr) - 1)
    for row in range(len(out)):
        out[row] = gain(row, indptr, point, ms, weight, nearest)
    return out


@numba.njit(cache=True)
def best_candidate(indptr, point, ms, weight, nearest, upper, cost, left, by_ratio):
    """Return the candidate with the largest gain (or gain by cost) that costs at most ``left``; -1 if none gains.

    ``upper`` are gains of an earlier stage, which later ones never exceed (Minoux 1978); those evaluated are replaced.
    """
    fresh = np.zeros(len(upper), np.bool_)
    while True:
        best, largest = -1, 0.0
        for row in range(len(upper)):
            if cost[row] <= left and upper[row] > 0.0:
                key = upper[row] / max(cost[row], 1e-300) if by_ratio else upper[row]
                if key > largest:
                    best, largest = row, key
        if best < 0 or fresh[best]:
            return best
        upper[best] = gain(best, indptr, point, ms, weight, nearest)
        fresh[best] = True


@numba.njit(cache=True)
def open_row(row, slot, indptr, point, ms, nearest, second, owner):
    """Open a candidate: update the time to the nearest and second nearest site of its points, and the slot of the nearest."""
    timed = len(ms) > 0
    for k in range(indptr[row], indptr[row + 1]):
        i = point[k]
        ms_k = ms[k] if timed else int32(0)
        if ms_k < nearest[i]:
            second[i], nearest[i], owner[i] = nearest[i], ms_k, slot
        elif ms_k < second[i]:
            second[i] = ms_k


@numba.njit(cache=True)
def losses(weight, nearest, second, owner, slots):
    """Return the weighted time that closing each open site adds; shape ``(slots,)``."""
    out = np.zeros(slots)
    for i in range(len(owner)):
        if owner[i] >= 0:
            out[owner[i]] += weight[i] * (second[i] - nearest[i])
    return out


@numba.njit(cache=True)
def first_swap(indptr, point, ms, weight, nearest, second, owner, loss, closed, begin, stop, cost, slot_cost, spare, least):
    """Return the first candidate from ``begin`` to ``stop`` that saves more than ``least`` in place of an open site.

    Returns ``(candidate, slot)``; ``(-1, -1)`` if there is none. One pass over a candidate's points gives the profit of its
    exchange with every open site (Whitaker 1983; Resende & Werneck 2007).
    """
    timed = len(ms) > 0
    kept = np.zeros(len(loss))
    for row in range(begin, stop):
        if not closed[row]:
            continue
        kept[:] = 0.0
        saved = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            i = point[k]
            ms_k = ms[k] if timed else int32(0)
            if ms_k < second[i]:
                if ms_k < nearest[i]:
                    saved += weight[i] * (nearest[i] - ms_k)
                if owner[i] >= 0:
                    kept[owner[i]] += weight[i] * (second[i] - max(nearest[i], ms_k))
        best, largest = -1, least
        for slot in range(len(loss)):
            profit = saved - loss[slot] + kept[slot]
            if profit > largest and cost[row] - slot_cost[slot] <= spare:
                best, largest = slot, profit
        if best >= 0:
            return row, best
    return -1, -1


@numba.njit(cache=True)
def reduced_costs(indptr, point, ms, weight, price):
    """Return the sum over each candidate's points of ``min(0, weight x time - price)``; shape ``(candidates,)``."""
    timed = len(ms) > 0
    out = np.zeros(len(indptr) - 1)
    for row in range(len(out)):
        total = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            i = point[k]
            value = (weight[i] * ms[k] if timed else 0.0) - price[i]
            if value < 0.0:
                total += value
        out[row] = total
    return out


@numba.njit(cache=True)
def served_count(rows, indptr, point, ms, weight, price, count):
    """Add to ``count`` the number of some rows whose price is above the cost of serving each point."""
    timed = len(ms) > 0
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            i = point[k]
            if (weight[i] * ms[k] if timed else 0.0) < price[i]:
                count[i] += 1.0


@numba.njit(cache=True)
def implied_points(start, site, indptr, point):
    """Return which points are served by every choice that serves another point; of equal ones the first stays.

    ``start`` and ``site`` are the candidates of each point, ``indptr`` and ``point`` the points of each candidate.
    """
    out = np.zeros(len(start) - 1, np.bool_)
    for i in range(len(start) - 1):
        size = start[i + 1] - start[i]
        if size == 0 or out[i]:
            continue
        # only points of its rarest candidate can have all candidates of i
        rarest = site[start[i]]
        for k in range(start[i], start[i + 1]):
            if indptr[site[k] + 1] - indptr[site[k]] < indptr[rarest + 1] - indptr[rarest]:
                rarest = site[k]
        for k in range(indptr[rarest], indptr[rarest + 1]):
            other = point[k]
            if other == i or out[other]:
                continue
            larger = start[other + 1] - start[other]
            if larger > size or (larger == size and other > i):
                out[other] = _is_subset(start, site, i, other)
    return out


@numba.njit(cache=True)
def _is_subset(start, site, inner, outer):
    k = start[outer]
    for n in range(start[inner], start[inner + 1]):
        while k < start[outer + 1] and site[k] < site[n]:
            k += 1
        if k == start[outer + 1] or site[k] != site[n]:
            return False
    return True

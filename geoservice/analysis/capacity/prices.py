"""Prices of places: the dual of an assignment, and the pairs that would improve it.

An assignment on some of the pairs is an optimum on all of them if no other pair has a negative reduced cost (Ahuja, R. K.,
Magnanti, T. L., and Orlin, J. B. 1993, Network flows, theorem 9.3). The price of a place at a full station is what those who
hold one save by it; the prices are shortest paths between stations. To stay without a place is a station, too: it has room
for everybody and is farther than any way that people can be moved along.
"""

import numpy as np

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Ints

NEVER = 2**61
"""The price of a place at a station without any, which nobody pays."""
BLOCK = 1_000_000
"""Pairs whose reduced costs are computed at one time, to bound the memory."""


def improving_pairs(pairs: TravelPairs, chosen: TravelPairs, flow: Ints, units: Ints, places: Ints) -> Ints:
    """Return the positions in ``pairs`` of those with a negative reduced cost, in rising order.

    Parameters
    ----------
    pairs : TravelPairs
        All pairs of stations and points.
    chosen : TravelPairs
        Some of them, with the same stations.
    flow : int64 array, shape (chosen pairs,)
        An optimum on these: the most units, and of those ways one with the lowest sum of times.
    units, places : int64 arrays, shapes (points,) and (stations,)
        What points supply and stations hold.
    """
    without = (pairs.stations + 2) * (int(pairs.ms.max(initial=0)) + 1)
    price = place_prices(chosen, flow, units, places, without)
    paid = _paid(chosen, flow, units, price, without)
    found: list[Ints] = []
    for first in range(0, len(pairs.point), BLOCK):
        block = slice(first, first + BLOCK)
        station = np.searchsorted(pairs.indptr, np.arange(first, first + len(pairs.point[block])), side="right") - 1
        found.append(first + np.flatnonzero(pairs.ms[block] + price[station] < paid[pairs.point[block]]))
    return np.concatenate([np.empty(0, np.int64), *found])


def _paid(chosen: TravelPairs, flow: Ints, units: Ints, price: Ints, without: int) -> Ints:
    """Return what each point pays for its last unit, time and price: with a better offer it would move. Shape ``(points,)``."""
    paid = np.full(len(units), -NEVER, np.int64)
    used = np.flatnonzero(flow)
    paid[chosen.point[used]] = chosen.ms[used] + price[chosen.station[used]]
    served = np.bincount(chosen.point[used], flow[used], len(units)).astype(np.int64)
    paid[served < units] = without
    return paid


def place_prices(chosen: TravelPairs, flow: Ints, units: Ints, places: Ints, without: int) -> Ints:
    """Return the price of a place at each station in milliseconds; shape ``(stations,)``, 0 where places are left.

    ``without`` is the cost of a unit that stays without a place.
    """
    stations, station = chosen.stations, chosen.station
    taken = np.bincount(station, flow, stations).astype(np.int64)
    source, target, cost = _moves(chosen, station, flow, units, without)
    price = np.full(stations + 1, NEVER, np.int64)
    price[:-1][taken < places] = 0
    price[-1] = 0
    if not len(source):
        return price[:-1]
    starts = np.flatnonzero(np.concatenate([[True], source[1:] != source[:-1]]))
    while True:
        reached = np.minimum(price[target] + cost, NEVER)
        lower = np.minimum(np.minimum.reduceat(reached, starts), price[source[starts]])
        if np.array_equal(lower, price[source[starts]]):
            return price[:-1]
        price[source[starts]] = lower


def _moves(chosen: TravelPairs, station: Ints, flow: Ints, units: Ints, without: int) -> tuple[Ints, Ints, Ints]:
    """Return the cheapest move of a unit from each station to each other: source, target and cost, ordered by source.

    The last station, whose number is that of all stations, is for those without a place.
    """
    points, none = len(units), chosen.stations
    unserved = units - np.bincount(chosen.point, flow, points).astype(np.int64)
    reach = np.flatnonzero(units)
    point = np.concatenate([chosen.point.astype(np.int64), reach])
    at = np.concatenate([station, np.full(len(reach), none)])
    cost = np.concatenate([chosen.ms.astype(np.int64), np.full(len(reach), without)])
    held = np.concatenate([flow, unserved[reach]])
    order = np.argsort(point, kind="stable")
    point, at, cost, held = point[order], at[order], cost[order], held[order]
    first = np.searchsorted(point, np.arange(points + 1))
    holders = np.flatnonzero(held)
    counts = np.diff(first)[point[holders]]
    holder = np.repeat(holders, counts)
    offset = np.arange(len(holder)) - np.repeat(np.cumsum(counts) - counts, counts)
    other = first[:-1][point[holder]] + offset
    key, saved = at[holder] * (none + 1) + at[other], cost[other] - cost[holder]
    order = np.lexsort((saved, key))
    key, saved = key[order], saved[order]
    cheapest = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.empty(0, np.int64)
    source, target = np.divmod(key[cheapest], none + 1)
    is_move = source != target
    return source[is_move], target[is_move], saved[cheapest][is_move]

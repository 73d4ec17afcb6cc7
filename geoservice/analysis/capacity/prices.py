"""Prices of places: the dual of an assignment, and the pairs that would improve it.

An assignment on some of the pairs is an optimum on all of them if no other pair has a negative reduced cost (Ahuja, R. K.,
Magnanti, T. L., and Orlin, J. B. 1993, Network flows, theorem 9.3). The price of a place at a full station is what those who
hold one save by it; the prices are shortest paths between stations. To stay without a place is a station, too: it has room
for everybody and is farther than any way that people can be moved along.
"""

from collections.abc import Iterator

import numpy as np

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Int32s, Ints, repeated

NEVER = 2**61
"""The price of a place at a station without any, which nobody pays."""
BLOCK = 1_000_000
"""Pairs whose reduced costs are computed at one time, to bound the memory."""
TOGETHER = 100_000
"""Points whose moves are computed at one time, to bound the memory."""


def improving_pairs(pairs: TravelPairs, chosen: TravelPairs, flow: Ints, units: Ints, places: Ints) -> Ints:
    """Return the positions in ``pairs`` of those with a negative reduced cost, in rising order.

    If there are none, the flow is an optimum on all pairs. The reverse does not hold: prices are not unique.

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
    without = cost_without_place(pairs)
    price = place_prices(chosen, flow, units, places, without)
    paid = _paid(chosen, flow, units, price, without)
    found = [at + np.flatnonzero(cost < paid[point]) for at, point, cost in _costs(pairs, price)]
    return np.concatenate([np.empty(0, np.int64), *found])


def nearly_cheapest(pairs: TravelPairs, price: Ints, points: int, more: int) -> Bools:
    """Return which pairs cost at most ``more`` milliseconds more than the cheapest of their point, with its price."""
    lowest = np.full(points, 2 * NEVER, np.int64)
    for _, point, cost in _costs(pairs, price):
        np.minimum.at(lowest, point, cost)
    parts = [cost <= lowest[point] + more for _, point, cost in _costs(pairs, price)]
    return np.concatenate([np.empty(0, np.bool_), *parts])


def cost_without_place(pairs: TravelPairs) -> int:
    """Return the cost of a unit without a place: more than any way that people can be moved along, in milliseconds."""
    return (pairs.stations + 2) * (int(pairs.ms.max(initial=0)) + 1)


def _costs(pairs: TravelPairs, price: Ints) -> Iterator[tuple[int, Int32s, Ints]]:
    """Yield the position of each block of pairs, their points, and their times with the prices of places."""
    for first in range(0, len(pairs.point), BLOCK):
        block = slice(first, first + BLOCK)
        place = np.arange(first, first + len(pairs.point[block]))
        station = np.searchsorted(pairs.indptr, place, side="right") - 1
        yield first, pairs.point[block], pairs.ms[block] + price[station]


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
    order = np.argsort(point, kind="stable")
    first = np.searchsorted(point[order], np.arange(points + 1))
    at = np.concatenate([station, np.full(len(reach), none)])[order]
    cost = np.concatenate([chosen.ms.astype(np.int64), np.full(len(reach), without)])[order]
    held = np.concatenate([flow, unserved[reach]])[order]
    parts = []
    for start in range(0, points, TOGETHER):
        bounds = first[start : start + TOGETHER + 1]
        row = slice(bounds[0], bounds[-1])
        parts.append(_cheapest(*_moves_of_points(bounds - bounds[0], at[row], cost[row], held[row], none + 1)))
    key, saved = _cheapest(*(np.concatenate([np.empty(0, np.int64), *columns]) for columns in zip(*parts, strict=True)))
    source, target = np.divmod(key, none + 1)
    is_move = source != target
    return source[is_move], target[is_move], saved[is_move]


def _moves_of_points(bounds: Ints, at: Ints, cost: Ints, held: Ints, stations: int) -> tuple[Ints, Ints]:
    """Return all moves of the units that points hold: numbers of source and target as one, and costs.

    Point ``i`` has the stations ``at`` from ``bounds[i]`` to ``bounds[i + 1]``, and holds units in those where ``held``.
    """
    counts = np.diff(bounds)
    point = np.repeat(np.arange(len(counts)), counts)
    holders = np.flatnonzero(held)
    row, rank = repeated(counts[point[holders]])
    holder = holders[row]
    other = bounds[:-1][point[holder]] + rank
    return at[holder] * stations + at[other], cost[other] - cost[holder]


def _cheapest(key: Ints, cost: Ints) -> tuple[Ints, Ints]:
    """Return each key once, in rising order, with its lowest cost."""
    order = np.lexsort((cost, key))
    key, cost = key[order], cost[order]
    is_first = np.ones(len(key), np.bool_)
    is_first[1:] = key[1:] != key[:-1]
    return key[is_first], cost[is_first]

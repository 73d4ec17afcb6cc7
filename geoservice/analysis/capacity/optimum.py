"""The best assignment that the capacities allow: most people served, and of those ways the one with the fewest person-minutes.

A transportation problem (Hitchcock, F. L. 1941, The distribution of a product from several sources to numerous localities,
Journal of Mathematics and Physics 20), solved as a maximum flow of minimum cost by cost scaling (Goldberg, A. V. 1997, An
efficient implementation of a scaling minimum-cost flow algorithm, Journal of Algorithms 22) with OR-Tools. It begins with few
pairs, to which those with a negative reduced cost are added (:mod:`geoservice.analysis.capacity.prices`).
"""

import numpy as np

from geoservice.analysis.capacity.assignment import Assignment
from geoservice.analysis.capacity.pairs import by_point, check, chosen_pairs
from geoservice.analysis.capacity.prices import cost_without_place, improving_pairs, nearly_cheapest, place_prices
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints

UNIT = 0.001
"""Persons: demand is rounded to multiples of it, capacity down. The result is exact for these numbers."""
FEW_PAIRS = 500_000
"""Pairs that are solved at once."""
SAMPLED = 16
"""Of more, the first prices are those for every so-many-th point."""
NEARLY_MS = 180_000
"""Pairs that cost so much more than the cheapest of their point take part from the beginning: first prices are not exact."""


def rounded(demand: Floats, unit: float = UNIT) -> Floats:
    """Return persons as multiples of the unit.

    >>> rounded(np.array([2.34567]))
    array([2.346])
    """
    return np.asarray(np.rint(demand / unit) * unit, float)


def minimum_cost_assignment(pairs: TravelPairs, demand: Floats, capacity: Floats, unit: float = UNIT) -> Assignment:
    """Return the assignment that serves the most people, in the fewest person-minutes among those that do.

    Parameters
    ----------
    pairs : TravelPairs
        No one goes to a station that is not in a pair with the point, so with the nearest stations of each point alone the
        result is the best among these.
    demand : float64 array, shape (points,), persons
    capacity : float64 array, shape (stations,), persons
    unit : float, persons
        The result is exact for the demand :func:`rounded` to it, which is that of the assignment returned.

    Returns
    -------
    Assignment
        If there are several optima, one of them; always the same for the same input.

    Raises
    ------
    ParameterError
        If demand or capacity does not fit the pairs, or the unit is not above 0.

    Examples
    --------
    Both points are nearest to the first station, which has one place: it goes to who would lose more by going elsewhere.

    >>> pairs = TravelPairs.of(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([10, 20, 30, 90]), 2)
    >>> minimum_cost_assignment(pairs, np.ones(2), np.array([1.0, 5.0])).persons.tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    check(pairs, demand, capacity)
    if not unit > 0:
        raise ParameterError(f"unit: got {unit}, allowed are numbers above 0")
    units = np.rint(demand / unit).astype(np.int64)
    places = np.floor(capacity / unit * (1 + 1e-12)).astype(np.int64)
    flow = _nearest_flow(pairs, units)
    if (np.bincount(pairs.station, flow, pairs.stations) > places).any():
        flow = _maximum_flow(pairs, units, places)
    persons, people = (np.asarray(number * unit, float) for number in (flow, units))
    return Assignment(pairs, persons, people, capacity)


def _nearest_flow(pairs: TravelPairs, units: Ints) -> Ints:
    """Return the flow of all people to their nearest stations, which is the optimum if no station is too small for them."""
    order = by_point(pairs)
    first = order[np.unique(pairs.point[order], return_index=True)[1]]
    flow = np.zeros(len(pairs.point), np.int64)
    flow[first] = units[pairs.point[first]]
    return flow


def _maximum_flow(pairs: TravelPairs, units: Ints, places: Ints) -> Ints:
    """Return the maximum flow of minimum cost from points over pairs and stations to a sink; shape ``(pairs,)``.

    Of many pairs it is solved for those that are probably needed. The prices of places that belong to this flow tell which
    others would improve it; they are added, until there are none. Most pairs are never needed, and the solver takes some 100
    bytes for each.
    """
    if len(pairs.point) <= FEW_PAIRS:
        return _flow(pairs, units, places)
    is_chosen = _probable(pairs, units, places)
    while True:
        chosen = chosen_pairs(pairs, np.flatnonzero(is_chosen))
        flow = _flow(chosen, units, places)
        better = improving_pairs(pairs, chosen, flow, units, places)
        if not len(better):
            break
        is_chosen[better] = True
    every = np.zeros(len(pairs.point), np.int64)
    every[is_chosen] = flow
    return every


def _probable(pairs: TravelPairs, units: Ints, places: Ints) -> Bools:
    """Return which pairs are nearly the cheapest of their point, with the prices of places for a sample of the points."""
    some = np.zeros_like(units)
    some[::SAMPLED] = units[::SAMPLED]
    few = np.floor(places * (some.sum() / max(units.sum(), 1))).astype(np.int64)
    sample = chosen_pairs(pairs, np.flatnonzero(pairs.point % SAMPLED == 0))
    price = place_prices(sample, _flow(sample, some, few), some, few, cost_without_place(pairs))
    return nearly_cheapest(pairs, price, len(units), NEARLY_MS)


def _flow(pairs: TravelPairs, units: Ints, places: Ints) -> Ints:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    points, stations = len(units), pairs.stations
    supplied = np.flatnonzero(units > 0)
    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        pairs.point.astype(np.int64), points + pairs.station, units[pairs.point], pairs.ms.astype(np.int64)
    )
    sink = points + stations
    solver.add_arcs_with_capacity_and_unit_cost(
        points + np.arange(stations), np.full(stations, sink), places, np.zeros(stations, np.int64)
    )
    solver.set_nodes_supplies(supplied, units[supplied])
    solver.set_node_supply(sink, -int(units.sum()))
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        raise ParameterError(f"no assignment: the solver ended with {status.name} for {points} points and {stations} stations")
    return np.asarray(solver.flows(arcs), np.int64)

# mypy: disable-error-code="no-untyped-def"
# compiled by numba from the types of its first call; rational_agent.py, which calls it, is typed
"""The compiled loop of the rational agent access model; it runs without the interpreter lock."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def equilibrate(indptr, station, ms, people, capacity, tau_ms, tolerance, sweeps):
    """Return the least cost of each point, and the mean excess of costs over it as a share of it.

    ``indptr``, ``station`` and ``ms`` are the pairs as rows of points; capacities are above 0, and persons are only where there
    are pairs. In each sweep a point takes its persons from all stations and gives them back so that the stations that it uses
    cost the same: with stations in the order of their costs ``c`` without them, the first ones take ``capacity (level - c)``,
    where the level makes the sum its persons.
    """
    load = np.zeros(len(capacity))
    flow = np.zeros(len(station))
    least = np.full(len(people), np.inf)
    excess = np.inf
    for _ in range(sweeps + 1):
        spare, total = 0.0, 0.0
        for i in range(len(people)):
            first, end = indptr[i], indptr[i + 1]
            least[i] = np.inf
            paid = 0.0
            for e in range(first, end):
                j = station[e]
                cost = load[j] / capacity[j] + ms[e] / tau_ms
                least[i] = min(least[i], cost)
                paid += flow[e] * cost
            if people[i] > 0:
                spare += paid - people[i] * least[i]
                total += people[i] * least[i]
        if load.any() or not people.any():
            excess = spare / total if total > 0 else 0.0
        if excess <= tolerance:
            break
        for i in range(len(people)):
            first, end = indptr[i], indptr[i + 1]
            if people[i] > 0 and end > first:
                _divide(station[first:end], ms[first:end], people[i], capacity, tau_ms, load, flow[first:end])
    return least, excess


@numba.njit(cache=True, nogil=True)
def _divide(station, ms, people, capacity, tau_ms, load, flow):
    """Divide the persons of one point, which changes ``flow`` and ``load``."""
    cost = np.empty(len(station))
    for e in range(len(station)):
        j = station[e]
        load[j] -= flow[e]
        flow[e] = 0.0
        cost[e] = load[j] / capacity[j] + ms[e] / tau_ms
    order = np.argsort(cost)
    room, weighted, level = 0.0, people, np.inf
    for e in order:
        if cost[e] >= level:
            break
        room += capacity[station[e]]
        weighted += capacity[station[e]] * cost[e]
        level = weighted / room
    for e in order:
        if cost[e] >= level:
            break
        flow[e] = capacity[station[e]] * (level - cost[e])
        load[station[e]] += flow[e]

"""Accuracy of hotspots and flows on synthetic counties, whose exact numbers may be used."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from geoservice.analysis.hotspot_geographies import contiguity
from geoservice.analysis.hotspots import Params, hotspot_test
from geoservice.analysis.rate_map import RateMap
from geoservice.analysis.spatial_statistics.weights import Weights
from geoservice.bench.disclosure.county import County, make_county, sums
from geoservice.demand import Flows, Quantity, region_sums
from geoservice.demand.replays import error_draws
from geoservice.disclosure.budget import divide_rho
from geoservice.disclosure.origins import Migrants, Origins, list_origins, measure_origins, origins_of
from geoservice.disclosure.origins.tables import Grid, Tables, count_migrants, grid_of
from geoservice.disclosure.sampler import SeededSampler
from geoservice.geo import Bools, Floats

HOUSEHOLDS, RHOS = (60_000, 1_000_000), (Fraction(1, 2), Fraction(1))
COUNTIES = {60_000: 8, 1_000_000: 1}
"""Counties of each size. One of 60 000 households has some ten villages that are hot or cold, too few for a kappa."""
KAPPA_BARS, ORIGIN_BARS = {60_000: 0.85, 1_000_000: 0.95}, {60_000: 5.0, 1_000_000: 1.0}
LEVEL, LARGEST = "village", 10
MIGRANTS, PERSONS = Quantity("persons", "migrant"), Quantity("persons")


class _Exact(NamedTuple):
    """Exact hotspots and flows of a county, and what measurements need."""

    county: County
    weights: Weights
    levels: Floats
    origins: Origins
    migrants: Migrants
    flows: dict[tuple[str, str], float]


def accuracy(repeat: int, households: Sequence[int] = HOUSEHOLDS) -> dict[str, dict[str, Any]]:
    """Return kappa of the hotspot classes, errors of the largest origins and coverage of margins, by households and rho."""
    metrics: dict[str, dict[str, Any]] = {}
    for number in households:
        counties = [_exact(make_county(number, seed)) for seed in range(1, COUNTIES.get(number, 1) + 1)]
        seeds = range(max(2 * repeat // len(counties), 2))
        for rho in RHOS:
            for name, value, unit, bar in _scores(counties, number, rho, seeds):
                holds = True if bar is None else _holds(value, bar)
                metrics[f"{name}, {number} households, rho {float(rho):g}"] = {
                    "value": round(value, 3), "unit": unit, "bar": bar or "", "holds": holds, "peer": "", "ratio": "",
                }  # fmt: skip
    return metrics


def _holds(value: float, bar: str) -> bool:
    kind, _, limit = bar.partition(" ")
    if kind == "from":
        low, high = (float(v) for v in limit.split(" to "))
        return low <= value <= high
    return value >= float(limit) if kind == ">=" else value <= float(limit)


def _exact(county: County) -> _Exact:
    units = county.areas.areas[LEVEL]
    weights = contiguity(units, county.areas.projection)
    village, count = county.homes.area[LEVEL], len(units.ids)
    members = county.people.persons.astype(float)
    migrant = county.people.migrant_class > 0
    part, base = sums(village, members * migrant, count), sums(village, members, count)
    none = np.zeros((count, 0))
    rates = RateMap({}, part, base, none, none, base > 0)
    origins = list_origins(county.area_table, chinese=True)
    rows = np.flatnonzero(migrant)
    homes = county.table.column("registered_area").combine_chunks().take(rows)
    wide, fine = origins_of(homes, origins, county.area_table, chinese=True)
    migrants = Migrants(county.people.square[rows], wide, fine, county.people.persons[rows])
    grid = grid_of(county.tree, origins)
    counts = count_migrants(county.tree, grid, migrants)
    flows = _exact_flows(county, grid, counts)
    return _Exact(county, weights, hotspot_test(rates, weights, Params()).level, origins, migrants, flows)


def _exact_flows(county: County, grid: Grid, counts: Tables) -> dict[tuple[str, str], float]:
    """Return the persons of each area and origin."""
    flows: dict[tuple[str, str], float] = {}
    tables = (
        (grid.top, grid.origins.wide, counts.top),
        (grid.second, grid.origins.wide, counts.second),
        (grid.second, grid.origins.fine, counts.second_fine),
    )
    for nodes, origins, table in tables:
        for row, node in enumerate(nodes.tolist()):
            flows |= {(county.tree.names[node], o): float(table[row, column]) for column, o in enumerate(origins)}
    return flows


def _scores(
    counties: Sequence[_Exact], number: int, rho: Fraction, seeds: Sequence[int]
) -> Iterator[tuple[str, float, str, str | None]]:
    """Yield name, value, unit and bar of each score, over measurements of all counties with these seeds."""
    shown: list[Floats] = []
    truth: list[Floats] = []
    errors: list[Floats] = []
    totals: list[list[float]] = []
    inside: list[Bools] = []
    for exact, seed in product(counties, seeds):
        shown.append(_measured_levels(exact, rho, seed))
        truth.append(exact.levels)
        part = divide_rho(rho, migrants=True).origins
        flows = measure_origins(exact.county.tree, exact.origins, exact.migrants, part, SeededSampler(seed + 1000))
        errors.append(_largest_errors(exact, flows))
        totals.append([v for _, v in _largest(exact)])
        inside.append(_inside(exact, flows))
    measured, exact_levels = np.concatenate(shown), np.concatenate(truth)
    known = np.isfinite(measured)
    yield "kappa of hotspot classes of villages", kappa(exact_levels[known], measured[known]), "", f">= {KAPPA_BARS[number]}"
    high_low = np.sign(exact_levels[known]), np.sign(measured[known])
    yield "kappa of high, low and neither", kappa(*high_low), "", None
    yield "villages whose class is not stable", 100 * float(np.mean(~known)), "%", None
    error, total = np.array(errors), np.array(totals)
    weighted = float(np.mean(np.abs(error).sum(axis=1) / total.sum(axis=1)))
    yield f"error of the {LARGEST} largest origins together", 100 * weighted, "%", f"<= {ORIGIN_BARS[number]}"
    yield "median error of each of them", 100 * float(np.median(np.abs(error) / total)), "%", None
    yield "flows within their margin", 100 * float(np.mean(np.concatenate(inside))), "%", "from 86 to 94"


def _measured_levels(exact: _Exact, rho: Fraction, seed: int) -> Floats:
    county = exact.county
    surface = county.measure(rho, seed).surface
    area = county.points(surface).area[LEVEL]
    region = region_sums(surface, area, exact.weights.n)
    base = region.value(PERSONS)
    draws = error_draws(region, MIGRANTS, 0), error_draws(region, PERSONS, 1)
    rates = RateMap({}, region.value(MIGRANTS), base, *draws, base > region.margin(PERSONS))
    return hotspot_test(rates, exact.weights, Params()).level


def _largest(exact: _Exact) -> list[tuple[str, float]]:
    """Return the provinces with most migrants, and their migrants."""
    top = exact.county.tree.names[0]
    totals = [(o, exact.flows[top, o]) for o in exact.origins.wide]
    return sorted(totals, key=lambda t: -t[1])[:LARGEST]


def _largest_errors(exact: _Exact, flows: Flows) -> Floats:
    top = exact.county.tree.names[0]
    value = {o: v for a, o, v in zip(flows.area, flows.origin, flows.persons, strict=True) if a == top}
    return np.array([value[o] - true for o, true in _largest(exact)])


def _inside(exact: _Exact, flows: Flows) -> Bools:
    """Return which flows differ from the exact ones by no more than their margin."""
    margin = flows.margins()
    keys = list(zip(flows.area, flows.origin, strict=True))
    known = [k for k, key in enumerate(keys) if key in exact.flows]
    true = np.array([exact.flows[keys[k]] for k in known])
    return np.asarray(np.abs(flows.persons[known] - true) <= margin[known], bool)


def kappa(first: Floats, second: Floats) -> float:
    """Return Cohen's kappa (1960) of two classifications; 1 if both have one and the same class.

    >>> round(kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0])), 2)
    0.5
    """
    classes = np.union1d(first, second)
    agreed = float(np.mean(first == second))
    chance = sum(float(np.mean(first == c) * np.mean(second == c)) for c in classes)
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)

"""Random maps for the tests of the scan statistic."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class Map(NamedTuple):
    """Places with cases and population."""

    x: Array
    y: Array
    cases: Array
    population: Array


def random_map(seed: int, places: int = 40, periods: int = 1, cases: int = 60, grid: bool = False) -> Map:
    """Return a map with some empty places and two places at one point; on a grid, many distances are equal."""
    rng = np.random.default_rng(seed)
    x, y = (rng.integers(0, 5, (2, places)) * 100.0) if grid else rng.uniform(0, 1000, (2, places))
    x[1], y[1] = x[0], y[0]
    population = rng.integers(20, 200, (places, periods)).astype(float)
    population[rng.random(places) < 0.15] = 0.0
    counts = rng.multinomial(cases, (population / population.sum()).ravel()).reshape(places, periods)
    return Map(x, y, np.minimum(counts, population).astype(float), population)


def planted(seed: int, inside: Any, risk: float, places: int = 300, cases: int = 1500) -> tuple[Map, Array]:
    """Return a map whose risk is ``risk`` where ``inside(x, y)`` is true, 1 elsewhere, and the places inside."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 10_000, (2, places))
    population = rng.integers(50, 500, places).astype(float)
    within = inside(x, y)
    weight = population * np.where(within, risk, 1.0)
    return Map(x, y, rng.multinomial(cases, weight / weight.sum()).astype(float), population), np.flatnonzero(within)


def jaccard(a: Any, b: Any) -> float:
    """Return the number of common members over that of all."""
    one, other = set(np.asarray(a).tolist()), set(np.asarray(b).tolist())
    return len(one & other) / len(one | other)

"""Noisy counts of migrants by area and origin, and replays of their noise."""

from fractions import Fraction
from typing import Any

import numpy as np

from geoservice.demand import REPLAYS
from geoservice.disclosure.origins.cost import Cost
from geoservice.disclosure.origins.estimate import estimate_tables
from geoservice.disclosure.origins.tables import MIGRANTS_CAP, Grid, Tables
from geoservice.disclosure.sampler import Sampler
from geoservice.geo import Floats
from geoservice.schema import ARRIVALS

REPLAY_SEED = 20260102


def measure_tables(grid: Grid, counts: Tables, cost: Cost, rho: Fraction, sampler: Sampler) -> Tables:
    """Return noisy counts, each measured once; fine origins only if their wide one is divided."""
    noisy = Tables(*(np.zeros_like(t) for t in counts))
    for name in Tables._fields:
        exact, result, parts = getattr(counts, name), getattr(noisy, name), getattr(cost, name)
        cells = _cells(grid, cost, name)
        for part in sorted({p for p in parts.ravel().tolist() if p}):
            selected = np.flatnonzero(cells == float(part))
            values = exact.ravel()[selected].astype(np.int64)
            result.ravel()[selected] = sampler.measure(values, MIGRANTS_CAP, rho * part)
    return noisy


def _cells(grid: Grid, cost: Cost, name: str) -> Floats:
    """Return the part of each cell of a table, flat; 0 for cells that are not measured."""
    parts = getattr(cost, name).astype(float)
    if name.startswith("second"):
        parts = parts[grid.of_second]
    if name.endswith("fine"):
        parts = parts[:, grid.origins.of_fine]
    return np.asarray(np.repeat(parts, len(ARRIVALS)) if name == "arrival" else parts.ravel(), float)


def replay_tables(grid: Grid, cost: Cost, rho: Fraction, arrivals: int) -> Tables:
    """Return the estimates of ``REPLAYS`` draws of pure noise."""
    rng = np.random.default_rng(REPLAY_SEED)
    tops, seconds = len(grid.top), len(grid.second)
    wide, fine = len(grid.origins.wide), len(grid.origins.fine)
    shapes = ((tops, wide), (seconds, wide), (tops, fine), (seconds, fine), (tops, wide, arrivals))
    tables: list[Any] = []
    for name, shape in zip(Tables._fields, shapes, strict=True):
        noise = np.zeros((int(np.prod(shape)), REPLAYS), np.float32)
        part = _cells(grid, cost, name) if noise.size else np.zeros(len(noise))
        measured = np.flatnonzero(part)
        sigma = MIGRANTS_CAP / np.sqrt(2 * float(rho) * part[measured])
        noise[measured] = rng.standard_normal((len(measured), REPLAYS), np.float32) * sigma[:, None].astype(np.float32)
        tables.append(noise.reshape(*shape, REPLAYS))
    return estimate_tables(grid, Tables(*tables), cost)

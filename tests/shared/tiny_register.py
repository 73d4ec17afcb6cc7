"""A register of the tiny county, and its surface with seeded noise."""

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from tiny_county import PLANE, areas, places

from geoservice.demand import DemandSurface, Quantity, region_sums
from geoservice.disclosure.protect import ProtectedSurface, protect
from geoservice.disclosure.sampler import SeededSampler
from geoservice.schema import HOUSEHOLDS


def register(n: int = 400, seed: int = 3, groups: tuple[str, ...] = ("under_6",)) -> pa.Table:
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(5, 835, n), draw.uniform(5, 415, n)
    lon, lat = PLANE.inverse(x, y)
    here = np.where(x < 420, "C11", "C12")
    columns = {
        "id": [i.to_bytes(16, "big") for i in range(n)],
        "lon": lon,
        "lat": lat,
        "precision": ["point"] * n,
        "uncertainty_m": [None] * n,
        "persons": draw.integers(1, 8, n),
        "registered_area": [None if draw.random() < 0.5 else "C12" for _ in range(n)],
        "residence_area": here,
        "since": pa.array([None] * n, pa.date32()),
        "until": pa.array([None] * n, pa.date32()),
        **{f"group_{g}": draw.integers(0, 3, n) for g in groups},
    }
    schema = HOUSEHOLDS.arrow(groups)
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in schema}, schema=schema)


def make(table: pa.Table, rho: str = "1", seed: int = 1, **more: Any) -> ProtectedSurface:
    return protect(table, areas(), places(), Fraction(rho), SeededSampler(seed), chinese=False, **more)


def total(surface: DemandSurface, quantity: Quantity) -> tuple[float, float]:
    sums = region_sums(surface, np.zeros(len(surface.point_leaf), np.int32), 1)
    return float(sums.value(quantity)[0]), float(sums.margin(quantity)[0])

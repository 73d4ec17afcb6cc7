"""Surfaces of made-up registers of small counties, for tests of several together."""

from typing import Any

import numpy as np
from tiny_county import PLANE

from geoservice.demand import DemandSurface, Flows, LocationCounts, Quantity

HOUSEHOLDS, PERSONS = Quantity("households"), Quantity("persons")


def county_surface(code: str, leaves: int = 4, replays: int = 200, rho: str = "1/2", **facts: Any) -> DemandSurface:
    """The surface of a county with leaves in a row; as with real ones, the replays of all counties come from one seed."""
    draw = np.random.default_rng(int(code))
    values = {q: draw.uniform(20, 60, leaves) for q in (HOUSEHOLDS, PERSONS)}
    noise = np.random.default_rng(1).normal(size=(leaves + 3, replays)).astype(np.float32)
    lon, lat = PLANE.inverse(1000.0 * int(code) + 100.0 * np.arange(leaves), np.zeros(leaves))
    description = {
        "kind": "register", "areas": [code], "rho": rho, "guess": 0.6915, "caps": {"persons": 8}, "vintage": 1,
        "made_up": True, **facts,
    }  # fmt: skip
    return DemandSurface(
        ids=[f"{code}0{i}" for i in range(leaves)],
        geometry=np.array([b"shape"] * leaves, object),
        values=values,
        positive=values,
        noise=noise[:leaves],
        scales={HOUSEHOLDS: np.array([1.0, 0.0]), PERSONS: np.array([4.5, 3.5])},
        deviations={},
        point_leaf=np.arange(leaves, dtype=np.int32),
        point_weight=np.ones(leaves),
        point_lon=lon,
        point_lat=lat,
        description=description,
        flows=Flows([code] * 3, ["1", "2", "elsewhere"], draw.uniform(0, 9, 3), noise[leaves:]),
        locations=LocationCounts([(code,)], ("located_exactly", "located_on_street"), np.array([[9.0, 4.0]]), 5.0),
    )

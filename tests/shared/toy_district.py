"""A synthetic district of 8 x 8 cells of 250 m with streets along the cell borders and two stations."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis import ANALYSES
from geoservice.analysis.base import UNREACHED, Demand, Times, Trip, Units
from geoservice.analysis.frames import stack
from geoservice.demand import DemandSurface, Quantity
from geoservice.geo import LocalProjection

SIDE, N = 250.0, 8
PLANE = LocalProjection(24.9, 60.2)
TRIP = Trip("clinic", "any", "walk")
STATIONS = np.array([[130.0, 130.0], [700.0, 900.0]])
MS_PER_METRE = 720  # five kilometres an hour
SETTINGS = {
    "services": ("clinic",), "minutes": (5, 10, 15), "standards": {"clinic": 10}, "groups": ("all", "resident", "migrant"),
}  # fmt: skip


def walk(x, y, limit=15, stations=STATIONS):
    """Times along a grid of streets, exact: the sum of both offsets; ties go to the lower station."""
    metres = np.abs(x[:, None] - stations[:, 0]) + np.abs(y[:, None] - stations[:, 1])
    ms = np.rint(metres.min(axis=1) * MS_PER_METRE).astype(np.int32)
    beyond = ms > limit * 60_000
    return Times(np.where(beyond, UNREACHED, ms).astype(np.int32), np.where(beyond, -1, metres.argmin(axis=1)).astype(np.int32))


def units(geography, names, boxes, **more):
    degrees = shapely.transform(boxes, lambda p: np.column_stack(PLANE.inverse(p[:, 0], p[:, 1])))
    wkb = shapely.to_wkb(degrees).tolist()
    parent = [None] * len(names)
    return Units(
        geography, pa.table({"unit": names, "name_zh": names, "name_en": names, "parent": parent, "geometry": wkb} | more)
    )


def make_surface(x, y, households, migrants, noise=0.0):
    """A surface with one point per leaf; ``noise`` is the standard error of its households."""
    n = len(x)
    lon, lat = PLANE.inverse(x, y)
    values = {
        Quantity("households"): households,
        Quantity("persons"): 3.0 * households,
        Quantity("persons", "resident"): 3.0 * (households - migrants),
        Quantity("persons", "migrant"): 3.0 * migrants,
    }
    draw = np.random.default_rng(1).normal(size=(n, 200)).astype(np.float32)
    return DemandSurface(
        ids=[f"l{i}" for i in range(n)],
        geometry=np.array([shapely.to_wkb(shapely.Point(a, b)) for a, b in zip(lon, lat, strict=True)], object),
        values=values,
        positive={q: np.maximum(v, 0) for q, v in values.items()},
        noise=draw,
        scales={q: np.array([noise * (1 if q.unit == "households" else 3)]) for q in values},
        deviations={},
        point_leaf=np.arange(n, dtype=np.int32),
        point_weight=np.ones(n),
        point_lon=lon,
        point_lat=lat,
        description={"kind": "register"},
    )


def demand_at(x, y, surface):
    cell = (x // SIDE + N * (y // SIDE)).astype(np.int32)
    area = {"county": np.zeros(len(x), np.int32), "township": (x >= 1000).astype(np.int32)}
    return Demand(surface, area, cell, {TRIP: walk(x, y)}, {"walk": np.zeros(len(x), np.bool_)})


def params_of(analysis: Any) -> Any:
    return analysis.Params(**{k: v for k, v in SETTINGS.items() if k in analysis.Params.model_fields})


def run(context):
    """Run all analyses in turn; returns the rows as a frame and the units by geography."""
    rows, found = stack([]), {}
    for analysis in ANALYSES:
        findings = analysis.analyse(context, params_of(analysis), rows)
        rows = stack([rows, findings.rows])
        found |= {u.geography: u for u in findings.units}
    return rows.to_pandas(), found

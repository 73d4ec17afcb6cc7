"""A made-up district of 8 x 8 cells of 250 m with streets along the cell borders and two stations."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geoservice.analysis.base import UNREACHED, Context, Demand, Streets, Times, Trip, Units
from geoservice.geo import LocalProjection

SIDE, N = 250.0, 8
PLANE = LocalProjection(24.9, 60.2)
TRIP = Trip("clinic", "any", "walk")
STATIONS = np.array([[130.0, 130.0], [700.0, 900.0]])
MS_PER_METRE = 720  # five kilometres an hour


def walk(x, y, limit=15):
    """Times along a grid of streets, exact: the sum of both offsets; ties go to the lower station."""
    metres = np.abs(x[:, None] - STATIONS[:, 0]) + np.abs(y[:, None] - STATIONS[:, 1])
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


def make_demand(group, households, x, y, limit=15):
    lon, lat = PLANE.inverse(x, y)
    n = len(x)
    key = np.random.default_rng(len(group)).integers(0, 2**64, n, dtype=np.uint64)
    cell = (x // SIDE + N * (y // SIDE)).astype(np.int32)
    area = {"county": np.zeros(n, np.int32), "township": (x >= 1000).astype(np.int32)}
    return Demand(group, households, 3 * households, key, area, cell, lon, lat, {TRIP: walk(x, y, limit)})


@pytest.fixture(scope="session")
def context():
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    x, y = (column + 0.5) * SIDE, (row + 0.5) * SIDE
    r = np.random.default_rng(5)
    atoms = r.integers(0, N * N, 150)
    ax, ay = x[atoms] + r.uniform(-99, 99, 150), y[atoms] + r.uniform(-99, 99, 150)
    jx, jy = (a.ravel() for a in np.meshgrid(np.arange(0, 2001, 50.0), np.arange(0, 2001, 50.0)))
    demands = {
        "all": make_demand("all", r.integers(10, 60, 150), ax, ay),
        "migrant": make_demand("migrant", r.integers(10, 20, 40), ax[:40], ay[:40]),
    }

    def reach(mode, lon, lat, minutes):
        px, py = PLANE.forward(lon, lat)
        metres = np.abs(px[:, None] - ax) + np.abs(py[:, None] - ay)
        point, atom = np.nonzero(metres * MS_PER_METRE <= minutes * 60_000)
        return point.astype(np.int32), atom.astype(np.int32)

    full = N * SIDE
    return Context(
        projection=PLANE,
        levels=("county", "township"),
        areas={
            "county": units("county", ["1"], shapely.box([0], 0, [full], full)),
            "township": units("township", ["11", "12"], shapely.box([0, full / 2], 0, [full / 2, full], full)),
        },
        cells=units(
            "cell", [f"c{c}_{q}" for c, q in zip(column, row, strict=True)], shapely.box(x - 125, y - 125, x + 125, y + 125)
        ),
        cell_lon=PLANE.inverse(x, y)[0],
        cell_lat=PLANE.inverse(x, y)[1],
        cell_travel={TRIP: walk(x, y)},
        stations=pa.table(
            {
                "id": ["s.1", "s2"],
                "name": ["东", "West"],
                "tier": ["county", "village"],
                "services": [["clinic"], ["clinic", "post"]],
                "capacity": [1000.0, None],
                "active": [True, True],
                "lon": PLANE.inverse(*STATIONS.T)[0],
                "lat": PLANE.inverse(*STATIONS.T)[1],
            }
        ),
        streets={"walk": Streets(*PLANE.inverse(jx, jy), {TRIP: walk(jx, jy, 100)})},
        demands=demands,
        reach=reach,
    )


@pytest.fixture(scope="session")
def study():
    from geoservice.study import Study

    title = {"zh": "诊所", "en": "Clinic"}
    service = {"id": "clinic", "title": title, "standard_minutes": 10}
    return Study(id="toy", title=title, services=(service,), modes=("walk",), minutes=(5, 10, 15)).model_dump()


@pytest.fixture(scope="session")
def run(context, study):
    """Run analyses as the run does, with the planner's protection or with none but the suppression of nothing."""
    import pandas as pd

    from geoservice.analysis import ANALYSES
    from geoservice.disclosure.rules import release_block

    def go(profile):
        released, found = None, {}
        for analysis in ANALYSES:
            params = analysis.params(study)
            findings = analysis.analyse(context, params, released)
            frames = [release_block(b, context.demands[b.group], profile) for b in findings.blocks]
            frames += [f for f in (released, findings.public) if f is not None and len(f)]
            released = pd.concat(frames, ignore_index=True)
            more = analysis.derive(context, params, released)
            released = pd.concat([released, more], ignore_index=True) if len(more) else released
            found |= {u.geography: u for u in findings.units}
        return released, found

    return go


@pytest.fixture(scope="session")
def release(run):
    from geoservice.disclosure.rules import PROFILES

    return run(PROFILES["planner"])

"""The toy district, with and without noise."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from access_instances import pairs_of
from toy_district import MS_PER_METRE, PLANE, SIDE, STATIONS, TRIP, N, demand_at, make_surface, run, units, walk

from geoservice.analysis.base import Context, NamedPlaces, StreetPlaces

NAMES = ("西村", "东村"), ("Westham", "Eastham")


@pytest.fixture(scope="session")
def homes():
    """Positions of the leaves, their households and their migrants' households."""
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    r = np.random.default_rng(5)
    at = r.integers(0, N * N, 150)
    x, y = (column[at] + 0.5) * SIDE + r.uniform(-99, 99, 150), (row[at] + 0.5) * SIDE + r.uniform(-99, 99, 150)
    households = r.integers(10, 60, 150).astype(float)
    return x, y, households, np.floor(households / 3)


@pytest.fixture(scope="session")
def context(homes):
    hx, hy, households, migrants = homes
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    x, y = (column + 0.5) * SIDE, (row + 0.5) * SIDE
    jx, jy = (a.ravel() for a in np.meshgrid(np.arange(0, 2001, 50.0), np.arange(0, 2001, 50.0)))

    def site_pairs(mode, lon, lat, minutes, points):
        px, py = PLANE.forward(lon, lat)
        ms = (np.abs(px[:, None] - hx[points]) + np.abs(py[:, None] - hy[points])) * MS_PER_METRE
        return pairs_of(np.where(ms <= minutes * 60_000, ms / 60_000, np.inf))

    def nearest_ms(mode, stations):
        return walk(hx, hy, stations=STATIONS[stations]).ms

    def station_pairs(mode, stations, minutes):
        x, y = STATIONS[stations].T
        metres = np.abs(x[:, None] - hx) + np.abs(y[:, None] - hy)
        return pairs_of(np.where(metres * MS_PER_METRE <= minutes * 60_000, metres * MS_PER_METRE / 60_000, np.inf))

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
                "start_delay_s": [0.0, 0.0],
                "lon": PLANE.inverse(*STATIONS.T)[0],
                "lat": PLANE.inverse(*STATIONS.T)[1],
            }
        ),
        streets={"walk": StreetPlaces(*PLANE.inverse(jx, jy), {TRIP: walk(jx, jy, 100)}, np.array([0, 1], np.int32))},
        demand=demand_at(hx, hy, make_surface(hx, hy, households, migrants)),
        on_street=lambda mode, lon, lat: (lon, lat),
        site_pairs=site_pairs,
        station_pairs=station_pairs,
        nearest_ms=nearest_ms,
        named_places=NamedPlaces(*PLANE.inverse(*np.array([[300.0, 1700.0], [1700.0, 1700.0]])), *NAMES),
    )


@pytest.fixture(scope="session")
def results(context):
    return run(context)


@pytest.fixture(scope="session")
def noisy(context, homes):
    """Results of the same district measured with noise: a standard error of two households per leaf."""
    surface = make_surface(*homes, noise=2.0)
    return run(replace(context, demand=replace(context.demand, surface=surface)))


@pytest.fixture(scope="session")
def villages(context):
    """The same district with its 64 squares as villages."""
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    x, y = column * SIDE, row * SIDE
    names = [f"v{c}{r}" for c, r in zip(column, row, strict=True)]
    return replace(
        context, levels=("village",), areas={"village": units("village", names, shapely.box(x, y, x + SIDE, y + SIDE))}
    )

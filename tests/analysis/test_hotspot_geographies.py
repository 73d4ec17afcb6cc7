"""Hotspots among catchments: neighbours by the cells that touch, a planted hotspot, and who is beyond the standard."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from toy_district import MS_PER_METRE, PLANE, SIDE, TRIP, N, demand_at, make_surface

from geoservice.analysis import hotspots
from geoservice.analysis.base import StreetPlaces, Times
from geoservice.analysis.hotspot_geographies import CATCHMENT, geographies

STEP = 2 * SIDE
STATION_X, STATION_Y = (a.ravel() for a in np.meshgrid(np.arange(4) * STEP + SIDE, np.arange(4) * STEP + SIDE))
"""A station in the middle of each square of two by two cells."""


def nearest(x, y):
    metres = np.abs(x[:, None] - STATION_X) + np.abs(y[:, None] - STATION_Y)
    return Times(np.rint(metres.min(axis=1) * MS_PER_METRE).astype(np.int32), metres.argmin(axis=1).astype(np.int32))


@pytest.fixture(scope="module")
def town(context):
    """Four by four catchments; migrants are many in those at the lower left."""
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    x, y = (column + 0.5) * SIDE, (row + 0.5) * SIDE
    migrants = np.where((column < 4) & (row < 4), 120.0, 40.0) + np.random.default_rng(7).normal(0, 2, len(x))
    demand = demand_at(x, y, make_surface(x, y, np.full(len(x), 200.0), migrants))
    lon, lat = PLANE.inverse(STATION_X, STATION_Y)
    size = len(STATION_X)
    station = {"name": "站", "tier": "village", "services": ["clinic"], "capacity": None, "start_delay_s": 0.0}
    rows = [station | {"id": f"s{i}", "lon": lon[i], "lat": lat[i]} for i in range(size)]
    stations = pa.Table.from_pylist(rows)
    times = nearest(x, y)
    streets = StreetPlaces(lon, lat, {TRIP: nearest(STATION_X, STATION_Y)}, np.arange(size, dtype=np.int32))
    demand = replace(demand, travel={TRIP: times})
    return replace(context, stations=stations, streets={"walk": streets}, cell_travel={TRIP: times}, demand=demand)


def test_catchments_that_touch_are_neighbours(town):
    (found,) = (g for g in geographies(town, 8, ("clinic",)) if g.name == CATCHMENT)
    assert found.ids[:2] == ["clinic.walk.s0", "clinic.walk.s1"]
    one, other = found.weights.rows, found.weights.indices
    metres = np.hypot(STATION_X[one] - STATION_X[other], STATION_Y[one] - STATION_Y[other])
    assert len(metres) == 84, "four corners have 3 neighbours, eight at the border 5, four inside 8"
    assert metres.max() < STEP * 1.5


def test_a_planted_hotspot_is_found_among_catchments(town):
    rows = hotspots.analyse(town, hotspots.Params(standards={"clinic": 2}), None).rows.to_pandas()
    rows = rows[(rows["geography"] == CATCHMENT) & (rows["group"] == "migrant")]
    of = rows[(rows["measure"] == "hotspot_class") & (rows["service"] == "")].set_index("unit")["value"]
    assert of[["clinic.walk.s0"]].ge(1).all()
    assert of[[f"clinic.walk.s{i}" for i in (3, 7, 11, 15)]].le(0).all()
    assert set(rows.loc[rows["measure"] == "smoothed_rate", "unit"]) == set(of.index)


def test_few_catchments_have_no_hotspots(context):
    assert [g.name for g in geographies(context, 8, ("clinic",))] == ["cell"]

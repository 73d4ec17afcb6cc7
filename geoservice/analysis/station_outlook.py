"""Load of stations in future years, if people keep to the station that is nearest today."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from scipy import sparse

from geoservice.analysis.base import Context, Findings, Trip, Units
from geoservice.analysis.catchments import StationCatchments, capacity_shares, load
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.projection_units import STATION_BY_YEAR, calendar_years, station_units
from geoservice.analysis.projections.area_projection import AreaProjection
from geoservice.analysis.projections.prediction_bands import Band
from geoservice.analysis.projections.service_demand import Matrix, catchment_shares, station_load
from geoservice.analysis.projections.station_capacity import overload
from geoservice.demand import Quantity, region_sums
from geoservice.geo import Floats
from geoservice.measures import NOT_APPLICABLE

PERSONS = Quantity("persons")
COVERED = 0.99
"""Least share of a station's people who live in projected areas; the load of others is not known."""


def people_by_area(context: Context, trip: Trip, catchments: StationCatchments, level: str, areas: tuple[str, ...]) -> Matrix:
    """Return the people of each projected area in each catchment; the last row is of no catchment, the last column of no area.

    Shape ``(catchments + 1, areas + 1)``; estimates below 0 count as 0.
    """
    ids = context.areas[level].ids
    position = {code: i for i, code in enumerate(areas)}
    column = np.array([*(position.get(code, len(areas)) for code in ids), len(areas)])[context.demand.area[level]]
    number = catchments.of_station[context.demand.travel[trip].station]
    row = np.where(number < 0, len(catchments.firsts), number)
    pairs, region = np.unique(np.column_stack([row, column]), axis=0, return_inverse=True)
    sums = region_sums(context.demand.surface, region.ravel().astype(np.int32), len(pairs)).value(PERSONS)
    shape = (len(catchments.firsts) + 1, len(areas) + 1)
    return sparse.csr_array((np.maximum(sums, 0.0), (pairs[:, 0], pairs[:, 1])), shape=shape)


def station_outlook(context: Context, level: str, found: AreaProjection, demand: Mapping[str, Band]) -> Findings:
    """Return visits and load of stations by year, and the first year of overload.

    Parameters
    ----------
    context : Context
    level : str
        The level of the projection.
    found : AreaProjection
    demand : mapping of service to Band
        Visits of each area in each year, shape ``(areas, years)``.

    Returns
    -------
    Findings
        Rows of ``station_year`` and ``station``. A station of which a part of the people live outside the projected areas
        has none.
    """
    years, rows = calendar_years(found), list[pa.Table]()
    stations = context.stations.to_pylist()
    ids = np.array([s["id"] for s in stations], object)
    for trip in nearest_trips(context.demand.travel, tuple(demand)):
        catchments = StationCatchments.of(context, trip)
        people = people_by_area(context, trip, catchments, level, found.history.areas)
        inside = sparse.csr_array(people[:, :-1])
        everybody = np.asarray(people.sum(axis=1), float).ravel()[:-1]
        known = np.asarray(inside.sum(axis=1), float).ravel()[:-1] >= COVERED * everybody
        shares = sparse.csr_array(catchment_shares(inside)[:-1])
        by_catchment = station_load(shares, demand[trip.service])
        own = catchments.of_station[catchments.offering]
        part = np.where(known[own], capacity_shares(catchments.first, catchments.capacity), np.nan)[:, None]
        visits = Band(*(values[own] * part for values in by_catchment))
        rows += _rows(trip, ids[catchments.offering], visits, catchments.capacity, years)
    if not rows:
        return Findings(stack([]))
    points = [shapely.to_wkb(shapely.Point(s["lon"], s["lat"])) for s in stations]
    return Findings(stack(rows), [Units(STATION_BY_YEAR, station_units(stations, points, years))])


def _rows(trip: Trip, ids: Any, visits: Band, capacity: Floats, years: list[int]) -> list[pa.Table]:
    dims: dict[str, Any] = {**trip_columns(trip), "group": "all"}
    by_year = dims | {"geography": STATION_BY_YEAR, "unit": [f"{i}.{year}" for i in ids for year in years]}
    low, central, high = (np.asarray(load(v, capacity[:, None]), float) for v in visits)
    margin = (visits.high - visits.low) / 2
    found = [
        table(visits.central.ravel(), margin.ravel(), NOT_APPLICABLE, measure="projected_visits", **by_year),
        table(central.ravel(), ((high - low) / 2).ravel(), NOT_APPLICABLE, measure="projected_load", **by_year),
    ]
    first = overload(Band(*map(np.nan_to_num, visits)), np.where(capacity > 0, capacity, np.nan), years)
    for measure, values in zip(("overload_year", "overload_earliest", "overload_latest"), first, strict=True):
        numbers = np.array([np.nan if v is None else v for v in values], float)
        found.append(table(numbers, None, NOT_APPLICABLE, measure=measure, **dims, geography="station", unit=ids))
    return found

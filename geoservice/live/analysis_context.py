"""The input of an analysis, of the arrays of a release and the stations of a scenario."""

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import UNIT_SCHEMA, Context, Demand, StreetPlaces, Times, Trip, Units
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import BBox, Bools, Int32s, Ints, LocalProjection
from geoservice.live.engine import Engine
from geoservice.live.files import LiveArrays
from geoservice.live.mode_streets import ModeStreets
from geoservice.live.question import ScenarioQuestion
from geoservice.live.scenario import Scenario, Stations
from geoservice.network.positions import street_positions
from geoservice.network.travel import nearest

_TEXT = pa.string()
_STATIONS = pa.schema(
    [
        *((name, _TEXT) for name in ("id", "name", "tier")),
        ("services", pa.list_(_TEXT)),
        *((name, pa.float64()) for name in ("capacity", "start_delay_s")),
    ]
)


def analysis_context(engine: Engine, scenario: Scenario, question: ScenarioQuestion, *, second: bool) -> Context:
    """Return the input of an analysis of the trips to a service by one mode, with the stations after the edits.

    The times to the nearest stations are those of the scenario; with ``second`` those to the second nearest are searched too.

    Trips are to stations of any tier: those that do not count for the question offer nothing here. There are no cells, named
    places, flows or tables of the study, and no trips of other services and modes.
    """
    arrays, streets, stations = engine.arrays, scenario.streets, scenario.after
    areas = _areas(arrays)
    times = {Trip(question.service, "any", question.mode): Times(*scenario.trip.times.nearest())}
    if second:
        times[Trip(question.service, "any", question.mode, 2)] = _second_nearest(engine, streets, stations)
    points = len(arrays.surface.point_leaf)
    demand = Demand(
        arrays.surface, _positions(arrays, areas), np.full(points, -1, np.int32), times, {question.mode: _off_network(streets)}
    )
    nowhere, box = np.empty(0), streets.graph.bbox

    def station_pairs(mode: str, rows: Ints, minutes: int) -> TravelPairs:
        assert mode == question.mode
        return streets.pairs(stations.placed.take(rows), minutes)

    return Context(
        projection=LocalProjection.of(BBox(*box)),
        levels=tuple(areas),
        areas=areas,
        cells=Units("cell", UNIT_SCHEMA.empty_table()),
        cell_lon=nowhere,
        cell_lat=nowhere,
        cell_travel={},
        stations=_table(stations, question.service),
        streets={question.mode: StreetPlaces(nowhere, nowhere, {}, street_positions(streets.graph, stations.placed.snapped))},
        demand=demand,
        on_street=_no_such_input,
        site_pairs=_no_such_input,
        station_pairs=station_pairs,
        nearest_ms=_no_such_input,
    )


def _no_such_input(*_: Any) -> NoReturn:
    raise NotImplementedError("an analysis that needs this is not answered live")


def _areas(arrays: LiveArrays) -> Mapping[str, Units]:
    levels = np.array(arrays.areas["geography"].to_pylist(), object)
    tables = {level: arrays.areas.filter(pa.array(levels == level)) for level in arrays.point_area}
    return {level: Units(level, table.select(UNIT_SCHEMA.names)) for level, table in tables.items()}


def _positions(arrays: LiveArrays, areas: Mapping[str, Units]) -> dict[str, Int32s]:
    """Return the position of each point in the table of its level, -1 for none: the arrays number the areas of all levels."""
    positions, start = dict[str, Int32s](), 0
    for level, joint in arrays.point_area.items():
        positions[level] = np.where(joint < 0, -1, joint - start).astype(np.int32)
        start += areas[level].table.num_rows
    return positions


def _second_nearest(engine: Engine, streets: ModeStreets, stations: Stations) -> Times:
    limit, direction = engine.parameters.limit_ms, engine.parameters.direction
    placed = stations.placed
    return Times(*nearest(streets.graph, placed.snapped, placed.start_ms, streets.points.points, limit, direction, 2))


def _off_network(streets: ModeStreets) -> Bools:
    return np.asarray(~streets.points.points.ok, np.bool_)


def _table(stations: Stations, service: str) -> pa.Table:
    """Return the stations as a table in which those that do not count offer nothing."""
    rows = [
        {
            "id": row["id"],
            "name": row["name"],
            "tier": row["tier"],
            "services": [service] if counts else [],
            "capacity": None if row["capacity"] is None else float(row["capacity"]),
            "start_delay_s": float(row["start_delay_s"]),
        }
        for row, counts in zip(stations.rows, stations.offered, strict=True)
    ]
    return pa.Table.from_pylist(rows, _STATIONS)

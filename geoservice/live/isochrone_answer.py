"""The area within some minutes of a place, and the people in it, as GeoJSON."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geoservice.analysis.coverage import bands
from geoservice.demand import Quantity, threshold_sums
from geoservice.errors import ParameterError
from geoservice.geo import Floats
from geoservice.live.coverage_rows import Json
from geoservice.live.engine import Engine
from geoservice.live.estimates import Estimates
from geoservice.live.question import IsochroneQuestion
from geoservice.network.isochrones import StationSearch, isochrones
from geoservice.network.positions import split_keys

DECIMALS = 6
"""Decimals of degrees: 0.1 m."""


def isochrone_answer(engine: Engine, question: IsochroneQuestion, within: Sequence[str] | None = None) -> Json:
    """Return a feature for each number of minutes, ascending: the area, whose rings are arrays, and the people in it.

    ``within`` limits the people to those in these areas; None is no limit.
    Raises :class:`ParameterError` for a mode, group, station or minutes that the study does not have, and for a place that is
    on no street.
    """
    engine.check_mode(question.mode)
    engine.check_group(question.group)
    minutes, row = _minutes(engine, question), _place(engine, question)
    streets, parameters, surface = engine.streets(question.mode), engine.parameters, engine.surface
    place = streets.place([row])
    if not place.snapped.ok[0]:
        text = f"no street for the mode {question.mode} within {parameters.snap_metres:g} metres"
        raise ParameterError(f"place {row['lon']:g}, {row['lat']:g}: {text}")
    limit, points = minutes[-1] * 60_000, streets.points
    search = StationSearch.of(streets.graph, place.snapped, place.start_ms, limit, parameters.direction, points.arcs)
    shapes = isochrones(search, streets.outline_streets, minutes)
    point = points.at(search.nodes, place.snapped.edge)
    if within is not None:
        point = point[engine.areas.points_inside(within)[point]]
    ms, _ = split_keys(points.keys(search.keys, place, search.start, point, limit), 1)
    sums = threshold_sums(surface, np.zeros(len(ms), np.int32), 1, bands(ms, minutes), len(minutes), point)
    persons = engine.counts(Estimates.of(sums, Quantity("persons", question.group)))
    properties = {"mode": question.mode, "group": question.group, "direction": parameters.direction}
    return {
        "type": "FeatureCollection",
        "place": {name: row[name] for name in ("id", "name", "lon", "lat") if name in row},
        "features": [
            {
                "type": "Feature",
                "id": limit,
                "properties": {**properties, "minutes": limit, "persons": count},
                "geometry": _geometry(shape),
            }
            for limit, count, shape in zip(minutes, persons, shapes, strict=True)
        ],
    }


def _minutes(engine: Engine, question: IsochroneQuestion) -> tuple[int, ...]:
    longest = engine.parameters.minutes[-1]
    for value in question.minutes:
        if not 1 <= value <= longest:
            raise ParameterError(f"minutes: got {value}, allowed are 1 to {longest}")
    return tuple(sorted(set(question.minutes)))


def _place(engine: Engine, question: IsochroneQuestion) -> Mapping[str, Any]:
    given = (question.lon is not None, question.lat is not None)
    if question.station is None:
        if not all(given):
            raise ParameterError("station, lon, lat: give the id of a station, or both lon and lat")
        return {"lon": question.lon, "lat": question.lat, "start_delay_s": question.start_delay_s}
    if any(given):
        raise ParameterError("station, lon, lat: give the id of a station, or lon and lat, not both")
    found = engine.station_number.get(question.station)
    if found is None:
        raise ParameterError(f"station: got {question.station!r:.60}, allowed are the ids of stations of the release")
    return engine.station_rows[found]


def _geometry(shape: shapely.MultiPolygon) -> Json:
    polygons = shapely.get_parts(shape)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    positions = np.round(points, DECIMALS)  # written to JSON as it is: lists of all numbers would take most of the time
    coordinates: list[list[Floats]] = [[] for _ in polygons]
    for number, (start, end) in zip(polygon, pairwise(np.searchsorted(ring, np.arange(len(rings) + 1))), strict=True):
        coordinates[number].append(positions[start:end])
    return {"type": "MultiPolygon", "coordinates": coordinates}

"""The people of a drawn zone, and how many of them are within reach before and after the edits of a scenario."""

from collections.abc import Sequence

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import region_sums, threshold_sums
from geoservice.geo import Ints
from geoservice.live.coverage import coverage_of
from geoservice.live.coverage_rows import Crossings, Json, coverage_rows
from geoservice.live.engine import Engine
from geoservice.live.estimates import Estimates
from geoservice.live.question import ZoneQuestion
from geoservice.live.scenario import PointTimes, Scenario
from geoservice.live.zone import inside

MAX_STATIONS = 50
"""Stations that serve the people of a zone, in an answer."""


def zone_answer(engine: Engine, question: ZoneQuestion, within: Sequence[str] | None = None) -> Json:
    """Return the people of a zone and their coverage after the edits, beside that before; JSON.

    ``within`` limits the zone to the part in these areas, and leaves out the stations; None is no limit.
    Raises :class:`ParameterError` for a service, mode, tier, group or station that the study does not have.
    """
    surface, minutes = engine.surface, engine.parameters.minutes
    with engine.scenario(question) as scenario:
        point = np.flatnonzero(inside(question.zone, surface.point_lon, surface.point_lat))
        if within is not None:
            point = point[engine.areas.points_inside(within)[point]]
        times, region = scenario.times(point), np.zeros(len(point), np.int32)
        totals, quantity, first = region_sums(surface, region, 1, point), scenario.quantity, np.zeros(1, np.int64)
        before, after = (
            coverage_of(
                threshold_sums(surface, region, 1, bands(ms, minutes), len(minutes), point), totals, first, quantity, minutes
            )
            for ms in (times.ms_before, times.ms)
        )
        crossings = Crossings.of(surface, quantity, region, 1, times, np.arange(len(point)), minutes)
        (row,) = coverage_rows(before, after, crossings, minutes, engine.counts)
        return {
            **question.model_dump(include={"service", "mode", "tier", "group"}),
            **row,
            "stations": _stations(engine, scenario, question) if within is None else [],
            "served_by": _served_by(engine, scenario, times) if within is None else [],
            "off_street": scenario.off_street,
        }


def _stations(engine: Engine, scenario: Scenario, question: ZoneQuestion) -> list[Json]:
    """Return the stations in the zone that count for the trip."""
    with engine.station_tree.edited(scenario.rows, scenario.edited.tolist()):
        near = np.array(engine.station_tree.inside(question.zone.bbox), np.int64)
    near = near[scenario.offered[near]]
    lon, lat = (np.array([scenario.rows[n][name] for n in near.tolist()], float) for name in ("lon", "lat"))
    return [_names(scenario, n) for n in near[inside(question.zone, lon, lat)].tolist()]


def _served_by(engine: Engine, scenario: Scenario, times: PointTimes) -> list[Json]:
    """Return the stations that are nearest to the most people of the zone; those at one position count as the first of them."""
    station = np.unique(np.concatenate([times.station_before, times.station]))
    station = station[station >= 0].astype(np.int64)
    number = np.full(len(scenario.rows) + 1, -1, np.int32)  # the last is that of station -1
    number[station] = np.arange(len(station))
    before, after = (
        Estimates.of(region_sums(engine.surface, number[nearest], len(station), times.point), scenario.quantity)
        for nearest in (times.station_before, times.station)
    )
    largest: Ints = np.argsort(-np.maximum(before.value, after.value), kind="stable")[:MAX_STATIONS]
    columns = engine.counts(after.take(largest)), engine.counts(before.take(largest))
    return [
        {**_names(scenario, n), "persons": persons, "persons_before": persons_before}
        for n, persons, persons_before in zip(station[largest].tolist(), *columns, strict=True)
    ]


def _names(scenario: Scenario, number: int) -> Json:
    return {name: scenario.rows[number][name] for name in ("id", "name", "tier", "capacity")}

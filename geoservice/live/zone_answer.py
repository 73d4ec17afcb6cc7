"""The people of a drawn zone, and how many of them are within reach before and after the edits of a scenario."""

from collections.abc import Sequence

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import Sums, region_sums, threshold_sums
from geoservice.geo import Bools, Int32s, Ints, ranks
from geoservice.live.coverage import Coverage, coverage_of
from geoservice.live.coverage_rows import Crossings, Json, coverage_rows, covered_after
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
        is_inside = inside(question.zone, surface.point_lon, surface.point_lat)
        if within is not None:
            is_inside &= engine.areas.points_inside(within)
        inside_times = scenario.times(np.flatnonzero(is_inside))
        totals = region_sums(surface, np.zeros(len(inside_times.point), np.int32), 1, inside_times.point)
        before, after = _coverage(engine, scenario, is_inside, inside_times, totals)
        changed = scenario.changed
        region = np.where(is_inside[changed.point], 0, -1).astype(np.int32)
        every = np.arange(len(region))
        crossings, quantity = Crossings.of(surface, region, 1, changed, every, minutes), scenario.quantity
        change = crossings.change(totals, np.zeros(1, np.int64), quantity, after.share, before.share)
        (row,) = coverage_rows(before, after, crossings.people(quantity, len(minutes)), change, minutes, engine.counts)
        return {
            **question.model_dump(include={"service", "mode", "tier", "group"}),
            **row,
            "stations": _stations(engine, scenario, question) if within is None else [],
            "served_by": _served_by(engine, scenario, inside_times) if within is None else [],
            "off_street": scenario.off_street,
        }


def _coverage(
    engine: Engine, scenario: Scenario, is_inside: Bools, times: PointTimes, totals: Sums
) -> tuple[Coverage, Coverage]:
    """Return the coverage before and after the edits; ``times`` are those of all points of the zone, ``totals`` its people."""
    surface, minutes, quantity = engine.surface, engine.parameters.minutes, scenario.quantity
    region, first = np.zeros(len(times.point), np.int32), np.zeros(1, np.int64)
    before = threshold_sums(surface, region, 1, bands(times.ms_before, minutes), len(minutes), times.point)
    coverage = coverage_of(before, totals, first, quantity, minutes)
    part = scenario.points.take(is_inside[scenario.points.point])
    if not len(part.point):
        return coverage, coverage
    every = np.arange(len(part.point))
    after = covered_after(surface, before, np.arange(len(minutes)), region[every], 1, part, every, minutes)
    return coverage, coverage_of(after, totals, first, quantity, minutes)


def _stations(engine: Engine, scenario: Scenario, question: ZoneQuestion) -> list[Json]:
    """Return the stations in the zone that count for the trip."""
    with engine.station_tree.edited(scenario.after.rows, scenario.edited.tolist()):
        near = np.array(engine.station_tree.inside(question.zone.bbox), np.int64)
    near = near[scenario.after.offered[near]]
    lon, lat = (np.array([scenario.after.rows[n][name] for n in near.tolist()], float) for name in ("lon", "lat"))
    return [_names(scenario, n) for n in near[inside(question.zone, lon, lat)].tolist()]


def _served_by(engine: Engine, scenario: Scenario, times: PointTimes) -> list[Json]:
    """Return the stations that are nearest to the most people of the zone; those at one position count as the first of them."""
    serves = np.zeros(len(scenario.after.rows) + 1, np.bool_)  # the last is that of station -1
    serves[times.station_before] = serves[times.station] = True
    station = np.flatnonzero(serves[:-1])
    number = ranks(station, len(scenario.after))

    def people(nearest: Int32s) -> Estimates:
        return Estimates.of(region_sums(engine.surface, number[nearest], len(station), times.point), scenario.quantity)

    before = people(times.station_before)
    after = before if np.array_equal(times.station, times.station_before) else people(times.station)
    largest: Ints = np.argsort(-np.maximum(before.value, after.value), kind="stable")[:MAX_STATIONS]
    columns = engine.counts(after.take(largest)), engine.counts(before.take(largest))
    return [
        {**_names(scenario, n), "persons": persons, "persons_before": persons_before}
        for n, persons, persons_before in zip(station[largest].tolist(), *columns, strict=True)
    ]


def _names(scenario: Scenario, number: int) -> Json:
    return {name: scenario.after.rows[number][name] for name in ("id", "name", "tier", "capacity")}

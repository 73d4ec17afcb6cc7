"""Readiness of stations: which meet the standard of their tier, and who is covered by those that do.

A station that exists by name only (有其名无其事) covers people on the map who find nothing there. Coverage by the stations
known to be ready is set beside coverage by all: the difference is people covered by name only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import UNREACHED, Context, Findings, Process, Trip, Units, serves
from geoservice.analysis.coverage import AreaRegions
from geoservice.analysis.frames import stack, table, trip_columns, trips_for
from geoservice.analysis.station_standards import STATUSES, Readiness, TierStandard, assess
from geoservice.analysis.travel_time import within
from geoservice.demand import Quantity, Shares, Sums, region_sums
from geoservice.geo import Bools, Int32s, Ints

PROCESS = Process(
    id="readiness",
    title={"zh": "站点达标", "en": "Readiness"},
    description={
        "zh": "各站点是否达到所在级别的标准（面积、人员、时间、设备、服务）、缺什么，以及只计达标站点时的覆盖率。",
        "en": "Whether each station meets the standard of its tier (floor area, staff, hours, equipment, services), what it "
        "lacks, and coverage by the stations that do.",
    },
)
PERSONS = Quantity("persons")
ANY = "any"
READINESS = "readiness"
"""Geography of the table of findings by station: it has no geometry, and goes into the layer of stations."""


class Params(BaseModel):
    """Standards of stations by tier, none if there is no file of them; standards in minutes by service; services' names."""

    model_config = ConfigDict(frozen=True)
    station_standards: dict[str, TierStandard] = {}
    standards: dict[str, int] = {}
    service_titles: dict[str, dict[str, str]] = {}


def assessments(stations: pa.Table, params: Params) -> list[Readiness]:
    """Return the readiness of each station; every tier of a station has a standard."""
    rows = stations.to_pylist()
    return [assess(row, params.station_standards[row["tier"]], params.service_titles) for row in rows]


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the readiness of stations, their numbers by area and tier, and coverage by those that are ready."""
    if not params.station_standards:
        return Findings(stack([]))
    found = assessments(context.stations, params)
    status = np.array([STATUSES.index(f.status) for f in found])
    ids = [str(name) for name in context.stations.column("id").to_pylist()]
    classes = np.array([len(STATUSES) - 1 - s for s in status], float)
    station_rows = table(classes, measure="readiness_class", geography="station", unit=ids)
    areas = AreaRegions.of(context)
    rows = [station_rows, *_numbers(context, areas, status), *_coverage(context, params, areas, status)]
    return Findings(stack(rows), [Units(READINESS, _texts(ids, found))])


def _texts(ids: list[str], found: list[Readiness]) -> pa.Table:
    """Return what is said of each station; null for nothing."""
    columns: dict[str, list[str | None]] = {"readiness": [f.status for f in found]}
    for name in ("lacks", "unknown"):
        for language in ("zh", "en"):
            columns[f"{name}_{language}"] = [getattr(f, name)[language] or None for f in found]
    return pa.table({"unit": pa.array(ids, pa.string()), **{n: pa.array(v, pa.string()) for n, v in columns.items()}})


def _numbers(context: Context, areas: AreaRegions, status: Ints) -> Iterator[pa.Table]:
    """Yield the number of stations of each area, by tier and readiness."""
    stations = context.stations
    shapes = np.concatenate([
        shapely.from_wkb(np.asarray(context.areas[level].table.column("geometry").to_pylist(), object))
        for level in context.levels
    ])  # fmt: skip
    points = shapely.points(stations.column("lon").to_numpy(), stations.column("lat").to_numpy())
    station, area = shapely.STRtree(shapes).query(points, predicate="intersects")
    tier = np.array(stations.column("tier").to_pylist(), object)
    for name in (ANY, *dict.fromkeys(tier.tolist())):
        of_tier = np.ones(len(tier), np.bool_) if name == ANY else tier == name
        counts = {f"stations_{s}": of_tier & (status == n) for n, s in enumerate(STATUSES)}
        for measure, counted in {"stations": of_tier, **counts}.items():
            number = np.bincount(area[counted[station]], minlength=len(areas)).astype(float)
            yield table(number, measure=measure, tier=name, **areas.columns())


def _coverage(context: Context, params: Params, areas: AreaRegions, status: Ints) -> Iterator[pa.Table]:
    """Yield people covered by all stations, by those that are ready, by name only, and of these by unknown ones."""
    surface, n = context.demand.surface, len(areas)
    totals = region_sums(surface, areas.region, n, areas.point)

    def sums(points: Bools) -> Sums:
        return region_sums(surface, np.where(points[areas.point], areas.region, np.int32(-1)), n, areas.point)

    for trip in trips_for(context.demand.travel, tuple(params.standards)):
        if trip.nth > 1:
            continue
        standard = params.standards[trip.service]
        ms = {s: _nearest(context, trip, status == number) for number, s in enumerate(STATUSES)}
        reached = {s: within(times, standard) for s, times in ms.items()}
        everybody = within(context.demand.travel[trip].ms, standard)
        name_only = everybody & ~reached["ready"]
        parts: Mapping[str, Bools] = {
            "stated": everybody, "ready": everybody & reached["ready"], "name_only": name_only,
            "unknown_only": name_only & reached["unknown"],
        }  # fmt: skip
        dims: dict[str, Any] = {**trip_columns(trip), **areas.columns(), "group": "all", "minutes": standard}
        for part, points in parts.items():
            covered = sums(points)
            yield table(covered.value(PERSONS), covered.margin(PERSONS), measure=f"{part}_persons", **dims)
            yield table(*Shares(covered, totals).ratio(PERSONS), measure=f"{part}_share", **dims)


def _nearest(context: Context, trip: Trip, counted: Bools) -> Int32s:
    """Return the time of each point to the nearest counted station of a trip; ``UNREACHED`` if there is none."""
    rows = context.stations.select(["services", "tier"]).to_pylist()
    matching = np.array([serves(row, trip.service, trip.tier) for row in rows], np.bool_)
    stations = np.flatnonzero(matching & counted)
    if not len(stations):
        return np.full(len(context.demand.cell), UNREACHED, np.int32)
    return context.nearest_ms(trip.mode, stations)

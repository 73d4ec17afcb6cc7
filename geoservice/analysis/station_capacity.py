"""Limited capacity of stations: people assigned to places within the standard, and those left without one.

Two assignments are published beside each other: the best one that the capacities allow, and stations filled one after the
other, as AccessMod does. They depend on the non-negative estimates of people, and so do the persons assigned to a station.
Persons without a place are signed estimates. Margins are those of the replays with the shares of the assignment held fixed:
what the noise changes in the assignment itself is not in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.base import Context, Findings, Process, Trip
from geoservice.analysis.capacity import (
    Assignment,
    TravelPairs,
    minimum_cost_assignment,
    nearest_pairs,
    nearest_station,
    processing_order,
    rounded,
    sequential_fill,
)
from geoservice.analysis.catchments import load
from geoservice.analysis.coverage import AreaRegions
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.demand import Quantity, Shares, Sums, region_sums
from geoservice.geo import Floats, Ints
from geoservice.measures import NOT_APPLICABLE

PROCESS = Process(
    id="capacity",
    title={"zh": "有限的服务能力", "en": "Limited capacity"},
    description={
        "zh": "把标准时间内的人口分配到服务能力有限的站点：各站点的分配人数、负荷率与无名额人数，各区域未满足的人数与比例，"
        "附90%误差范围。两种方法并列：服务能力允许的最优分配（先使服务人数最多，再使总出行时间最少），"
        "以及按到达人数由多到少逐站分配（同 AccessMod）。"
        "未填服务能力的站点不参与分配。",
        "en": "People within the standard time assigned to stations of limited capacity: persons, load and persons turned away "
        "of each station, persons without a place and their share of each area, with 90 % margins. Two methods: the best "
        "assignment (most people served, then fewest person-minutes), and stations filled one after the other, most people "
        "within reach first (as AccessMod does). Stations without a stated capacity are left out.",
    },
    reference="Ray and Ebener (2008), AccessMod 3.0; Hitchcock (1941), The distribution of a product from several sources",
)
PERSONS = Quantity("persons")
STATION_BLOCK = 64
"""Stations whose points are searched together; the nearest pairs are kept after each block, to bound the memory."""


class Params(BaseModel):
    """Services and standards in minutes, the number of nearest stations that a person may go to, the order of filling."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    standards: dict[str, int]
    nearest: int = Field(10, ge=1, le=100)
    order: Literal["people", "capacity"] = "people"


@dataclass(frozen=True)
class _Names:
    """Measures of one method: by station, and by area."""

    persons: str
    load: str
    turned_away: str
    unmet: str
    unmet_share: str


BEST = _Names("assigned_persons", "assigned_load", "turned_away_persons", "unmet_persons", "unmet_share")
SEQUENTIAL = _Names(
    "sequential_persons", "sequential_load", "sequential_turned_away", "sequential_unmet", "sequential_unmet_share"
)


def with_capacity(context: Context, service: str) -> Ints:
    """Return the stations that offer a service and state a capacity."""
    stated = context.stations.select(["services", "capacity"]).to_pylist()
    return np.flatnonzero([service in s["services"] and s["capacity"] is not None and s["capacity"] >= 0 for s in stated])


def pairs_within(context: Context, mode: str, stations: Ints, minutes: int, nearest: int) -> TravelPairs:
    """Return the nearest of some stations of each point, within minutes that include the stations' start delay."""
    none = np.empty(0, np.int32)
    kept = TravelPairs.of(none, none, none, 0)
    for first in range(0, len(stations), STATION_BLOCK):
        found = context.station_pairs(mode, stations[first : first + STATION_BLOCK], minutes)
        kept = nearest_pairs(TravelPairs.joined([kept, found]), nearest)
    return kept


def _assignments(pairs: TravelPairs, demand: Floats, capacity: Floats, params: Params) -> Iterator[tuple[_Names, Assignment]]:
    yield BEST, minimum_cost_assignment(pairs, demand, capacity)
    yield SEQUENTIAL, sequential_fill(pairs, demand, capacity, processing_order(params.order, pairs, demand, capacity))


def _by_station(context: Context, names: _Names, found: Assignment, stations: Ints, dims: dict[str, Any]) -> Iterator[pa.Table]:
    """Yield persons, load and persons turned away of each station; others have none."""
    surface, pairs, count = context.demand.surface, found.pairs, len(stations)
    used = np.flatnonzero(found.persons)
    point, station = pairs.point[used], np.searchsorted(pairs.indptr, used, side="right") - 1
    share = found.persons[used] / found.demand[point]
    margin = region_sums(surface, station.astype(np.int32), count, point, share).margin(PERSONS)
    nearest = nearest_station(pairs, len(found.demand))
    away = region_sums(surface, nearest, count, share=found.unmet_share())
    columns = {
        names.persons: (found.assigned, margin),
        names.load: (load(found.assigned, found.capacity), load(margin, found.capacity)),
        names.turned_away: (away.value(PERSONS), away.margin(PERSONS)),
    }
    ids = np.asarray(context.stations.column("id").to_pylist(), object)
    for measure, (value, error) in columns.items():
        every, every_error = (np.full(len(ids), np.nan) for _ in range(2))
        every[stations], every_error[stations] = value, error
        yield table(every, every_error, NOT_APPLICABLE, measure=measure, geography="station", unit=ids, **dims)


def _by_area(
    context: Context, names: _Names, found: Assignment, areas: AreaRegions, totals: Sums, dims: dict[str, Any]
) -> Iterator[pa.Table]:
    """Yield the persons without a place of each area, and their share."""
    unmet = region_sums(context.demand.surface, areas.region, len(areas), areas.point, found.unmet_share()[areas.point])
    of_areas = {**dims, **areas.columns()}
    yield table(unmet.value(PERSONS), unmet.margin(PERSONS), measure=names.unmet, **of_areas)
    share, margin = Shares(unmet, totals).ratio(PERSONS)
    yield table(share, margin, measure=names.unmet_share, **of_areas)


def _trip(context: Context, params: Params, trip: Trip, stations: Ints, areas: AreaRegions, totals: Sums) -> Iterator[pa.Table]:
    surface, standard = context.demand.surface, params.standards[trip.service]
    demand = rounded(surface.point_weight * surface.positive[PERSONS][surface.point_leaf])
    capacity = context.stations.column("capacity").to_numpy(zero_copy_only=False).astype(float)[stations]
    pairs = pairs_within(context, trip.mode, stations, standard, params.nearest)
    dims: dict[str, Any] = {**trip_columns(trip), "group": "all", "minutes": standard}
    for names, found in _assignments(pairs, demand, capacity, params):
        yield from _by_station(context, names, found, stations, dims)
        yield from _by_area(context, names, found, areas, totals, dims)


def _note(service: str, zh: str, en: str) -> dict[str, str]:
    return {"zh": f"服务“{service}”：{zh}", "en": f"service “{service}”: {en}"}


def capacity_notes(context: Context, service: str, known: int) -> Iterator[dict[str, str]]:
    """Yield a note if stations of a service state no capacity."""
    offering = sum(service in s["services"] for s in context.stations.select(["services"]).to_pylist())
    if offering and not known:
        yield _note(service, "站点均未填服务能力，未作分配。", "no station states a capacity; nobody is assigned to places.")
    elif known < offering:
        yield _note(
            service,
            f"{offering} 个站点中有 {offering - known} 个未填服务能力，未参与分配；未满足的人数因此偏高。",
            f"{offering - known} of {offering} stations state no capacity and are left out of the assignment to places; "
            "persons without a place are fewer than stated.",
        )


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the assignments of people to places, by station and area; services without any stated capacity are left out."""
    areas = AreaRegions.of(context)
    totals = region_sums(context.demand.surface, areas.region, len(areas), areas.point)
    known = {service: with_capacity(context, service) for service in params.services}
    rows: list[pa.Table] = []
    for trip in nearest_trips(context.demand.travel, params.services):
        if len(known[trip.service]):
            rows += _trip(context, params, trip, known[trip.service], areas, totals)
    notes = [note for service, stations in known.items() for note in capacity_notes(context, service, len(stations))]
    return Findings(stack(rows), notes=notes)

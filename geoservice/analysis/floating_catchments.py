"""Accessibility by area: capacity per 1 000 persons within reach, counting who else needs it; minutes to the second station."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.access_means import PERSONS, AccessMeans
from geoservice.analysis.accessibility import TravelPairs, gaussian
from geoservice.analysis.base import UNREACHED, Context, Findings, Process, Trip
from geoservice.analysis.coverage import AreaRegions
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns, trips_for
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.analysis.weighted_means import power_sums, weighted_mean
from geoservice.demand import region_sums
from geoservice.geo import Floats, Ints
from geoservice.measures import BEYOND, NOBODY

PROCESS = Process(
    id="floating_catchments",
    title={"zh": "可达性", "en": "Accessibility"},
    description={
        "zh": "增强型两步移动搜索法（E2SFCA）：各区域每千人在标准时间内能够使用的服务能力（人口加权平均；站点由所有能到达的人"
        "分享，权重随时间按高斯函数衰减），以及到第二近站点的平均分钟数，均附90%误差范围。",
        "en": "Enhanced two-step floating catchment areas (E2SFCA): capacity per 1 000 persons within the standard time, "
        "shared with all who reach the station and weighted by a Gaussian decay of time, mean of the persons of each area; "
        "and mean minutes to the second nearest station; each with its 90 % margin.",
    },
    reference="Luo and Qi (2009), An enhanced two-step floating catchment area method, Health & Place 15; Dai (2010), ibid. 16",
)
PER = 1000
"""Persons to whom the index refers."""


class Params(BaseModel):
    """Standards in minutes by service, at which the decay reaches 0."""

    model_config = ConfigDict(frozen=True)
    standards: dict[str, int]


def offering(stations: pa.Table, service: str) -> tuple[Ints, Floats]:
    """Return the stations that offer a service, as rows, and their capacity; NaN if it is 0 or not stated. Shapes ``(n,)``.

    >>> table = pa.table({"services": [["post"], ["clinic"], ["clinic"]], "capacity": [9.0, 300.0, None]})
    >>> rows, capacity = offering(table, "clinic")
    >>> rows.tolist(), capacity.tolist()
    ([1, 2], [300.0, nan])
    """
    rows = np.flatnonzero([service in s["services"] for s in stations.select(["services"]).to_pylist()])
    capacity = stations.column("capacity").to_numpy(zero_copy_only=False).astype(float)[rows]
    return rows, np.where(capacity > 0, capacity, np.nan)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the mean index of every area, service and mode, and the mean minutes to the second station.

    The index is left out for a service without any capacity: a number of stations per person would be another measure.
    """
    areas = AreaRegions.of(context)
    rows = [*_indices(context, params, areas), *_second_station(context, params, areas)]
    return Findings(stack(rows), notes=_notes(context, params))


def _indices(context: Context, params: Params, areas: AreaRegions) -> Iterator[pa.Table]:
    for trip in nearest_trips(context.demand.travel, list(params.standards)):
        stations, capacity = offering(context.stations, trip.service)
        stated = np.isfinite(capacity)
        if stated.any():
            value, margin = _means(context, trip, params.standards[trip.service], areas, stations[stated], capacity[stated])
            dims: dict[str, Any] = {**trip_columns(trip), **areas.columns(), "group": "all"}
            yield table(PER * value, PER * margin, NOBODY, measure="access_capacity", **dims)


def _means(
    context: Context, trip: Trip, standard: int, areas: AreaRegions, stations: Ints, capacity: Floats
) -> tuple[Floats, Floats]:
    """Return the mean index of each area and its margin, in capacity per person."""

    def search(rows: Ints) -> TravelPairs:
        return context.station_pairs(trip.mode, rows, standard)

    means = AccessMeans(context.demand.surface, areas.region, len(areas), areas.point)
    means.add(search, stations, capacity, gaussian(standard))
    return means.means()


def _second_station(context: Context, params: Params, areas: AreaRegions) -> Iterator[pa.Table]:
    """Yield the mean minutes to the second nearest station over the persons who reach one, where the study has this rank."""
    surface = context.demand.surface
    everybody = region_sums(surface, areas.region, len(areas), areas.point).value(PERSONS)
    missing = np.where(everybody > 0, BEYOND, NOBODY).astype(object)
    for trip in trips_for(context.demand.travel, list(params.standards)):
        if trip.tier == "any" and trip.nth == 2:
            ms = context.demand.travel[trip].ms[areas.point]
            reached = np.where(ms == UNREACHED, -1, areas.region).astype(np.int32)
            powers = power_sums(surface, np.where(reached < 0, 0, ms / MS_PER_MINUTE), reached, len(areas), areas.point)
            dims: dict[str, Any] = {**trip_columns(trip), **areas.columns(), "group": "all"}
            yield table(*weighted_mean(powers, PERSONS), missing, measure="mean_minutes", **dims)


def _notes(context: Context, params: Params) -> list[dict[str, str]]:
    """Return notes on the stations and services whose capacity is not known."""
    notes = []
    for service in params.standards:
        stations, capacity = offering(context.stations, service)
        unknown = int(np.isnan(capacity).sum())
        if unknown and unknown == len(stations):
            zh = f"{service}：没有站点填写服务能力，因此没有可达性指数。"
            notes.append({"zh": zh, "en": f"{service}: no station states a capacity, so there is no index of accessibility."})
        elif unknown:
            zh = f"{service}：{len(stations)} 个站点中有 {unknown} 个未填服务能力，不计入可达性指数。"
            en = (
                f"{service}: {unknown} of {len(stations)} stations state no capacity and are not in the index of accessibility."
            )
            notes.append({"zh": zh, "en": en})
    return notes

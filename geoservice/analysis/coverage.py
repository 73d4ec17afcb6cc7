"""Coverage: households and persons within each time break, by area, service, tier, mode and group."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Trip
from geoservice.analysis.frames import stack, table, trip_applies, trip_columns, trips_for
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.demand import DemandSurface, Quantity, Shares, Sums, region_sums, threshold_sums
from geoservice.geo import Int32s

PROCESS = Process(
    id="coverage",
    title={"zh": "服务覆盖", "en": "Coverage"},
    description={
        "zh": "各区域、各人群在规定分钟数之内能够到达服务站点的户数、人数与比例，以及流动人口与户籍人口之间的差距。",
        "en": "Households, persons and share of each area and group within reach, and the gap between migrants and residents.",
    },
    reference="Wachs and Kumagai (1973), Physical accessibility as a social indicator",
)
CLASSES = ("same_county", "same_province", "other_province")
"""Migrant classes that are counted by area; coverage is computed for all migrants together."""
UNITS = ("households", "persons")


class Params(BaseModel):
    """Services, inclusive breaks in minutes, standards by service, population groups."""

    model_config = ConfigDict(frozen=True)
    services: tuple[str, ...]
    minutes: tuple[int, ...]
    standards: dict[str, int]
    groups: tuple[str, ...] = ("all",)


def bands(ms: Int32s, minutes: tuple[int, ...]) -> Int32s:
    """Return the position of the first break not below each time; ``len(minutes)`` if it exceeds all. Same shape.

    >>> bands(np.array([0, 300_000, 300_001, 900_000], np.int32), (5, 10)).tolist()
    [0, 0, 1, 2]
    """
    return np.searchsorted(np.asarray(minutes, np.int64) * MS_PER_MINUTE, ms, side="left").astype(np.int32)


def _estimated(surface: DemandSurface, group: str) -> Iterator[Quantity]:
    """Yield the quantities of a group that the surface estimates."""
    for unit in UNITS:
        quantity = Quantity("households" if unit == "households" else "persons", group)
        if surface.has(quantity):
            yield quantity


def population(context: Context, params: Params) -> Iterator[pa.Table]:
    """Yield households and persons of every area, group and migrant class, and of the total population by cell."""
    demand, surface = context.demand, context.demand.surface
    for level in context.levels:
        ids = context.areas[level].ids
        sums = region_sums(surface, demand.area[level], len(ids))
        for group in (*params.groups, *(c for c in CLASSES if "migrant" in params.groups)):
            for q in _estimated(surface, group):
                yield table(sums.value(q), sums.margin(q), geography=level, unit=ids, measure=q.unit, group=group)
    cells = context.cells.ids
    sums = region_sums(surface, demand.cell, len(cells))
    for q in _estimated(surface, "all"):
        yield table(sums.value(q), sums.margin(q), geography=context.cells.geography, unit=cells, measure=q.unit, group="all")


def _covered(context: Context, params: Params, level: str, trip: Trip, totals: Sums) -> Iterator[pa.Table]:
    """Yield the rows of a level and trip: covered counts, shares, and the gap between migrants and residents."""
    demand, surface, ids = context.demand, context.demand.surface, context.areas[level].ids
    n, breaks = len(ids), len(params.minutes)
    area = np.repeat(np.arange(n), breaks)
    covered = threshold_sums(surface, demand.area[level], n, bands(demand.travel[trip].ms, params.minutes), breaks)
    shares = Shares(covered, totals, area)
    unit = pa.DictionaryArray.from_arrays(area.astype(np.int32), pa.array(ids, pa.string()))
    dims: dict[str, Any] = {**trip_columns(trip), "geography": level, "unit": unit, "minutes": np.tile(params.minutes, n)}
    for group in (g for g in params.groups if trip_applies(trip, g)):
        for q in _estimated(surface, group):
            yield table(covered.value(q), covered.margin(q), measure=f"covered_{q.unit}", group=group, **dims)
        persons = Quantity("persons", group)
        yield table(*shares.ratio(persons), measure="covered_share", group=group, **dims)
    if {"migrant", "resident"} <= set(params.groups) and trip_applies(trip, "migrant"):
        pair = Quantity("persons", "migrant"), Quantity("persons", "resident")
        yield table(*shares.difference(*pair), measure="coverage_gap", group="migrant", **dims)


def _uncovered(context: Context, params: Params, level: str, trip: Trip) -> Iterator[pa.Table]:
    """Yield the persons beyond the standard of the service, by group."""
    demand, ids = context.demand, context.areas[level].ids
    standard = params.standards[trip.service]
    beyond = np.where(demand.travel[trip].ms > standard * MS_PER_MINUTE, demand.area[level], -1).astype(np.int32)
    sums = region_sums(demand.surface, beyond, len(ids))
    for group in params.groups:
        q = Quantity("persons", group)
        dims: dict[str, Any] = {**trip_columns(trip), "geography": level, "unit": ids, "group": group, "minutes": standard}
        yield table(sums.value(q), sums.margin(q), measure="uncovered_persons", **dims)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return population by area and cell, the covered part of it, and persons beyond the standard."""
    rows = [*population(context, params)]
    demand = context.demand
    totals = {level: region_sums(demand.surface, demand.area[level], len(context.areas[level].ids)) for level in context.levels}
    for trip in trips_for(demand.travel, params.services):
        for level in context.levels:
            rows += _covered(context, params, level, trip, totals[level])
            if trip.tier == "any" and trip.nth == 1:
                rows += _uncovered(context, params, level, trip)
    return Findings(stack(rows))

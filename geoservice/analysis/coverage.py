"""Coverage: households and persons within each time break, by area, service, tier, mode and group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Trip
from geoservice.analysis.frames import stack, table, trip_applies, trip_columns, trips_for
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.demand import DemandSurface, Quantity, Shares, Sums, region_sums, threshold_sums
from geoservice.geo import Int32s, Ints

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


@dataclass(frozen=True)
class AreaRegions:
    """The areas of all levels as one list of regions, so that a sum is formed once and not once for each level.

    ``geography`` and ``unit`` are columns of the release table, one row for each area; ``region`` and ``point`` have an entry
    for each level and point of the surface.
    """

    geography: "pa.DictionaryArray[Any, Any]"
    unit: "pa.DictionaryArray[Any, Any]"
    region: Int32s
    point: Int32s

    @classmethod
    def of(cls, context: Context) -> "AreaRegions":
        """Return the areas of a context, from coarse to fine."""
        sizes = [len(context.areas[level].ids) for level in context.levels]
        positions = [context.demand.area[level] for level in context.levels]
        return cls(
            _dictionary_column(np.repeat(np.arange(len(sizes)), sizes), context.levels),
            _dictionary_column(np.arange(sum(sizes)), [code for level in context.levels for code in context.areas[level].ids]),
            np.concatenate(joint_positions(positions, sizes)),
            np.tile(np.arange(len(positions[0]), dtype=np.int32), len(sizes)),
        )

    def __len__(self) -> int:
        """Return the number of areas."""
        return len(self.unit)

    def columns(self, repeats: int = 1) -> dict[str, Any]:
        """Return the columns ``geography`` and ``unit`` with each row repeated."""
        rows = np.repeat(np.arange(len(self)), repeats)
        return {"geography": self.geography.take(rows), "unit": self.unit.take(rows)}


def joint_positions(positions: Sequence[Int32s], sizes: Sequence[int]) -> list[Int32s]:
    """Return positions in lists of ``sizes`` as positions in all of them, one after the other; -1 stays.

    >>> [p.tolist() for p in joint_positions([np.array([0, -1], np.int32), np.array([1, 0], np.int32)], [1, 2])]
    [[0, -1], [2, 1]]
    """
    starts = np.cumsum([0, *sizes[:-1]]).astype(np.int32)
    return [np.where(p < 0, p, p + start).astype(np.int32) for p, start in zip(positions, starts, strict=True)]


def _dictionary_column(codes: Ints, texts: Sequence[str]) -> "pa.DictionaryArray[Any, Any]":
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string()))


def population(context: Context, params: Params, areas: AreaRegions, totals: Sums) -> Iterator[pa.Table]:
    """Yield households and persons of every area, group and migrant class, and of the total population by cell."""
    surface, dims = context.demand.surface, areas.columns()
    for group in (*params.groups, *(c for c in CLASSES if "migrant" in params.groups)):
        for q in _estimated(surface, group):
            yield table(totals.value(q), totals.margin(q), measure=q.unit, group=group, **dims)
    cells = context.cells.ids
    sums = region_sums(surface, context.demand.cell, len(cells))
    for q in _estimated(surface, "all"):
        yield table(sums.value(q), sums.margin(q), geography=context.cells.geography, unit=cells, measure=q.unit, group="all")


def _covered(context: Context, params: Params, trip: Trip, areas: AreaRegions, totals: Sums) -> Iterator[pa.Table]:
    """Yield the rows of a trip: covered counts, shares, and the gap between migrants and residents."""
    surface, n, breaks = context.demand.surface, len(areas), len(params.minutes)
    band = bands(context.demand.travel[trip].ms, params.minutes)
    covered = threshold_sums(surface, areas.region, n, band[areas.point], breaks, areas.point)
    shares = Shares(covered, totals, np.repeat(np.arange(n), breaks))
    dims: dict[str, Any] = {**trip_columns(trip), **areas.columns(breaks), "minutes": np.tile(params.minutes, n)}
    for group in (g for g in params.groups if trip_applies(trip, g)):
        for q in _estimated(surface, group):
            yield table(covered.value(q), covered.margin(q), measure=f"covered_{q.unit}", group=group, **dims)
        persons = Quantity("persons", group)
        yield table(*shares.ratio(persons), measure="covered_share", group=group, **dims)
    if {"migrant", "resident"} <= set(params.groups) and trip_applies(trip, "migrant"):
        pair = Quantity("persons", "migrant"), Quantity("persons", "resident")
        yield table(*shares.difference(*pair), measure="coverage_gap", group="migrant", **dims)


def _uncovered(context: Context, params: Params, trip: Trip, areas: AreaRegions) -> Iterator[pa.Table]:
    """Yield the persons beyond the standard of the service, by group."""
    standard = params.standards[trip.service]
    is_beyond = context.demand.travel[trip].ms > standard * MS_PER_MINUTE
    beyond = np.where(is_beyond[areas.point], areas.region, np.int32(-1))
    sums = region_sums(context.demand.surface, beyond, len(areas), areas.point)
    dims: dict[str, Any] = {**trip_columns(trip), **areas.columns(), "minutes": standard}
    for group in params.groups:
        q = Quantity("persons", group)
        yield table(sums.value(q), sums.margin(q), measure="uncovered_persons", group=group, **dims)


def _off_network(context: Context, areas: AreaRegions, totals: Sums) -> Iterator[pa.Table]:
    """Yield the share of persons of each area who have no times in a mode, because no street leads from them to a station."""
    persons, rows = Quantity("persons", "all"), np.arange(len(areas))
    for mode, off in context.demand.off_network.items():
        regions = np.where(off[areas.point], areas.region, np.int32(-1))
        sums = region_sums(context.demand.surface, regions, len(areas), areas.point)
        ratio = Shares(sums, totals, rows).ratio(persons)
        yield table(*ratio, measure="off_network_share", mode=mode, group="all", **areas.columns())


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return population by area and cell, the covered part of it, and persons beyond the standard."""
    areas = AreaRegions.of(context)
    totals = region_sums(context.demand.surface, areas.region, len(areas), areas.point)
    rows = [*population(context, params, areas, totals), *_off_network(context, areas, totals)]
    for trip in trips_for(context.demand.travel, params.services):
        rows += _covered(context, params, trip, areas, totals)
        if trip.tier == "any" and trip.nth == 1:
            rows += _uncovered(context, params, trip, areas)
    return Findings(stack(rows))

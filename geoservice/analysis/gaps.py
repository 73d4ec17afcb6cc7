"""Service gaps: contiguous cells whose people no station reaches within the standard, and the best place for a new station.

A cell is in a gap if somebody lives in it whom no station reaches in time: at a point of a leaf of the demand surface that has
more people than its noise. Cells are contiguous if they touch along a side or at a corner (eight neighbours): settlements
follow roads, and roads run diagonally. Gaps are ranked by the people whom a new station would newly reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict, Field

from geoservice.analysis.base import Context, Findings, Process, Trip, Units
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.gap_cells import candidate_cells, contiguous, largest_patches, people_within
from geoservice.analysis.gap_names import gap_names, main_areas, nearest_places
from geoservice.analysis.gap_sites import BestSites, best_sites, longest_times
from geoservice.analysis.siting.margins import Margin, surface_margin
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.analysis.travel_time import MS_PER_MINUTE, minutes, within
from geoservice.demand import DemandSurface, Quantity, region_sums
from geoservice.geo import Bools, Floats, Int32s, Ints, Objects
from geoservice.measures import BEYOND
from geoservice.modes import MODES

PROCESS = Process(
    id="gaps",
    title={"zh": "服务空白", "en": "Gaps"},
    description={
        "zh": "连片的居住网格，其居民在标准时间内到不了任何站点；以最近的地名和所在乡镇命名，按新设站点可新覆盖的人数排序，"
        "并给出新站点的最佳位置。",
        "en": "Contiguous inhabited cells whose people no station reaches within the standard, named by the nearest place, "
        "ranked by the people whom a station at the best place would newly reach.",
    },
    reference="Church and ReVelle (1974), The maximal covering location problem",
)
CANDIDATES = 16
"""Candidates for the station of a gap."""
BLOCKS = 4
"""Candidates of a gap are in different blocks, whose side is this part of the distance that is covered in a straight line."""
HOUSEHOLDS, PERSONS = Quantity("households"), Quantity("persons")


class Params(BaseModel):
    """Standards in minutes by service; the study's breaks in minutes; number of gaps kept for each service and mode.

    Kept are those with most people not covered.
    """

    model_config = ConfigDict(frozen=True)
    standards: dict[str, int]
    minutes: tuple[int, ...]
    most: int = Field(100, ge=1, le=1000)


def inhabited_leaves(surface: DemandSurface) -> Bools:
    """Return which leaves are known to be inhabited; shape ``(leaves,)``.

    A leaf counts if its estimate is above its margin: half of all empty leaves have estimates above 0.
    """
    sums = region_sums(surface, surface.point_leaf, surface.leaves)
    return np.asarray(surface.values[PERSONS] > np.nan_to_num(sums.margin(PERSONS)), np.bool_)


@dataclass(frozen=True)
class _Cells:
    """The cells of a study: position in the grid, side in metres, centres in metres, outlines."""

    column: Ints
    row: Ints
    side: float
    x: Floats
    y: Floats
    shapes: Objects

    @classmethod
    def of(cls, context: Context) -> "_Cells":
        """Return the cells of a context, whose names are ``c<column>_<row>``."""
        pairs = np.array([name[1:].split("_") for name in context.cells.ids], dtype=np.int64).reshape(-1, 2)
        x, y = context.projection.forward(context.cell_lon, context.cell_lat)
        shapes = shapely.from_wkb(np.asarray(context.cells.table.column("geometry").to_pylist(), object))
        column, row = pairs.T
        side = round(float(x[0] / (column[0] + 0.5)), 3)  # centres are at whole columns and a half
        return cls(column, row, side, x, y, shapes)


@dataclass(frozen=True)
class _Unreached:
    """The points of the surface that no station reaches in time.

    ``point`` are their positions in the surface, the other arrays have an entry for each: people (not below 0), whether it is
    known to be inhabited, cell (-1 outside), milliseconds to the nearest station, and metres in the study's plane.
    """

    point: Ints
    weight: Floats
    inhabited: Bools
    cell: Int32s
    ms: Int32s
    x: Floats
    y: Floats

    @classmethod
    def of(cls, context: Context, trip: Trip, standard: int, leaves: Bools) -> "_Unreached":
        """Return the points beyond the standard of a trip."""
        surface, ms = context.demand.surface, context.demand.travel[trip].ms
        point = np.flatnonzero(~within(ms, standard))
        leaf = surface.point_leaf[point]
        weight = np.asarray(surface.positive[PERSONS][leaf] * surface.point_weight[point], float)
        x, y = context.projection.forward(surface.point_lon[point], surface.point_lat[point])
        return cls(point, weight, leaves[leaf] & (weight > 0), context.demand.cell[point], ms[point], x, y)

    def cell_sums(self, values: Floats, cells: int) -> Floats:
        """Return the sums of values over inhabited points by cell; shape ``(cells,)``."""
        inside = self.inhabited & (self.cell >= 0)
        return np.bincount(self.cell[inside], values[inside], cells).astype(float)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the gaps of each service and mode, and for each its people, its rank, and the best place for a station."""
    cells, leaves = _Cells.of(context), inhabited_leaves(context.demand.surface)
    margin = surface_margin(context.demand.surface, PERSONS)
    units: list[dict[str, Any]] = []
    rows: list[pa.Table] = []
    for trip in nearest_trips(context.demand.travel, tuple(params.standards)):
        standard = params.standards[trip.service]
        unreached = _Unreached.of(context, trip, standard, leaves)
        people = unreached.cell_sums(unreached.weight, len(cells.x))
        patch = contiguous(cells.column, cells.row, people > 0)
        if (patch < 0).all():
            continue
        patch = largest_patches(patch, people, params.most)
        gaps = _Gaps(context, trip, standard, params.minutes[-1], cells, unreached, patch, margin)
        units += gaps.units()
        rows += gaps.rows()
    return Findings(stack(rows), [Units("gap", pa.Table.from_pylist(units, schema=pa.schema(_FIELDS)))])


class _Gaps:
    """The gaps of a service and mode, in the order of their rank."""

    def __init__(
        self,
        context: Context,
        trip: Trip,
        standard: int,
        last: int,
        cells: _Cells,
        unreached: _Unreached,
        patch: Int32s,
        margin: Margin | None,
    ) -> None:
        self.context, self.trip, self.standard, self.cells, self.unreached = context, trip, standard, cells, unreached
        self.number = int(patch.max()) + 1
        lon, lat, best = self._sites(patch, margin)
        surface, site_points = context.demand.surface, unreached.point[best.pairs.point]
        new = region_sums(surface, best.pairs.station.astype(np.int32), self.number, site_points)
        self.gap = np.where(unreached.cell >= 0, patch[unreached.cell], -1).astype(np.int32)
        left = region_sums(surface, self.gap, self.number, unreached.point)
        order = np.lexsort((-left.value(PERSONS), -new.value(PERSONS)))
        self.order, self.new, self.left, self.best = order, new, left, best
        self.cell_gap, self.lon, self.lat = patch, lon, lat
        with_site = np.flatnonzero(best.site >= 0)
        self.longest = longest_times(
            self.gap, self.number, unreached.ms, unreached.inhabited, with_site, lambda g: self._pairs(lon[g], lat[g], last)
        )

    def _pairs(self, lon: Floats, lat: Floats, limit: int) -> TravelPairs:
        return self.context.site_pairs(self.trip.mode, lon, lat, limit, self.unreached.point)

    def _sites(self, patch: Int32s, margin: Margin | None) -> tuple[Floats, Floats, BestSites]:
        """Return the position of the best site of each gap, NaN for a gap without a street, and the choice."""
        lon, lat, owner = self._candidates(patch)
        point = self.unreached.point
        best = best_sites(
            owner,
            self.number,
            lambda sites: self._pairs(lon[sites], lat[sites], self.standard),
            self.unreached.weight,
            self.standard * MS_PER_MINUTE,
            None if margin is None else lambda points, others: margin(point[points], point[others]),
        )
        chosen = np.where(best.site >= 0, best.site, len(lon))  # the last entry is that of no site
        lon, lat = (np.append(positions, np.nan)[chosen] for positions in (lon, lat))
        return lon, lat, best

    def _candidates(self, patch: Int32s) -> tuple[Floats, Floats, Ints]:
        """Return the candidates' positions on streets, and the gap of each: near the people of a cell, or at its centre."""
        cells, unreached = self.cells, self.unreached
        people = unreached.cell_sums(unreached.weight, len(cells.x))
        radius = self.standard * MODES[self.trip.mode].straight_metres_per_minute / cells.side
        score = people_within(cells.column, cells.row, people, radius)
        block = max(1, int(radius // BLOCKS))
        owner, cell = candidate_cells(patch, self.number, cells.column, cells.row, score, people, block, CANDIDATES)
        x, y = (
            np.divide(unreached.cell_sums(unreached.weight * v, len(people)), people, out=centre.copy(), where=people > 0)
            for v, centre in ((unreached.x, cells.x), (unreached.y, cells.y))
        )
        lon, lat = self.context.on_street(self.trip.mode, *self.context.projection.inverse(x[cell], y[cell]))
        near = np.isfinite(lon)
        return lon[near], lat[near], owner[near]

    def units(self) -> list[dict[str, Any]]:
        """Return the gaps as units, in the order of their rank."""
        names, sites = self._names(), self._site_names()
        units = []
        for rank, gap in enumerate(self.order.tolist(), 1):
            members = self.cells.shapes[self.cell_gap == gap]
            has_site, known = self.best.site[gap] >= 0, bool(self.best.has_rival[gap])
            units.append({
                "unit": f"{self.trip.service}.{self.trip.mode}.{rank}",
                "parent": None,
                **names[rank - 1],
                **sites[gap],
                "service": self.trip.service,
                "mode": self.trip.mode,
                "minutes": self.standard,
                "cells": len(members),
                "site_lon": round(float(self.lon[gap]), 6) if has_site else None,
                "site_lat": round(float(self.lat[gap]), 6) if has_site else None,
                "site_is_tied": bool(self.best.is_tied[gap]) if known else None,
                "geometry": shapely.to_wkb(shapely.coverage_union_all(members)),
            })  # fmt: skip
        return units

    def _names(self) -> list[dict[str, str]]:
        """Return the names of gaps and of their townships, in the order of rank."""
        context, unreached, order = self.context, self.unreached, self.order
        level = "township" if "township" in context.levels else context.levels[-1]
        inside = (self.gap >= 0) & unreached.inhabited
        gap = np.where(inside, self.gap, -1).astype(np.int32)
        total = np.bincount(gap[inside], unreached.weight[inside], self.number)
        moments = (unreached.weight * unreached.x, unreached.weight * unreached.y)
        x, y = (np.bincount(gap[inside], moment[inside], self.number) / total for moment in moments)
        area = context.demand.area[level][unreached.point]
        position = main_areas(area, len(context.areas[level].ids), gap, self.number, unreached.weight)[order]
        labels = [*context.areas[level].table.select(["name_zh", "name_en"]).to_pylist(), {"name_zh": "", "name_en": ""}]
        towns = [{"zh": labels[p]["name_zh"] or "", "en": labels[p]["name_en"] or ""} for p in position]
        place = nearest_places(context, x[order], y[order])
        zh, en = (gap_names(context.named_places, place, towns, language) for language in ("zh", "en"))
        return [
            {"name_zh": z, "name_en": e, "area_zh": t["zh"], "area_en": t["en"]} for z, e, t in zip(zh, en, towns, strict=True)
        ]

    def _site_names(self) -> list[dict[str, str | None]]:
        """Return the named place nearest to the site of each gap."""
        known = np.isfinite(self.lon)
        place = np.full(self.number, -1, np.int64)
        place[known] = nearest_places(self.context, *self.context.projection.forward(self.lon[known], self.lat[known]))
        zh, en = self.context.named_places.zh, self.context.named_places.en
        return [{"site_zh": zh[p] if p >= 0 else None, "site_en": en[p] if p >= 0 else None} for p in place.tolist()]

    def rows(self) -> Iterator[pa.Table]:
        """Yield the numbers of each gap, in the order of rank."""
        names = [f"{self.trip.service}.{self.trip.mode}.{n}" for n in range(1, self.number + 1)]
        dims = {**trip_columns(self.trip), "geography": "gap", "unit": names, "group": "all", "minutes": self.standard}
        counts = [("uncovered_persons", self.left, PERSONS), ("new_persons", self.new, PERSONS)]
        if self.context.demand.surface.has(HOUSEHOLDS):
            counts.append(("uncovered_households", self.left, HOUSEHOLDS))
        for measure, sums, quantity in counts:
            yield table(sums.value(quantity)[self.order], sums.margin(quantity)[self.order], measure=measure, **dims)
        yield table(np.arange(1.0, self.number + 1), measure="rank", **dims)
        before, after = (minutes(ms[self.order]) for ms in self.longest)
        yield table(before, None, BEYOND, measure="longest_minutes", **dims)
        yield table(after, None, BEYOND, measure="longest_minutes_after", **dims)


_TEXTS = ("unit", "name_zh", "name_en", "parent", "service", "mode", "area_zh", "area_en", "site_zh", "site_en")
_FIELDS: "list[pa.Field[Any]]" = [
    *(pa.field(n, pa.string()) for n in _TEXTS),
    *(pa.field(n, pa.int32()) for n in ("minutes", "cells")),
    *(pa.field(n, pa.float64()) for n in ("site_lon", "site_lat")),
    pa.field("site_is_tied", pa.bool_()),
    pa.field("geometry", pa.binary()),
]

"""Service gaps: contiguous inhabited cells beyond the standard, their people, and the best place for a new station.

A cell is inhabited if a leaf of the demand surface with more people than its noise has points in it. Cells are contiguous
if they touch along a side or at a corner (eight neighbours): settlements follow roads, and roads run diagonally.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pydantic import BaseModel, ConfigDict, Field
from scipy.ndimage import label as label_raster
from scipy.spatial import cKDTree

from geoservice.analysis.base import Context, Findings, Process, Trip, Units
from geoservice.analysis.frames import nearest_trips, stack, table, trip_columns
from geoservice.analysis.travel_time import minutes, within
from geoservice.demand import Quantity, region_sums
from geoservice.geo import Bools, Floats, Int32s, Ints, Objects
from geoservice.measures import BEYOND
from geoservice.modes import MODES

PROCESS = Process(
    id="gaps",
    title={"zh": "服务空白", "en": "Gaps"},
    description={
        "zh": "超出服务标准时间的连片居住区，按未覆盖人数排序，并给出到最近站点的时间和在此新设站点可服务的人数。",
        "en": "Inhabited ground beyond a service's standard, ranked by people, with the people a new station would reach.",
    },
)
CANDIDATES = 16
HOUSEHOLDS, PERSONS = Quantity("households"), Quantity("persons")


class Params(BaseModel):
    """Standards in minutes by service; number of gaps kept for each service and mode, those with most persons."""

    model_config = ConfigDict(frozen=True)
    standards: dict[str, int]
    most: int = Field(100, ge=1, le=1000)


def contiguous(column: Ints, row: Ints, selected: Bools) -> Int32s:
    """Return the patches of selected cells that touch along sides or at corners.

    Parameters
    ----------
    column, row : int64 arrays, shape (n,)
        Position of each cell in the grid.
    selected : bool array, shape (n,)

    Returns
    -------
    int32 array, shape (n,)
        Patch of each cell, from 0; -1 for cells that are not selected.

    Examples
    --------
    >>> column, row = np.array([0, 1, 3, 4]), np.array([0, 1, 0, 0])
    >>> contiguous(column, row, np.array([True, True, True, False])).tolist()
    [0, 0, 1, -1]
    """
    if not selected.any():
        return np.full(len(column), -1, np.int32)
    column, row = column - column.min(), row - row.min()
    raster = np.zeros((int(row.max()) + 1, int(column.max()) + 1), bool)
    raster[row, column] = selected
    patches, _ = label_raster(raster, structure=np.ones((3, 3)))
    return np.where(selected, patches[row, column] - 1, -1).astype(np.int32)


def best_cells(patch: Int32s, patches: int, x: Floats, y: Floats, persons: Floats, radius: float) -> Ints:
    """Return the cell of each patch with most persons within a radius; of equal ones the first.

    Candidates are the ``CANDIDATES`` most populous cells of each patch.

    Parameters
    ----------
    patch : int32 array, shape (n,)
        Patch of each cell, -1 for none.
    patches : int
        Number of patches; none is empty.
    x, y : float64 arrays, shape (n,), metres
        Centres.
    persons : float64 array, shape (n,)
        Persons of each cell; only cells in patches count.
    radius : float
        Metres.

    Returns
    -------
    int64 array, shape (patches,)
        Position of the best cell.

    Examples
    --------
    >>> x, y = np.array([0.0, 100.0, 200.0]), np.zeros(3)
    >>> best_cells(np.zeros(3, np.int32), 1, x, y, np.array([20.0, 20.0, 20.0]), 150.0).tolist()
    [1]
    """
    inside = np.flatnonzero(patch >= 0)
    tree = cKDTree(np.column_stack([x[inside], y[inside]]))
    people = persons[inside]
    order = np.lexsort((inside, -people, patch[inside]))
    rank = np.arange(len(order)) - np.searchsorted(patch[inside][order], patch[inside][order])
    candidates = order[rank < CANDIDATES]
    score = np.array([people[tree.query_ball_point(tree.data[c], radius)].sum() for c in candidates])
    ranked = inside[candidates[np.lexsort((inside[candidates], -score, patch[inside][candidates]))]]
    return ranked[np.searchsorted(patch[ranked], np.arange(patches))]


def largest_patches(patch: Int32s, persons: Floats, most: int) -> Int32s:
    """Return patch numbers in descending order of persons, -1 beyond the first ``most`` patches.

    Examples
    --------
    >>> largest_patches(np.array([0, 1, 1, 2, -1], np.int32), np.array([5.0, 4.0, 4.0, 7.0, 9.0]), 2).tolist()
    [-1, 0, 0, 1, -1]
    """
    inside = patch >= 0
    total = np.bincount(patch[inside], persons[inside])
    order = np.argsort(-total, kind="stable")[:most]
    number = np.full(len(total) + 1, -1, np.int32)  # the last entry is that of patch -1
    number[order] = np.arange(len(order))
    return number[patch]


def cell_persons(context: Context) -> Floats:
    """Return the persons of each cell, NaN for cells not known to be inhabited; shape ``(cells,)``.

    A leaf counts if its estimate is above its margin: half of all empty leaves have estimates above 0.
    """
    demand, surface = context.demand, context.demand.surface
    leaf_sums = region_sums(surface, surface.point_leaf, surface.leaves)
    margin = np.nan_to_num(leaf_sums.margin(PERSONS))
    inhabited = surface.values[PERSONS] > margin
    cell = np.where(inhabited[surface.point_leaf], demand.cell, -1)
    people = surface.positive[PERSONS][surface.point_leaf] * surface.point_weight
    cells = len(context.cells.ids)
    count = np.bincount(cell[cell >= 0], minlength=cells)
    return np.where(count > 0, np.bincount(cell[cell >= 0], people[cell >= 0], cells), np.nan)


def _grid(ids: list[str]) -> tuple[Ints, Ints]:
    """Return column and row from names ``c<column>_<row>``."""
    pairs = np.array([name[1:].split("_") for name in ids], dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _units(shapes: Objects, trip: Trip, patch: Int32s, patches: int, standard: int) -> list[dict[str, Any]]:
    units = []
    for n in range(patches):
        members = shapes[patch == n]
        name = f"{trip.service}.{trip.mode}.{n + 1}"
        texts = {"unit": name, "name_zh": f"空白 {n + 1}", "name_en": f"Gap {n + 1}", "parent": None}
        numbers = {"service": trip.service, "mode": trip.mode, "minutes": standard, "cells": len(members)}
        units.append(texts | numbers | {"geometry": shapely.to_wkb(shapely.coverage_union_all(members))})
    return units


_FIELDS: "list[pa.Field[Any]]" = [
    *(pa.field(n, pa.string()) for n in ("unit", "name_zh", "name_en", "parent", "service", "mode")),
    *(pa.field(n, pa.int32()) for n in ("minutes", "cells")),
    pa.field("geometry", pa.binary()),
]


def _central_cells(patch: Int32s, patches: int, x: Floats, y: Floats) -> Ints:
    """Return the cell of each patch nearest to its centroid; of equal ones the first."""
    inside = np.flatnonzero(patch >= 0)
    own_patch = patch[inside]
    size = np.bincount(own_patch, minlength=patches)
    mx, my = (np.bincount(own_patch, v[inside], patches) / size for v in (x, y))
    distance = np.hypot(x[inside] - mx[own_patch], y[inside] - my[own_patch]).round(3)
    order = inside[np.lexsort((inside, distance, own_patch))]
    return order[np.searchsorted(patch[order], np.arange(patches))]


def _counts(context: Context, trip: Trip, patch: Int32s, names: list[str], standard: int) -> Iterator[pa.Table]:
    """Yield households and persons of each gap beyond the standard, and its rank by persons."""
    demand = context.demand
    gap = np.where(demand.cell >= 0, patch[demand.cell], -1)
    sums = region_sums(demand.surface, np.where(within(demand.travel[trip].ms, standard), -1, gap).astype(np.int32), len(names))
    dims = _dimensions(trip, names, standard)
    if demand.surface.has(HOUSEHOLDS):
        yield table(sums.value(HOUSEHOLDS), sums.margin(HOUSEHOLDS), measure="uncovered_households", **dims)
    persons = sums.value(PERSONS)
    yield table(persons, sums.margin(PERSONS), measure="uncovered_persons", **dims)
    rank = np.empty(len(names))
    rank[np.argsort(-persons, kind="stable")] = np.arange(1, len(names) + 1)
    yield table(rank, measure="rank", **dims)


def _dimensions(trip: Trip, names: list[str], standard: int) -> dict[str, Any]:
    return {**trip_columns(trip), "geography": "gap", "unit": names, "group": "all", "minutes": standard}


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return the gaps of each service and mode, their people, and the people whom a station at the best point would reach."""
    persons = cell_persons(context)
    column, row = _grid(context.cells.ids)
    x, y = context.projection.forward(context.cell_lon, context.cell_lat)
    shapes = shapely.from_wkb(np.asarray(context.cells.table.column("geometry").to_pylist(), object))
    units: list[dict[str, Any]] = []
    rows: list[pa.Table] = []
    for trip in nearest_trips(context.demand.travel, tuple(params.standards)):
        standard = params.standards[trip.service]
        cell_ms = context.cell_travel[trip].ms
        patch = contiguous(column, row, np.isfinite(persons) & ~within(cell_ms, standard))
        if (patch < 0).all():
            continue
        patch = largest_patches(patch, persons, params.most)
        patches = int(patch.max()) + 1
        gaps = _units(shapes, trip, patch, patches, standard)
        names = [str(u["unit"]) for u in gaps]
        rows += _counts(context, trip, patch, names, standard)
        best = best_cells(patch, patches, x, y, persons, standard * MODES[trip.mode].straight_metres_per_minute)
        gap, point = context.reach(trip.mode, context.cell_lon[best], context.cell_lat[best], standard)
        reach = region_sums(context.demand.surface, gap, patches, point)
        dims = _dimensions(trip, names, standard)
        rows.append(table(reach.value(PERSONS), reach.margin(PERSONS), measure="reach_persons", **dims))
        middle = _central_cells(patch, patches, x, y)
        rows.append(table(minutes(cell_ms[middle]), None, BEYOND, measure="nearest_minutes", **dims))
        units += gaps
    return Findings(stack(rows), [Units("gap", pa.Table.from_pylist(units, schema=pa.schema(_FIELDS)))])

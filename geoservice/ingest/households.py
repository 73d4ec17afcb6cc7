"""Households table: each household with its area, identified by a keyed hash alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors
from geoservice.geo import Floats, Int32s, Objects
from geoservice.ingest import value_vocabulary
from geoservice.ingest.area_lookup import AreaLookup, check_inside, no_areas_error
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.coordinate_doctor import check_stated_areas
from geoservice.ingest.geometry import read_points
from geoservice.ingest.home_areas import registered_areas
from geoservice.ingest.household_ids import household_ids
from geoservice.ingest.located import ADDRESSES, locate_addresses, uses_addresses
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, period_of, with_default
from geoservice.ingest.values import floats_or_null
from geoservice.schema import COARSE_PRECISIONS, GROUP_PREFIX, LEVELS

MAX_PERSONS = 1000
"""Most persons of one household; more indicate an institution or an error."""


def _repeated(ids: Column) -> bool:
    """Whether two ids share their first eight bytes, as equal ids do; faster than comparing a million texts."""
    first = np.frombuffer(ids.buffers()[1], np.uint64)[::2]
    ordered = np.sort(first)
    return bool((ordered[1:] == ordered[:-1]).any())


def build_households(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the households table; each household has the lowest area that covers it, and an HMAC in place of its register key.

    Raises
    ------
    InputError
        No areas are loaded.
    MissingColumn, WrongPlace
        A column is missing; most points are outside every area.
    """
    headers = cells.raw.columns.column_names
    groups = context.study.group_ids
    require("households", cells.mapping, headers, ("id", "persons", *(GROUP_PREFIX + g for g in groups)))
    areas = AreaLookup.of(context.areas)
    refusal = None if len(areas.codes) else no_areas_error()
    if refusal and not context.options.dry_run:
        raise refusal
    key = cells.code("id", required=True, private=True).combine_chunks()
    ids = household_ids(key, context.secret)
    located = None
    if context.locator is not None and uses_addresses(cells):
        located = locate_addresses(cells, context.locator, private=True)
        lon, lat, crs, precision = located.lon, located.lat, ADDRESSES, with_default(located.precision, "point")
    else:
        lon, lat, crs = read_points(cells, "households", context.options, inside=areas.inside)
        precision = with_default(cells.choice("precision", value_vocabulary.PRECISION), "point")
    residence, registered = _without_areas(cells) if refusal else _locate(cells, context, areas, precision, lon, lat, crs)
    columns: Columns = {"id": None, "lon": lon, "lat": lat, "precision": precision}
    stated = located.uncertainty_m if located else cells.number("uncertainty_m", 0, 100_000, unit="metres")
    columns["uncertainty_m"] = floats_or_null(stated)
    persons = cells.integer("persons", 1, MAX_PERSONS, unit="persons", required=True)[0]
    columns["persons"] = persons.astype(np.int32)
    columns["registered_area"], columns["residence_area"] = registered, residence
    columns |= period_of("households", cells, context.day)
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g, persons) for g in groups}
    columns["id"] = ids()
    if _repeated(columns["id"]):
        cells.unique(["id"], [key], private=True)
    return BuiltTable(finish("households", columns, cells, groups), crs, refusal)


def _locate(
    cells: ColumnValues, context: BuildContext, areas: AreaLookup, precision: Column, lon: Floats, lat: Floats, crs: str
) -> tuple[Column, Column]:
    """Return codes of the areas in which households live, and of those in which they are registered."""
    check_stated_areas(cells, context.areas, context.options)
    home = check_inside(cells, areas, lon, lat, crs, required=True)
    residence = residence_areas(cells, context.areas, areas.codes, home, precision)
    return residence, registered_areas(cells, context.areas, residence, context.crosswalk, chinese=context.study.chinese)


def _without_areas(cells: ColumnValues) -> tuple[Column, Column]:
    """Return the area columns of a dry run without areas: empty codes and nulls."""
    cells.notes.append("no areas are loaded: areas of residence and registration were not checked")
    return pa.array([""] * len(cells), pa.string()), pa.nulls(len(cells), pa.string())


def residence_areas(cells: ColumnValues, areas: pa.Table, codes: Objects, home: Int32s, precision: Column) -> Column:
    """Return the area of residence of each household, no finer than the precision of its point.

    Parameters
    ----------
    cells, areas
        The columns of the file, and the loaded areas.
    codes : object array, shape (a,)
        Codes of areas.
    home : int32 array, shape (n,)
        Index in ``codes`` of the area around each point; -1 if there is none.
    precision : Arrow strings, shape (n,)
    """
    index = np.maximum(home, 0)
    all_codes, coarse = pa.array(codes, pa.string()), bools(pc.is_in(precision, value_set=pa.array(COARSE_PRECISIONS)))
    if not coarse.any():
        return all_codes.take(pa.array(index, pa.int64()))
    levels, parents = (dict(zip(*(areas.column(c).to_pylist() for c in ("code", n)), strict=True)) for n in ("level", "parent"))
    residence, precisions = codes[index].astype(object), precision.to_numpy(zero_copy_only=False)
    for level in COARSE_PRECISIONS:
        rows = np.flatnonzero(precisions == level)
        coarsened = {c: area_at_level(c, level, levels, parents) for c in set(residence[rows])}
        residence[rows] = [coarsened[c] for c in residence[rows]]
    if n := int((coarse & ~cells.rejects.bad).sum()):
        cells.notes.append(
            f"{n} households are located only to their village, township or county: each counts somewhere in that area, where "
            "its homes are, and not at its point"
        )
    return pa.array(residence, pa.string())


def area_at_level(code: str, level: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Return the lowest area that contains an area (or is it) and is not finer than a level; the area itself if none is.

    >>> area_at_level("V", "township", {"V": "village", "T": "township"}, {"V": "T", "T": None})
    'T'
    """
    chain = [c for c in ancestors(code, parents) if levels.get(c) in LEVELS]
    return next((c for c in chain if LEVELS.index(levels[c]) <= LEVELS.index(level)), code)


def _group(cells: ColumnValues, name: str, persons: Any) -> Any:
    counts, empty = cells.integer(name, 0, MAX_PERSONS, unit="persons")
    if n := int(empty.sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    cells.reject(
        (counts > persons) & ~cells.rejects.bad, name, "more than the household's persons", "at most the household's persons"
    )
    return counts.astype(np.int32)

"""Households: placed in their area, known by a keyed hash alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors
from geoservice.geo import Floats, Int32s, Objects
from geoservice.ingest import value_vocabulary
from geoservice.ingest.area_lookup import AreaLookup, check_inside, no_areas
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.geometry import read_points
from geoservice.ingest.home_areas import registered_areas
from geoservice.ingest.household_ids import household_ids
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, period_of, with_default
from geoservice.ingest.values import floats_or_null
from geoservice.schema import COARSE_PRECISIONS, GROUP_PREFIX, LEVELS

MAX_PERSONS = 1000
"""Most persons of one household; above it, it is an institution or an error."""


def _repeated(ids: Column) -> bool:
    """Whether two ids begin with the same eight bytes, as those of one key do: quicker than comparing a million texts."""
    first = np.frombuffer(ids.buffers()[1], np.uint64)[::2]
    ordered = np.sort(first)
    return bool((ordered[1:] == ordered[:-1]).any())


def build_households(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Read households; every one gets the lowest area that covers it and keeps nothing of its register key but an HMAC.

    Raises
    ------
    InputError
        No areas are loaded.
    MissingColumn, WrongPlace
        A column is not there; most points are outside every area.
    """
    headers = cells.raw.columns.column_names
    groups = context.study.group_ids
    require("households", cells.mapping, headers, ("id", "persons", *(GROUP_PREFIX + g for g in groups)))
    areas = AreaLookup.of(context.areas)
    refusal = None if len(areas.codes) else no_areas()
    if refusal and not context.options.dry_run:
        raise refusal
    key = cells.code("id", required=True, private=True).combine_chunks()
    ids = household_ids(key, context.secret)
    lon, lat, crs = read_points(cells, "households", context.options, inside=areas.inside)
    precision = with_default(cells.choice("precision", value_vocabulary.PRECISION), "point")
    here, registered = _unplaced(cells) if refusal else _placed(cells, context, areas, precision, lon, lat, crs)
    columns: Columns = {"id": None, "lon": lon, "lat": lat, "precision": precision}
    columns["uncertainty_m"] = floats_or_null(cells.number("uncertainty_m", 0, 100_000, unit="metres"))
    persons = cells.whole("persons", 1, MAX_PERSONS, unit="persons", required=True)[0]
    columns["persons"] = persons.astype(np.int32)
    columns["registered_area"], columns["residence_area"] = registered, here
    columns |= period_of("households", cells, context.day)
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g, persons) for g in groups}
    columns["id"] = ids()
    if _repeated(columns["id"]):
        cells.unique(["id"], [key], private=True)
    return BuiltTable(finish("households", columns, cells, groups), crs, refusal)


def _placed(
    cells: ColumnValues, context: BuildContext, areas: AreaLookup, precision: Column, lon: Floats, lat: Floats, crs: str
) -> tuple[Column, Column]:
    """Return codes of the areas that households live in, and of those that they are registered in."""
    home = check_inside(cells, areas, lon, lat, crs, required=True)
    here = residence_areas(cells, context.areas, areas.codes, home, precision)
    return here, registered_areas(cells, context.areas, here, chinese=context.study.chinese)


def _unplaced(cells: ColumnValues) -> tuple[Column, Column]:
    """Return columns of a dry run that knows no areas."""
    cells.notes.append("no areas are loaded: which areas the households live and are registered in was not checked")
    return pa.array([""] * len(cells), pa.string()), pa.nulls(len(cells), pa.string())


def residence_areas(cells: ColumnValues, areas: pa.Table, codes: Objects, home: Int32s, precision: Column) -> Column:
    """Return the area that each household is known to live in: of that around its point the one that its precision reaches.

    Parameters
    ----------
    cells, areas
        The file, and the areas loaded.
    codes : object array, shape (a,)
        Codes of areas.
    home : int32 array, shape (n,)
        The area around each point, a position in ``codes``; -1 where there is none.
    precision : Arrow strings, shape (n,)
    """
    around = np.maximum(home, 0)
    known, coarse = pa.array(codes, pa.string()), bools(pc.is_in(precision, value_set=pa.array(COARSE_PRECISIONS)))
    if not coarse.any():
        return known.take(pa.array(around, pa.int64()))
    levels, parents = (dict(zip(*(areas.column(c).to_pylist() for c in ("code", n)), strict=True)) for n in ("level", "parent"))
    here, words = codes[around].astype(object), precision.to_numpy(zero_copy_only=False)
    for level in COARSE_PRECISIONS:
        rows = np.flatnonzero(words == level)
        wide = {c: reach(c, level, levels, parents) for c in set(here[rows])}
        here[rows] = [wide[c] for c in here[rows]]
    if n := int((coarse & ~cells.faults.bad).sum()):
        cells.notes.append(
            f"{n} households are known to their village, township or county alone: each counts somewhere in that area, where "
            "its homes are, and not at its point"
        )
    return pa.array(here, pa.string())


def reach(code: str, level: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Return the lowest area around an area, itself among them, that is not finer than a level; itself if there is none.

    >>> reach("V", "township", {"V": "village", "T": "township"}, {"V": "T", "T": None})
    'T'
    """
    chain = [c for c in ancestors(code, parents) if levels.get(c) in LEVELS]
    return next((c for c in chain if LEVELS.index(levels[c]) <= LEVELS.index(level)), code)


def _group(cells: ColumnValues, name: str, persons: Any) -> Any:
    counts, empty = cells.whole(name, 0, MAX_PERSONS, unit="persons")
    if n := int(empty.sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    cells.refuse(
        (counts > persons) & ~cells.faults.bad, name, "more than the household's persons", "at most the household's persons"
    )
    return counts.astype(np.int32)

"""Households: placed in their area, known by a keyed hash alone."""

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.geo import Floats
from geoservice.ingest import words
from geoservice.ingest.arrow import Column
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.geometry import read_points
from geoservice.ingest.home_areas import registered_areas
from geoservice.ingest.household_ids import household_ids
from geoservice.ingest.places import Areas, check_inside, find_projected, no_areas
from geoservice.ingest.rows import Built, Columns, Context, finish, period_of, with_default
from geoservice.ingest.values import floats_or_null
from geoservice.schema import GROUP_PREFIX

MAX_PERSONS = 1000
"""Most persons of one household; above it, it is an institution or an error."""


def _repeated(ids: Column) -> bool:
    """Whether two ids begin with the same eight bytes, as those of one key do: quicker than comparing a million texts."""
    first = np.frombuffer(ids.buffers()[1], np.uint64)[::2]
    ordered = np.sort(first)
    return bool((ordered[1:] == ordered[:-1]).any())


def build_households(cells: Cells, context: Context) -> Built:
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
    areas = Areas.of(context.areas)
    refusal = None if len(areas.codes) else no_areas()
    if refusal and not context.options.dry_run:
        raise refusal
    key = cells.code("id", required=True, private=True).combine_chunks()
    ids = household_ids(key, context.secret)
    lon, lat, crs = read_points(cells, "households", context.options, suggest=partial(find_projected, areas))
    here, registered = _unplaced(cells) if refusal else _placed(cells, context, areas, lon, lat, crs)
    columns: Columns = {"id": None, "lon": lon, "lat": lat}
    columns["precision"] = with_default(cells.choice("precision", words.PRECISION), "point")
    columns["uncertainty_m"] = floats_or_null(cells.number("uncertainty_m", 0, 100_000, unit="metres"))
    persons = cells.whole("persons", 1, MAX_PERSONS, unit="persons", required=True)[0]
    columns["persons"] = persons.astype(np.int32)
    columns["registered_area"], columns["residence_area"] = registered, here
    columns |= period_of(cells, "since", "until")
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g, persons) for g in groups}
    columns["id"] = ids()
    if _repeated(columns["id"]):
        cells.unique(["id"], [key], private=True)
    if cells.has("address"):
        cells.notes.append(f"column {cells.mapping['address']}: addresses are not stored, nor placed on the map")
    return Built(finish("households", columns, cells, groups), crs, refusal)


def _placed(cells: Cells, context: Context, areas: Areas, lon: Floats, lat: Floats, crs: str) -> tuple[Column, Column]:
    """Return codes of the areas that households live in, and of those that they are registered in."""
    home = check_inside(cells, areas, lon, lat, crs, required=True)
    here = pa.array(areas.codes, pa.string()).take(pa.array(np.maximum(home, 0), pa.int64()))
    return here, registered_areas(cells, context.areas, here, chinese=context.study.chinese)


def _unplaced(cells: Cells) -> tuple[Column, Column]:
    """Return columns of a dry run that knows no areas."""
    cells.notes.append("no areas are loaded: which areas the households live and are registered in was not checked")
    return pa.array([""] * len(cells), pa.string()), pa.nulls(len(cells), pa.string())


def _group(cells: Cells, name: str, persons: Any) -> Any:
    counts, empty = cells.whole(name, 0, MAX_PERSONS, unit="persons")
    if n := int(empty.sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    cells.refuse(
        (counts > persons) & ~cells.faults.bad, name, "more than the household's persons", "at most the household's persons"
    )
    return counts.astype(np.int32)

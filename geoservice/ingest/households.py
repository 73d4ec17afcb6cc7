"""Households: placed in their area, known by a keyed hash alone."""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError
from geoservice.ingest import words
from geoservice.ingest.arrow import Column
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.geometry import read_points
from geoservice.ingest.home_areas import registered_areas
from geoservice.ingest.places import Areas, check_inside
from geoservice.ingest.rows import Built, Columns, Context, finish, period_of, with_default
from geoservice.ingest.values import floats_or_null
from geoservice.schema import GROUP_PREFIX

ID_BYTES = 16
TOGETHER = 65_536
"""Keys hashed at a time: Python's objects for all of ten million would take a gigabyte."""
MAX_PERSONS = 1000
"""Most persons of one household; above it, it is an institution or an error."""


def household_ids(register_keys: "pa.Array[Any]", secret: bytes) -> Column:
    """Return the ids of register keys: the first 16 bytes of HMAC-SHA256 under the secret, which has at most 64 bytes.

    >>> len(household_ids(pa.array(["34-001"]), b"k" * 32)[0].as_py())
    16
    """
    inner, outer = (hashlib.sha256(bytes(b ^ pad for b in secret.ljust(64, b"\0"))) for pad in (0x36, 0x5C))
    keys = pc.fill_null(register_keys, "").cast(pa.binary())
    ids = np.empty((len(keys), ID_BYTES), np.uint8)
    for start in range(0, len(keys), TOGETHER):
        digests = []
        for key in keys.slice(start, TOGETHER).to_pylist():
            # RFC 2104 with both padded keys hashed once: three times as fast as hmac.digest
            first, second = inner.copy(), outer.copy()
            first.update(key)
            second.update(first.digest())
            digests.append(second.digest())
        whole = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), -1)
        ids[start : start + TOGETHER] = whole[:, :ID_BYTES]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(ID_BYTES), len(ids), [None, pa.py_buffer(ids.data)])


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
    if not len(areas.codes):
        raise InputError("no areas with borders are loaded yet; load them first: geoservice import areas FILE")
    key = cells.code("id", required=True, private=True).combine_chunks()
    ids = household_ids(key, context.secret)
    if _repeated(ids):
        cells.unique(["id"], [key], private=True)
    lon, lat, crs = read_points(cells, "households", context.options, inside=areas.inside)
    home = check_inside(cells, areas, lon, lat, crs, required=True)
    columns: Columns = {"id": ids, "lon": lon, "lat": lat}
    columns["precision"] = with_default(cells.choice("precision", words.PRECISION), "point")
    columns["uncertainty_m"] = floats_or_null(cells.number("uncertainty_m", 0, 100_000, unit="metres"))
    persons = cells.whole("persons", 1, MAX_PERSONS, unit="persons", required=True)[0]
    columns["persons"] = persons.astype(np.int32)
    here = pa.array(areas.codes, pa.string()).take(pa.array(np.maximum(home, 0), pa.int64()))
    columns["registered_area"] = registered_areas(cells, context.areas, here, chinese=context.study.chinese)
    columns["residence_area"] = here
    columns |= period_of(cells, "since", "until")
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g, persons) for g in groups}
    if cells.has("address"):
        cells.notes.append(f"column {cells.mapping['address']}: addresses are not stored, nor placed on the map")
    return Built(finish("households", columns, cells, groups), crs)


def _group(cells: Cells, name: str, persons: Any) -> Any:
    counts, empty = cells.whole(name, 0, MAX_PERSONS, unit="persons")
    if n := int(empty.sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    cells.refuse(
        (counts > persons) & ~cells.faults.bad, name, "more than the household's persons", "at most the household's persons"
    )
    return counts.astype(np.int32)

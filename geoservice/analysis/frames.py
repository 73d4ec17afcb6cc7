"""Columns in, columns back: the release table as analyses read and write it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.analysis.base import Trip
from geoservice.geo import Floats, Objects
from geoservice.measures import NOBODY, OK

_TEXT = pa.dictionary(pa.int32(), pa.string())
ROWS = pa.schema(
    [
        *(pa.field(n, _TEXT) for n in ("geography", "unit", "measure", "service", "tier", "mode")),
        pa.field("nth", pa.int32()),
        pa.field("group", _TEXT),
        pa.field("minutes", pa.int32()),
        pa.field("value", pa.float64()),
        pa.field("margin", pa.float64()),
        pa.field("status", _TEXT),
    ]
)
"""Rows of the release table while they are made; texts that repeat are kept once."""
SPLIT_GROUPS = ("all", "resident", "migrant")


def table(values: Floats, margin: Floats | None = None, missing: str | Objects = NOBODY, **columns: object) -> pa.Table:
    """Rows of the release table; dimensions left out do not apply. A value that is NaN is null, its status is ``missing``."""
    value = np.asarray(values, float)
    known = np.isfinite(value)
    wide = np.full(value.shape, np.nan) if margin is None else np.where(known, margin, np.nan)
    made = {**columns, "value": value, "margin": wide, "status": OK if known.all() else np.where(known, OK, missing)}
    return pa.table([_column(f, made.get(f.name), len(value)) for f in ROWS], schema=ROWS)


def _column(field: "pa.Field[Any]", given: object, size: int) -> "pa.Array[Any]":
    """Make a column out of one value for all rows, or a value a row."""
    if given is None or isinstance(given, str | int):
        return _constant(field.type, given, size)
    if field.type != _TEXT:
        column: pa.Array[Any] = pa.array(given, field.type, from_pandas=True)  # type: ignore[call-overload]  # numbers of any kind
        return column
    texts: Any = given if isinstance(given, pa.Array) else pa.array(given, pa.string())  # type: ignore[call-overload]  # texts of any kind
    encoded: pa.Array[Any] = texts if isinstance(texts, pa.DictionaryArray) else texts.dictionary_encode()
    return encoded


@lru_cache(maxsize=256)
def _constant(kind: pa.DataType, value: str | int | None, size: int) -> "pa.Array[Any]":
    """Return a column of one value, "" or 0 where it does not apply; the same few come again and again."""
    if kind == _TEXT:
        return pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), pa.array([str(value or "")], pa.string()))
    return pa.array(np.full(size, value or 0), kind)


def trip_columns(trip: Trip) -> dict[str, object]:
    """Dimensions of a trip."""
    return trip._asdict()


def pick(results: pa.Table, measure: str) -> pa.Table:
    """Rows of one measure."""
    return results.filter(pc.field("measure") == measure)


def stack(tables: Sequence[pa.Table]) -> pa.Table:
    """Put rows together; no tables give no rows."""
    return pa.concat_tables([ROWS.empty_table(), *tables])


def trip_applies(trip: Trip, group: str) -> bool:
    """Whether coverage by a trip is computed for a group.

    Ranks beyond the nearest: for everybody and all tiers together; single tiers: for everybody, residents and migrants.
    """
    further = trip.nth == 1 or (trip.tier == "any" and group == "all")
    return further and (trip.tier == "any" or group in SPLIT_GROUPS)


def trips_for(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Trips that ask for these services."""
    return (t for t in travel if t.service in services)


def nearest_trips(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Trips to the nearest station of any tier that offers one of the services."""
    return (t for t in trips_for(travel, services) if t.tier == "any" and t.nth == 1)

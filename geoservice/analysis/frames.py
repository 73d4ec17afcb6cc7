"""The release table as analyses read and write it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.analysis.base import Trip
from geoservice.geo import Floats, Objects
from geoservice.measures import MEASURES, NOBODY, OK, UNDER

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
"""Schema of the release table during a run; texts are dictionary-encoded."""
SPLIT_GROUPS = ("all", "resident", "migrant")


def table(values: Floats, margin: Floats | None = None, missing: str | Objects = NOBODY, **columns: object) -> pa.Table:
    """Return rows of the release table; omitted dimensions do not apply.

    A value that is not finite becomes null with the status ``missing``: NaN, or a ratio to nothing, such as the relative risk
    of a cluster that has all cases.
    """
    finite = np.isfinite(np.asarray(values, float))
    value = np.where(finite, values, np.nan)
    margins = np.full(value.shape, np.nan) if margin is None else np.where(finite, margin, np.nan)
    data = {**columns, "value": value, "margin": margins, "status": OK if finite.all() else np.where(finite, OK, missing)}
    return pa.table([_column(f, data.get(f.name), len(value)) for f in ROWS], schema=ROWS)


def _column(field: "pa.Field[Any]", values: Any, size: int) -> "pa.Array[Any]":
    """Return a column from one value for all rows, or from one for each row."""
    if values is None or isinstance(values, str | int):
        return _constant(field.type, values, size)
    if field.type != _TEXT:
        column: pa.Array[Any] = pa.array(values, field.type, from_pandas=True)
        return column
    texts: Any = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    encoded: pa.Array[Any] = texts if isinstance(texts, pa.DictionaryArray) else texts.dictionary_encode()
    return encoded


@lru_cache(maxsize=256)
def _constant(kind: pa.DataType, value: str | int | None, size: int) -> "pa.Array[Any]":
    """Return a column of one value, "" or 0 if it does not apply; cached, since few of them recur often."""
    if kind == _TEXT:
        return pa.DictionaryArray.from_arrays(np.zeros(size, np.int32), pa.array([str(value or "")], pa.string()))
    return pa.array(np.full(size, value or 0), kind)


def suppress_small_counts(rows: pa.Table, below: int | None) -> pa.Table:
    """Return rows with counts below a number removed, for offices with such a rule; it is presentation, not protection."""
    if below is None:
        return rows
    counts = [name for name, m in MEASURES.items() if m.kind == "count"]
    measure = np.isin(rows.column("measure").to_numpy(), counts)
    value, margin = (rows.column(c).to_numpy() for c in ("value", "margin"))
    small = measure & (value < below)
    status = np.where(small, UNDER, rows.column("status").to_numpy())
    replaced = {
        "value": pa.array(np.where(small, np.nan, value), from_pandas=True),
        "margin": pa.array(np.where(small, np.nan, margin), from_pandas=True),
        "status": pa.array(status, pa.string()).dictionary_encode(),
    }
    return pa.table([replaced.get(f.name, rows.column(f.name)) for f in rows.schema], schema=rows.schema)


def trip_columns(trip: Trip) -> dict[str, Any]:
    """Return the dimensions of a trip."""
    return trip._asdict()


def rows_of_measure(results: pa.Table, measure: str) -> pa.Table:
    """Return the rows of one measure."""
    return results.filter(pc.field("measure") == measure)


def stack(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all tables; none for no tables."""
    return pa.concat_tables([ROWS.empty_table(), *tables])


def trip_applies(trip: Trip, group: str) -> bool:
    """Return whether coverage by a trip is computed for a group.

    Ranks beyond the nearest are for the total population and all tiers together; single tiers for the total population,
    residents and migrants.
    """
    rank_applies = trip.nth == 1 or (trip.tier == "any" and group == "all")
    return rank_applies and (trip.tier == "any" or group in SPLIT_GROUPS)


def trips_for(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Return the trips to some services."""
    return (t for t in travel if t.service in services)


def nearest_trips(travel: Mapping[Trip, object], services: Sequence[str]) -> Iterator[Trip]:
    """Return the trips to the nearest station of any tier that offers one of the services."""
    return (t for t in trips_for(travel, services) if t.tier == "any" and t.nth == 1)

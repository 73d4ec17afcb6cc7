"""What the builders of all tables share: their context, their result, and the last step into the schema."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from geoservice.errors import InputError
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.report import Options
from geoservice.schema import TABLES, TableName
from geoservice.study import Study

Columns = dict[str, Any]
"""Columns of a table in the order of its schema, each as anything Arrow makes an array of."""


@dataclass(frozen=True)
class BuildContext:
    """What a table's rows depend on beside the file: options, study, the areas loaded, the secret's bytes, the study's day."""

    options: Options
    study: Study
    areas: pa.Table
    secret: bytes
    day: date


@dataclass(frozen=True)
class BuiltTable:
    """The good rows of a file, the CRS they were read in, and why a load would refuse them all: only a dry run goes on then."""

    rows: pa.Table
    crs: str
    refusal: InputError | None = None


def finish(name: TableName, columns: Columns, cells: ColumnValues, groups: tuple[str, ...] = ()) -> pa.Table:
    """Put columns into the table's schema, without the refused rows."""
    schema = TABLES[name].arrow(groups)
    loose = pa.schema([pa.field(f.name, f.type) for f in schema])
    arrays = [
        c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array(c, f.type)
        for c, f in zip(columns.values(), loose, strict=True)
    ]
    table = pa.table([pc.cast(a, f.type) for a, f in zip(arrays, loose, strict=True)], schema=loose)
    return table.filter(pa.array(~cells.faults.bad)).cast(schema)


def text_of(values: Any) -> Column:
    """Return values as a column of text, None and NaN as null."""
    return pa.array(values, pa.string(), from_pandas=True)


def with_default(values: Any, value: str) -> Column:
    """Return values as a column of text, a default where there is none."""
    return pc.fill_null(pa.array(values, pa.string()), value)


def period_of(name: TableName, cells: ColumnValues, day: date) -> Columns:
    """Return the two columns of days of a table's period, the second never before the first; note rows outside the day."""
    start, end = TABLES[name].period or ("", "")
    first, last = cells.dates(start), cells.dates(end)
    backwards = bools(pc.fill_null(pc.less(last, first), False))
    cells.refuse(backwards, end, f"before {start}", f"a day on or after {start}", private=name == "households")
    there = TABLES[name].valid_on(day, pa.table({start: first, end: last}))
    if n := int((~there & ~cells.faults.bad).sum()):
        cells.notes.append(
            f"{n} {name} are not there on {day} by {start} and {end}: they are kept and not counted; as_of in study.toml says "
            "which day is wanted, left out it is that of the last import"
        )
    return {start: first, end: last}

"""Shared parts of the table builders: their context, their result, and the conversion to the schema."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from geoservice.crosswalk import Crosswalk
from geoservice.errors import InputError
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.located import AddressLocator
from geoservice.ingest.report import Options
from geoservice.schema import TABLES, TableName
from geoservice.study import Study

Columns = dict[str, Any]
"""Columns of a table in schema order, each as anything that converts to an Arrow array."""


@dataclass(frozen=True)
class BuildContext:
    """What a table's rows depend on besides the file: options, study, loaded areas, the register's secret, the study's date.

    ``locator`` finds the places of addresses; None if there is no gazetteer. ``crosswalk`` translates the file's codes of
    areas; None for those of the study.
    """

    options: Options
    study: Study
    areas: pa.Table
    secret: bytes
    day: date
    locator: AddressLocator | None = None
    crosswalk: Crosswalk | None = None


@dataclass(frozen=True)
class BuiltTable:
    """The accepted rows of a file, their CRS, and the error that refuses the whole file; only a dry run continues with one."""

    rows: pa.Table
    crs: str
    refusal: InputError | None = None


def finish(name: TableName, columns: Columns, cells: ColumnValues, groups: tuple[str, ...] = ()) -> pa.Table:
    """Return the columns as a table of the schema, without the rejected rows."""
    schema = TABLES[name].arrow(groups)
    loose = pa.schema([pa.field(f.name, f.type) for f in schema])
    arrays = [
        c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array(c, f.type)
        for c, f in zip(columns.values(), loose, strict=True)
    ]
    table = pa.table([pc.cast(a, f.type) for a, f in zip(arrays, loose, strict=True)], schema=loose)
    bad = cells.rejects.bad
    return (table.filter(pa.array(~bad)) if bad.any() else table).cast(schema)  # filtering would copy the whole table


def text_of(values: Any) -> Column:
    """Return values as a column of text, None and NaN as null."""
    return pa.array(values, pa.string(), from_pandas=True)


def with_default(values: Any, value: str) -> Column:
    """Return values as a column of text, with a default for missing ones."""
    return pc.fill_null(pa.array(values, pa.string()), value)


def period_of(name: TableName, cells: ColumnValues, day: date) -> Columns:
    """Return the two date columns of a table's period; ends before the start are rejected, rows not valid on ``day`` noted."""
    start, end = TABLES[name].period or ("", "")
    first, last = cells.dates(start), cells.dates(end)
    backwards = bools(pc.fill_null(pc.less(last, first), False))
    cells.reject(backwards, end, f"before {start}", f"a day on or after {start}", private=name == "households")
    valid = TABLES[name].valid_on(day, pa.table({start: first, end: last}))
    if n := int((~valid & ~cells.rejects.bad).sum()):
        cells.notes.append(
            f"{n} {name} are not valid on {day} by {start} and {end}: they are stored but not counted; the date is as_of in "
            "study.toml, by default that of the last import"
        )
    return {start: first, end: last}

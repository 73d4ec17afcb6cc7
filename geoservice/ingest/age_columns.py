"""Tables with a column for each age group, turned into a row for each."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.age_labels import age_label, stated_year
from geoservice.ingest.header_names import normalize_header
from geoservice.ingest.raw_table import RawTable

AGE, PERSONS, DATE = "age", "persons", "date"
"""Headers of the new columns: the former header, the cell, and the year in the header if every one has a year."""
_MIN_COLUMNS = 3
"""Fewer columns that read like age groups may be something else."""


def long_form(raw: RawTable) -> RawTable:
    """Return a table with a row for each age group, and a note; the same table if it has no columns of age groups.

    Examples
    --------
    >>> from geoservice.ingest.raw_table import Meta
    >>> rows = pa.table({"town": ["a"], "0-14": ["5"], "15-64": ["9"], "65+": ["2"]})
    >>> raw = RawTable(rows, pa.chunked_array([pa.array([2])]), None, Meta())
    >>> long_form(raw).columns.to_pylist()[1:]
    [{'town': 'a', 'age': '15-64', 'persons': '9'}, {'town': 'a', 'age': '65+', 'persons': '2'}]
    """
    headers = raw.columns.column_names
    ages = [h for h in headers if age_label(h) is not None]
    if len(ages) < _MIN_COLUMNS:
        return raw
    years = [stated_year(h) for h in ages]
    new = {AGE, PERSONS} | ({DATE} if all(years) else set())
    kept = [h for h in headers if h not in ages and normalize_header(h) not in new]
    row = np.repeat(np.arange(raw.columns.num_rows), len(ages))
    cells = np.array([raw.columns.column(h).to_pylist() for h in ages], object).T.ravel()
    columns: dict[str, Any] = {h: raw.columns.column(h).take(row) for h in kept}
    columns |= {AGE: _repeated(ages, raw), PERSONS: pa.chunked_array([pa.array(cells.tolist(), pa.string())])}
    if DATE in new:
        columns[DATE] = _repeated([str(y) for y in years], raw)
    note = (
        f"{len(ages)} columns, from {ages[0]} to {ages[-1]}, are age groups: {raw.columns.num_rows} rows became {len(row)}, "
        "one for each group"
    )
    geometry = None if raw.geometry is None else raw.geometry.take(row)
    meta = replace(raw.meta, notes=[*raw.meta.notes, note])
    return RawTable(pa.table(columns), raw.rows.take(row), geometry, meta)


def _repeated(values: list[str], raw: RawTable) -> "pa.ChunkedArray[pa.StringScalar]":
    return pa.chunked_array([pa.array(values * raw.columns.num_rows, pa.string())])

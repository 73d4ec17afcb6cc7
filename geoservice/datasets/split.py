"""Rows divided by county."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # an Arrow array or chunked array


def split_by_county(table: pa.Table, counties: Column) -> dict[str, pa.Table]:
    """Return the rows of each county, in order, by code; rows whose county is null are under ``""``.

    A table without rows is one part, under ``""``: a dataset has one file at least.

    >>> parts = split_by_county(pa.table({"id": [1, 2, 3]}), pa.array(["b", None, "b"]))
    >>> parts == split_by_county(pa.table({"id": [1, 2, 3]}), pa.chunked_array([["b"], [None, "b"]]))
    True
    >>> {county: part["id"].to_pylist() for county, part in parts.items()}
    {'': [2], 'b': [1, 3]}
    """
    array = counties.combine_chunks() if isinstance(counties, pa.ChunkedArray) else counties
    encoded = pc.if_else(pc.is_null(array), "", array).dictionary_encode()
    numbers = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(encoded.dictionary)))
    parts = {code: order[end - n : end] for code, end, n in zip(
        encoded.dictionary.to_pylist(), ends, np.diff(ends, prepend=0), strict=True
    )}  # fmt: skip
    return {code: table.take(rows) for code, rows in sorted(parts.items())} or {"": table}

"""Rows divided by a key, such as the county."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # an Arrow array or chunked array


def split_by(table: pa.Table, keys: Column) -> dict[str, pa.Table]:
    """Return the rows of each key, in order; ``keys`` are texts, one a row, and rows whose key is null are under ``""``.

    A table without rows is one part, under ``""``: a dataset has one file at least.

    >>> parts = split_by(pa.table({"id": [1, 2, 3]}), pa.array(["b", None, "b"]))
    >>> parts == split_by(pa.table({"id": [1, 2, 3]}), pa.chunked_array([["b"], [None, "b"]]))
    True
    >>> {key: part["id"].to_pylist() for key, part in parts.items()}
    {'': [2], 'b': [1, 3]}
    """
    array = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    encoded = pc.if_else(pc.is_null(array), "", array).dictionary_encode()
    numbers = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(encoded.dictionary)))
    parts = {key: order[end - n : end] for key, end, n in zip(
        encoded.dictionary.to_pylist(), ends, np.diff(ends, prepend=0), strict=True
    )}  # fmt: skip
    return {key: table.take(rows) for key, rows in sorted(parts.items())} or {"": table}

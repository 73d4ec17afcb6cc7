"""Arrow tables in the same form from either database, and their digests."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the columns of ``schema`` by name, cast to its types; raises Arrow's error when a value does not fit."""
    if table.schema.equals(schema):  # casting hundreds of columns takes time
        return table
    columns = [_cast(table.column(f.name), f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def from_rows(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Return a few rows, with values in the order of ``schema``, as a table; raises Arrow's error when one does not fit."""
    structs: Any = pa.array(rows, pa.struct(list(schema)))
    return pa.Table.from_struct_array(structs)


def _cast(column: "pa.ChunkedArray[Any]", kind: pa.DataType) -> "pa.ChunkedArray[Any]":
    if column.type == pa.int64() and kind == pa.uint64():
        return pa.chunked_array([pa.array(column.to_numpy().view(np.uint64))])
    return column if column.type == kind else column.cast(kind)


def digest(table: pa.Table) -> str:
    """Return the SHA-256 of a table's names, types, nulls and values, in the order of its rows.

    Chunks, offsets and the bytes under a null make no difference; -0.0 counts as 0.0.

    >>> digest(pa.table({"a": [1, None]})) == digest(pa.table({"a": pa.chunked_array([[1], [None]], pa.int64())}))
    True
    """
    sha = hashlib.sha256(f"{table.num_rows}".encode())
    for name, column in zip(table.column_names, table.columns, strict=True):
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        sha.update(f"|{name}:{array.type}|".encode())
        _update(sha, array)
    return sha.hexdigest()


def _update(sha: "hashlib._Hash", array: Any) -> None:
    sha.update(np.packbits(pc.is_valid(array).to_numpy(zero_copy_only=False)).tobytes())
    kind = array.type
    if pa.types.is_list(kind):
        sha.update(pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False).astype("<i8").tobytes())
        _update(sha, array.flatten())
    elif pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        _update_bytes(sha, array.cast(pa.large_binary()))
    else:
        sha.update(_numbers(array).tobytes())


def _update_bytes(sha: "hashlib._Hash", array: Any) -> None:
    filled: Any = pa.concat_arrays([pc.fill_null(array, b"")])
    _, offsets, values = filled.buffers()
    ends = np.frombuffer(offsets, np.int64, len(filled) + 1, filled.offset * 8) if offsets else np.zeros(1, np.int64)
    sha.update(np.diff(ends).astype("<i8").tobytes())
    if values is not None:
        sha.update(memoryview(values)[ends[0] : ends[-1]])


def _numbers(array: Any) -> NDArray[Any]:
    if pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    values: NDArray[Any] = pc.fill_null(array, 0).to_numpy(zero_copy_only=False)
    return values + 0.0 if values.dtype.kind == "f" else values

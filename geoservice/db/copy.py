"""Arrow tables to and from the CSV of PostgreSQL's COPY, with Arrow's fast reader and writer."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from geoservice.db.arrow import conform

ROWS = 65_536
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def to_csv(table: pa.Table) -> Iterator[bytes]:
    """Yield a table as parts of a CSV file. A null is an empty field, an empty text is a quoted empty field."""
    for batch in table.to_batches(max_chunksize=ROWS):
        encoded = pa.table([_csv_column(c) for c in batch.columns], names=batch.schema.names)
        sink = pa.BufferOutputStream()
        pv.write_csv(encoded, sink, pv.WriteOptions(include_header=False))
        yield sink.getvalue().to_pybytes()


def _csv_column(column: Any) -> Any:
    kind = column.type
    if pa.types.is_list(kind):
        return pa.array([None if v is None else json.dumps(v, ensure_ascii=False) for v in column.to_pylist()], pa.string())
    if pa.types.is_fixed_size_binary(kind) and not column.null_count:
        return _hex(column, kind.byte_width)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else "\\x" + v.hex() for v in column.to_pylist()], pa.string())
    if kind == pa.uint64():
        return pa.array(column.to_numpy(zero_copy_only=False).view(np.int64))
    return column


def _hex(column: Any, width: int) -> Any:
    """Return fixed-size bytes as backslash-x text, without a loop over rows."""
    raw = np.frombuffer(column.buffers()[1], np.uint8, len(column) * width, column.offset * width).reshape(-1, width)
    out = np.empty((len(column), 2 + 2 * width), np.uint8)
    out[:, 0], out[:, 1] = ord("\\"), ord("x")
    out[:, 2::2], out[:, 3::2] = _HEX[raw >> 4], _HEX[raw & 15]
    ends = np.arange(len(column) + 1, dtype=np.int32) * (2 + 2 * width)
    return pa.StringArray.from_buffers(len(column), pa.py_buffer(ends.tobytes()), pa.py_buffer(out.tobytes()))


def from_csv(data: bytes, schema: pa.Schema) -> pa.Table:
    """Return the CSV of a COPY as a table of ``schema``."""
    if not data:
        return schema.empty_table()
    convert = pv.ConvertOptions(
        column_types={f.name: _csv_type(f.type) for f in schema},
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    # A block must hold a whole row, and geometries may be long.
    source: Any = pa.BufferReader(data)
    options = pv.ReadOptions(column_names=schema.names, block_size=max(len(data), 1))
    table = pv.read_csv(source, options, pv.ParseOptions(newlines_in_values=True), convert)
    columns = [_from_text(c, f.type) for c, f in zip(table.columns, schema, strict=True)]
    return conform(pa.table(columns, names=schema.names), schema)


def _csv_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.string()
    return pa.int64() if kind == pa.uint64() else kind


def _from_text(column: "pa.ChunkedArray[Any]", kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return pa.array([None if v is None else json.loads(v) for v in column.to_pylist()], kind)
    if pa.types.is_fixed_size_binary(kind) and not column.null_count:
        return _unhex(column.combine_chunks(), kind)
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else bytes.fromhex(v[2:]) for v in column.to_pylist()], kind)
    return column


def _unhex(column: Any, kind: Any) -> Any:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    digits = bytes.fromhex("".join(pc.utf8_slice_codeunits(column, 2).to_pylist()))
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(column), [None, pa.py_buffer(digits)])

"""The encoder of a layer of a vector tile (Mapbox Vector Tile 2.1) with array operations, without a loop over features."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geoservice.geo import Bools, Ints
from geoservice.release.vector_tiles.protobuf import message, tile

POINT, POLYGON = 1, 3
_MAX_SHORT_TEXT, _FEW_TEXTS = 125, 20
"""Longest text, in bytes, for which the sizes of its two messages are one byte each; texts that are faster one by one."""
Numbers = NDArray[np.uint64]


def zigzag(values: Ints) -> Numbers:
    """Return signed integers in zigzag encoding: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def points(x: Ints, y: Ints) -> Numbers:
    """Return the drawing commands of points, one row each."""
    return np.column_stack([np.full(len(x), 9, np.uint64), zigzag(x), zigzag(y)])


def squares(x: Ints, y: Ints, side: int) -> Numbers:
    """Return the drawing commands of squares from their north-west corners, one row each, clockwise as outer rings must be."""
    head = [np.full(len(x), 9), zigzag(x), zigzag(y)]
    ring = zigzag(np.array([[side, 0, 0, side, -side, 0]])).repeat(len(x), axis=0)
    return np.column_stack([*head, np.full(len(x), 26), ring, np.full(len(x), 15)]).astype(np.uint64)


def encode(name: str, kind: int, commands: Numbers, properties: Mapping[str, "pa.Array[Any]"], fid: Ints | None) -> bytes:
    """Return a tile of one layer, empty bytes without features.

    Parameters
    ----------
    name
        The layer's name.
    kind
        ``POINT`` or ``POLYGON``.
    commands
        Drawing commands of each feature, one row each.
    properties
        Text, numbers and booleans, one value per feature; nulls are left out.
    fid
        Ids of the features, or None.
    """
    n = len(commands)
    if not n:
        return b""
    tags, has_tag, values = _tags(properties, n)
    tag_bytes, command_bytes = (_sizes(tags) * has_tag).sum(axis=1), _sizes(commands).sum(axis=1)
    ids = [np.full(n, 8), fid] if fid is not None else []
    heads = _stack_columns(*ids, np.full(n, 18), tag_bytes, np.full(n, 24), np.full(n, kind), np.full(n, 34), command_bytes)
    size, split = tag_bytes + command_bytes + _sizes(heads).sum(axis=1), len(ids) + 2
    tokens = _stack_columns(np.full(n, 18), size, heads[:, :split], tags, heads[:, split:], commands)
    present = np.ones(tokens.shape, bool)
    present[:, 2 + split : 2 + split + tags.shape[1]] = has_tag
    return tile(name, _varints(tokens, present), properties, values)


def _tags(properties: Mapping[str, "pa.Array[Any]"], n: int) -> tuple[Numbers, Bools, bytes]:
    """Return the pairs of key and value index of each feature, whether each exists, and the encoded values."""
    tags = np.zeros((n, 2 * len(properties)), np.uint64)
    has_tag = np.ones(tags.shape, bool)
    table: list[bytes] = []
    values = 0
    for key, column in enumerate(properties.values()):
        coded: Any = column.dictionary_encode()
        indices = coded.indices
        if coded.null_count:
            has_tag[:, 2 * key] = has_tag[:, 2 * key + 1] = indices.is_valid().to_numpy(zero_copy_only=False)
            indices = indices.fill_null(0)
        tags[:, 2 * key], tags[:, 2 * key + 1] = key, indices.to_numpy() + values
        values += len(coded.dictionary)
        table.append(_values(coded.dictionary))
    return tags, has_tag, b"".join(table)


def min_property_bytes(columns: Iterable["pa.DictionaryArray[Any, Any]"]) -> int:
    """Return the minimum bytes of encoded properties, from the distinct values of each column and their number."""
    total = 0
    for column in columns:
        distinct: Any = column.dictionary
        total += 2 * (len(column) - column.null_count) + (distinct.nbytes if pa.types.is_string(distinct.type) else 0)
    return total


def _values(distinct: "pa.Array[Any]") -> bytes:
    """Return the encoded values of a column: doubles, booleans, signed integers or texts."""
    kind = distinct.type
    if not len(distinct):
        return b""
    if pa.types.is_string(kind):
        return _texts(distinct)
    plain: Any = distinct.cast(pa.uint8()) if pa.types.is_boolean(kind) else distinct
    values: Any = plain.to_numpy(zero_copy_only=False)
    if pa.types.is_floating(kind):
        rows = np.empty(len(values), [("head", "V3"), ("value", "<f8")])
        rows["head"], rows["value"] = np.void(b"\x22\x09\x19"), values
        return rows.tobytes()
    signed = not pa.types.is_boolean(kind)
    number = zigzag(values.astype(np.int64)) if signed else values.astype(np.uint64)
    tokens = _stack_columns(np.full(len(number), 34), _sizes(number) + 1, np.full(len(number), 48 if signed else 56), number)
    return _varints(tokens, np.ones(tokens.shape, bool))


def _stack_columns(*columns: NDArray[Any]) -> Numbers:
    """Return columns side by side as uint64: NumPy would turn a mix of signed and unsigned integers into floats."""
    return np.column_stack([np.asarray(c, np.uint64) for c in columns])


def _texts(distinct: Any) -> bytes:
    """Return texts as nested messages; if all are short, all their heads are written between the texts in one operation."""
    _, ends, letters = distinct.buffers()
    offsets = np.frombuffer(ends, np.int32, len(distinct) + 1, distinct.offset * 4)
    sizes = offsets[1:] - offsets[:-1]
    if letters is None or len(distinct) <= _FEW_TEXTS or sizes.max() > _MAX_SHORT_TEXT:
        return b"".join(message(34, message(10, v.encode())) for v in distinct.to_pylist())
    text = np.frombuffer(letters, np.uint8)[offsets[0] : offsets[-1]]
    out = np.empty(len(text) + 4 * len(sizes), np.uint8)
    start = offsets[:-1] - offsets[0] + 4 * np.arange(len(sizes))
    out[start], out[start + 1], out[start + 2], out[start + 3] = 34, sizes + 2, 10, sizes
    body = np.ones(len(out), bool)
    body[(start[:, None] + np.arange(4)).ravel()] = False
    out[body] = text
    return out.tobytes()


def _sizes(tokens: Numbers) -> NDArray[np.int64]:
    """Return the number of bytes of each number as a varint."""
    sizes = np.ones(tokens.shape, np.int64)
    top, limit = int(tokens.max(initial=0)), 128
    while limit <= top:
        sizes += tokens >= limit
        limit <<= 7
    return sizes


def _varints(tokens: Numbers, present: Bools) -> bytes:
    """Return the numbers that are present, row by row, as varints: seven bits per byte, the lowest first."""
    remaining: NDArray[Any] = tokens[present]
    top = int(remaining.max(initial=0))
    if top < 2**32:  # most are, and half as wide is twice as fast
        remaining = remaining.astype(np.uint32)
    width = max((top.bit_length() + 6) // 7, 1)
    out = np.empty((len(remaining), width), np.uint8)
    used = np.ones(out.shape, bool)
    for byte in range(width):
        low, remaining = (remaining & 127).astype(np.uint8), remaining >> 7
        more = remaining > 0
        out[:, byte] = low | more.view(np.uint8) << 7
        if byte + 1 < width:
            used[:, byte + 1] = more
    return out.ravel()[np.flatnonzero(used)].tobytes()  # twice as fast as out[used]

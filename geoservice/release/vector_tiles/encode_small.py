"""A layer of a vector tile with few points, written one by one: the bytes that :mod:`encode` would make of them with arrays.

Some dozen operations on arrays, each for a hundred numbers, cost several times what the numbers do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from struct import Struct
from typing import Any

from geoservice.release.vector_tiles.protobuf import SHORT, message, tile, varint

FEW = 200
"""Points that are sooner written one by one than with arrays."""

_LONG = 126
"""Texts of fewer bytes have their sizes, and those of the message around them, in one byte each."""
_TEXT = tuple(bytes((34, size + 2, 10, size)) for size in range(_LONG))
_WHOLE = tuple(bytes((34, size + 1, 48)) for size in range(11))
"""What stands before a text, and before a whole number, of so many bytes."""
_DOUBLE = Struct("<3sd").pack


def encode_small(
    name: str, x: Iterable[int], y: Iterable[int], properties: Mapping[str, Sequence[Any]], fid: Sequence[int]
) -> bytes:
    """Return a tile of one layer of points; no bytes when there are none.

    Parameters
    ----------
    name
        The layer's name.
    x, y
        Where each point is, zigzag.
    properties
        Text (UTF-8), numbers or booleans of one kind, one value a point; null ones are left out. 0 and -0 are one value.
    fid
        Numbers of the points.
    """
    if not fid:
        return b""
    tags, values = _tags(properties.values(), len(fid))
    return tile(name, _features(fid, tags, x, y), properties, values)


def _features(fid: Iterable[int], tags: Iterable[bytes], x: Iterable[int], y: Iterable[int]) -> bytes:
    parts: list[bytes] = []
    for number, tag, across, down in zip(map(varint, fid), tags, map(varint, x), map(varint, y), strict=True):
        size, place = varint(len(tag)), SHORT[len(across) + len(down) + 1]
        body = b"".join((b"\x08", number, b"\x12", size, tag, b"\x18\x01\x22", place, b"\x09", across, down))
        parts += (b"\x12", varint(len(body)), body)
    return b"".join(parts)


def _tags(columns: Iterable[Sequence[Any]], n: int) -> tuple[Iterator[bytes], bytes]:
    """Return the pairs of key and value of each of ``n`` features, and the table of values."""
    told: list[Iterator[bytes]] = [repeat(b"", n)]  # there may be no columns
    table: list[bytes] = []
    for key, column in enumerate(columns):
        distinct = dict.fromkeys(column)
        distinct.pop(None, None)
        numbers = range(len(table), len(table) + len(distinct))
        pairs = dict(zip(distinct, map(varint(key).__add__, map(varint, numbers)), strict=True))
        pairs[None] = b""
        told.append(map(pairs.__getitem__, column))
        table += _written(distinct)
    return map(b"".join, zip(*told, strict=True)), b"".join(table)


def _written(values: Iterable[Any]) -> Iterable[bytes]:
    """Return values of one kind as entries of the table."""
    for first in values:
        return _WRITERS[type(first)](values)
    return ()


def _texts(values: Iterable[bytes]) -> Iterable[bytes]:
    return [_TEXT[n] + v if (n := len(v)) < _LONG else message(34, message(10, v)) for v in values]


def _whole(values: Iterable[int]) -> Iterable[bytes]:
    raw = [varint(v << 1 ^ v >> 63) for v in values]
    return [_WHOLE[len(v)] + v for v in raw]


def _doubles(values: Iterable[float]) -> Iterable[bytes]:
    return [_DOUBLE(b"\x22\x09\x19", v) for v in values]


def _flags(values: Iterable[bool]) -> Iterable[bytes]:
    return [b"\x22\x02\x38\x01" if v else b"\x22\x02\x38\x00" for v in values]


_WRITERS: Mapping[type, Callable[[Iterable[Any]], Iterable[bytes]]] = {
    bytes: _texts, int: _whole, float: _doubles, bool: _flags,
}  # fmt: skip

"""The protocol-buffer encoding of vector tiles: varints and messages."""

from collections.abc import Iterable

from geoservice.release.vector_tiles.grid import EXTENT

_TWO_BYTES = 1 << 14
SHORT = tuple(bytes((i,)) if i < 128 else bytes((i & 127 | 128, i >> 7)) for i in range(_TWO_BYTES))
"""Varints of one or two bytes, precomputed: a tile has few others, and calling :func:`varint` takes three times as long."""
_CONTINUED = tuple(bytes((i | 128,)) for i in range(128))


def varint(value: int) -> bytes:
    """Return a number below 2^64 as a varint: seven bits per byte, the lowest first.

    >>> varint(127).hex(), varint(300).hex(), varint(2**14).hex()
    ('7f', 'ac02', '808001')
    """
    return SHORT[value] if value < _TWO_BYTES else _CONTINUED[value & 127] + varint(value >> 7)


def message(tag: int, body: bytes) -> bytes:
    """Return a length-delimited field: its tag (one byte), its length and its bytes."""
    return SHORT[tag] + varint(len(body)) + body


def tile(name: str, features: bytes, keys: Iterable[str], values: bytes) -> bytes:
    """Return a tile of one layer from its encoded features, the names of their properties and their encoded values."""
    names = b"".join(message(26, key.encode()) for key in keys)
    return message(26, message(10, name.encode()) + features + names + values + _END)


_END = b"\x28" + varint(EXTENT) + b"\x78\x02"
"""The extent and the format version."""

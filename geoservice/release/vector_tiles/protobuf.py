"""The parts of a vector tile as protocol buffers write them: numbers of as many bytes as they need, and messages."""

from collections.abc import Iterable

from geoservice.release.vector_tiles.grid import EXTENT

_TWO = 1 << 14
SHORT = tuple(bytes((i,)) if i < 128 else bytes((i & 127 | 128, i >> 7)) for i in range(_TWO))
"""Numbers of one or two bytes, ready: a tile has few others, and to call :func:`varint` takes three times as long."""
_MORE = tuple(bytes((i | 128,)) for i in range(128))


def varint(value: int) -> bytes:
    """Return a number below 2^64 as seven bits a byte, the lowest first.

    >>> varint(127).hex(), varint(300).hex(), varint(2**14).hex()
    ('7f', 'ac02', '808001')
    """
    return SHORT[value] if value < _TWO else _MORE[value & 127] + varint(value >> 7)


def message(tag: int, body: bytes) -> bytes:
    """Return a field that holds bytes: its tag (one byte), how many there are, and these."""
    return SHORT[tag] + varint(len(body)) + body


def tile(name: str, features: bytes, keys: Iterable[str], values: bytes) -> bytes:
    """Return a tile of one layer: its features, the names of their properties and the table of values that they point into."""
    named = b"".join(message(26, key.encode()) for key in keys)
    return message(26, message(10, name.encode()) + features + named + values + _END)


_END = b"\x28" + varint(EXTENT) + b"\x78\x02"
"""The extent, and the version of the format."""

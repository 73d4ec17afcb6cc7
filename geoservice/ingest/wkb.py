"""WKB of every geometry type, ISO and EWKB, for what GEOS does not read: curves, patches, deeply nested collections."""

import struct
from typing import NamedTuple

import numpy as np
import shapely

from geoservice.geo import Floats
from geoservice.ingest.curves import KINDS, LINES, MAX_DEPTH, Node, linearize

_RINGS = ("POLYGON", "TRIANGLE")


class _Head(NamedTuple):
    """Header of WKB: byte order, type (empty if unknown), numbers per position, SRID (0 for none), and its own length."""

    order: str
    kind: str
    dimensions: int
    srid: int
    length: int


def _head(data: bytes, start: int) -> _Head:
    order = "<" if data[start : start + 1] == b"\1" else ">"
    (code,) = struct.unpack_from(order + "I", data, start + 1)
    number = code & 0x0FFFFFFF
    height, measure = bool(code & 0x80000000), bool(code & 0x40000000)
    dimensions = 2 + (height or number // 1000 in {1, 3}) + (measure or number // 1000 in {2, 3})
    kind = KINDS.get(number % 1000, "") if number < 4000 else ""
    if not code & 0x20000000:
        return _Head(order, kind, dimensions, 0, 5)
    (srid,) = struct.unpack_from(order + "I", data, start + 5) if len(data) > start + 5 else (0,)
    return _Head(order, kind, dimensions, srid, 9)


def kind_of(data: bytes) -> str:
    """Return the geometry type of WKB by its first five bytes, empty if it is not WKB.

    >>> kind_of(bytes.fromhex("0101000020")), kind_of(b"")
    ('POINT', '')
    """
    return _head(data, 0).kind if len(data) >= 5 and data[0] < 2 else ""


def from_wkb(data: bytes) -> shapely.Geometry:
    """Return the geometry of WKB or EWKB with its SRID; raises :class:`ValueError` if it cannot be read."""
    try:
        node, end = _node(data, 0, 0)
        srid = _head(data, 0).srid
    except struct.error as e:
        raise ValueError("the WKB is cut short") from e
    if end != len(data):
        raise ValueError("the WKB is longer than its geometry")
    return shapely.set_srid(linearize(node), srid) if srid else linearize(node)


def _node(data: bytes, offset: int, depth: int) -> tuple[Node, int]:
    if depth > MAX_DEPTH:
        raise ValueError("the geometry is nested too deep")
    order, kind, dimensions, _, length = _head(data, offset)
    offset += length
    if not kind or data[offset - length] > 1:
        raise ValueError("an unsupported geometry type")
    if kind == "POINT":
        positions, offset = _positions(data, offset, 1, dimensions, order)
        return Node(kind, positions[np.isfinite(positions).all(axis=1)]), offset
    count, offset = _count(data, offset, order)
    if kind in LINES:
        positions, offset = _positions(data, offset, count, dimensions, order)
        return Node(kind, positions), offset
    parts: list[Node] = []
    for _ in range(count):
        if kind in _RINGS:
            length, offset = _count(data, offset, order)
            positions, offset = _positions(data, offset, length, dimensions, order)
            part = Node("LINESTRING", positions)
        else:
            part, offset = _node(data, offset, depth + 1)
        parts.append(part)
    return Node(kind, parts=parts), offset


def _count(data: bytes, offset: int, order: str) -> tuple[int, int]:
    return struct.unpack_from(order + "I", data, offset)[0], offset + 4


def _positions(data: bytes, offset: int, count: int, dimensions: int, order: str) -> tuple[Floats, int]:
    end = offset + 8 * dimensions * count
    if end > len(data):
        raise ValueError("the WKB is cut short")
    return np.frombuffer(data, f"{order}f8", dimensions * count, offset).astype(float).reshape(count, dimensions)[:, :2], end

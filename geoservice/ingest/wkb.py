"""WKB of every kind, ISO and EWKB, where GEOS does not read it: curves, patches, deep collections."""

import struct
from typing import NamedTuple

import numpy as np
import shapely

from geoservice.geo import Floats
from geoservice.ingest.curves import KINDS, LINES, MAX_DEPTH, Node, linear

_RINGS = ("POLYGON", "TRIANGLE")


class _Head(NamedTuple):
    """How WKB begins: byte order, kind ("" for none that is known), numbers to a place, SRID (0 for none), and its length."""

    order: str
    kind: str
    wide: int
    srid: int
    length: int


def _head(data: bytes, at: int) -> _Head:
    order = "<" if data[at : at + 1] == b"\1" else ">"
    (code,) = struct.unpack_from(order + "I", data, at + 1)
    number = code & 0x0FFFFFFF
    height, measure = bool(code & 0x80000000), bool(code & 0x40000000)
    wide = 2 + (height or number // 1000 in {1, 3}) + (measure or number // 1000 in {2, 3})
    kind = KINDS.get(number % 1000, "") if number < 4000 else ""
    if not code & 0x20000000:
        return _Head(order, kind, wide, 0, 5)
    (srid,) = struct.unpack_from(order + "I", data, at + 5) if len(data) > at + 5 else (0,)
    return _Head(order, kind, wide, srid, 9)


def kind_of(data: bytes) -> str:
    """Return the kind of WKB by its first five bytes, empty where it is none.

    >>> kind_of(bytes.fromhex("0101000020")), kind_of(b"")
    ('POINT', '')
    """
    return _head(data, 0).kind if len(data) >= 5 and data[0] < 2 else ""


def from_wkb(data: bytes) -> shapely.Geometry:
    """Return the geometry of WKB or EWKB with its SRID; raises :class:`ValueError` where it cannot be read."""
    try:
        node, end = _node(data, 0, 0)
        srid = _head(data, 0).srid
    except struct.error as e:
        raise ValueError("the WKB is cut short") from e
    if end != len(data):
        raise ValueError("the WKB is longer than its geometry")
    return shapely.set_srid(linear(node), srid) if srid else linear(node)


def _node(data: bytes, at: int, depth: int) -> tuple[Node, int]:
    if depth > MAX_DEPTH:
        raise ValueError("the geometry is nested too deep")
    order, kind, wide, _, length = _head(data, at)
    at += length
    if not kind or data[at - length] > 1:
        raise ValueError("no type of geometry that is read")
    if kind == "POINT":
        places, at = _places(data, at, 1, wide, order)
        return Node(kind, places[np.isfinite(places).all(axis=1)]), at
    count, at = _count(data, at, order)
    if kind in LINES:
        places, at = _places(data, at, count, wide, order)
        return Node(kind, places), at
    parts: list[Node] = []
    for _ in range(count):
        if kind in _RINGS:
            length, at = _count(data, at, order)
            places, at = _places(data, at, length, wide, order)
            part = Node("LINESTRING", places)
        else:
            part, at = _node(data, at, depth + 1)
        parts.append(part)
    return Node(kind, parts=parts), at


def _count(data: bytes, at: int, order: str) -> tuple[int, int]:
    return struct.unpack_from(order + "I", data, at)[0], at + 4


def _places(data: bytes, at: int, count: int, wide: int, order: str) -> tuple[Floats, int]:
    end = at + 8 * wide * count
    if end > len(data):
        raise ValueError("the WKB is cut short")
    return np.frombuffer(data, f"{order}f8", wide * count, at).astype(float).reshape(count, wide)[:, :2], end

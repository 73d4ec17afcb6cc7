"""A decoder of vector tiles (Mapbox Vector Tile 2.1) for drawing: points, lines and polygons as WKB in a projected plane.

GDAL's driver opens tiles by their file name only, and these come from a database.
"""

import struct
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import numpy as np

from geoservice.geo import Floats, Ints

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _DRAW = 1, 2

Properties = dict[str, Any]


class Plane(NamedTuple):
    """The position of a tile: its west and north edge and its width in the units of the output; y grows northward."""

    west: float
    north: float
    width: float


class DecodedFeature(NamedTuple):
    """A feature of a tile."""

    kind: int
    wkb: bytes
    properties: Properties


def decode(data: bytes, plane: Plane, names: Collection[str]) -> dict[str, list[DecodedFeature]]:
    """Return the features of each layer of a tile, with the properties ``names`` only."""
    layers: dict[str, list[DecodedFeature]] = {}
    for number, body in _fields(data):
        if number == 3:
            name, features = _layer(body, plane, names)
            layers.setdefault(name, []).extend(features)
    return layers


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value, an integer or bytes, of each field of a protocol-buffer message."""
    position, end = 0, len(data)
    while position < end:
        key, position = _varint(data, position)
        kind = key & 7
        if kind == 0:
            value, position = _varint(data, position)
            yield key >> 3, value
            continue
        size, position = (8, position) if kind == 1 else (4, position) if kind == 5 else _varint(data, position)
        yield key >> 3, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7


def varints(data: bytes) -> Ints:
    """Return packed unsigned varints.

    >>> varints(bytes([3, 0x8E, 0x02, 1])).tolist()
    [3, 270, 1]
    """
    raw = np.frombuffer(data, np.uint8).astype(np.int64)
    last = raw < 128
    if last.all():
        return raw
    start = np.flatnonzero(np.concatenate([[True], last[:-1]]))
    place = np.arange(len(raw)) - np.repeat(start, np.diff(np.append(start, len(raw))))
    return np.asarray(np.add.reduceat((raw & 127) << (7 * place), start), np.int64)


def _layer(data: bytes, plane: Plane, names: Collection[str]) -> tuple[str, list[DecodedFeature]]:
    name, extent, keys, values, features = "", 4096, [], [], []
    for number, body in _fields(data):
        if number == 1:
            name = body.decode()
        elif number == 2:
            features.append(body)
        elif number == 3:
            keys.append(body.decode())
        elif number == 4:
            values.append(_value(body))
        elif number == 5:
            extent = body
    requested_keys = {i: k for i, k in enumerate(keys) if k in names}
    decoded = (_feature(f, extent, plane, requested_keys, values) for f in features)
    return name, [f for f in decoded if f is not None]


def _value(data: bytes) -> Any:
    for number, body in _fields(data):
        if number == 1:
            return body.decode()
        if number in {2, 3}:
            return struct.unpack("<f" if number == 2 else "<d", body)[0]
        if number == 6:
            return (body >> 1) ^ -(body & 1)
        return bool(body) if number == 7 else body - 2**64 if number == 4 and body >= 2**63 else body
    return None


def _feature(data: bytes, extent: int, plane: Plane, keys: dict[int, str], values: list[Any]) -> DecodedFeature | None:
    kind, tags, geometry = 0, b"", b""
    for number, body in _fields(data):
        if number == 2:
            tags = body
        elif number == 3:
            kind = body
        elif number == 4:
            geometry = body
    parts = _parts(varints(geometry), extent, plane)
    if not parts or kind not in {POINT, LINE, POLYGON}:
        return None
    pairs = varints(tags).reshape(-1, 2).tolist()
    return DecodedFeature(kind, _wkb(kind, parts), {keys[k]: values[v] for k, v in pairs if k in keys})


def _parts(commands: Ints, extent: int, plane: Plane) -> list[Floats]:
    """Return the coordinates of each part of a geometry; a ``MoveTo`` begins a part."""
    steps: list[Ints] = []
    sizes: list[int] = []
    position = 0
    while position < len(commands):
        command, count = int(commands[position]) & 7, int(commands[position]) >> 3
        position += 1
        if command not in {_MOVE, _DRAW}:
            continue  # ClosePath moves nothing
        steps.append(commands[position : position + 2 * count])
        position += 2 * count
        if command == _MOVE:
            sizes.append(count)
        else:
            sizes[-1] += count
    if not steps:
        return []
    zigzag = np.concatenate(steps).reshape(-1, 2)
    units = np.cumsum((zigzag >> 1) ^ -(zigzag & 1), axis=0) * (plane.width / extent)
    points = np.array([plane.west, plane.north]) + units * [1, -1]
    return np.split(points, np.cumsum(sizes)[:-1])


def _wkb(kind: int, parts: list[Floats]) -> bytes:
    """Return WKB; the rings of a multipolygon stay in one polygon, since renderers fill by winding."""
    if kind == POINT:
        points = np.concatenate(parts)
        return struct.pack("<BII", 1, 4, len(points)) + b"".join(struct.pack("<BIdd", 1, 1, x, y) for x, y in points.tolist())
    if kind == LINE:
        return struct.pack("<BII", 1, 5, len(parts)) + b"".join(struct.pack("<BII", 1, 2, len(p)) + p.tobytes() for p in parts)
    rings = [np.concatenate([p, p[:1]]) for p in parts]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(struct.pack("<I", len(r)) + r.tobytes() for r in rings)

"""Vector tiles read back for drawing: Mapbox Vector Tile 2.1, points, lines and polygons as WKB in any plane.

GDAL's driver opens tiles by the name of their file, and these have none: they come out of a database.
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
    """Where a tile lies: its west and north edge and its width, in the units that shapes are wanted in; y grows northward."""

    west: float
    north: float
    width: float


class DecodedFeature(NamedTuple):
    """A feature of a tile."""

    kind: int
    wkb: bytes
    properties: Properties


def decode(data: bytes, plane: Plane, names: Collection[str]) -> dict[str, list[DecodedFeature]]:
    """Return the features of each layer of a tile, with those of their properties that ``names`` has."""
    found: dict[str, list[DecodedFeature]] = {}
    for number, body in _fields(data):
        if number == 3:
            name, shapes = _layer(body, plane, names)
            found.setdefault(name, []).extend(shapes)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and content of each field of a protocol-buffer message: an integer, or bytes."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size, at = (8, at) if kind == 1 else (4, at) if kind == 5 else _varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
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
    wanted = {i: k for i, k in enumerate(keys) if k in names}
    return name, [s for f in features if (s := _feature(f, extent, plane, wanted, values)) is not None]


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
    kind, tags, drawn = 0, b"", b""
    for number, body in _fields(data):
        if number == 2:
            tags = body
        elif number == 3:
            kind = body
        elif number == 4:
            drawn = body
    parts = _parts(varints(drawn), extent, plane)
    if not parts or kind not in {POINT, LINE, POLYGON}:
        return None
    pairs = varints(tags).reshape(-1, 2).tolist()
    return DecodedFeature(kind, _wkb(kind, parts), {keys[k]: values[v] for k, v in pairs if k in keys})


def _parts(commands: Ints, extent: int, plane: Plane) -> list[Floats]:
    """Return the coordinates of each part of a geometry; each ``MoveTo`` begins one."""
    steps: list[Ints] = []
    sizes: list[int] = []
    at = 0
    while at < len(commands):
        what, count = int(commands[at]) & 7, int(commands[at]) >> 3
        at += 1
        if what not in {_MOVE, _DRAW}:
            continue  # ClosePath moves nothing
        steps.append(commands[at : at + 2 * count])
        at += 2 * count
        if what == _MOVE:
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
    """Return WKB; a polygon's rings stay one list, for renderers tell holes by their winding."""
    if kind == POINT:
        points = np.concatenate(parts)
        return struct.pack("<BII", 1, 4, len(points)) + b"".join(struct.pack("<BIdd", 1, 1, x, y) for x, y in points.tolist())
    if kind == LINE:
        return struct.pack("<BII", 1, 5, len(parts)) + b"".join(struct.pack("<BII", 1, 2, len(p)) + p.tobytes() for p in parts)
    rings = [np.concatenate([p, p[:1]]) for p in parts]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(struct.pack("<I", len(r)) + r.tobytes() for r in rings)

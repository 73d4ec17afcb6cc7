"""Points along the roads of a gazetteer: homes whose address states a road only are somewhere along it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.addresses.gazetteer import read_table
from geoservice.geo import Floats, LocalProjection, repeated
from geoservice.geocode.roads import Road

ROAD_LINES = "road_lines.arrow"
STEP_M = 50.0
_LIST = pa.list_(pa.float32())
SCHEMA = pa.schema(
    [("lon", pa.float64()), ("lat", pa.float64()), *((name, _LIST) for name in ("point_lon", "point_lat", "metres"))]
)
"""A row for each road: the position that the gazetteer gives it, and points along it with the metres that each stands for."""


def points_along(road: Road) -> tuple[Floats, Floats]:
    """Return points along a road at most ``STEP_M`` apart, shape ``(n, 2)``, and the metres of each, shape ``(n,)``.

    Examples
    --------
    >>> points = np.array([[0, 0], [50, 0], [100, 0]], float)
    >>> along, metres = points_along(Road(0, 0, 0.0, 0.0, 50.0, 0, points, points, np.ones(1)))
    >>> along.tolist(), metres.tolist()
    ([[25.0, 0.0], [75.0, 0.0]], [50.0, 50.0])
    """
    start, _, end = np.split(road.points, 3)
    length = np.hypot(*(end - start).T)
    pieces = np.maximum(np.ceil(length / STEP_M), 1).astype(np.int64)
    segment, rank = repeated(pieces)
    share = (rank + 0.5) / pieces[segment]
    return start[segment] + (end - start)[segment] * share[:, None], (length / pieces)[segment]


def road_lines(roads: Iterable[Road], plane: LocalProjection) -> pa.Table:
    """Return the points along roads; ``plane`` is that of the roads."""
    rows: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for road in roads:
        along, metres = points_along(road)
        lon, lat = plane.inverse(along[:, 0], along[:, 1])
        values = (road.lon, road.lat, *(v.astype(np.float32) for v in (lon, lat, metres)))
        for name, value in zip(SCHEMA.names, values, strict=True):
            rows[name].append(value)
    return pa.table({field.name: pa.array(rows[field.name], field.type) for field in SCHEMA}, schema=SCHEMA)


def write_road_lines(folder: Path, lines: pa.Table) -> None:
    """Write the points along roads into the folder of a gazetteer."""
    with pa.OSFile(str(folder / ROAD_LINES), "wb") as file, pa.ipc.new_file(file, SCHEMA) as writer:
        writer.write_table(lines)


def read_road_lines(folder: Path) -> pa.Table:
    """Return the points along the roads of a gazetteer; none for one of an earlier version."""
    return read_table(folder / ROAD_LINES) if (folder / ROAD_LINES).exists() else SCHEMA.empty_table()

"""Small tables by county, with what a table may hold: Chinese text, nulls, lists, empty and missing geometries."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import shapely

Box = tuple[float, float, float, float]


def county_table(shapes: Sequence[Any], first: int = 0) -> pa.Table:
    """Return a table with a row for each shape, numbered from ``first``."""
    n = len(shapes)
    return pa.table({
        "id": pa.array(range(first, first + n), pa.int64()),
        "name": pa.array([None if i % 7 == 3 else f"卫生站{first + i}" for i in range(n)], pa.string()),
        "services": pa.array([["体检"] * (i % 3) for i in range(n)], pa.list_(pa.string())),
        "geometry": pa.array([None if s is None else shapely.to_wkb(s) for s in shapes], pa.binary()),
    })  # fmt: skip


def grid(side: int, west: float = 117.0, south: float = 30.5, step: float = 0.01) -> list[Any]:
    """Return points on a square grid, row by row."""
    return [shapely.Point(west + step * x, south + step * y) for y in range(side) for x in range(side)]


TABLES = {
    "340811": county_table([*grid(5), None, shapely.Point()]),
    "340822": county_table([p.buffer(0.002) for p in grid(3, west=116.5)], first=100),
    "": county_table([shapely.box(116.0, 30.0, 118.0, 31.0)], first=200),
}
"""Rows of two counties, and of their city."""

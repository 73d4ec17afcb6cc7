"""Square cells of a grid over an outline."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from geoservice.analysis.base import UNIT_SCHEMA, Units
from geoservice.geo import Floats, Int32s, LocalProjection, Objects


@dataclass(frozen=True)
class SquareCells:
    """Square cells over an outline: units, centres in degrees, side in metres, and index by column and row."""

    units: Units
    lon: Floats
    lat: Floats
    side: float
    by_position: Mapping[tuple[int, int], int]

    def index(self, x: Floats, y: Floats) -> Int32s:
        """Return the position of the cell of each projected point, -1 outside; shape ``(n,)``."""
        keys = zip(np.floor(x / self.side).astype(int).tolist(), np.floor(y / self.side).astype(int).tolist(), strict=True)
        return np.fromiter((self.by_position.get(k, -1) for k in keys), np.int32, len(x))


def make_cells(outline: shapely.Geometry, projection: LocalProjection, side: float) -> SquareCells:
    """Return the cells of a grid of ``side`` metres that intersect an outline in degrees, named by column and row."""
    plane = shapely.transform(outline, lambda p: np.column_stack(projection.forward(p[:, 0], p[:, 1])))
    west, south, east, north = shapely.bounds(plane)
    columns = np.arange(np.floor(west / side), np.floor(east / side) + 1)
    rows = np.arange(np.floor(south / side), np.floor(north / side) + 1)
    col, row = (a.ravel() for a in np.meshgrid(columns, rows))
    shapely.prepare(plane)
    squares = shapely.box(col * side, row * side, (col + 1) * side, (row + 1) * side)
    intersecting = shapely.intersects(plane, squares)
    col, row, squares = col[intersecting], row[intersecting], squares[intersecting]
    lon, lat = projection.inverse((col + 0.5) * side, (row + 0.5) * side)
    names = [f"c{c:.0f}_{r:.0f}" for c, r in zip(col, row, strict=True)]
    degrees: Objects = shapely.transform(squares, lambda p: np.column_stack(projection.inverse(p[:, 0], p[:, 1])))
    shapes = shapely.to_wkb(degrees).tolist()
    cells = [{"unit": n, "name_zh": n, "name_en": n, "geometry": g} for n, g in zip(names, shapes, strict=True)]
    table = pa.Table.from_pylist(cells, schema=UNIT_SCHEMA)
    by_position = {(int(c), int(r)): i for i, (c, r) in enumerate(zip(col, row, strict=True))}
    return SquareCells(Units("cell", table), lon, lat, side, by_position)

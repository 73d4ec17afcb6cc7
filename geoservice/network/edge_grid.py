"""Edges in a grid by the positions of their ends, to find those in a box without reading all."""

from dataclasses import dataclass

import numpy as np

from geoservice.geo import Bools, Floats, Int32s, Ints

CELLS = 128
"""Cells a side."""


@dataclass(frozen=True)
class Cells:
    """Intervals of equal length between two numbers."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> "Cells":
        """Return the cells between the lowest and the highest value; NaN is left out."""
        return cls(float(np.nanmin(values)), float(np.nanmax(values)))

    def at(self, values: Floats) -> Ints:
        """Return the cell of each value; those outside are in the first or the last one."""
        return np.clip((values - self.low) / max(self.high - self.low, 1e-9) * CELLS, 0, CELLS - 1).astype(np.int64)


@dataclass(frozen=True)
class EdgeGrid:
    """Some edges between junctions at ``x`` and ``y``, sorted by the cells of their ends.

    ``edge[start[c]:start[c + 1]]`` have an end in cell ``c``; cells are in rows from south to north, each from west to east.
    """

    u: Int32s
    v: Int32s
    x: Floats
    y: Floats
    columns: Cells
    rows: Cells
    edge: Int32s
    start: Ints

    @classmethod
    def of(cls, u: Int32s, v: Int32s, edges: Ints, x: Floats, y: Floats) -> "EdgeGrid":
        """Return the grid of ``edges``, which are positions in ``u`` and ``v``; those are positions in ``x`` and ``y``."""
        columns, rows, end = Cells.of(x), Cells.of(y), np.concatenate([u[edges], v[edges]])
        cell = rows.at(y[end]) * CELLS + columns.at(x[end])
        order = np.argsort(cell, kind="stable")
        start = np.searchsorted(cell[order], np.arange(CELLS * CELLS + 1))
        return cls(u, v, x, y, columns, rows, np.concatenate([edges, edges])[order].astype(np.int32), start)

    def inside(self, west: float, south: float, east: float, north: float) -> Ints:
        """Return the edges that have an end in a box, its sides included; ascending."""
        left, right = self.columns.at(np.array([west, east]))
        bottom, top = self.rows.at(np.array([south, north]))
        near = np.zeros(len(self.u), np.bool_)
        for row in range(bottom, top + 1):
            near[self.edge[self.start[row * CELLS + left] : self.start[row * CELLS + right + 1]]] = True
        found = np.flatnonzero(near)

        def within(junction: Int32s) -> Bools:
            x, y = self.x[junction], self.y[junction]
            return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))

        return found[within(self.u[found]) | within(self.v[found])]

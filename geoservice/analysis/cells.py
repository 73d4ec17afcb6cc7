"""Which cell an atom counts in: user geometry snaps to atoms, and so do cells."""

import numpy as np
from scipy.spatial import cKDTree

from geoservice.analysis.base import Context, Demand
from geoservice.geo import Int32s


def cell_of_atoms(context: Context, demand: Demand) -> Int32s:
    """Position of the cell that each atom's centre lies in, -1 where there is none; shape ``(atoms,)``.

    A cell then stands for whole atoms, as every published region does; in thinly settled country an atom is wider than a cell,
    and the cell of its centre speaks for it. Centres farther from every cell than a cell is wide are in none.
    """
    if not len(context.cell_lon) or not len(demand.lon):
        return np.full(len(demand.lon), -1, np.int32)
    tree = cKDTree(np.column_stack(context.projection.forward(context.cell_lon, context.cell_lat)))
    metres, nearest = tree.query(np.column_stack(context.projection.forward(demand.lon, demand.lat)))
    return np.where(metres <= side_of_cells(tree), nearest, -1).astype(np.int32)


def side_of_cells(tree: cKDTree) -> float:
    """Side of the square cells whose centres are given, in metres: the least distance between two of them."""
    if tree.n < 2:
        return float("inf")
    sample = tree.data[: min(tree.n, 1000)]
    return float(np.min(tree.query(sample, k=2)[0][:, 1]))

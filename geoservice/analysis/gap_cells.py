"""The cells of service gaps: which are contiguous, and which of them a new station may stand in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label as label_raster
from scipy.signal import fftconvolve

from geoservice.geo import Bools, Floats, Int32s, Ints, ranks, repeated

_AROUND = [(dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]


def contiguous(column: Ints, row: Ints, selected: Bools) -> Int32s:
    """Return the patches of selected cells that touch along sides or at corners.

    Parameters
    ----------
    column, row : int64 arrays, shape (n,)
        Position of each cell in the grid.
    selected : bool array, shape (n,)

    Returns
    -------
    int32 array, shape (n,)
        Patch of each cell, from 0; -1 for cells that are not selected.

    Examples
    --------
    >>> column, row = np.array([0, 1, 3, 4]), np.array([0, 1, 0, 0])
    >>> contiguous(column, row, np.array([True, True, True, False])).tolist()
    [0, 0, 1, -1]
    """
    if not selected.any():
        return np.full(len(column), -1, np.int32)
    patches, _ = label_raster(_raster(column, row, selected), structure=np.ones((3, 3)))
    return np.where(selected, patches[row - row.min(), column - column.min()] - 1, -1).astype(np.int32)


def _raster(column: Ints, row: Ints, values: "NDArray[Any]") -> "NDArray[Any]":
    """Return the values of cells as a grid; 0 where there is no cell."""
    grid = np.zeros((int(np.ptp(row)) + 1, int(np.ptp(column)) + 1), values.dtype)
    grid[row - row.min(), column - column.min()] = values
    return grid


def largest_patches(patch: Int32s, persons: Floats, most: int) -> Int32s:
    """Return patch numbers in descending order of persons, -1 beyond the first ``most`` patches.

    Examples
    --------
    >>> largest_patches(np.array([0, 1, 1, 2, -1], np.int32), np.array([5.0, 4.0, 4.0, 7.0, 9.0]), 2).tolist()
    [-1, 0, 0, 1, -1]
    """
    inside = patch >= 0
    total = np.bincount(patch[inside], persons[inside])
    order = np.argsort(-total, kind="stable")[:most]
    return ranks(order, len(total))[patch]


def people_within(column: Ints, row: Ints, persons: Floats, radius: float) -> Floats:
    """Return the persons in the cells whose centres are within a radius of each cell's centre, both in cells.

    Parameters
    ----------
    column, row : int64 arrays, shape (n,)
    persons : float64 array, shape (n,)
    radius : float
        In sides of a cell, inclusive.

    Returns
    -------
    float64 array, shape (n,)

    Examples
    --------
    >>> people_within(np.array([0, 1, 3]), np.zeros(3, int), np.array([1.0, 2.0, 4.0]), 2.0).round(9).tolist()
    [3.0, 7.0, 6.0]
    """
    grid = _raster(column, row, persons)
    reach = int(min(radius, max(grid.shape)))
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    sums = fftconvolve(grid, (dx**2 + dy**2 <= radius**2).astype(float))
    # rounded, so that equal sums are equal in spite of the transform's errors
    return np.asarray(sums[row - row.min() + reach, column - column.min() + reach].round(6), float)


def candidate_cells(
    patch: Int32s, patches: int, column: Ints, row: Ints, score: Floats, own: Floats, block: int, most: int
) -> tuple[Ints, Ints]:
    """Return patch and cell of the candidates for a station: cells of each patch and their neighbours, the best of each block.

    Parameters
    ----------
    patch : int32 array, shape (n,)
        Patch of each cell, -1 for none.
    patches : int
    column, row : int64 arrays, shape (n,)
    score, own : float64 arrays, shape (n,)
        Candidates are ordered by score, then by ``own``, then by position.
    block : int
        Side of the blocks of cells of which one is a candidate.
    most : int
        Candidates of a patch.

    Returns
    -------
    int64 arrays, shape (candidates,)
        In the order of patches, the best candidate of each first.

    Examples
    --------
    >>> patch, score = np.array([-1, 0, 0, -1, -1], np.int32), np.array([1.0, 5.0, 4.0, 9.0, 9.0])
    >>> [a.tolist() for a in candidate_cells(patch, 1, np.arange(5), np.zeros(5, int), score, score, 1, 3)]
    [[0, 0, 0], [3, 1, 2]]
    """
    c, r = column - column.min() + 1, row - row.min() + 1
    index = np.full((int(r.max()) + 2, int(c.max()) + 2), -1, np.int64)
    index[r, c] = np.arange(len(column))
    inside = np.flatnonzero(patch >= 0)
    cell = np.concatenate([index[r[inside] + dy, c[inside] + dx] for dx, dy in _AROUND])
    owner = np.tile(patch[inside].astype(np.int64), len(_AROUND))
    key = np.unique(owner[cell >= 0] * len(column) + cell[cell >= 0])
    owner, cell = key // len(column), key % len(column)
    order = np.lexsort((cell, -own[cell], -score[cell], owner))
    owner, cell = owner[order], cell[order]
    blocks = np.column_stack([owner, column[cell] // block, row[cell] // block])
    first = np.sort(np.unique(blocks, axis=0, return_index=True)[1])
    owner, cell = owner[first], cell[first]
    rank = repeated(np.bincount(owner, minlength=patches))[1]
    return owner[rank < most], cell[rank < most]

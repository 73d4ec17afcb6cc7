"""Atoms: the smallest sets of households that anything published is made of.

Households start in pieces (lowest area, fine square). Pieces with too few protected households are merged with others that
are near along a Hilbert curve: first inside the same cell of the same area, then inside the area, then among the areas of one
parent, and so on upward. What is left over in a group joins its nearest neighbour in the group.

What holds afterwards, for every partition made here:

- every atom has at least K protected households, so two unions of atoms differ by nobody or by K households at least;
- the atoms of a population group are unions of the atoms of everybody, and in each of them the group has nobody or at least K
  households, and the others have nobody or at least K. So where a group and everybody are both published for one region, the
  others are nobody or at least K as well;
- the order of the rows changes nothing.
"""

from collections.abc import Sequence

import numpy as np

from geoservice.disclosure.merge import merge
from geoservice.errors import DisclosureError
from geoservice.geo import Bools, Floats, Int32s, Ints, hilbert_index

K = 10
FINE_PER_CELL = 5


def make_atoms(
    area: Int32s,
    x: Floats,
    y: Floats,
    members: Ints,
    parents: Sequence[Int32s] = (),
    k: int = K,
    cell_metres: float = 250.0,
) -> Int32s:
    """Put every household into an atom of at least ``k`` protected households.

    Parameters
    ----------
    area : int32 array, shape (n,)
        Lowest-level area of each household, -1 for none.
    x, y : float64 arrays, shape (n,), metres
        Position in the study's plane.
    members : int64 array, shape (n,)
        Protected households of each row; 1 where a row is a household.
    parents : sequence of int32 arrays
        ``parents[0][a]`` is the area one level above lowest-level area ``a``; ``parents[1]`` leads on upward from there.
    k : int
        Least number of protected households.
    cell_metres : float
        Side of the cells of the study, whose grid starts at (0, 0). Pieces are a fifth of it.

    Returns
    -------
    int32 array, shape (n,)
        Atom of each household, numbered along the Hilbert curve from 0; -1 for rows without an area, and for all rows when
        there are fewer than ``k`` households.

    Raises
    ------
    DisclosureError
        The arrays do not fit together.

    Examples
    --------
    >>> area = np.array([0, 0, 0, 1, 1], np.int32)
    >>> x, y = np.array([0.0, 1, 400, 400, 0]), np.array([0.0, 1, 0, 400, 400])
    >>> make_atoms(area, x, y, np.ones(5, np.int64), k=2).tolist()
    [0, 0, 0, 1, 1]
    """
    _check(len(area), x=x, y=y, members=members)
    result = np.full(len(area), -1, np.int32)
    inside = area >= 0
    if not inside.any():
        return result
    low = area[inside].astype(np.int64)
    fine = cell_metres / FINE_PER_CELL
    column, row = np.floor(x[inside] / fine).astype(np.int64), np.floor(y[inside] / fine).astype(np.int64)
    first, piece = _unique(low, column, row)
    column, row, low = column[first], row[first], low[first]
    weights = np.zeros((len(first), 1), np.int64)
    np.add.at(weights[:, 0], piece, members[inside])
    cell = _unique(low, column // FINE_PER_CELL, row // FINE_PER_CELL)[1]
    order = np.lexsort((row, column, low, hilbert_index(column.astype(float), row.astype(float))))
    labels = [cell, low, *_ancestors(low, parents)]
    atom = merge(weights[order], [label[order] for label in labels], k)
    placed = np.empty(len(order), np.int32)
    placed[order] = atom
    result[inside] = placed[piece]
    return result


def nest_atoms(atom: Int32s, member: Bools, area: Int32s, parents: Sequence[Int32s] = (), k: int = K) -> Int32s:
    """Merge atoms of everybody into atoms of one population group.

    Parameters
    ----------
    atom : int32 array, shape (n,)
        Atom of each household as :func:`make_atoms` gave it.
    member : bool array, shape (n,)
        Whether the household belongs to the group.
    area, parents, k
        As in :func:`make_atoms`.

    Returns
    -------
    int32 array, shape (n,)
        Atom of the group's partition for each household, members or not: the group has nobody or at least ``k`` households in
        it, and so have the others. -1 where that cannot be had, because the whole study has too few of either.

    Examples
    --------
    >>> atom = np.array([0, 0, 1, 1, 2, 2], np.int32)
    >>> member = np.array([1, 0, 1, 0, 0, 0], bool)
    >>> nest_atoms(atom, member, np.zeros(6, np.int32), k=2).tolist()
    [0, 0, 0, 0, 1, 1]
    """
    _check(len(atom), member=member, area=area)
    result = np.full(len(atom), -1, np.int32)
    inside = atom >= 0
    if not inside.any():
        return result
    mine = atom[inside]
    count = int(mine.max()) + 1
    weights = np.zeros((count, 2), np.int64)
    np.add.at(weights, (mine, np.where(member[inside], 0, 1)), 1)
    low = area[inside].astype(np.int64)
    households = [low, *_ancestors(low, parents)]
    group = merge(weights, [_label_of_atoms(mine, label, count) for label in households], k)
    result[inside] = group[mine]
    return result


def region_of_atoms(atom: Int32s, region: Int32s, atoms: int, regions: int) -> tuple[Int32s, Bools]:
    """Find each atom's region, and which regions are unions of atoms.

    Parameters
    ----------
    atom : int32 array, shape (n,)
        Atom of each household, -1 for none.
    region : int32 array, shape (n,)
        Region that each household lies in, -1 for none.
    atoms, regions : int
        How many there are.

    Returns
    -------
    (int32 array, shape (atoms,); bool array, shape (regions,))
        Region of each atom, -1 where it lies in no publishable one; whether each region is publishable. A region with no
        households is.

    Examples
    --------
    >>> atom, region = np.array([0, 0, 1, 1, 2], np.int32), np.array([0, 0, 1, 2, 1], np.int32)
    >>> of_atom, publishable = region_of_atoms(atom, region, 3, 3)
    >>> of_atom.tolist(), publishable.tolist()
    ([0, -1, -1], [True, False, False])
    """
    low, high = np.full(atoms, regions, np.int32), np.full(atoms, -1, np.int32)
    inside = atom >= 0
    np.minimum.at(low, atom[inside], region[inside])
    np.maximum.at(high, atom[inside], region[inside])
    whole = np.append(low == high, False)  # the last stands for households without an atom
    good = np.ones(regions, bool)
    good[region[~whole[atom] & (region >= 0)]] = False
    single = whole[:-1] & (high >= 0)
    single[single] = good[high[single]]
    return np.where(single, high, -1).astype(np.int32), good


def publishable(atom: Int32s, region: Int32s) -> Bools:
    """Whether each region ``0..region.max()`` is a union of atoms; shapes as in :func:`region_of_atoms`."""
    return region_of_atoms(atom, region, int(atom.max(initial=-1)) + 1, int(region.max(initial=-1)) + 1)[1]


def _check(n: int, **arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        if array.shape != (n,):
            raise DisclosureError(f"atoms: {name} has shape {array.shape}, expected ({n},)")


def _unique(*columns: Ints) -> tuple[Ints, Ints]:
    """First row of each distinct combination, and which combination each row has."""
    code = np.zeros(len(columns[0]), np.int64)
    for c in columns:
        low = int(c.min())
        code = code * (int(c.max()) - low + 1) + (c - low)
    first, inverse = np.unique(code, return_index=True, return_inverse=True)[1:]
    return first.astype(np.int64), inverse.astype(np.int64)


def _ancestors(low: Ints, parents: Sequence[Int32s]) -> list[Ints]:
    """Labels of the levels above, the whole study last."""
    labels = []
    for above in parents:
        low = np.asarray(above, np.int64)[low]
        labels.append(low)
    return [*labels, np.zeros(len(low), np.int64)]


def _label_of_atoms(atom: Int32s, label: Ints, atoms: int) -> Ints:
    """Label of each atom; an atom that lies across labels gets one of its own, so nothing merges with it at this level."""
    low, high = np.full(atoms, np.iinfo(np.int64).max), np.full(atoms, -1, np.int64)
    np.minimum.at(low, atom, label)
    np.maximum.at(high, atom, label)
    return np.where(low == high, high, int(label.max()) + 1 + np.arange(atoms))

"""From households to atoms: the sums and the travel time that stand for each atom."""

from dataclasses import dataclass

import numpy as np

from geoservice.disclosure.keys import cell_keys, count_sums
from geoservice.errors import DisclosureError
from geoservice.geo import Bools, Floats, Int32s, Ints, Keys


@dataclass(frozen=True)
class Reduced:
    """Atoms of one group, numbered 0..n-1 without holes, and how to get there from its households.

    ``rows`` are the positions of the group's households that are in an atom, ``atom`` (same shape) the atom of each of them.
    The others have shape ``(n,)``; ``x`` and ``y`` are the mean position in metres.
    """

    rows: Ints
    atom: Int32s
    households: Ints
    persons: Ints
    key: Keys
    x: Floats
    y: Floats

    @property
    def n(self) -> int:
        """Return the number of atoms."""
        return len(self.households)


def reduce_households(atom: Int32s, member: Bools, persons: Ints, key: Keys, x: Floats, y: Floats, k: int = 10) -> Reduced:
    """Add up one group's households by atom.

    Parameters
    ----------
    atom : int32 array, shape (n,)
        Atom of every household in the group's partition, -1 for none.
    member : bool array, shape (n,)
        Households of the group.
    persons : int64 array, shape (n,)
        Persons of the group in each household.
    key : uint64 array, shape (n,)
        Record keys.
    x, y : float64 arrays, shape (n,), metres
        Positions.
    k : int
        Least number of households an atom may have.

    Returns
    -------
    Reduced

    Raises
    ------
    DisclosureError
        An atom has fewer than ``k`` households.

    Examples
    --------
    >>> one = np.ones(4)
    >>> atom = np.array([5, 5, 2, 2], np.int32)
    >>> r = reduce_households(atom, one > 0, np.array([1, 2, 3, 4]), np.arange(4, dtype=np.uint64), one, one, k=2)
    >>> r.atom.tolist(), r.households.tolist(), r.persons.tolist(), r.key.tolist()
    ([1, 1, 0, 0], [2, 2], [7, 3], [5, 1])
    """
    rows = np.flatnonzero(member & (atom >= 0))
    present, dense = np.unique(atom[rows], return_inverse=True)
    of_row, n = dense.astype(np.int32), len(present)
    households = np.bincount(of_row, minlength=n).astype(np.int64)
    if n and households.min() < k:
        raise DisclosureError(f"atoms: the smallest has fewer than {k} households; make them with make_atoms or nest_atoms")
    return Reduced(
        rows,
        of_row,
        households,
        count_sums(of_row, n, np.asarray(persons, np.int64)[rows]),
        cell_keys(of_row, n, key[rows]),
        np.bincount(of_row, x[rows], n) / np.maximum(households, 1),
        np.bincount(of_row, y[rows], n) / np.maximum(households, 1),
    )


def lower_median_by_atom(ms: Int32s, station: Int32s, atom: Int32s, n: int) -> tuple[Int32s, Int32s]:
    """Travel time of each atom: the lower median of its households, with the station that goes with it.

    Parameters
    ----------
    ms, station : int32 arrays, shape (m,)
        Time in milliseconds and index of the station (-1: none) of each household.
    atom : int32 array, shape (m,)
        Atom of each, ``0..n-1``; every atom occurs.
    n : int
        Number of atoms.

    Returns
    -------
    (int32 array, int32 array), shapes (n,)
        Time, always one that a household really has; among the households with just that time, the lowest station.

    Examples
    --------
    >>> ms, station = np.array([9, 5, 7, 7], np.int32), np.array([0, 1, 3, 2], np.int32)
    >>> [a.tolist() for a in lower_median_by_atom(ms, station, np.zeros(4, np.int32), 1)]
    [[7], [2]]
    """
    ordered = np.sort((atom.astype(np.int64) << 31) | ms)
    size = np.bincount(atom, minlength=n)
    start = np.cumsum(size) - size
    median = (ordered[start + (size - 1) // 2] & (2**31 - 1)).astype(np.int32)
    label = np.full(n, np.iinfo(np.int32).max, np.int32)
    at = ms == median[atom]
    np.minimum.at(label, atom[at], station[at])
    return median, label

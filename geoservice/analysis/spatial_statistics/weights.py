"""Spatial weights: who is a neighbour of whom, in compressed sparse rows."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.spatial import cKDTree

from geoservice.analysis.spatial_statistics.neighbours import (
    bordering_pairs,
    close_pairs,
    finite_points,
    nearest_pairs,
    touching_pairs,
)
from geoservice.errors import ParameterError
from geoservice.geo import Bools, Floats, Ints, Objects

Matrix = sparse.csr_array[Any, tuple[int, int]]


class WeightSums(NamedTuple):
    """The sums S0, S1 and S2 of Cliff and Ord (1981) that the moments of global statistics need."""

    s0: float
    s1: float
    s2: float


@dataclass(frozen=True, eq=False)
class Weights:
    """Spatial weights of n units; row i holds the weights of the neighbours of unit i.

    Attributes
    ----------
    indptr : int64 array, shape (n + 1,)
    indices : int64 array, shape (nnz,)
        Neighbours of each unit, ascending within a row, each once.
    data : float64 array, shape (nnz,)
        Weights, above 0.

    Examples
    --------
    >>> weights = Weights.distance_band(np.array([0.0, 1.0, 2.0, 9.0]), np.zeros(4), 1.0)
    >>> weights.indices.tolist(), weights.islands.tolist()
    ([1, 0, 2, 1], [False, False, False, True])
    >>> weights.row_standardised().lag([4.0, 5.0, 6.0, 7.0]).tolist()
    [5.0, 5.0, 5.0, 0.0]
    """

    indptr: Ints
    indices: Ints
    data: Floats

    @classmethod
    def from_csr(cls, indptr: ArrayLike, indices: ArrayLike, data: ArrayLike | None = None) -> "Weights":
        """Return weights from compressed rows in any order within a row; without ``data`` all weights are 1.

        Raises
        ------
        ParameterError
            If the rows do not fit together, a neighbour occurs twice in a row, or a weight is negative or not finite.
        """
        starts, columns = np.asarray(indptr, np.int64), np.asarray(indices, np.int64)
        values = np.ones(len(columns)) if data is None else np.asarray(data, np.float64)
        _check_rows(starts, columns, values)
        n = len(starts) - 1
        matrix = sparse.csr_array((values, columns, starts), shape=(n, n))
        matrix.sum_duplicates()
        if matrix.nnz < len(columns):
            raise ParameterError("weights: a neighbour occurs twice in a row; each must occur once")
        return cls._from_matrix(matrix)

    @classmethod
    def contiguity(cls, shapes: Objects, *, rook: bool = False, tolerance: float = 1.0) -> "Weights":
        """Return weights 1 of polygons that touch (queen), or that have a common border and not only a corner (rook).

        Borders drawn from different sources do not share their vertices, so polygons touch if they are at most ``tolerance``
        metres apart; overlapping ones do. ``shapes`` are in a plane in metres; those missing or empty are islands.
        """
        polygons = np.asarray(shapes, object)
        return cls._from_pairs(*(bordering_pairs if rook else touching_pairs)(polygons, tolerance), len(polygons))

    @classmethod
    def nearest(cls, x: Floats, y: Floats, k: int) -> "Weights":
        """Return weights 1 of the ``k`` nearest points of each point, in metres; not symmetric in general."""
        return cls._from_pairs(*nearest_pairs(x, y, k), len(x))

    @classmethod
    def distance_band(cls, x: Floats, y: Floats, metres: float) -> "Weights":
        """Return weights 1 of the points at most ``metres`` apart."""
        return cls._from_pairs(*close_pairs(x, y, metres), len(x))

    @classmethod
    def _from_pairs(cls, i: Ints, j: Ints, n: int) -> "Weights":
        return cls._from_matrix(sparse.csr_array((np.ones(len(i)), (i, j)), shape=(n, n)))

    @classmethod
    def _from_matrix(cls, matrix: Matrix) -> "Weights":
        matrix.eliminate_zeros()
        matrix.sort_indices()
        return cls(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), np.asarray(matrix.data, float))

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.indptr) - 1

    @cached_property
    def matrix(self) -> Matrix:
        """The weights as a sparse matrix, not to be changed; shape ``(n, n)``."""
        return sparse.csr_array((self.data, self.indices, self.indptr), shape=(self.n, self.n))

    @property
    def rows(self) -> Ints:
        """The unit whose row holds each weight; shape ``(nnz,)``."""
        return np.repeat(np.arange(self.n), np.diff(self.indptr))

    @cached_property
    def islands(self) -> Bools:
        """Whether a unit has no neighbour but itself; shape ``(n,)``."""
        other = self.rows[self.rows != self.indices]
        return np.asarray(np.bincount(other, minlength=self.n) == 0)

    @cached_property
    def sums(self) -> WeightSums:
        """S0, the sum of weights; S1, half the sum of (w_ij + w_ji)^2; S2, the sum of (row sum + column sum)^2.

        >>> Weights.from_csr([0, 1, 3, 4], [1, 0, 2, 1]).sums
        WeightSums(s0=4.0, s1=8.0, s2=24.0)
        """
        both = self.matrix + self.matrix.T
        across = np.asarray(both.sum(axis=1), float)
        return WeightSums(float(self.data.sum()), float((both.data**2).sum() / 2), float((across**2).sum()))

    def row_standardised(self) -> "Weights":
        """Return the weights of each row divided by their sum; rows without neighbours stay empty."""
        return replace(self, data=self.data / np.bincount(self.rows, self.data, self.n)[self.rows])

    def is_row_standardised(self) -> bool:
        """Whether the weights of every row with neighbours sum to 1."""
        total = np.bincount(self.rows, self.data, self.n)
        return bool(np.allclose(total[np.diff(self.indptr) > 0], 1.0, rtol=1e-9))

    def with_self(self) -> "Weights":
        """Return weights in which each unit is a neighbour of itself with weight 1, as Gi* needs; weights that are there stay.

        Standardise rows after this, not before: the unit then has the same weight as its neighbours.
        """
        missing = np.ones(self.n)
        missing[self.rows[self.rows == self.indices]] = 0.0
        return self._from_matrix(self.matrix + sparse.diags_array(missing, format="csr"))

    def without_self(self) -> "Weights":
        """Return weights in which no unit is a neighbour of itself."""
        other = self.rows != self.indices
        if other.all():
            return self
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.rows[other], minlength=self.n))])
        return Weights(starts.astype(np.int64), self.indices[other], self.data[other])

    def subset(self, keep: Bools) -> "Weights":
        """Return the weights among some of the units; if rows were standardised, they are so again."""
        if keep.all():
            return self
        part = self._from_matrix(self.matrix[keep][:, keep])
        return part.row_standardised() if self.is_row_standardised() else part

    def lag(self, values: ArrayLike) -> Floats:
        """Return the weighted sum of the neighbours' values, 0 for units without any; ``(n,)`` or ``(n, m)`` like ``values``.

        A neighbour without value (NaN) makes the sum NaN.
        """
        x = np.asarray(values, float)
        if x.shape[:1] != (self.n,):
            raise ParameterError(f"values have shape {x.shape}; weights of {self.n} units need ({self.n},) or ({self.n}, m)")
        return np.asarray(self.matrix @ x, float)

    def attach_islands(self, x: Floats, y: Floats) -> tuple["Weights", Ints]:
        """Return weights in which each island and its nearest unit are neighbours with weight 1, and the islands attached.

        Attach before standardising rows. ``x`` and ``y`` are in metres, shape ``(n,)``; of one unit alone nothing is attached.

        >>> weights = Weights.from_csr([0, 1, 2, 2], [1, 0])
        >>> attached, islands = weights.attach_islands(np.array([0.0, 1.0, 5.0]), np.zeros(3))
        >>> attached.indices.tolist(), islands.tolist()
        ([1, 0, 2, 1], [2])
        """
        islands = np.flatnonzero(self.islands) if self.n > 1 else np.empty(0, np.int64)
        points = finite_points(x, y)
        found = cKDTree(points).query(points[islands], 2)[1].reshape(-1, 2)
        nearest = np.where(found[:, 0] == islands, found[:, 1], found[:, 0])
        i, j = np.unique(np.concatenate([[islands, nearest], [nearest, islands]], axis=1), axis=1)
        joined = sparse.csr_array((np.ones(len(i)), (i, j)), shape=(self.n, self.n))
        return self._from_matrix(self.matrix + joined), islands


def _check_rows(indptr: Ints, indices: Ints, data: Floats) -> None:
    n = len(indptr) - 1
    if n < 0 or indptr[0] != 0 or (np.diff(indptr) < 0).any() or not indptr[-1] == len(indices) == len(data):
        raise ParameterError("weights: indptr must rise from 0 to the number of indices, and data must have as many")
    if len(indices) and not 0 <= indices.min() <= indices.max() < n:
        raise ParameterError(f"weights: indices from {indices.min()} to {indices.max()}; {n} units allow 0 to {n - 1}")
    if not (np.isfinite(data) & (data >= 0)).all():
        raise ParameterError("weights: a weight is negative or not finite; weights must be 0 or more")

"""Weighted least squares with an effect of each origin and each destination, without a column for each of them.

The normal equations of the effects have diagonal blocks, because each pair has one origin and one destination. The larger side
is eliminated, which leaves a system of the size of the smaller side (its Schur complement): ``O(n m min(n, m))`` operations.
Compare Correia, Guimarães and Zylkin (2020), Fast Poisson estimation with high-dimensional fixed effects, The Stata Journal 20.
"""

from typing import Literal, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geoservice.geo import Bools, Floats, Ints

Constraint = Literal["none", "production", "attraction", "doubly"]
_RIDGE = 1e-13
"""Relative increase of the diagonal, so that effects that hardly any weight determines do not make the system singular."""


class Effects(NamedTuple):
    """Effects of the origins, shape ``(n,)``, and of the destinations, shape ``(m,)``."""

    origin: Floats
    destination: Floats

    @property
    def sum(self) -> Floats:
        """Sum of both effects for each pair, shape ``(n, m)``."""
        return self.origin[:, None] + self.destination


def separate_groups(pairs: Bools) -> Ints:
    """Return the group of each origin and then of each destination; shape ``(n + m,)``.

    Pairs connect the regions of a group, so its effects are known up to one constant. An origin or a destination without a
    pair has a group of its own.

    Examples
    --------
    >>> separate_groups(np.array([[True, False], [False, True]])).tolist()
    [0, 1, 0, 1]
    """
    n, m = pairs.shape
    origin, destination = np.nonzero(pairs)
    links = csr_array((np.ones(len(origin), bool), (origin, destination + n)), shape=(n + m, n + m))
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


class FixedEffects:
    """Projections on the effects of a constraint, for one set of weights.

    Parameters
    ----------
    weights : float64 array, shape (n, m)
        0 for pairs that do not count.
    constraint : {"none", "production", "attraction", "doubly"}
        Which effects there are: none, of origins, of destinations, or of both.
    groups : int64 array, shape (n + m,)
        See :func:`separate_groups`.
    """

    def __init__(self, weights: Floats, constraint: Constraint, groups: Ints) -> None:
        self.constraint = constraint
        self._transposed = constraint == "attraction" or (constraint == "doubly" and weights.shape[0] < weights.shape[1])
        self._weights = weights.T if self._transposed else weights
        rows = self._weights.sum(axis=1)
        self._rows = np.where(rows > 0, rows, 1.0)
        if constraint == "doubly":
            n = weights.shape[0]
            self._solve_columns(groups[:n] if self._transposed else groups[n:])

    def _solve_columns(self, group: Ints) -> None:
        """Invert the system of the column effects, where the first column of each group has the effect 0."""
        scaled = self._weights / np.sqrt(self._rows)[:, None]
        system = -(scaled.T @ scaled)
        diagonal = self._weights.sum(axis=0) + np.diag(system)
        np.fill_diagonal(system, np.where(diagonal > 0, diagonal, 1.0) * (1 + _RIDGE))
        free = np.ones(len(group), bool)
        free[np.unique(group, return_index=True)[1]] = False
        self._free = np.flatnonzero(free)
        self._factor = cho_factor(system[np.ix_(self._free, self._free)]) if len(self._free) else None

    def project(self, values: Floats) -> Effects:
        """Return the effects that are closest to the values, by weighted squares; shape of values ``(n, m)``."""
        none = Effects(np.zeros(values.shape[0]), np.zeros(values.shape[1]))
        if self.constraint == "none":
            return none
        weighted = self._weights * (values.T if self._transposed else values)
        rows, columns = weighted.sum(axis=1), np.zeros(weighted.shape[1])
        if self.constraint == "doubly" and self._factor is not None:
            right = weighted.sum(axis=0) - self._weights.T @ (rows / self._rows)
            columns[self._free] = cho_solve(self._factor, right[self._free])
        effects = ((rows - self._weights @ columns) / self._rows, columns)
        return Effects(*(effects[::-1] if self._transposed else effects))

    def leverage(self) -> Floats:
        """Return the part of each pair's leverage that is due to the effects; shape ``(n, m)``."""
        if self.constraint == "none":
            return np.zeros(self._weights.shape)
        unit = np.broadcast_to(1 / self._rows[:, None], self._weights.shape)
        if self.constraint == "doubly" and self._factor is not None:
            inverse = np.zeros((self._weights.shape[1],) * 2)
            inverse[np.ix_(self._free, self._free)] = cho_solve(self._factor, np.eye(len(self._free)))
            shares = self._weights / self._rows[:, None]
            product = shares @ inverse
            unit = unit + np.diag(inverse) - 2 * product + (shares * product).sum(axis=1, keepdims=True)
        leverage = self._weights * unit
        return leverage.T if self._transposed else leverage

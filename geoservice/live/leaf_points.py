"""The points of leaves."""

import numpy as np

from geoservice.demand import DemandSurface
from geoservice.geo import Int32s, Ints, repeated


class LeafPoints:
    """An index of the points of each leaf of a surface."""

    def __init__(self, surface: DemandSurface) -> None:
        self._leaf = surface.point_leaf
        self._order = np.argsort(self._leaf, kind="stable")
        self._start = np.concatenate([[0], np.cumsum(np.bincount(self._leaf, minlength=surface.leaves))])

    def sharing_leaf(self, point: Ints | Int32s) -> Ints:
        """Return all points of the leaves of some points, ascending.

        >>> from types import SimpleNamespace
        >>> surface = SimpleNamespace(point_leaf=np.array([0, 0, 1, 2, 2]), leaves=3)
        >>> LeafPoints(surface).sharing_leaf(np.array([1, 3])).tolist()
        [0, 1, 3, 4]
        """
        leaf = np.flatnonzero(np.bincount(self._leaf[point], minlength=len(self._start) - 1))
        number, rank = repeated(np.diff(self._start)[leaf])
        return np.sort(self._order[self._start[leaf][number] + rank])

"""Sums of regions after some points have moved between them, from the sums before: only leaves with such points are summed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geoservice.demand.sums import Sums
from geoservice.demand.surface import Quantity
from geoservice.geo import Float32s, Floats, Ints


@dataclass(frozen=True)
class ChangedSums(Sums):
    """Sums of regions of which some leaves have other weights than before.

    ``weights`` is the change: the new weights of the changed leaves minus the old ones. ``before`` has the sums that ``row``
    names, a row for each region; ``removed`` and ``added`` have the old and the new weights of the changed leaves.
    """

    before: Sums
    row: Ints
    removed: Sums
    added: Sums

    @classmethod
    def of(cls, before: Sums, row: Ints, removed: Sums, added: Sums) -> "ChangedSums":
        """Return sums of which whole leaves were removed and added again with other weights.

        Parameters
        ----------
        before : Sums
        row : int64 array, shape (regions,)
            Row of ``before`` for each region.
        removed, added : Sums
            With a row for each region, and entries for changed leaves only: all that a region had of the leaf, and all that it
            has now. The variance of a part of a leaf is not linear in the part, so a leaf cannot be removed in parts.
        """
        return cls(before.surface, added.weights - removed.weights, before, row, removed, added)

    @cached_property
    def noise(self) -> Float32s:
        """As in :class:`Sums`."""
        return np.asarray(self.before.noise[self.row] + self.weights.astype(np.float32) @ self.surface.noise, np.float32)

    def value(self, quantity: Quantity) -> Floats:
        """As in :class:`Sums`."""
        return np.asarray(self.before.value(quantity)[self.row] + self.weights @ self.surface.values[quantity], float)

    def placement(self, quantity: Quantity) -> Floats:
        """As in :class:`Sums`."""
        return self._changed(*(s.placement(quantity) for s in (self.before, self.removed, self.added)))

    def stated(self, quantity: Quantity) -> Floats:
        """As in :class:`Sums`."""
        return self._changed(*(s.stated(quantity) for s in (self.before, self.removed, self.added)))

    def _changed(self, before: Floats, removed: Floats, added: Floats) -> Floats:
        """Return variances, which rounding must not make negative."""
        return np.maximum(before[self.row] + (added - removed), 0.0)

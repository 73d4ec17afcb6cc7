"""Margins of indices of people by the delta method."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from geoservice.demand.region_leaves import RegionLeaves
from geoservice.demand.sums import Sums
from geoservice.demand.surface import Z90, DemandSurface, Quantity
from geoservice.geo import Floats, Int32s, Ints


@dataclass(frozen=True)
class DeltaMethod:
    """Margins of indices of regions that are made of the points of a surface.

    ``point`` is the point of each entry, ``pairs`` have its region and leaf.
    """

    surface: DemandSurface
    point: Int32s | Ints
    pairs: RegionLeaves
    regions: int

    @classmethod
    def of(cls, surface: DemandSurface, region: Int32s, regions: int, point: Int32s | Ints) -> "DeltaMethod":
        """Return the margins of entries with a region, 0 and up, and a point; int arrays of shape ``(m,)``."""
        return cls(surface, point, RegionLeaves.of(surface, region, point), regions)

    def margins(self, quantity: Quantity, derivatives: Floats) -> Floats:
        """Return the half-widths of the 90 % confidence intervals of indices of each region.

        Parameters
        ----------
        quantity : Quantity
        derivatives : float64 array, shape (indices, m)
            What one more person at each entry adds to each index of its region.

        Returns
        -------
        float64 array, shape (indices, regions)
            NaN if the errors are unknown.

        Notes
        -----
        An index is taken as linear in the people around the estimate: the replays of the noise are summed with the derivatives
        as weights; and the people of a leaf are at one of its points or another, which adds the variance of the derivative over
        the points of the leaf, 0 outside the region.
        """
        shape = len(derivatives), self.regions
        if not self.surface.has_margin(quantity):
            return np.full(shape, np.nan)
        share = self.surface.point_weight[self.point]
        first, second = (self._by_pair(share * derivatives**power) for power in (1, 2))
        scales = self.surface.scales.get(quantity, np.zeros(1))
        noise: Floats = float(scales @ scales) * Sums(self.surface, self._matrix(first)).noise_variance.reshape(shape)
        variance: Floats = noise + self._variance(quantity, first, second)
        return np.asarray(Z90 * np.sqrt(variance), float)

    def _by_pair(self, amounts: Floats) -> Floats:
        """Return the sums over the entries of each pair; shape ``(indices, pairs)``."""
        return np.array([self.pairs.sums(amount) for amount in amounts], float)

    def _matrix(self, first: Floats) -> "sparse.csr_array[Any, tuple[int, int]]":
        """Return the derivatives by leaf, with a row for each index and region."""
        row = np.add.outer(np.arange(len(first)) * self.regions, self.pairs.region)
        shape = len(first) * self.regions, self.surface.leaves
        return sparse.coo_array((first.ravel(), (row.ravel(), np.tile(self.pairs.leaf, len(first)))), shape=shape).tocsr()

    def _variance(self, quantity: Quantity, first: Floats, second: Floats) -> Floats:
        """Return the variance from the places of people within leaves and from stated errors; shape ``(indices, regions)``."""
        per_leaf = self.surface.location_variance(quantity)
        variance = np.maximum(second - first**2, 0) * per_leaf[self.pairs.leaf]
        if quantity in self.surface.deviations:
            variance = variance + first**2 * self.surface.deviations[quantity][self.pairs.leaf] ** 2
        return np.array([np.bincount(self.pairs.region, v, self.regions) for v in variance], float)

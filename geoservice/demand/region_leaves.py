"""The parts of leaves in regions that are made of the points of a surface."""

from dataclasses import dataclass

import numpy as np

from geoservice.demand.surface import DemandSurface
from geoservice.geo import Floats, Int32s, Ints


@dataclass(frozen=True)
class RegionLeaves:
    """The pairs of a region and a leaf of some entries, each a point in a region; pairs are sorted by region, then leaf.

    ``region`` and ``leaf`` are those of each pair, ``pair`` is the pair of each entry.
    """

    region: Int32s
    leaf: Int32s
    pair: Ints

    @classmethod
    def of(cls, surface: DemandSurface, region: Int32s, point: Int32s | Ints) -> "RegionLeaves":
        """Return the pairs of entries with a region, 0 and up, and a point; int arrays of shape ``(m,)``."""
        keys, pair = np.unique(region.astype(np.int64) * surface.leaves + surface.point_leaf[point], return_inverse=True)
        region_of, leaf_of = (a.astype(np.int32) for a in np.divmod(keys, surface.leaves))
        return cls(region_of, leaf_of, pair.ravel())

    def sums(self, amounts: Floats) -> Floats:
        """Return the sums of amounts of the entries over each pair; shape ``(pairs,)``."""
        return np.bincount(self.pair, amounts, len(self.leaf)).astype(float)

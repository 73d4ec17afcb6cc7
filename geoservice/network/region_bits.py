"""Regions that OSM objects belong to, one bit a region."""

from collections.abc import Iterable

import numpy as np

from geoservice.geo import Ints

REGIONS = 64
"""The bits of a number."""
RegionBits = np.ndarray[tuple[int], np.dtype[np.uint64]]


class RegionSets:
    """The regions of objects by OSM id: 16 bytes an object that is in a region."""

    def __init__(self) -> None:
        self._id, self._bits = np.empty(0, np.int64), np.empty(0, np.uint64)

    def add(self, parts: Iterable[tuple[Ints, RegionBits]]) -> None:
        """Add regions to objects, which may be there already."""
        ids, bits = zip((self._id, self._bits), *parts, strict=True)
        all_ids, all_bits = np.concatenate(ids), np.concatenate(bits)
        if not (np.diff(all_ids) > 0).all():
            order = np.argsort(all_ids, kind="stable")
            all_ids, all_bits = all_ids[order], all_bits[order]
            first = np.flatnonzero(np.concatenate([[True], np.diff(all_ids) != 0]))
            all_ids, all_bits = all_ids[first], np.bitwise_or.reduceat(all_bits, first)
        self._id, self._bits = all_ids, all_bits

    def of(self, ids: Ints) -> RegionBits:
        """Return the regions of objects, 0 for those in none."""
        if not len(self._id):
            return np.zeros(len(ids), np.uint64)
        position = np.minimum(np.searchsorted(self._id, ids), len(self._id) - 1)
        return np.where(self._id[position] == ids, self._bits[position], np.uint64(0))

"""The points of regions, so that the numbers of a few regions can be computed without reading all points."""

from dataclasses import dataclass

import numpy as np

from geoservice.geo import Int32s, Ints, repeated


@dataclass(frozen=True)
class RegionPoints:
    """Region ``r`` has the points ``point[start[r]:start[r + 1]]``, ascending."""

    start: Ints
    point: Int32s

    @classmethod
    def of(cls, regions: int, positions: "list[Int32s]") -> "RegionPoints":
        """Index points by region; each array has the region of every point, -1 for none."""
        region = np.concatenate(positions)
        point = np.tile(np.arange(len(positions[0]), dtype=np.int32), len(positions))
        inside = region >= 0
        order = np.argsort(region[inside], kind="stable")
        start = np.zeros(regions + 1, np.int64)
        np.cumsum(np.bincount(region[inside], minlength=regions), out=start[1:])
        return cls(start, point[inside][order])

    def of_regions(self, regions: Ints) -> tuple[Int32s, Int32s]:
        """Return the points of some regions, and for each the position of its region among ``regions``.

        >>> points = RegionPoints.of(2, [np.array([0, 1, 0], np.int32)])
        >>> [a.tolist() for a in points.of_regions(np.array([0]))]
        [[0, 0], [0, 2]]
        """
        position, rank = repeated(self.start[regions + 1] - self.start[regions])
        return position.astype(np.int32), self.point[self.start[regions][position] + rank]

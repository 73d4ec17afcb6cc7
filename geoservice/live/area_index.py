"""The areas of a release and the points in them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from geoservice.geo import Bools, Int32s, Ints, ranks
from geoservice.live.files import LiveArrays


class Entries(NamedTuple):
    """Points in regions, one entry for each level: positions of the regions (-1 for none), and of the points in a list."""

    region: Int32s
    rank: Ints


class AreaIndex:
    """Areas from coarse to fine; ``rows`` are their names, without geometry."""

    def __init__(self, arrays: LiveArrays) -> None:
        self.rows: Sequence[Mapping[str, Any]] = arrays.areas.drop_columns(["geometry"]).to_pylist()
        self._levels = list(arrays.point_area.values())

    def __len__(self) -> int:
        """Return the number of areas."""
        return len(self.rows)

    def of(self, point: Int32s | Ints) -> Ints:
        """Return the areas of points, ascending."""
        found = np.zeros(len(self) + 1, np.bool_)  # the last is area -1
        for position in self._levels:
            found[position[point]] = True
        return np.flatnonzero(found[:-1])

    def entries(self, point: Int32s | Ints, areas: Ints) -> Entries:
        """Return the entries of points in some areas, which are numbered in their order."""
        number = ranks(areas, len(self))
        region = np.concatenate([number[position[point]] for position in self._levels])
        return Entries(region, np.tile(np.arange(len(point)), len(self._levels)))

    def inside(self, within: Sequence[str]) -> Bools:
        """Return which areas are those of ``within`` or below them."""
        units = set(within)
        for row in self.rows:
            if row["parent"] in units:
                units.add(row["unit"])
        return np.array([row["unit"] in units for row in self.rows], np.bool_)

    def points_inside(self, within: Sequence[str]) -> Bools:
        """Return which points are in an area of ``within``."""
        inside = np.append(self.inside(within), [False])
        return np.asarray(np.logical_or.reduce([inside[position] for position in self._levels]), np.bool_)

"""Locations of a scan: the distinct points of places."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from geoservice.geo import Floats, Ints, hilbert_index


@dataclass(frozen=True)
class Locations:
    """Distinct points, in an order that does not depend on the order of the places.

    ``place`` holds the places by location; those of location ``i`` are ``place[start[i]:start[i + 1]]``.
    """

    x: Floats
    y: Floats
    place: Ints
    start: Ints

    @classmethod
    def of(cls, x: Floats, y: Floats) -> Self:
        """Return the distinct points of places, in metres; neighbours on the ground are near one another in the order.

        >>> at = Locations.of(np.array([5.0, 0.0, 5.0]), np.array([1.0, 0.0, 1.0]))
        >>> at.x.tolist(), at.places(np.array([1])).tolist()
        ([0.0, 5.0], [0, 2])
        """
        points, location = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
        order = np.lexsort([points[:, 1], points[:, 0], hilbert_index(points[:, 0], points[:, 1])])
        position = np.empty(len(order), np.int64)
        position[order] = np.arange(len(order))
        location = position[location.ravel()]
        place = np.argsort(location, kind="stable").astype(np.int64)
        start = np.searchsorted(location[place], np.arange(len(order) + 1)).astype(np.int64)
        return cls(points[order, 0], points[order, 1], place, start)

    def sums(self, values: Floats) -> Floats:
        """Return the sums of values by location: shape ``(places, periods)`` to ``(locations, periods)``."""
        return np.asarray(np.add.reduceat(values[self.place], self.start[:-1], axis=0), float)

    def places(self, locations: Ints) -> Ints:
        """Return the places of some locations, ascending."""
        return np.sort(np.concatenate([self.place[self.start[i] : self.start[i + 1]] for i in locations]))

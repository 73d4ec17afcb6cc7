"""People assigned to stations, in one form for every method: load, people turned away, unmet need, and differences."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from geoservice.analysis.capacity.pairs import nearest_station
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.analysis.travel_time import MS_PER_MINUTE
from geoservice.geo import Floats, Int32s

ROUNDING = 1e-9
"""Share of a point's demand below which a remainder is an error of floating-point sums."""


@dataclass(frozen=True)
class Assignment:
    """People assigned to stations.

    Attributes
    ----------
    pairs : TravelPairs
        Stations and points within reach.
    persons : float64 array, shape (pairs,)
        Persons of the point who go to the station.
    demand : float64 array, shape (points,), persons
    capacity : float64 array, shape (stations,), persons
    """

    pairs: TravelPairs
    persons: Floats
    demand: Floats
    capacity: Floats

    @cached_property
    def assigned(self) -> Floats:
        """Persons assigned to each station; shape ``(stations,)``."""
        return np.asarray(np.bincount(self.pairs.station, self.persons, self.pairs.stations), float)

    @cached_property
    def unmet(self) -> Floats:
        """Persons of each point without a place; shape ``(points,)``."""
        served = np.bincount(self.pairs.point, self.persons, len(self.demand))
        left = self.demand - served
        return np.where(left > ROUNDING * self.demand, left, 0.0)

    @property
    def load(self) -> Floats:
        """Persons of each station in percent of its capacity, at most 100; NaN if it is 0. Shape ``(stations,)``."""
        return np.asarray(100 * self.assigned / np.where(self.capacity > 0, self.capacity, np.nan), float)

    @cached_property
    def turned_away(self) -> Floats:
        """Persons without a place whose nearest station each is; shape ``(stations,)``. The others are within reach of none."""
        nearest = nearest_station(self.pairs, len(self.demand))
        reached = nearest >= 0
        return np.asarray(np.bincount(nearest[reached], self.unmet[reached], self.pairs.stations), float)

    @property
    def person_minutes(self) -> float:
        """Minutes of all assigned persons together."""
        return float(self.persons @ self.pairs.ms / MS_PER_MINUTE)

    def unmet_share(self) -> Floats:
        """Return the share of each point's demand without a place, 0 to 1; 0 where there is no demand. Shape ``(points,)``."""
        return np.asarray(self.unmet / np.where(self.demand > 0, self.demand, 1.0), float)

    def unmet_by_region(self, region: Int32s, regions: int) -> Floats:
        """Return the persons without a place of each region; ``region`` of each point, -1 for none. Shape ``(regions,)``."""
        inside = region >= 0
        return np.asarray(np.bincount(region[inside], self.unmet[inside], regions), float)


class AssignmentDifference(NamedTuple):
    """One assignment less another: persons by station and without a place by point, and the sums of all.

    ``moved`` are the persons who are at another station, or have a place in one and none in the other.
    """

    assigned: Floats
    unmet: Floats
    served: float
    person_minutes: float
    moved: float


def difference(first: Assignment, second: Assignment) -> AssignmentDifference:
    """Return ``first`` less ``second``, two assignments of the same pairs, demand and capacity."""
    unmet = first.unmet - second.unmet
    changed = np.abs(first.persons - second.persons).sum() + np.abs(unmet).sum()
    return AssignmentDifference(
        first.assigned - second.assigned,
        unmet,
        float(first.assigned.sum() - second.assigned.sum()),
        first.person_minutes - second.person_minutes,
        float(changed / 2),
    )

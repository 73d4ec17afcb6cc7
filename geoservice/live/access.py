"""Accessibility of areas (E2SFCA) with the stations of the release, and after the edits of a scenario."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.access_means import AccessMeans
from geoservice.analysis.accessibility import TravelPairs, gaussian
from geoservice.analysis.floating_catchments import PER
from geoservice.demand import DemandSurface
from geoservice.geo import Floats, Ints
from geoservice.live.area_index import AreaIndex
from geoservice.live.estimates import Estimates
from geoservice.live.mode_streets import ModeStreets
from geoservice.live.scenario import Scenario, Stations, differing_stations


@dataclass(frozen=True)
class LiveAccess:
    """The index of a trip, as the analysis ``floating_catchments`` computes it; ``standard`` is in minutes."""

    streets: ModeStreets
    standard: int
    means: AccessMeans
    before: Estimates

    @classmethod
    def of(
        cls, surface: DemandSurface, areas: AreaIndex, streets: ModeStreets, stations: Stations, standard: int
    ) -> "LiveAccess":
        """Return the index with the stations of the release."""
        region, point = areas.entries(np.arange(len(surface.point_leaf)), np.arange(len(areas)))
        means = AccessMeans(surface, region, len(areas), point)
        _add(means, streets, standard, stations, np.arange(len(stations)))
        return cls(streets, standard, means, _per_thousand(means.means()))

    def after(self, scenario: Scenario) -> tuple[Estimates, Estimates]:
        """Return the index of all areas after the edits, and its difference from that before, with a margin of its own."""
        means = self._means(scenario)
        return _per_thousand(means.means()), _per_thousand(means.change_from(self.means))

    def _means(self, scenario: Scenario) -> AccessMeans:
        means, edited = self.means.copy(), scenario.edited
        _add(means, self.streets, self.standard, scenario.before, edited[edited < len(scenario.before)], sign=-1)
        _add(means, self.streets, self.standard, scenario.after, edited)
        return means

    def difference(self, scenario: Scenario, other: Scenario) -> tuple[Estimates, Estimates]:
        """Return the index of all areas after the edits of another scenario, and how much higher it is after those of this one.

        Only stations that are not the same in both add to the margin of the difference.
        """
        start = self._means(other)
        means, (removed, added) = start.copy(), differing_stations(other, scenario)
        _add(means, self.streets, self.standard, other.after, removed, sign=-1)
        _add(means, self.streets, self.standard, scenario.after, added)
        return _per_thousand(start.means()), _per_thousand(means.change_from(start))


def _add(means: AccessMeans, streets: ModeStreets, standard: int, stations: Stations, numbers: Ints, sign: int = 1) -> None:
    """Add those of some stations that have a place and a capacity, or take them away."""
    placed, capacity = stations.placed, stations.capacity
    counted = numbers[(placed.snapped.edge[numbers] >= 0) & (capacity[numbers] > 0)]

    def search(some: Ints) -> TravelPairs:
        return streets.pairs(placed.take(some), standard)

    means.add(search, counted, capacity[counted], gaussian(standard), sign)


def _per_thousand(means: tuple[Floats, Floats]) -> Estimates:
    return Estimates(*means).scaled(np.array(float(PER)))

"""What is known of a trip with the stations of the release."""

from dataclasses import dataclass, field

import numpy as np

from geoservice.analysis.coverage import bands
from geoservice.demand import DemandSurface, Quantity, Sums, region_sums, threshold_sums
from geoservice.geo import Bools
from geoservice.live.area_index import AreaIndex
from geoservice.live.coverage import Coverage, coverage_of
from geoservice.live.station_people import Sharing
from geoservice.network.live_times import LiveTimes


@dataclass(frozen=True)
class TripState:
    """Times of the points, and which stations count for the trip.

    ``covered`` has the people of each area and break, ``served`` those of each station and an empty row after these.
    """

    times: LiveTimes
    offered: Bools
    covered: Sums
    served: Sums
    sharing: Sharing
    _coverage: dict[Quantity, Coverage] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        surface: DemandSurface,
        areas: AreaIndex,
        times: LiveTimes,
        offered: Bools,
        sharing: Sharing,
        minutes: tuple[int, ...],
    ) -> "TripState":
        """Sum up the people of areas and stations."""
        ms, station = times.nearest()
        region, point = areas.entries(np.arange(len(ms)), np.arange(len(areas)))
        covered = threshold_sums(surface, region, len(areas), bands(ms, minutes)[point], len(minutes), point)
        return cls(times, offered, covered, region_sums(surface, station, len(times.stations) + 1), sharing)

    def coverage(self, totals: Sums, quantity: Quantity, minutes: tuple[int, ...]) -> Coverage:
        """Return the coverage of all areas."""
        if quantity not in self._coverage:
            every = np.arange(totals.regions)
            self._coverage[quantity] = coverage_of(self.covered, totals, every, quantity, minutes)
        return self._coverage[quantity]

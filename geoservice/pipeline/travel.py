"""Travel times of a study: the network of each mode, the stations snapped to it, and the search of each trip."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Times, Trip, serves
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.geo import Bools, Floats, Int32s, Ints
from geoservice.network.graph import Graph
from geoservice.network.snap import Snapped, is_joined, street_points
from geoservice.network.station_streets import StationStreets, delay_ms
from geoservice.network.travel import nearest, nearest_nodes, pairs
from geoservice.study import Study


def trips(study: Study, mode: str) -> Iterator[Trip]:
    """Yield the trips of a mode: every service with every tier, and the further ranks for any tier."""
    for service in study.services:
        for tier in study.tier_choices:
            for nth in study.nth if tier == "any" else (1,):
                yield Trip(service.id, tier, mode, nth)


def station_mask(stations: pa.Table, trip: Trip) -> Bools:
    """Return which stations count for a trip: those of its tier that offer its service; shape ``(stations,)``."""
    matches = (serves(s, trip.service, trip.tier) for s in stations.to_pylist())
    return np.fromiter(matches, np.bool_, stations.num_rows)


@dataclass(frozen=True)
class ModeTravel:
    """A mode of travel: its network and the stations on it. The search limit is the study's last break, inclusive."""

    study: Study
    mode: str
    stations: pa.Table
    streets: StationStreets

    @classmethod
    def open(cls, study: Study, mode: str, folder: Path, stations: pa.Table) -> "ModeTravel":
        """Load the network of ``mode``, at the study's peak factor, and snap the stations.

        Raises :class:`geoservice.errors.NotFound` if there is none.
        """
        lon, lat = (stations.column(c).to_numpy() for c in ("lon", "lat"))
        factor = study.peak_factor.get(mode, 1.0)
        return cls(study, mode, stations, StationStreets.open(folder, mode, factor, lon, lat, study.snap_metres))

    @property
    def graph(self) -> Graph:
        """Return the network."""
        return self.streets.graph

    @property
    def snapped_stations(self) -> Snapped:
        """Return the stations on the network."""
        return self.streets.stations

    @property
    def limit_ms(self) -> int:
        """Return the search limit in milliseconds."""
        return self.study.minutes[-1] * 60_000

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Snap points to the streets within the study's distance."""
        return self.streets.snap(lon, lat)

    def is_joined(self, points: Snapped) -> Bools:
        """Return which points are on a part of the network with a station, or on no street."""
        return is_joined(self.graph, self.snapped_stations, points)

    def _matching(self, trip: Trip) -> tuple[Int32s, Snapped, Int32s]:
        keep = station_mask(self.stations, trip)
        return np.flatnonzero(keep).astype(np.int32), self.snapped_stations.take(keep), self._delay_ms[keep]

    @property
    def _delay_ms(self) -> Int32s:
        return delay_ms(self.stations.column("start_delay_s").to_numpy())

    def _to_positions(self, stations: Int32s, ms: Int32s, label: Int32s) -> Times:
        """Return times with labels among the matching stations replaced by positions among all."""
        positions = np.full(len(label), -1, np.int32)
        reached = label >= 0
        positions[reached] = stations[label[reached]]
        return Times(ms, positions)

    def times(self, trip: Trip, points: Snapped) -> Times:
        """Return time and station of each point."""
        stations, snapped, delay = self._matching(trip)
        return self._to_positions(
            stations, *nearest(self.graph, snapped, delay, points, self.limit_ms, self.study.direction, trip.nth)
        )

    def street_times(self, trip: Trip) -> Times:
        """Return time and station of each junction of the network."""
        stations, snapped, delay = self._matching(trip)
        return self._to_positions(
            stations, *nearest_nodes(self.graph, snapped, delay, self.limit_ms, self.study.direction, trip.nth)
        )

    def on_street(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return the position on the nearest street of each place, in degrees; NaN if none is near."""
        return street_points(self.graph, self.snap(lon, lat))

    def site_pairs(self, lon: Floats, lat: Floats, points: Snapped, minutes: int) -> TravelPairs:
        """Return the points within ``minutes`` of a station at each place, with their times."""
        places = self.snap(lon, lat)
        rows = pairs(self.graph, places, np.zeros(len(lon), np.int32), points, minutes * 60_000, self.study.direction)
        return TravelPairs(*rows)

    def nearest_ms(self, stations: Ints, points: Snapped) -> Int32s:
        """Return the time of each point to the nearest of some stations, within the search limit."""
        places, delay = self.snapped_stations.take(stations), self._delay_ms[stations]
        return nearest(self.graph, places, delay, points, self.limit_ms, self.study.direction)[0]

    def station_pairs(self, stations: Ints, points: Snapped, minutes: int) -> TravelPairs:
        """Return the points within ``minutes`` of some of the stations, with their times."""
        places, delay = self.snapped_stations.take(stations), self._delay_ms[stations]
        return TravelPairs(*pairs(self.graph, places, delay, points, minutes * 60_000, self.study.direction))

"""The people whose nearest station each is; stations at one position share theirs, as in the analysis ``catchments``."""

from dataclasses import dataclass

import numpy as np

from geoservice.analysis.catchments import capacity_shares, shared_catchments
from geoservice.geo import Bools, Floats, Ints
from geoservice.network.graph import Graph
from geoservice.network.live_times import PlacedStations
from geoservice.network.positions import street_positions


@dataclass(frozen=True)
class Sharing:
    """For each station: the first of those that share its people, and its own share; itself and 1 if it has no place."""

    first: Ints
    share: Floats

    @classmethod
    def of(cls, graph: Graph, stations: PlacedStations, offered: Bools, capacity: Floats) -> "Sharing":
        """Return how the stations that are ``offered`` share people; ``capacity`` is in persons, NaN if not stated."""
        first, share, number = np.arange(len(stations)), np.ones(len(stations)), np.flatnonzero(offered)
        place = street_positions(graph, stations.snapped.take(number))
        shared = shared_catchments(place, stations.start_ms[number] / 1000)
        first[number], share[number] = number[shared], capacity_shares(shared, capacity[number])
        return cls(first, share)

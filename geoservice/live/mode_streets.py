"""The streets of one mode with the points of the surface and the stations of the release on them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.live.files import LiveArrays
from geoservice.live.parameters import Parameters
from geoservice.network.graph import load_graph
from geoservice.network.isochrones import OutlineStreets
from geoservice.network.live_times import LivePoints, PlacedStations
from geoservice.network.peak import slowed
from geoservice.network.snap import StreetIndex, main_edges, snap
from geoservice.network.station_streets import delay_ms

Rows = Sequence[Mapping[str, Any]]


class ModeStreets:
    """The streets of a mode, ``graph``; ``stations`` are those of the release in order, ``points`` those of the surface."""

    def __init__(self, arrays: LiveArrays, parameters: Parameters, mode: str) -> None:
        self._metres = parameters.snap_metres
        self.graph = slowed(load_graph(arrays.network, mode), parameters.peak_factor.get(mode, 1.0))
        self._index = StreetIndex(self.graph)
        self.stations = self.place(arrays.stations.to_pylist())
        surface, main = arrays.surface, main_edges(self.graph, self.stations.snapped)
        self._edges = main & self.graph.entrance
        points = snap(self.graph, surface.point_lon, surface.point_lat, self._metres, main)
        self.points = LivePoints.of(self.graph, points, parameters.direction)

    @cached_property
    def outline_streets(self) -> OutlineStreets:
        """The streets that the outlines of isochrones follow."""
        return OutlineStreets.of(self.graph, self._edges, self._metres)

    def pairs(self, stations: PlacedStations, minutes: int) -> TravelPairs:
        """Return the points of the surface within ``minutes`` of stations, with their times."""
        return TravelPairs(*self.points.pairs(stations, minutes * 60_000))

    def place(self, rows: Rows) -> PlacedStations:
        """Return stations on the streets of the mode."""
        lon, lat, delay = (np.array([r[name] for r in rows], float) for name in ("lon", "lat", "start_delay_s"))
        return PlacedStations(self._index.snap(lon, lat, self._metres), delay_ms(delay))

"""Travel times of one mode: those of the surface's points, of the cells, and of the junctions of its streets."""

from dataclasses import dataclass
from typing import NamedTuple

from geoservice.analysis.base import StreetPlaces, Times, Trip
from geoservice.geo import Bools, Floats
from geoservice.network.positions import street_positions
from geoservice.network.snap import Snapped
from geoservice.pipeline.travel import ModeTravel, trips


class LonLat(NamedTuple):
    """Places in degrees; shapes ``(n,)``."""

    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class ModeResults:
    """Results of a mode.

    ``points`` are the surface's points on the streets, ``joined`` which of them are on a part of the network with a station,
    or on no street; ``travel`` and ``cell_travel`` are the times of points and of the centres of cells by trip.
    """

    points: Snapped
    joined: Bools
    travel: dict[Trip, Times]
    cell_travel: dict[Trip, Times]
    streets: StreetPlaces


def search_mode(mode_travel: ModeTravel, points: LonLat, cells: LonLat) -> ModeResults:
    """Snap points and centres of cells to the streets of a mode, and search the station of every trip."""
    snapped, centres = mode_travel.snap(*points), mode_travel.snap(*cells)
    every = list(trips(mode_travel.study, mode_travel.mode))
    graph = mode_travel.graph
    return ModeResults(
        points=snapped,
        joined=mode_travel.is_joined(snapped),
        travel={trip: mode_travel.times(trip, snapped) for trip in every},
        cell_travel={trip: mode_travel.times(trip, centres) for trip in every},
        streets=StreetPlaces(
            graph.lon,
            graph.lat,
            {trip: mode_travel.street_times(trip) for trip in every},
            street_positions(graph, mode_travel.snapped_stations),
        ),
    )

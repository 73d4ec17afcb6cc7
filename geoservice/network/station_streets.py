"""The streets of one mode with stations on them, and the index to which other points snap."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from geoservice.geo import Floats, Int32s
from geoservice.network.graph import Graph, load_graph
from geoservice.network.peak import slowed
from geoservice.network.snap import Snapped, StreetIndex, main_edges, snap


@dataclass(frozen=True)
class StationStreets:
    """The streets of a mode. Points snap first to the parts of the network with a station, and to the large ones.

    ``stations`` are the snapped stations, ``metres`` is the largest distance from a point to its street.
    """

    graph: Graph
    stations: Snapped
    metres: float

    @cached_property
    def index(self) -> StreetIndex:
        """The index of the streets, made when the first points snap."""
        return StreetIndex(self.graph, main_edges(self.graph, self.stations))

    @classmethod
    def open(cls, folder: Path, mode: str, peak_factor: float, lon: Floats, lat: Floats, metres: float) -> "StationStreets":
        """Load the network of ``mode`` at a peak factor, and snap the stations.

        Raises :class:`geoservice.errors.NotFound` if there is none.
        """
        graph = slowed(load_graph(folder, mode), peak_factor)
        stations = snap(graph, lon, lat, metres)
        return cls(graph, stations, metres)

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Snap points to the streets."""
        return self.index.snap(lon, lat, self.metres)


def delay_ms(seconds: Floats) -> Int32s:
    """Return delays at stations, in seconds, as whole milliseconds; shape ``(n,)``.

    >>> delay_ms(np.array([0.0, 1.5, 60.0])).tolist()
    [0, 1500, 60000]
    """
    return np.asarray(np.round(seconds * 1000), np.int32)

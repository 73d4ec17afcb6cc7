"""Travel times of a study: each mode's network, what is snapped to it, and the search for each trip."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Times, Trip
from geoservice.geo import Bools, Floats, Int32s
from geoservice.network.graph import Graph, load_graph
from geoservice.network.snap import Snapped, snap
from geoservice.network.travel import nearest, nearest_nodes, pairs
from geoservice.study import Study


def trips(study: Study, mode: str) -> Iterator[Trip]:
    """All trips of one mode: every service by every tier, and the further ranks of any tier."""
    for service in study.services:
        for tier in study.tier_choices:
            for nth in study.nth if tier == "any" else (1,):
                yield Trip(service.id, tier, mode, nth)


def offers(stations: pa.Table, trip: Trip) -> Bools:
    """Which stations count for a trip: offering the service, of the tier; shape ``(stations,)``."""
    fits = (trip.service in s["services"] and trip.tier in ("any", s["tier"]) for s in stations.to_pylist())
    return np.fromiter(fits, np.bool_, stations.num_rows)


@dataclass(frozen=True)
class ModeTravel:
    """One mode of travel: its network and the stations on it. Times are searched up to the study's last break, inclusive."""

    study: Study
    mode: str
    graph: Graph
    stations: pa.Table
    placed: Snapped

    @classmethod
    def open(cls, study: Study, mode: str, folder: Path, stations: pa.Table) -> "ModeTravel":
        """Load the network of ``mode`` and snap the stations; raises :class:`geoservice.errors.NotFound` when there is none."""
        graph = load_graph(folder, mode)
        lon, lat = (stations.column(c).to_numpy() for c in ("lon", "lat"))
        return cls(study, mode, graph, stations, snap(graph, lon, lat, study.snap_metres))

    @property
    def limit_ms(self) -> int:
        """Return the farthest time searched, in milliseconds."""
        return self.study.minutes[-1] * 60_000

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Put points on the streets, as far as the study allows."""
        return snap(self.graph, lon, lat, self.study.snap_metres)

    def _chosen(self, trip: Trip) -> tuple[Int32s, Snapped, Int32s]:
        keep = offers(self.stations, trip)
        delay = self.stations.column("start_delay_s").to_numpy()[keep]
        return np.flatnonzero(keep).astype(np.int32), self.placed.take(keep), np.round(delay * 1000).astype(np.int32)

    def _named(self, which: Int32s, ms: Int32s, label: Int32s) -> Times:
        """Turn labels among the chosen stations into positions among all."""
        named = np.full(len(label), -1, np.int32)
        found = label >= 0
        named[found] = which[label[found]]
        return Times(ms, named)

    def times(self, trip: Trip, points: Snapped) -> Times:
        """Time and station of each point."""
        which, placed, delay = self._chosen(trip)
        return self._named(which, *nearest(self.graph, placed, delay, points, self.limit_ms, self.study.direction, trip.nth))

    def street_times(self, trip: Trip) -> Times:
        """Time and station of each junction of the network."""
        which, placed, delay = self._chosen(trip)
        return self._named(which, *nearest_nodes(self.graph, placed, delay, self.limit_ms, self.study.direction, trip.nth))

    def reach(self, lon: Floats, lat: Floats, points: Snapped, minutes: int) -> tuple[Int32s, Int32s]:
        """Pairs ``(place, point)``: which points would be within ``minutes`` of a station at each place."""
        places = self.snap(lon, lat)
        rows = pairs(self.graph, places, np.zeros(len(lon), np.int32), points, minutes * 60_000, self.study.direction)
        return np.repeat(np.arange(len(lon), dtype=np.int32), np.diff(rows.indptr)), rows.point

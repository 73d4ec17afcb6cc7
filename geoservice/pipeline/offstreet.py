"""What could not be put on a street: how many households and which stations, and why. Private."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geoservice.network.snap import REASONS, Snapped
from geoservice.pipeline.people import People


@dataclass(frozen=True)
class OffStreet:
    """One mode's points that are off its streets.

    ``counts`` are households by reason (``snapped`` among them), ``points`` the places ``(lon, lat, reason)`` of those that are
    off, ``stations`` the ids of stations that are off, with the reason.
    """

    counts: dict[str, int]
    points: list[tuple[float, float, str]]
    stations: dict[str, str]

    @classmethod
    def of(cls, people: People, homes: Snapped, stations: pa.Table, placed: Snapped) -> "OffStreet":
        """Sort out what the snapping said of households and stations."""
        off = np.flatnonzero(~homes.ok)
        reasons = [REASONS[r] for r in homes.reason[off]]
        points = list(zip(people.lon[off].tolist(), people.lat[off].tolist(), reasons, strict=True))
        ids = stations.column("id").to_pylist()
        lost = {str(ids[i]): REASONS[placed.reason[i]] for i in np.flatnonzero(~placed.ok)}
        return cls(homes.counts(), points, lost)
